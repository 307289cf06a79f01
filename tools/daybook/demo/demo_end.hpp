#pragma once

#include <string>

namespace daybook::demo {

/// Thrown where the demo cannot go on, and caught by run_demo(): what it had started ends on the
/// way.
struct DemoEnd {
  int exit_code;
  std::string what;  ///< To be told; empty: it has been.
};

}  // namespace daybook::demo

#include "engine/base/stop.hpp"

#include <cstdio>
#include <cstdlib>

namespace daybook {

void stop_on_failure(const char* what) noexcept {
  std::fprintf(stderr, "daybook: stopped: %s\n", what);
  std::_Exit(2);
}

}  // namespace daybook

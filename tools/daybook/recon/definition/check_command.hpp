#pragma once

#include <string>

namespace daybook::recon {

struct CheckOptions {
  std::string file;
  bool json = false;  ///< The canonical text instead of sentences.
};

/// Says what a definition means, or everything that is wrong with it. Exit codes: 0 it is good, 2
/// it is not, or cannot be read.
[[nodiscard]] int run_check(const CheckOptions& options);

}  // namespace daybook::recon

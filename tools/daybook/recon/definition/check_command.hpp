#pragma once

#include <string>
#include <vector>

namespace daybook::recon {

struct CheckOptions {
  std::string file;
  std::vector<std::string> sagas;  ///< Files with definitions of sagas that it starts.
  bool json = false;               ///< The canonical text instead of sentences.
};

/// Says what a definition means, or everything that is wrong with it; of a saga that it starts only
/// where its file is given: else an engine knows when it is stored. Exit codes: 0 it is good, 2
/// it is not, or cannot be read.
[[nodiscard]] int run_check(const CheckOptions& options);

}  // namespace daybook::recon

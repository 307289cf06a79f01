#pragma once

#include <string>

namespace daybook {

struct SagaCheckOptions {
  std::string file;  ///< "-" is standard input.
  bool json = false;
};

/// Tells every fault of a definition, or what its saga would do. exit_code::no where there are
/// faults, exit_code::failed where the file cannot be read.
int run_saga_check(const SagaCheckOptions& options);

}  // namespace daybook

#pragma once

#include <string>
#include <vector>

#include "tools/daybook/client/client_options.hpp"

namespace daybook {

/// Options of `checkpoint put` and `checkpoint delete`.
struct CheckpointPutOptions {
  ClientOptions client;
  WriteOptions write;
  std::string name;
  std::string sequence;
  bool may_go_back = false;
  bool removes = false;
};

/// exit_code::no when it was refused; one that stands there already is good.
int run_checkpoint_put(const CheckpointPutOptions& options);

/// Prints all of them.
int run_checkpoint_list(const ClientOptions& options);

}  // namespace daybook

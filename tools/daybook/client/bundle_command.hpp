#pragma once

#include <string>

#include "tools/daybook/client/client_options.hpp"

namespace daybook {

/// Options of `bundle`.
struct BundleOptions {
  ClientOptions client;
  WriteOptions write;
  std::string file;  ///< One JSON object; "-" is standard input.
};

/// Sends transfers and domain events as one request, all of it or nothing, and prints what became
/// of each. exit_code::no when it was refused; the same again is good.
int run_bundle(const BundleOptions& options);

}  // namespace daybook

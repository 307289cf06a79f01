#pragma once

#include <string>

#include "tools/daybook/client/client_options.hpp"

namespace daybook::recon {

struct MatchOptions {
  std::string name;  ///< Of a reconciliation.
  std::string file;  ///< A few records of the other side; "-" for stdin.
  ClientOptions client;
};

/// Holds each record of the file against what the running engine has under its reference, and
/// writes nothing. Exit codes: 0 all are matched; 1 something differs; 2 it could not be done.
[[nodiscard]] int run_match(const MatchOptions& options);

}  // namespace daybook::recon

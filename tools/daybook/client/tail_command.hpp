#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tools/daybook/client/client_options.hpp"

namespace daybook {

/// Options of `tail`.
struct TailOptions {
  ClientOptions client;
  std::string from_sequence;  ///< Of these four at most one is set.
  std::string from_time;
  std::string checkpoint;
  bool only_new = false;
  bool advance = false;  ///< The checkpoint follows what was printed.
  std::vector<std::string> kinds;
  std::vector<std::string> types;
  std::vector<std::string> accounts;
  std::string aggregate;
  std::string ledger;
  std::string until_sequence;
  bool no_follow = false;
  bool names = false;
};

/// Prints events until a signal, `until_sequence`, or with `no_follow` what there was when it
/// began; then exit_code::good.
int run_tail(const TailOptions& options);

}  // namespace daybook

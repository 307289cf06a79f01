#pragma once

#include <cstdint>
#include <string>

#include "tools/daybook/client/client_options.hpp"

namespace daybook {

struct AdminOptions {
  ClientOptions client;
  WriteOptions write;
  std::uint64_t step_ns = 0;  ///< Of advance-clock.
  std::string reason;         ///< Of accept-clock.
};

/// Prints the running engine's sequence and state digest.
int run_digest(const AdminOptions& options);
/// Prints the newest head of its sealed segments.
int run_head(const AdminOptions& options);
/// Has the engine take a snapshot now, and prints its sequence once it is on disk.
int run_snapshot(const AdminOptions& options);
int run_advance_clock(const AdminOptions& options);
int run_accept_clock(const AdminOptions& options);

}  // namespace daybook

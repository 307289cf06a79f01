#pragma once

#include <cstdint>
#include <string>

#include "engine/base/limits.hpp"
#include "engine/follower/snapshot_settings.hpp"

namespace daybook {

/// Options of `daybook serve`, as the command line gives them. Sizes in bytes.
struct ServeOptions {
  std::string data;
  std::string listen = "127.0.0.1:7420";
  std::string clock = "system";
  std::string preallocation = "automatic";
  std::string pin;  ///< "sequencer=0,io=1": threads and their cores.
  bool auto_ledgers = false;
  bool json = false;
  bool log_refusals = false;
  std::uint64_t io_threads = 1;
  std::uint64_t query_threads = 1;
  std::uint64_t connections_max = 0;                         ///< 0: the default.
  std::uint64_t accounts_max = 0;                            ///< 0: the default.
  std::uint64_t transfer_ids_max = 0;                        ///< 0: the default.
  std::uint64_t ids_in_memory = 0;                           ///< The same.
  std::uint64_t holds_max = 0;                               ///< 0: the default.
  std::uint64_t names_max = 0;                               ///< 0: the default.
  std::uint64_t streams_max = 0;                             ///< 0: the default.
  std::uint64_t orders_max = 0;                              ///< 0: the default.
  std::uint64_t payments_max = 0;                            ///< 0: the default.
  std::uint64_t tccs_max = 0;                                ///< 0: the default.
  std::uint64_t tccs_kept = 0;                               ///< 0: the default.
  std::uint64_t sagas_max = 0;                               ///< 0: the default.
  std::uint64_t sagas_kept = 0;                              ///< 0: the default.
  std::uint64_t event_ids_max = 0;                           ///< 0: the default.
  std::uint64_t segment_bytes = 0;                           ///< 0: the default.
  std::uint64_t low_water_bytes = 0;                         ///< 0: the default.
  std::uint64_t follower_lag_max = 0;                        ///< 0: the default.
  std::uint64_t snapshot_events = SnapshotSettings{}.facts;  ///< 0: none are taken.
  std::uint64_t snapshot_seconds = SnapshotSettings{}.ns / 1'000'000'000;
  std::uint64_t consumer_slow_seconds = limits::consumer_slow_after_ns / 1'000'000'000;
  std::uint64_t idle_spins = 0;
};

/// Runs an engine until SIGTERM or SIGINT. Returns the exit code.
int run_serve(const ServeOptions& options);

}  // namespace daybook

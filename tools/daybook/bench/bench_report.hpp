#pragma once

#include <string>
#include <vector>

#include "tools/daybook/bench/bench_figures.hpp"
#include "tools/daybook/bench/bench_machine.hpp"

namespace daybook {

struct BenchReport {
  LoadSettings settings;
  Durability durability;
  Machine machine;
  std::vector<BenchRun> runs;  ///< At least one.
};

/// For people: medians, and the spread where there are several runs.
[[nodiscard]] std::string text_of(const BenchReport& report);

/// One JSON object: transfers_per_second, request_latency_us{p50,p99,p999,max}, data_bytes,
/// data_bytes_per_transfer, anon_bytes_max, anon_bytes_per_transfer, file_bytes_max,
/// follower_lag_end, seconds, hold_pairs_per_second, kind, transfers, transfers_created, accounts,
/// batch, clients, in_flight, ids, durable, holds{made,posted,voided,open_at_end},
/// expiry{holds,due_within_seconds,release_seconds,late_seconds,load_covers_releases,requests,
/// request_latency_us} (the last two of the seconds of the releases),
/// reads{SORT{reads,rows,latency_us{p50,p99,p999,max}}}; each the median of the runs. Beside them
/// rate_of_million (of the run with the median rate), machine, compiler, commit, and `runs` with
/// the figures of each run. What could not be seen is null, and so is what a load of this kind does
/// not have.
[[nodiscard]] std::string json_of(const BenchReport& report);

}  // namespace daybook

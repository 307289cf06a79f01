#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tools/daybook/bench_engine.hpp"
#include "tools/daybook/bench_load.hpp"

namespace daybook {

/// What was run on, so that a figure can be judged.
struct Machine {
  std::string processor;
  unsigned cores = 0;
  std::string kernel;
  std::string compiler;
  std::string commit;  ///< "unknown" outside a repository.
};

[[nodiscard]] Machine this_machine();

/// One run's figures. Without a value: it could not be seen, because the engine is not our own.
struct BenchRun {
  LoadOutcome load;
  std::optional<std::uint64_t> data_bytes;
  std::optional<EngineMemory> memory;
};

/// Whether a reply of this engine means "on disk".
struct Durability {
  bool durable = true;
  std::string words;
};

/// Of the file system that `directory` is on: tmpfs and the like keep nothing.
[[nodiscard]] Durability durability_of(const std::string& directory);

struct BenchReport {
  LoadSettings settings;
  Durability durability;
  Machine machine;
  std::vector<BenchRun> runs;  ///< At least one.
};

/// For people: medians, and the spread where there are several runs.
[[nodiscard]] std::string text_of(const BenchReport& report);

/// One JSON object: transfers_per_second, request_latency_us{p50,p99,p999,max}, data_bytes,
/// anon_bytes_max, file_bytes_max, follower_lag_end, seconds, transfers, accounts, batch, clients,
/// in_flight, ids, durable; each the median of the runs. Beside them rate_of_million (of the run
/// with the median rate), machine, compiler, commit, and `runs` with the figures of each run.
/// What could not be seen is null.
[[nodiscard]] std::string json_of(const BenchReport& report);

}  // namespace daybook

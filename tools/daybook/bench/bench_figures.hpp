#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "tools/daybook/bench/bench_engine.hpp"
#include "tools/daybook/bench/bench_load.hpp"

namespace daybook {

/// One run's outcome. Without a value: it could not be seen, because the engine is not our own.
struct BenchRun {
  LoadOutcome load;
  std::optional<std::uint64_t> data_bytes;
  std::optional<EngineMemory> memory;
};

/// Percentiles of one sort of request.
///
/// Units. Microseconds.
struct LatencyFigures {
  double p50 = 0;
  double p99 = 0;
  double p999 = 0;
  double max = 0;
};

/// Of holds that expired during the load.
struct StormFigures {
  double holds = 0;
  double due_within_s = 0;
  double release_s = 0;
  double late_s = 0;
  bool covered = false;  ///< In every run.
  double requests = 0;   ///< Answered in the seconds of the releases.
  LatencyFigures latency;
};

/// Of one sort of read.
struct ReadFigures {
  std::string_view name;
  std::string_view words;
  double reads = 0;
  double rows = 0;  ///< In an answer, on average.
  LatencyFigures latency;
};

/// The figures of one run, or their medians over several.
struct Figures {
  double rate = 0;       ///< Transfers a second.
  double pair_rate = 0;  ///< Holds made and resolved a second; 0 in a load without.
  double seconds = 0;
  LatencyFigures latency;
  double lag = 0;
  std::optional<double> data_bytes;
  std::optional<double> anonymous_bytes;
  std::optional<double> file_bytes;
  std::optional<StormFigures> storm;
  std::vector<ReadFigures> reads;  ///< The same sorts in every run.
};

[[nodiscard]] Figures figures_of(const BenchRun& run);
[[nodiscard]] std::vector<Figures> figures_of(const std::vector<BenchRun>& runs);

/// Each figure's median: the lower middle one of an even number, so that it is a figure that was
/// measured. Requires: at least one run.
[[nodiscard]] Figures medians_of(const std::vector<Figures>& all);

/// Transfers that the engine keeps after a run of these settings: expiring holds
/// included: what disk and memory are for.
[[nodiscard]] double kept_transfers(const LoadSettings& settings);

}  // namespace daybook

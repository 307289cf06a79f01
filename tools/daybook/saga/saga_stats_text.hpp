#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/model/operation.hpp"
#include "tools/daybook/saga/saga_statistics.hpp"

namespace daybook {

/// By the kind of request and the status by name.
using SagaRefusals = std::map<std::pair<RequestKind, std::string_view>, std::uint64_t>;

struct SagaFigures {
  std::vector<DefinitionStatistics> definitions;
  SagaRefusals refusals;
};

/// Tables: sagas by definition, then their steps, then what was refused.
[[nodiscard]] std::string saga_stats_text(const SagaFigures& figures);

/// One object.
[[nodiscard]] std::string saga_stats_json(const SagaFigures& figures);

/// The text format of Prometheus, version 0.0.4: gauges, counters and summaries, durations in
/// seconds. Label values are escaped.
[[nodiscard]] std::string saga_stats_prometheus(const SagaFigures& figures);

}  // namespace daybook

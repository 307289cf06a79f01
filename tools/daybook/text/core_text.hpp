#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/base/thread_place.hpp"

namespace daybook {

/// How many threads of the kinds that may be several there are.
struct ThreadCounts {
  std::size_t io = 1;
  std::size_t query = 1;
};

/// Reads "sequencer=0,journaler=1,io=1,query-0=1": names of threads and their cores. Empty text is
/// an empty plan. Refused in words: a name that no thread has or that stands there twice, and a
/// core that is not among `usable`.
[[nodiscard]] Result<CorePlan> parse_core_plan(std::string_view text, const ThreadCounts& counts,
                                               const std::vector<unsigned>& usable);

}  // namespace daybook

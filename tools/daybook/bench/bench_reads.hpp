#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.hpp"
#include "net/client/client.hpp"
#include "tools/daybook/bench/bench_settings.hpp"
#include "tools/daybook/bench/histogram.hpp"

namespace daybook {

/// What reads of one sort showed.
struct ReadOutcome {
  std::string_view name;   ///< In the JSON.
  std::string_view words;  ///< For people.
  Histogram latency_ns;    ///< Of each read: all of its pages, asked to answered.
  std::uint64_t rows = 0;  ///< Of all reads together.
};

struct ReadsOutcome {
  std::vector<ReadOutcome> sorts;    ///< Always in the same order.
  std::optional<std::string> wrong;  ///< Set: an answer was wrong, in words.
};

/// Sorts of reads that run_reads() makes.
inline constexpr std::size_t read_sorts = 8;
/// Rows of an account's history or of a query that a read asks for.
inline constexpr std::uint32_t read_rows_max = 2'000;

/// Waits until the engine's indexes hold all that the engine had acknowledged when this was called,
/// to whomever.
[[nodiscard]] Result<void> await_indexes(Client& client);

/// `settings.reads` reads of each sort of what the load has written, one at a time. Which accounts
/// and transfers follows from the seed. Every answer is checked against what was sent.
///
/// `tell(reads made so far)` is called after each.
/// Requires: the load was sent to the end, await_indexes() has returned, and nothing else is under
/// way on the client.
/// Errors.   A Failure when the engine would not answer.
[[nodiscard]] Result<ReadsOutcome> run_reads(Client& client, const LoadSettings& settings,
                                             const std::function<void(std::uint64_t)>& tell);

}  // namespace daybook

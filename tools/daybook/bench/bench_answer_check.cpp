#include "tools/daybook/bench/bench_answer_check.hpp"

#include <iterator>
#include <string_view>

#include <fmt/format.h>

namespace daybook {
namespace {

std::string_view name_of(AnswerCheck::What what) {
  switch (what) {
    case AnswerCheck::What::accounts:
      return "accounts";
    case AnswerCheck::What::transfers:
      return "transfers";
    case AnswerCheck::What::expiring_holds:
      break;
  }
  return "expiring holds";
}

}  // namespace

bool ClaimedSequences::claim(std::uint64_t first, std::uint64_t count) {
  const std::uint64_t end = first + count;
  auto after = ranges_.upper_bound(first);
  if (after != ranges_.end() && after->first < end) return false;
  if (after != ranges_.begin()) {
    const auto before = std::prev(after);
    if (before->second > first) return false;
    if (before->second == first) {
      before->second = end;
      if (after != ranges_.end() && after->first == end) {
        before->second = after->second;
        ranges_.erase(after);
      }
      return true;
    }
  }
  if (after != ranges_.end() && after->first == end) {
    const std::uint64_t last = after->second;
    after = ranges_.erase(after);
    ranges_.emplace_hint(after, first, last);
    return true;
  }
  ranges_.emplace_hint(after, first, end);
  return true;
}

std::optional<std::string> AnswerCheck::fault_of(const BatchResult& result, What what,
                                                 std::uint64_t first, std::uint32_t count) {
  const auto place = [&] {
    return fmt::format("{} {} to {}", name_of(what), first, first + count - 1);
  };
  if (result.status != RequestStatus::ok) {
    return fmt::format("{}: the request was answered {} ({})", place(), to_string(result.status),
                       result.words);
  }
  if (!result.refusals.empty()) {
    const Refusal& refusal = result.refusals.front();
    return fmt::format(
        "{}: {} of them were not created, the first with status {} ({}); is the engine's data "
        "fresh, or the seed a new one?",
        place(), result.refusals.size(), refusal.status,
        what == What::accounts ? to_string(static_cast<CreateAccountStatus>(refusal.status))
                               : to_string(static_cast<CreateTransferStatus>(refusal.status)));
  }
  // The operation's own sequence and one for each event.
  if (!claimed_.claim(result.first_sequence.value(), std::uint64_t{count} + 1)) {
    return fmt::format("{}: the answer claims sequences from {}, which another answer had claimed",
                       place(), result.first_sequence.value());
  }
  return std::nullopt;
}

}  // namespace daybook

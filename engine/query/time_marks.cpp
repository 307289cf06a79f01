#include "engine/query/time_marks.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <span>

namespace daybook {

std::pair<std::uint64_t, std::uint64_t> TimeMarks::sequences_between(Timestamp min,
                                                                     Timestamp max) const {
  std::uint64_t first = 1;
  std::uint64_t last = ~std::uint64_t{0};
  const std::lock_guard lock{mutex_};
  // Times may stand still: what comes before the last mark that is older than `min` is older, too.
  const auto from =
      std::lower_bound(marks_.begin(), marks_.end(), min,
                       [](const Mark& mark, Timestamp wanted) { return mark.timestamp < wanted; });
  if (from != marks_.begin()) first = std::prev(from)->sequence;
  if (max.value() != 0) {
    const auto to = std::upper_bound(
        marks_.begin(), marks_.end(), max,
        [](Timestamp wanted, const Mark& mark) { return wanted < mark.timestamp; });
    if (to != marks_.end()) last = to->sequence - 1;
  }
  return {first, last};
}

void TimeMarks::save(SnapshotWriter& into, std::uint32_t number, const Words& words) const {
  into.put_with(BlockKind::index_marks, words, std::span<const Mark>{marks_}, number);
}

Result<TimeMarks::Words> TimeMarks::restore(const SnapshotBlock& block,
                                            const SnapshotReader& from) {
  Words words;
  static_assert(sizeof words == sizeof(Mark));
  const auto items = block.items<Mark>();
  if (!items || items->empty()) return from.damaged("has half a mark");
  std::memcpy(&words, block.bytes.data(), sizeof words);
  const std::lock_guard lock{mutex_};
  marks_.assign(items->begin() + 1, items->end());
  return words;
}

}  // namespace daybook

#include "storage/journal/durable_tail.hpp"

#include <optional>

#include "storage/journal/segment_reading.hpp"
#include "storage/witness/witness.hpp"

namespace daybook {
namespace {

using Item = lmdb::ReadTransaction::Item;

/// The newest entry of a segment that is on disk, or nothing. `is_settled`: all of them are.
/// `has_entries` becomes true where there is one that may not be.
Result<std::optional<EntryHeader>> newest_in(const JournalLayout& layout, std::uint64_t ordinal,
                                             bool is_settled, Sequence witnessed,
                                             bool& has_entries) {
  auto pages = open_for_reading(layout, ordinal);
  if (!pages) return pages.error();
  if (auto begun = pages.value().begin(); !begun) return begun.error();
  auto item = pages.value().last();
  if (!item) return item.error();
  if (!item.value()) return std::optional<EntryHeader>{};
  auto view = check_item(*item.value(), layout.segment(ordinal));
  if (!view) return view.error();
  if (is_settled || view.value().header.last() <= witnessed) {
    return std::optional{view.value().header};
  }
  has_entries = true;
  item = pages.value().at_or_before(item.value()->key - 1);
  if (!item) return item.error();
  if (!item.value()) return std::optional<EntryHeader>{};
  view = check_item(*item.value(), layout.segment(ordinal));
  if (!view) return view.error();
  return std::optional{view.value().header};
}

}  // namespace

Result<DurableTail> durable_tail(const JournalLayout& layout) {
  // Read first: what is witnessed now is on disk, and what is read later is no less.
  const auto witness = read_witness(layout.head());
  const Sequence witnessed = witness ? witness.value().statement.durable : Sequence{};
  bool is_settled = !is_locked(layout);
  const auto listing = list_segments(layout);
  if (!listing) return listing.error();
  const auto& ordinals = listing.value().ordinals;
  bool later_entries = false;
  for (std::size_t at = ordinals.size(); at-- > 0;) {
    bool unsettled = false;
    const auto newest = newest_in(layout, ordinals[at], is_settled, witnessed, unsettled);
    if (!newest) return newest.error();
    if (newest.value()) {
      const EntryHeader& header = *newest.value();
      return DurableTail{.journal_id = header.journal_id,
                         .last_sequence = header.last(),
                         .last_hash = header.hash,
                         .last_time = header.commit_time,
                         .segment = ordinals[at],
                         .segment_is_whole = later_entries};
    }
    // A segment is synced before the next one gets its first entry.
    if (unsettled) is_settled = later_entries = true;
  }
  return DurableTail{};
}

}  // namespace daybook

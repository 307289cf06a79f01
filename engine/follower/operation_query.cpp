#include "engine/follower/operation_query.hpp"

#include <algorithm>
#include <cstring>

#include "engine/base/limits.hpp"

namespace daybook {

OperationQuery::OperationQuery(const Follower& follower, const WithFacts& with_facts,
                               Sequence as_of, RequestSlot& slot)
    : follower_{follower}, with_facts_{with_facts}, as_of_{as_of}, slot_{slot} {
  std::memcpy(&filter_, slot.events, sizeof(filter_));
}

Result<void> OperationQuery::run() {
  slot_.first_sequence = as_of_;
  slot_.cursor = filter_.cursor;
  if (const auto fault = fault_of(filter_)) {
    slot_.status = RequestStatus::filter_invalid;
    slot_.detail = *fault;
    return {};
  }
  if (!choose_range()) return {};
  Candidates candidates = Candidates::of_operations(follower_.index(), follower_.operations(),
                                                    filter_, facts_.first, facts_.last);
  constexpr std::uint32_t entries_max = 4'096;
  std::optional<Stretch> stretch = candidates.next();
  for (std::uint32_t entries = 0; stretch; ++entries) {
    if (page_ends() || entries == entries_max) {
      slot_.more = true;
      break;
    }
    const Sequence at{newest_first() ? stretch->last : stretch->first};
    auto read = with_facts_(
        at, [&](const EntryFacts& facts) { look_at_entry(facts, candidates, stretch); });
    if (!read.ok()) return read;
  }
  slot_.item_count = static_cast<std::uint32_t>(slot_.query_items.size() / sizeof(std::uint64_t));
  return {};
}

// False when nothing can be in it.
bool OperationQuery::choose_range() {
  auto [first, last] = follower_.operations().sequences_between(filter_.time_min, filter_.time_max);
  first = std::max(first, filter_.sequence_min);
  if (filter_.sequence_max != 0) last = std::min(last, filter_.sequence_max);
  last = std::min(last, as_of_.value());
  if (first > last) return false;
  // An operation that begins within the range may be found by a fact behind it.
  facts_ = {first, std::min(as_of_.value(), last + limits::operation_facts_max)};
  if (filter_.cursor != 0 && newest_first()) {
    last = std::min(last, filter_.cursor - 1);
    facts_.last = std::min(facts_.last, filter_.cursor - 1);
  } else if (filter_.cursor != 0) {
    if (filter_.cursor >= last) return false;
    first = std::max(first, filter_.cursor + 1);
    facts_.first = std::max(facts_.first, filter_.cursor + 1);
  }
  records_ = {first, last};
  return first <= last && facts_.first <= facts_.last;
}

void OperationQuery::look_at_entry(const EntryFacts& facts, Candidates& candidates,
                                   std::optional<Stretch>& stretch) {
  const OperationsOfEntry operations{facts};
  const std::uint64_t first_here = facts.header.first().value();
  const std::uint64_t last_here = facts.header.last().value();
  while (stretch && !page_ends()) {
    const Stretch here{std::max(stretch->first, first_here), std::min(stretch->last, last_here)};
    if (here.first > here.last) return;
    look_at_stretch(operations, here);
    if (page_ends()) return;
    // All that begins up to here was looked at; backwards, all that ends from here on.
    slot_.cursor = newest_first() ? std::min(cursor_or(here.first), here.first)
                                  : std::max(slot_.cursor, here.last);
    if (newest_first() ? stretch->first < first_here : stretch->last > last_here) {
      if (newest_first()) {
        stretch->last = first_here - 1;
      } else {
        stretch->first = last_here + 1;
      }
      return;
    }
    stretch = candidates.next();
  }
}

// The operations that lie in `here`, or in part.
void OperationQuery::look_at_stretch(const OperationsOfEntry& operations, Stretch here) {
  const auto all = operations.all();
  auto begin = std::lower_bound(
      all.begin(), all.end(), here.first,
      [](const auto& place, std::uint64_t wanted) { return place.last.value() < wanted; });
  auto end = std::upper_bound(
      begin, all.end(), here.last,
      [](std::uint64_t wanted, const auto& place) { return wanted < place.sequence.value(); });
  while (begin != end && !page_ends()) {
    const auto& place = newest_first() ? *--end : *begin++;
    const std::uint64_t sequence = place.sequence.value();
    if (sequence < records_.first || sequence > records_.last) continue;
    // It may reach into several stretches.
    if (newest_first() ? sequence >= cursor_or(~std::uint64_t{0}) : sequence <= slot_.cursor) {
      continue;
    }
    look_at(operations, place);
  }
}

void OperationQuery::look_at(const OperationsOfEntry& operations,
                             const OperationsOfEntry::Place& place) {
  // Its events may have to be looked at as well.
  looked_at_ += 1 + operations.operation(place).event_count / events_a_look;
  if (passes(filter_, operations, place)) {
    if (slot_.query_items.size() + sizeof(LogRecordHeader) + sizeof(OperationView) >
        limits::operations_page_bytes_max) {
      full_ = true;
      return;
    }
    const bool with_facts = (filter_.flags & operation_flag::with_facts) != 0;
    const std::uint32_t skip = found_ == 0 ? filter_.skip : 0;
    ++found_;
    if (!append_records(slot_.query_items, operations, place, with_facts, skip,
                        limits::operations_page_bytes_max)) {
      full_ = true;
      return;  // The cursor stays before it.
    }
  }
  slot_.cursor = place.sequence.value();
}

}  // namespace daybook

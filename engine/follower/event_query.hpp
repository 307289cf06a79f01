#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/codec/entry_facts.hpp"
#include "engine/follower/follower.hpp"
#include "engine/follower/with_facts.hpp"
#include "engine/model/domain_event.hpp"
#include "engine/ports/request_slot.hpp"
#include "engine/query/pair_index.hpp"

namespace daybook {

/// One read_events, answered: events with their payloads in the order of sequences, or the heads of
/// streams in the order in which they began.
///
/// Threads.  One; lives as long as the question.
/// Limits.   A page ends at the filter's limit, at limits::event_page_bytes_max, or when it has
///           looked at so much that others should have their turn: then it has `more`, and perhaps
///           no events.
class EventQuery {
 public:
  /// All references outlive the query. `as_of`: the follower has published so much.
  EventQuery(const Follower& follower, WithFacts with_facts, Sequence as_of, RequestSlot& slot);

  /// Fills the slot in. A failure is the journal's.
  [[nodiscard]] Result<void> run();

 private:
  [[nodiscard]] bool newest_first() const {
    return (filter_.flags & event_filter_flag::newest_first) != 0;
  }
  [[nodiscard]] bool page_ends() const {
    return is_full_ || slot_.item_count == filter_.limit || looked_at_ >= looked_at_max ||
           slot_.query_items.size() + sizeof(RecordedEvent) > limits::event_page_bytes_max;
  }

  [[nodiscard]] Result<void> find_events();
  [[nodiscard]] IndexedValues candidates(std::uint64_t first, std::uint64_t last) const;
  [[nodiscard]] std::uint64_t surely_outside() const;
  void look_at_entry(const EntryFacts& facts, IndexedValues& values,
                     std::optional<std::uint64_t>& next);
  void look_at(const DomainEvent& event, std::uint64_t sequence,
               std::span<const std::byte> payload);
  void list_heads();

  static constexpr std::uint32_t looked_at_max = 65'536;
  static constexpr std::uint32_t entries_max = 4'096;

  const Follower& follower_;
  WithFacts with_facts_;
  Sequence as_of_;
  RequestSlot& slot_;
  EventFilter filter_;
  std::uint64_t stream_version_ = 0;  // Of a query of one stream, as of as_of_.
  std::uint32_t looked_at_ = 0;
  bool is_full_ = false;
  bool is_over_ = false;  // What follows is past the versions asked for.
  std::vector<std::byte> payloads_;
};

}  // namespace daybook

#pragma once

#include <cstddef>
#include <vector>

#include "engine/codec/entry_facts.hpp"
#include "engine/model/event_record.hpp"
#include "engine/model/subscription.hpp"

namespace daybook {

/// One entry's facts, operations included, as events of subscriptions.
///
/// Threads.  One. Refers to the entry's facts and lives no longer.
class EntryEvents {
 public:
  /// Cost: O(domain events).
  explicit EntryEvents(const EntryFacts& facts);

  /// Appends to `records` what of the entry `wanted` lets pass, behind sequence `after`, until it
  /// has `bytes_max` or the entry ends; at least one record, whatever its size. Returns the
  /// sequence up to which everything was looked at. Cost: O(runs + facts looked at).
  Sequence append(const Subscription& wanted, Sequence after, std::size_t bytes_max,
                  std::vector<std::byte>& records) const;

 private:
  const EntryFacts& facts_;
  std::vector<std::size_t> payloads_;  // Where that of each domain event begins.
};

}  // namespace daybook

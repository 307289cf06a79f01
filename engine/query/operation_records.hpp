#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/codec/entry_facts.hpp"
#include "engine/model/operation_log.hpp"
#include "engine/model/operation_query.hpp"

namespace daybook {

/// The operations of an entry, each with the runs of facts that it made. Refers to `facts` and
/// lives no longer. Cost: O(runs) once.
class OperationsOfEntry {
 public:
  struct Place {
    Sequence sequence;  ///< Of the record.
    Sequence last;      ///< Of the last fact that it made; the record's where it made none.
    std::uint32_t operation = 0;  ///< Index in the entry's operations.
    std::uint32_t first_refusal = 0;
    std::uint32_t first_refused_data = 0;
    std::uint32_t first_run = 0;  ///< Of runs().
    std::uint32_t run_count = 0;
  };

  explicit OperationsOfEntry(const EntryFacts& facts);

  [[nodiscard]] const EntryFacts& facts() const { return facts_; }
  /// In order of sequence.
  [[nodiscard]] std::span<const Place> all() const { return places_; }
  [[nodiscard]] const Operation& operation(const Place& place) const {
    return facts_.operations[place.operation];
  }
  [[nodiscard]] std::span<const PlacedRun> runs(const Place& place) const {
    return std::span{runs_}.subspan(place.first_run, place.run_count);
  }

 private:
  const EntryFacts& facts_;
  std::vector<Place> places_;
  std::vector<PlacedRun> runs_;  // Those of operations.
};

/// Why the filter cannot be asked; nothing when it can.
[[nodiscard]] std::optional<std::string_view> fault_of(const OperationFilter& filter);

/// Does the filter let this operation pass? Cursor, limit and skip are not looked at.
/// Cost: O(events) where the operation's own fields do not match, else O(1).
[[nodiscard]] bool passes(const OperationFilter& filter, const OperationsOfEntry& operations,
                          const OperationsOfEntry::Place& place);

/// Appends the operation's record and what belongs to it but for the first `skip` parts, as long as
/// `records` does not grow above `bytes_max`; one record is always taken. True when nothing is
/// left.
bool append_records(std::vector<std::byte>& records, const OperationsOfEntry& operations,
                    const OperationsOfEntry::Place& place, bool with_facts, std::uint32_t skip,
                    std::size_t bytes_max);

}  // namespace daybook

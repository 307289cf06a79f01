#pragma once

#include <array>
#include <cstdint>
#include <utility>

#include "engine/codec/entry_facts.hpp"
#include "engine/query/index_key.hpp"
#include "engine/query/pair_index.hpp"
#include "engine/query/time_marks.hpp"

namespace daybook {

/// The index of the operation log: operations by who, why, kind and outcome, and by the references
/// of the accounts and domain events that they created and of the events that they refused. Those
/// of the transfers that were created stand in FactIndex::transfers(). A field that is 0 is not
/// indexed; so neither is the status `ok`, which nearly all have.
///
/// Values.   The *stretch* of FactIndex::stretch_facts sequences that the operation's record lies
///           in, once however often a field's value comes in it.
/// Threads.  One adds; the rest is for any.
/// Cost.     Of an operation: a pair for each field that was not met in the stretch: clients, kinds
///           and users rarely, a trace id of its own always.
class OperationIndex {
 public:
  /// `store`: as PairIndex.
  OperationIndex(PairIndex::Sizes sizes, RunStore* store)
      : operations_{sizes, store, "operations"} {}

  /// The next entry of the journal. Once this returns, views show it.
  void add(const EntryFacts& facts);

  [[nodiscard]] IndexView operations() const { return operations_.view(); }

  /// As TimeMarks', of operations.
  [[nodiscard]] std::pair<std::uint64_t, std::uint64_t> sequences_between(Timestamp min,
                                                                          Timestamp max) const {
    return marks_.sequences_between(min, max);
  }

  /// As those of FactIndex.
  void save(SnapshotWriter& into) const;
  [[nodiscard]] static bool owns(const SnapshotBlock& block);
  [[nodiscard]] Result<void> restore(const SnapshotBlock& block, const SnapshotReader& from);

 private:
  void add(const EntryFacts& facts, const Operation& operation, const PlacedRun& placed);
  void add_refused(const EntryFacts& facts, const Operation& operation, const PlacedRun& placed);
  template <typename Event>
  void add_references(const Event& event, std::uint64_t operation);
  void add_field(IndexField field, const Uint128& number, std::uint64_t sequence);

  static constexpr std::uint64_t facts_a_mark = 4'096;
  static constexpr std::size_t seen_slots = 64;

  PairIndex operations_;
  /// As FactIndex has it.
  std::array<std::array<std::uint64_t, seen_slots>, index_field_end> seen_{};
  std::uint64_t next_mark_ = 0;
  TimeMarks marks_;
};

}  // namespace daybook

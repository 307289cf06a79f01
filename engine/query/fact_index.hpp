#pragma once

#include <array>
#include <cstdint>
#include <utility>

#include "engine/codec/entry_facts.hpp"
#include "engine/query/index_key.hpp"
#include "engine/query/pair_index.hpp"
#include "engine/query/time_marks.hpp"

namespace daybook {

/// The indexes of everything that can be queried: an account's transfers and what else changed its
/// balances, transfers by their fields, accounts by theirs. Derived from the journal, entry by
/// entry, so they can always be made again. A field that is 0 is not indexed.
///
/// Values.   Of an account's transfers and releases, their sequences. Of transfers by field, the
/// *stretch* of
///           `stretch_facts` sequences that the transfer lies in, once however often the field's
///           value comes in it: so ledgers, codes and tags cost next to nothing, and a reader looks
///           at a few neighbours. Of accounts, their place in the order of creation.
/// Threads.  One adds; the rest is for any.
/// Cost.     Two pairs a transfer for its accounts, one for each other field that is set and was
///           not met in the stretch.
class FactIndex {
 public:
  static constexpr std::uint64_t stretch_facts = 64;

  /// `store`: as PairIndex.
  FactIndex(PairIndex::Sizes sizes, RunStore* store)
      : history_{sizes, store, "history"},
        transfers_{sizes, store, "transfer-fields"},
        accounts_{sizes, store, "account-fields"} {}

  /// The next entry of the journal. Once this returns, views show it.
  void add(const EntryFacts& facts);

  [[nodiscard]] IndexView history() const { return history_.view(); }
  [[nodiscard]] IndexView transfers() const { return transfers_.view(); }
  [[nodiscard]] IndexView accounts() const { return accounts_.view(); }

  /// As TimeMarks', of transfers.
  [[nodiscard]] std::pair<std::uint64_t, std::uint64_t> sequences_between(Timestamp min,
                                                                          Timestamp max) const {
    return marks_.sequences_between(min, max);
  }

  /// As those of PairIndex.
  void save(SnapshotWriter& into) const;
  /// Is it one of those that save() wrote?
  [[nodiscard]] static bool owns(const SnapshotBlock& block);
  [[nodiscard]] Result<void> restore(const SnapshotBlock& block, const SnapshotReader& from);

 private:
  void add(const Transfer& transfer, std::uint64_t sequence);
  void add(const HoldReleased& release, std::uint64_t sequence);
  void add(const Account& account);
  void add_field(IndexField field, const Uint128& number, std::uint64_t stretch);

  static constexpr std::uint64_t facts_a_mark = 4'096;
  static constexpr std::size_t seen_slots = 64;

  PairIndex history_;
  PairIndex transfers_;
  PairIndex accounts_;
  std::uint64_t account_count_ = 0;
  /// By field: keys that stand in the stretch already, as far as others did not take their places.
  /// Each is mixed with its stretch, so that nothing need be cleared.
  std::array<std::array<std::uint64_t, seen_slots>, index_field_end> seen_{};
  std::uint64_t next_mark_ = 0;
  TimeMarks marks_;
};

}  // namespace daybook

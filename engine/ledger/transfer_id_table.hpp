#pragma once

#include <cstdint>
#include <optional>

#include "engine/ledger/fact_reader.hpp"
#include "engine/ledger/id_index.hpp"
#include "engine/model/sequence.hpp"
#include "engine/model/transfer.hpp"

namespace daybook {

/// Every transfer id that was ever used: created, or burnt by a transient refusal; and of those
/// that something came after (a hold that was resolved, a posted transfer that was reversed), what
/// came last.
///
/// It keeps 12 bytes an id and no id: a hit is confirmed by reading the fact it leads to (see
/// FactReader), which a repeat needs anyway to be compared. New ids, the common case, miss.
///
/// Threads.  One, but for release_retired().
class TransferIdTable {
 public:
  TransferIdTable(std::uint64_t ids_max, std::uint64_t hash_seed)
      : index_{2 * ids_max, hash_seed}, ids_max_{ids_max} {}

  struct Use {
    Sequence sequence;  ///< Of the transfer; where burnt, of the operation that refused it.
    bool burnt = false;
  };

  /// What came last after a transfer.
  struct FollowUp {
    Sequence sequence;
    bool released = false;      ///< The hold's time was over; else `recorded` says what came.
    RecordedTransfer recorded;  ///< A post, a void, a reversal.
  };

  [[nodiscard]] std::uint64_t tag_of(TransferId id) const { return index_.tag_of(id.value()); }
  void prefetch(std::uint64_t tag) const { index_.prefetch(tag); }

  /// False: no id with this tag was ever used.
  [[nodiscard]] bool may_hold(std::uint64_t tag) const {
    return index_.candidate(tag) != IdIndex::none;
  }

  /// How `id` was used. `facts` is asked about each candidate; on a hit it left the transfer in
  /// `*recorded` (unless burnt).
  [[nodiscard]] std::optional<Use> find(TransferId id, std::uint64_t tag, FactReader& facts,
                                        RecordedTransfer* recorded) const {
    const std::uint64_t found = index_.find(tag, [&](std::uint64_t value) {
      const Sequence sequence{value >> kind_bits};
      if ((value & kind_mask) == burnt) return facts.burnt_at(sequence, id);
      if ((value & kind_mask) != created) return false;
      return facts.transfer_at(sequence, *recorded) && recorded->transfer.id == id;
    });
    if (found == IdIndex::none) return std::nullopt;
    return Use{Sequence{found >> kind_bits}, (found & kind_mask) == burnt};
  }

  /// What came last after the transfer `id`, if anything did.
  [[nodiscard]] std::optional<FollowUp> find_follow_up(TransferId id, FactReader& facts) const {
    FollowUp follow_up;
    const std::uint64_t found = index_.find(tag_of(id), [&](std::uint64_t value) {
      if ((value & kind_mask) != followed) return false;
      follow_up.sequence = Sequence{value >> kind_bits};
      follow_up.released = facts.released_at(follow_up.sequence, id);
      if (follow_up.released) return true;
      return facts.transfer_at(follow_up.sequence, follow_up.recorded) &&
             follow_up.recorded.transfer.pending_id == id;
    });
    if (found == IdIndex::none) return std::nullopt;
    return follow_up;
  }

  /// Calls `use(const Use&)` for everything that may be a use of `id`, unconfirmed.
  template <typename Callback>
  void for_each_candidate(TransferId id, Callback use) const {
    for_each_value(id, [&](std::uint64_t kind, Sequence sequence) {
      if (kind != followed) use(Use{sequence, kind == burnt});
    });
  }
  /// Calls `use(Sequence)` for everything that may have come last after `id`, unconfirmed.
  template <typename Callback>
  void for_each_follow_up(TransferId id, Callback use) const {
    for_each_value(id, [&](std::uint64_t kind, Sequence sequence) {
      if (kind == followed) use(sequence);
    });
  }

  /// Makes room for `count` transfers, each of which may come after another.
  void prepare(std::uint64_t count) { index_.prepare(2 * count); }
  void insert(std::uint64_t tag, Sequence sequence) {
    index_.insert(tag, value_of(sequence, created));
    ++ids_;
  }
  void insert_burnt(std::uint64_t tag, Sequence operation) {
    index_.insert(tag, value_of(operation, burnt));
    ++ids_;
  }
  /// Undoes the latest insert().
  void take_back(std::uint64_t tag, Sequence sequence) {
    index_.take_back(tag, value_of(sequence, created));
    --ids_;
  }

  /// Did the fact at `sequence` come last after a transfer whose tag this is?
  [[nodiscard]] bool follows(std::uint64_t tag, Sequence sequence) const {
    return index_.find(tag, [&](std::uint64_t value) {
      return value == value_of(sequence, followed);
    }) != IdIndex::none;
  }

  /// `sequence` came after the transfer whose tag this is; `before` did so until now (0: nothing).
  void follow(std::uint64_t tag, Sequence before, Sequence sequence) {
    if (before.value() == 0) {
      index_.insert(tag, value_of(sequence, followed));
    } else {
      index_.replace(tag, value_of(before, followed), value_of(sequence, followed));
    }
  }
  /// Undoes the latest follow(), of the same arguments.
  void take_back_follow(std::uint64_t tag, Sequence before, Sequence sequence) {
    if (before.value() == 0) {
      index_.take_back(tag, value_of(sequence, followed));
    } else {
      index_.replace(tag, value_of(sequence, followed), value_of(before, followed));
    }
  }

  /// Ids ever used.
  [[nodiscard]] std::uint64_t size() const { return ids_; }
  [[nodiscard]] std::uint64_t room() const { return ids_max_ - ids_; }
  void release_retired() { index_.release_retired(); }

 private:
  static constexpr unsigned kind_bits = 2;
  static constexpr std::uint64_t kind_mask = 3;
  static constexpr std::uint64_t created = 0;
  static constexpr std::uint64_t burnt = 1;
  static constexpr std::uint64_t followed = 2;

  template <typename Callback>
  void for_each_value(TransferId id, Callback use) const {
    static_cast<void>(index_.find(tag_of(id), [&](std::uint64_t value) {
      use(value & kind_mask, Sequence{value >> kind_bits});
      return false;
    }));
  }

  static std::uint64_t value_of(Sequence sequence, std::uint64_t kind) {
    return sequence.value() << kind_bits | kind;
  }

  IdIndex index_;
  std::uint64_t ids_max_;
  std::uint64_t ids_ = 0;
};

}  // namespace daybook

#pragma once

#include <cstdint>
#include <optional>

#include "engine/ledger/fact_reader.hpp"
#include "engine/ledger/id_index.hpp"
#include "engine/model/sequence.hpp"
#include "engine/model/transfer.hpp"

namespace daybook {

/// Every transfer id that was ever used: created, or burnt by a transient refusal.
///
/// It keeps 12 bytes an id and no id: a hit is confirmed by reading the fact it leads to (see
/// FactReader), which a repeat needs anyway to be compared. New ids, the common case, miss.
///
/// Threads.  One, but for release_retired().
class TransferIdTable {
 public:
  TransferIdTable(std::uint64_t ids_max, std::uint64_t hash_seed)
      : index_{ids_max, hash_seed}, ids_max_{ids_max} {}

  struct Use {
    Sequence sequence;  ///< Of the transfer; where burnt, of the operation that refused it.
    bool burnt = false;
  };

  [[nodiscard]] std::uint64_t tag_of(TransferId id) const { return index_.tag_of(id.value()); }
  void prefetch(std::uint64_t tag) const { index_.prefetch(tag); }

  /// False: no id with this tag was ever used.
  [[nodiscard]] bool may_hold(std::uint64_t tag) const {
    return index_.candidate(tag) != IdIndex::none;
  }

  /// How `id` was used. `facts` is asked about each candidate; on a hit it left the transfer in
  /// `*transfer` (unless burnt).
  [[nodiscard]] std::optional<Use> find(TransferId id, std::uint64_t tag, FactReader& facts,
                                        Transfer* transfer) const {
    const std::uint64_t found = index_.find(tag, [&](std::uint64_t value) {
      const Sequence sequence{value >> 1};
      if ((value & burnt_bit) != 0) return facts.burnt_at(sequence, id);
      return facts.transfer_at(sequence, *transfer) && transfer->id == id;
    });
    if (found == IdIndex::none) return std::nullopt;
    return Use{Sequence{found >> 1}, (found & burnt_bit) != 0};
  }

  /// Calls `use(const Use&)` for everything that may be a use of `id`, unconfirmed.
  template <typename Callback>
  void for_each_candidate(TransferId id, Callback use) const {
    static_cast<void>(index_.find(tag_of(id), [&](std::uint64_t value) {
      use(Use{Sequence{value >> 1}, (value & burnt_bit) != 0});
      return false;
    }));
  }

  void prepare(std::uint64_t count) { index_.prepare(count); }
  void insert(std::uint64_t tag, Sequence sequence) { index_.insert(tag, sequence.value() << 1); }
  void insert_burnt(std::uint64_t tag, Sequence operation) {
    index_.insert(tag, operation.value() << 1 | burnt_bit);
  }
  /// Undoes the latest insert().
  void take_back(std::uint64_t tag, Sequence sequence) {
    index_.take_back(tag, sequence.value() << 1);
  }
  [[nodiscard]] std::uint64_t size() const { return index_.size(); }
  [[nodiscard]] std::uint64_t room() const { return ids_max_ - index_.size(); }
  void release_retired() { index_.release_retired(); }

 private:
  static constexpr std::uint64_t burnt_bit = 1;

  IdIndex index_;
  std::uint64_t ids_max_;
};

}  // namespace daybook

#pragma once

#include <cstdint>

#include "engine/base/mapped_array.hpp"
#include "engine/ledger/fact_reader.hpp"
#include "engine/ledger/id_index.hpp"
#include "engine/model/domain_event.hpp"
#include "engine/model/sequence.hpp"

namespace daybook {

/// Which ids of domain events are used, and by what.
///
/// It keeps 36 bytes an event and neither id nor payload: an index entry, the event's sequence and
/// timestamp, and a hash of its content. An event that comes again is known by tag and hash (111
/// bits together) without a read; only one that differs is compared with the journal's, and of that
/// only the head: where no field differs, the payload does.
///
/// Threads.  One, but for tend_memory().
/// Limits.   ids_max at construction; room() says what is left.
class EventIdTable {
 public:
  EventIdTable(std::uint64_t ids_max, std::uint64_t hash_seed)
      : index_{ids_max, hash_seed}, kept_{ids_max} {}

  [[nodiscard]] std::uint64_t tag_of(const Uint128& id) const { return index_.tag_of(id); }

  struct Found {
    /// created: the id is free; exists; or how the event differs from the one that has its id.
    AppendEventStatus status = AppendEventStatus::created;
    Timestamp original;  ///< Of the event that has the id.
  };
  /// `content`: of hashes_of(event).
  [[nodiscard]] Found find(const DomainEvent& event, std::uint64_t content,
                           FactReader& facts) const;

  /// Calls `use(Sequence)` with the place of everything that may have the id, unconfirmed.
  template <typename Callback>
  void for_each_candidate(const Uint128& id, Callback use) const {
    static_cast<void>(index_.find(tag_of(id), [&](std::uint64_t place) {
      use(kept_[place].sequence);
      return false;
    }));
  }

  /// What is kept of one id.
  struct Kept {
    Sequence sequence;
    Timestamp timestamp;
    std::uint64_t content = 0;
  };
  /// For a snapshot: as NameTable's.
  template <typename Callback>
  void for_each(Callback use) const {
    index_.for_each([&](std::uint64_t tag, std::uint64_t place) { use(tag, place, kept_[place]); });
  }
  /// As NameTable's.
  [[nodiscard]] bool has_place(std::uint64_t tag) const { return index_.has_place(tag); }
  void reserve(std::uint64_t count) { index_.reserve(count); }
  void restore(std::uint64_t tag, std::uint64_t place, const Kept& kept) {
    kept_[place] = kept;
    index_.insert(tag, place);
  }
  [[nodiscard]] bool is_free(std::uint64_t place) const {
    return place < kept_.size() && kept_[place].sequence.value() == 0;
  }

  /// Makes room for `count` more ids.
  void prepare(std::uint64_t count) { index_.prepare(count); }
  /// Requires: prepared, room, the id is free.
  void insert(const DomainEvent& event, std::uint64_t content, Sequence sequence);

  [[nodiscard]] std::uint64_t size() const { return index_.size(); }
  [[nodiscard]] std::uint64_t room() const { return kept_.size() - index_.size(); }
  void tend_memory() { index_.tend_memory(); }

 private:
  IdIndex index_;
  MappedArray<Kept> kept_;  // In the order of insertion.
};

}  // namespace daybook

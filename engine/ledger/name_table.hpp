#pragma once

#include <cstdint>

#include "engine/base/mapped_array.hpp"
#include "engine/ledger/fact_reader.hpp"
#include "engine/ledger/id_index.hpp"
#include "engine/model/name.hpp"
#include "engine/model/sequence.hpp"

namespace daybook {

/// Which ids have names, and where the journal has them.
///
/// It keeps 28 bytes a name and no text: an index entry, the sequence of the name's fact, and a
/// hash of the whole name. A name that comes again, as those of much used accounts do with every
/// request, is known by tag and hash (111 bits together), without a read; only one that differs is
/// compared with the journal's.
///
/// Threads.  One, but for tend_memory().
/// Limits.   names_max at construction; room() says what is left.
class NameTable {
 public:
  NameTable(std::uint64_t names_max, std::uint64_t hash_seed)
      : index_{names_max, hash_seed}, kept_{names_max} {}

  enum class Match : std::uint8_t {
    none,      ///< The id has no name.
    same,      ///< It has this one.
    conflict,  ///< It has another one.
  };

  [[nodiscard]] std::uint64_t tag_of(const NameKey& key) const;

  /// Requires: fault_of(name) finds none.
  [[nodiscard]] Match find(const Name& name, FactReader& facts) const;

  /// What putting `name` answers: `created` if it is news. In the order of PutNameStatus.
  [[nodiscard]] PutNameStatus decide_put(const Name& name, FactReader& facts) const;

  /// Calls `use(Sequence)` with the place of everything that may be the name of `key`, unconfirmed.
  template <typename Callback>
  void for_each_candidate(const NameKey& key, Callback use) const {
    static_cast<void>(index_.find(tag_of(key), [&](std::uint64_t place) {
      use(kept_[place].sequence);
      return false;
    }));
  }

  /// Makes room for `count` more names.
  void prepare(std::uint64_t count) { index_.prepare(count); }
  /// Requires: prepared, room, find() says none.
  void insert(const Name& name, Sequence sequence);

  /// What is kept of one name.
  struct Kept {
    Sequence sequence;
    std::uint64_t hash = 0;
  };
  /// Calls `use(tag, place, const Kept&)` for each name, in any order: for a snapshot. Places are
  /// dense, from 0.
  template <typename Callback>
  void for_each(Callback use) const {
    index_.for_each([&](std::uint64_t tag, std::uint64_t place) { use(tag, place, kept_[place]); });
  }
  /// Makes room for `count` names at once. Requires: empty.
  void reserve(std::uint64_t count) { index_.reserve(count); }
  [[nodiscard]] bool has_place(std::uint64_t tag) const { return index_.has_place(tag); }
  /// From a snapshot. Requires: reserved, has_place(), `place` is free and one of the first room()
  /// + size().
  void restore(std::uint64_t tag, std::uint64_t place, const Kept& kept) {
    kept_[place] = kept;
    index_.insert(tag, place);
  }
  [[nodiscard]] bool is_free(std::uint64_t place) const {
    return place < kept_.size() && kept_[place].sequence.value() == 0;
  }

  [[nodiscard]] std::uint64_t size() const { return index_.size(); }
  [[nodiscard]] std::uint64_t room() const { return kept_.size() - index_.size(); }
  void tend_memory() { index_.tend_memory(); }

 private:
  IdIndex index_;
  MappedArray<Kept> kept_;  // In the order of insertion.
};

}  // namespace daybook

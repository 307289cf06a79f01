#pragma once

#include <cstdint>
#include <span>

#include "engine/aggregates/rows.hpp"
#include "engine/base/hash.hpp"
#include "engine/base/mapped_array.hpp"
#include "engine/ledger/id_index.hpp"

namespace daybook {

/// All rows of one kind, found by key, in the order in which they were first put. Nothing is ever
/// erased.
///
/// Threads.  One, but for tend_memory().
/// Limits.   rows_max at construction; room() says what is left.
/// Memory.   The row, and 12 bytes in its index.
template <typename Row>
class RowTable {
 public:
  RowTable(std::uint64_t rows_max, std::uint64_t hash_seed)
      : seed_{hash_seed}, index_{rows_max, hash_seed}, rows_{rows_max} {}

  [[nodiscard]] std::uint64_t tag_of(const Uint128& key) const { return index_.tag_of(key); }
  /// Both halves are mixed with the seed, so that nobody can choose keys that share a tag.
  [[nodiscard]] std::uint64_t tag_of(const ClaimKey& key) const {
    return index_.tag_of({mix(key.payment_id, seed_), mix(key.id, ~seed_)});
  }
  [[nodiscard]] std::uint64_t tag_of(const NumberKey& key) const {
    return index_.tag_of({mix(key.id, seed_), mix(Uint128{key.number}, ~seed_)});
  }

  template <typename Key>
  [[nodiscard]] const Row* find(const Key& key) const {
    const std::uint64_t found =
        index_.find(tag_of(key), [&](std::uint64_t place) { return rows_[place].key() == key; });
    return found == IdIndex::none ? nullptr : &rows_[found];
  }

  /// Makes room for `count` more rows.
  void prepare(std::uint64_t count) { index_.prepare(count); }

  /// The row's place, a new one where there was none. Requires: of a new one, prepared and room.
  [[nodiscard]] Row& place_of(const Row& row) {
    const auto key = row.key();
    const std::uint64_t found =
        index_.find(tag_of(key), [&](std::uint64_t place) { return rows_[place].key() == key; });
    if (found != IdIndex::none) return rows_[found];
    const std::uint64_t place = index_.size();
    index_.insert(tag_of(key), place);
    return rows_[place];
  }

  /// In the order in which they were first put.
  [[nodiscard]] std::span<const Row> all() const { return {rows_.items(), index_.size()}; }
  [[nodiscard]] std::uint64_t room() const { return rows_.size() - index_.size(); }
  void tend_memory() { index_.tend_memory(); }

 private:
  std::uint64_t seed_;
  IdIndex index_;
  MappedArray<Row> rows_;
};

}  // namespace daybook

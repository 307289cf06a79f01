#pragma once

#include <compare>
#include <cstdint>

namespace daybook {

/// One member of an index: pairs are what runs hold, sorted by key and then by value, each once.
///
/// What the two words mean is the caller's: usually `key` is a 64-bit hash of a field's number and
/// value, and `value` a sequence. Two fields may share a hash, so a reader compares the record that
/// the value leads to.
struct IndexPair {
  std::uint64_t key = 0;
  std::uint64_t value = 0;

  friend constexpr bool operator==(const IndexPair&, const IndexPair&) = default;

  /// By key, then by value: as one 128-bit number, so that compilers need no branch.
  friend constexpr bool operator<(const IndexPair& a, const IndexPair& b) {
    return a.wide() < b.wide();
  }
  friend constexpr bool operator>(const IndexPair& a, const IndexPair& b) { return b < a; }
  friend constexpr bool operator<=(const IndexPair& a, const IndexPair& b) { return !(b < a); }
  friend constexpr bool operator>=(const IndexPair& a, const IndexPair& b) { return !(a < b); }

 private:
  __extension__ typedef unsigned __int128 Wide;
  [[nodiscard]] constexpr Wide wide() const { return static_cast<Wide>(key) << 64 | value; }
};
static_assert(sizeof(IndexPair) == 16);

}  // namespace daybook

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace daybook {

/// A pair of an index in eight bytes: the key's tag above, below it how far the value is from the
/// base of its run. Packed pairs compare as (tag, value).
using PackedPair = std::uint64_t;

inline constexpr unsigned packed_offset_bits = 32;
inline constexpr std::uint64_t packed_offset_max = (std::uint64_t{1} << packed_offset_bits) - 1;

/// The part of a key that an index keeps. Keys are hashes, so a million pairs of other keys add
/// about one false candidate in 4,000 lookups; readers look at the records anyway.
[[nodiscard]] constexpr std::uint64_t tag_of_key(std::uint64_t key) {
  return key >> (64 - packed_offset_bits);
}

/// Requires: value - base <= packed_offset_max.
[[nodiscard]] constexpr PackedPair pack(std::uint64_t key, std::uint64_t value,
                                        std::uint64_t base) {
  return tag_of_key(key) << packed_offset_bits | (value - base);
}
[[nodiscard]] constexpr std::uint64_t offset_of(PackedPair pair) {
  return pair & packed_offset_max;
}

/// Sorts by tag and keeps the order within a tag: pairs whose values come in order end up sorted.
/// `room` grows to as many pairs. Requires: fewer than 2^32 pairs. Cost: three passes of a radix
/// sort, quick while pairs and room fit the second cache.
void sort_by_tag(std::span<PackedPair> pairs, std::vector<PackedPair>& room);

/// One sorted sequence of sorted blocks whose values grow from block to block. They are dealt out
/// by the tag's first bits, which they have in order already, so that what is left to sort fits the
/// first cache.
[[nodiscard]] std::vector<PackedPair> merge_sorted(
    std::span<const std::span<const PackedPair>> blocks, std::vector<PackedPair>& room);

}  // namespace daybook

#pragma once

#include <array>
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

/// Pairs dealt out by the first bits of their tags; within such a bucket they stand as they came.
/// One pass, where sorting takes three, and enough for a search: a bucket is a few lines of cache.
class DealtPairs {
 public:
  static constexpr unsigned bucket_bits = 10;
  static constexpr std::size_t buckets = std::size_t{1} << bucket_bits;

  /// Requires: fewer than 2^32 pairs.
  explicit DealtPairs(std::span<const PackedPair> pairs);

  [[nodiscard]] std::span<const PackedPair> all() const { return pairs_; }
  /// Requires: bucket < buckets.
  [[nodiscard]] std::span<const PackedPair> bucket(std::size_t bucket) const {
    return std::span{pairs_}.subspan(begins_[bucket], begins_[bucket + 1] - begins_[bucket]);
  }
  /// Where pairs of this key are.
  [[nodiscard]] std::span<const PackedPair> bucket_of(std::uint64_t key) const {
    return bucket(key >> (64 - bucket_bits));
  }

 private:
  std::array<std::uint32_t, buckets + 1> begins_{};
  std::vector<PackedPair> pairs_;
};

/// All pairs of `blocks`, sorted by tag; within a tag they stay in the order of the blocks, so
/// pairs whose values grow from first to last end up sorted. Cost: a copy, and three passes within
/// the first cache.
[[nodiscard]] std::vector<PackedPair> sorted_of(std::span<const DealtPairs* const> blocks);

}  // namespace daybook

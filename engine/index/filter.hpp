#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include "engine/base/result.hpp"

/// A set of 64-bit keys that answers "certainly not" or "perhaps", in about 18 bits a key.
///
/// A binary fuse filter with three places and 16-bit fingerprints (Graf and Lemire, "Binary Fuse
/// Filters: Fast and Smaller Than Xor Filters", 2022): of keys that are not in it, one of 65,536
/// gets "perhaps". The keys are cut into shards by their top bits, a filter each, so that building
/// streams over sorted keys, works in the caches, and needs memory for one shard only.
///
/// As bytes, little-endian:
///
///   offset size
///        0    8  checksum: XXH3-64 of all bytes after it
///        8    4  magic: "DBKF"
///       12    4  format version: 1
///       16    8  key count
///       24    8  slot count, of all shards
///       32    4  shard bits: 2^bits shards; a key's shard is its top bits
///       36    4  reserved: 0
///       40       shards, 24 bytes each:
///                  0  8  seed
///                  8  8  first slot, counted over all shards
///                 16  4  span: slots less two segments; 0 for a shard without slots
///                 20  2  segment bits: a segment has 2^bits slots
///                 22  2  answer of a shard without slots: 0 "not", 1 "perhaps"
///                slots, 2 bytes each
///
/// A key's hash is the finaliser of MurmurHash3 over key + seed. Its three slots are in three
/// segments that follow each other: the first is hash * span / 2^64, the second and third are one
/// and two segments further, their place in the segment changed by (hash >> 18) and hash. The
/// fingerprint is hash ^ hash >> 32, 16 bits; it is the three slots combined by exclusive or.

namespace daybook {

inline constexpr std::uint32_t filter_magic = 0x464b4244;  // "DBKF"
inline constexpr std::uint32_t filter_format_version = 1;
inline constexpr unsigned filter_shard_bits_max = 16;
inline constexpr unsigned filter_segment_bits_max = 18;

struct FilterHeader {
  std::uint64_t checksum = 0;
  std::uint32_t magic = 0;
  std::uint32_t format_version = 0;
  std::uint64_t key_count = 0;
  std::uint64_t slot_count = 0;
  std::uint32_t shard_bits = 0;
  std::uint32_t reserved = 0;
};
static_assert(sizeof(FilterHeader) == 40);

struct FilterShard {
  std::uint64_t seed = 0;
  std::uint64_t first_slot = 0;
  std::uint32_t span = 0;
  std::uint16_t segment_bits = 0;
  std::uint16_t answer = 0;

  [[nodiscard]] std::uint64_t slot_count() const {
    return span == 0 ? 0 : span + (std::uint64_t{2} << segment_bits);
  }
};
static_assert(sizeof(FilterShard) == 24);

/// Where a key's three slots are in its shard, and what they must give together.
struct FilterPlaces {
  std::uint64_t at[3];
  std::uint16_t fingerprint;

  FilterPlaces(std::uint64_t hash, const FilterShard& shard);
  [[nodiscard]] static std::uint64_t hash_of(std::uint64_t key, std::uint64_t seed);
};

/// A filter to be asked. Its slots stay where they are, in memory or in a mapped file.
///
/// Threads.  Any number.
/// Errors.   Damage is found by open(), which reads every byte; afterwards no bytes, changed or
///           not, make it read outside of what it was given.
/// Limits.   65,536 shards.
class Filter {
 public:
  /// `keeper` keeps the bytes alive as long as the filter. `damaged` or `unsupported`.
  [[nodiscard]] static Result<Filter> open(std::span<const std::byte> bytes,
                                           std::shared_ptr<const void> keeper);

  /// Begins to bring the lines that contains() will read into the cache. Worth it when some
  /// hundred nanoseconds of other work, such as other keys' prefetches, lie between the two.
  void prefetch(std::uint64_t key) const {
    const FilterShard& shard = shard_of(key);
    if (shard.span == 0) return;
    const FilterPlaces places{FilterPlaces::hash_of(key, shard.seed), shard};
    const std::byte* base = slots_ + shard.first_slot * sizeof(std::uint16_t);
    for (const std::uint64_t at : places.at) __builtin_prefetch(base + at * sizeof(std::uint16_t));
  }

  /// False: the key was never added. True: it was, or one of 65,536 that were not.
  [[nodiscard]] bool contains(std::uint64_t key) const {
    const FilterShard& shard = shard_of(key);
    if (shard.span == 0) return shard.answer != 0;
    const FilterPlaces places{FilterPlaces::hash_of(key, shard.seed), shard};
    const std::byte* base = slots_ + shard.first_slot * sizeof(std::uint16_t);
    const auto both = static_cast<std::uint16_t>(
        slot(base, places.at[0]) ^ slot(base, places.at[1]) ^ slot(base, places.at[2]));
    return both == places.fingerprint;
  }

  [[nodiscard]] std::uint64_t key_count() const { return key_count_; }

 private:
  Filter() = default;

  [[nodiscard]] const FilterShard& shard_of(std::uint64_t key) const {
    // Two shifts, because there may be one shard, and a shift by 64 is undefined.
    return shards_[key >> 1 >> (63 - shard_bits_)];
  }
  static std::uint16_t slot(const std::byte* base, std::uint64_t at) {
    std::uint16_t value = 0;
    std::memcpy(&value, base + at * sizeof(value), sizeof(value));
    return value;
  }

  std::vector<FilterShard> shards_;
  const std::byte* slots_ = nullptr;
  unsigned shard_bits_ = 0;
  std::uint64_t key_count_ = 0;
  std::shared_ptr<const void> keeper_;
};

inline std::uint64_t FilterPlaces::hash_of(std::uint64_t key, std::uint64_t seed) {
  std::uint64_t hash = key + seed;
  hash = (hash ^ hash >> 33) * 0xff51afd7ed558ccd;
  hash = (hash ^ hash >> 33) * 0xc4ceb9fe1a85ec53;
  return hash ^ hash >> 33;
}

inline FilterPlaces::FilterPlaces(std::uint64_t hash, const FilterShard& shard)
    : fingerprint{static_cast<std::uint16_t>(hash ^ hash >> 32)} {
  __extension__ typedef unsigned __int128 Wide;
  const std::uint64_t segment = std::uint64_t{1} << shard.segment_bits;
  at[0] = static_cast<std::uint64_t>(static_cast<Wide>(hash) * shard.span >> 64);
  at[1] = (at[0] + segment) ^ (hash >> 18 & (segment - 1));
  at[2] = (at[0] + 2 * segment) ^ (hash & (segment - 1));
}

}  // namespace daybook

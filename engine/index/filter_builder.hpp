#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/index/filter.hpp"

namespace daybook {

/// Makes a Filter's bytes from keys in ascending order. The same keys give the same bytes.
///
/// It cannot fail: a shard that does not work out with one seed is tried with others and then with
/// more slots, and a shard that never does (nobody has seen one) answers "perhaps" to every key.
///
/// Memory.   2.3 bytes a key for the result, and some 15 MiB for the shard at hand. That holds for
///           keys that are spread evenly, as hashes are; of others all may fall into one shard,
///           which is then as good and takes 30 bytes a key to build.
/// Threads.  One.
/// Limits.   2^30 keys in one shard; more stop the process.
class FilterBuilder {
 public:
  /// `keys_max`: at least as many as will be added; it decides how many shards there are.
  explicit FilterBuilder(std::uint64_t keys_max);

  /// Requires: `key` is not less than the key before. The same key again is ignored.
  void add(std::uint64_t key) {
    if (!keys_.empty() && keys_.back() == key) return;
    if (shard_of(key) != shards_.size()) close_shards_before(key);
    keys_.push_back(key);
  }

  /// The filter's bytes, two in a word. Call once, last.
  [[nodiscard]] std::vector<std::uint16_t> finish();

 private:
  // A slot while its shard is built: how many keys have it, and their hashes and places combined.
  struct Slot {
    std::uint64_t hashes = 0;
    std::uint32_t count = 0;
    std::uint32_t places = 0;
  };
  // A key that was alone in slot `place` (0 to 2) of its three.
  struct Peeled {
    std::uint64_t hash = 0;
    std::uint32_t place = 0;
  };

  [[nodiscard]] std::uint64_t shard_of(std::uint64_t key) const {
    return key >> 1 >> (63 - shard_bits_);
  }
  [[nodiscard]] std::size_t words_before_slots() const {
    return (sizeof(FilterHeader) + (sizeof(FilterShard) << shard_bits_)) / sizeof(std::uint16_t);
  }
  void close_shards_before(std::uint64_t key);
  void close_shard();
  bool peel(const FilterShard& shard);
  void fill(const FilterShard& shard);

  unsigned shard_bits_ = 0;
  std::uint64_t key_count_ = 0;
  std::vector<std::uint64_t> keys_;  // Of the open shard, whose number is shards_.size().
  std::vector<FilterShard> shards_;
  std::vector<std::uint16_t> words_;  // Room for the header and shards, closed shards' slots.
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> alone_;
  std::vector<Peeled> peeled_;
};

}  // namespace daybook

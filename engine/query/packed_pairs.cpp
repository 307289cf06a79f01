#include "engine/query/packed_pairs.hpp"

#include <algorithm>
#include <utility>

namespace daybook {
namespace {

// What of a tag its bucket leaves open.
constexpr unsigned bits_below = 64 - packed_offset_bits - DealtPairs::bucket_bits;

// Sorts by `passes` digits of `digit_bits` bits each, the lowest right above the offset. Stable.
// Requires: as much room.
template <unsigned digit_bits, unsigned passes>
void radix_sort(std::span<PackedPair> pairs, std::span<PackedPair> room) {
  constexpr std::size_t digits = std::size_t{1} << digit_bits;
  const auto digit_of = [](PackedPair pair, unsigned pass) {
    return static_cast<std::size_t>(pair >> (packed_offset_bits + pass * digit_bits)) &
           (digits - 1);
  };
  std::array<std::array<std::uint32_t, digits>, passes> places{};
  for (const PackedPair pair : pairs) {
    for (unsigned pass = 0; pass < passes; ++pass) ++places[pass][digit_of(pair, pass)];
  }
  std::span<PackedPair> from = pairs;
  std::span<PackedPair> to = room.first(pairs.size());
  for (unsigned pass = 0; pass < passes; ++pass) {
    std::uint32_t before = 0;
    for (std::uint32_t& place : places[pass]) before += std::exchange(place, before);
    for (const PackedPair pair : from) to[places[pass][digit_of(pair, pass)]++] = pair;
    std::swap(from, to);
  }
  static_assert(passes % 2 == 1, "the last pass ends in the room");
  std::copy(from.begin(), from.end(), pairs.begin());
}

}  // namespace

DealtPairs::DealtPairs(std::span<const PackedPair> pairs) : pairs_(pairs.size()) {
  for (const PackedPair pair : pairs) ++begins_[(pair >> (64 - bucket_bits)) + 1];
  for (std::size_t at = 0; at < buckets; ++at) begins_[at + 1] += begins_[at];
  std::array<std::uint32_t, buckets> places;
  std::copy_n(begins_.begin(), buckets, places.begin());
  for (const PackedPair pair : pairs) pairs_[places[pair >> (64 - bucket_bits)]++] = pair;
}

std::vector<PackedPair> sorted_of(std::span<const DealtPairs* const> blocks) {
  std::size_t count = 0;
  for (const DealtPairs* block : blocks) count += block->all().size();
  std::vector<PackedPair> sorted;
  sorted.reserve(count);
  std::vector<PackedPair> room;
  for (std::size_t bucket = 0; bucket < DealtPairs::buckets; ++bucket) {
    const std::size_t begin = sorted.size();
    for (const DealtPairs* block : blocks) {
      const auto pairs = block->bucket(bucket);
      sorted.insert(sorted.end(), pairs.begin(), pairs.end());
    }
    const std::span<PackedPair> here{sorted.data() + begin, sorted.size() - begin};
    if (std::is_sorted(here.begin(), here.end())) continue;  // One crowded key, for one.
    if (room.size() < here.size()) room.resize(here.size());
    radix_sort<(bits_below + 2) / 3, 3>(here, room);
  }
  return sorted;
}

}  // namespace daybook

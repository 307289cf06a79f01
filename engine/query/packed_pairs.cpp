#include "engine/query/packed_pairs.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace daybook {
namespace {

// Sorts by `passes` digits of `digit_bits` bits each, the lowest right above the offset. Stable.
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

// The tag's 32 bits: 11 above, which say the bucket, and 21 below.
constexpr unsigned bucket_bits = 11;
constexpr unsigned bits_below = 64 - packed_offset_bits - bucket_bits;

constexpr std::uint64_t bucket_of(PackedPair pair) { return pair >> (64 - bucket_bits); }

}  // namespace

void sort_by_tag(std::span<PackedPair> pairs, std::vector<PackedPair>& room) {
  if (room.size() < pairs.size()) room.resize(pairs.size());
  radix_sort<bucket_bits, 3>(pairs, room);
}

std::vector<PackedPair> merge_sorted(std::span<const std::span<const PackedPair>> blocks,
                                     std::vector<PackedPair>& room) {
  std::size_t count = 0;
  for (const auto& block : blocks) count += block.size();
  std::vector<PackedPair> merged;
  merged.reserve(count);
  std::vector<std::size_t> at(blocks.size());
  for (std::uint64_t bucket = 0; bucket >> bucket_bits == 0; ++bucket) {
    const std::size_t begin = merged.size();
    for (std::size_t each = 0; each < blocks.size(); ++each) {
      const auto& block = blocks[each];
      const std::size_t from = at[each];
      while (at[each] < block.size() && bucket_of(block[at[each]]) == bucket) ++at[each];
      merged.insert(merged.end(), block.begin() + static_cast<std::ptrdiff_t>(from),
                    block.begin() + static_cast<std::ptrdiff_t>(at[each]));
    }
    const std::span<PackedPair> here{merged.data() + begin, merged.size() - begin};
    if (std::is_sorted(here.begin(), here.end())) continue;  // One crowded key, for one.
    if (room.size() < here.size()) room.resize(here.size());
    radix_sort<bits_below / 3, 3>(here, room);
  }
  return merged;
}

}  // namespace daybook

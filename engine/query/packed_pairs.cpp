#include "engine/query/packed_pairs.hpp"

#include <array>
#include <utility>

namespace daybook {
namespace {

// Of the tag's 32 bits: 2,048 counters are a small part of the first cache.
constexpr unsigned digit_bits = 11;
constexpr unsigned passes = 3;
constexpr std::size_t digits = std::size_t{1} << digit_bits;

constexpr std::size_t digit_of(PackedPair pair, unsigned pass) {
  return static_cast<std::size_t>(pair >> (packed_offset_bits + pass * digit_bits)) & (digits - 1);
}

}  // namespace

void sort_by_tag(std::vector<PackedPair>& pairs, std::vector<PackedPair>& room) {
  std::array<std::array<std::uint32_t, digits>, passes> ends{};
  for (const PackedPair pair : pairs) {
    for (unsigned pass = 0; pass < passes; ++pass) ++ends[pass][digit_of(pair, pass)];
  }
  room.resize(pairs.size());
  for (unsigned pass = 0; pass < passes; ++pass) {
    std::array<std::uint32_t, digits>& begins = ends[pass];
    std::uint32_t before = 0;
    for (std::uint32_t& count : begins) before += std::exchange(count, before);
    for (const PackedPair pair : pairs) room[begins[digit_of(pair, pass)]++] = pair;
    pairs.swap(room);
  }
}

}  // namespace daybook

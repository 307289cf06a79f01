#include "engine/index/sort_pairs.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace daybook {
namespace {

constexpr std::size_t insertion_pairs_max = 24;
constexpr std::size_t pairs_a_bucket = 8;  // Aimed at by the last deal.
constexpr unsigned deal_bits_min = 4;
constexpr unsigned deal_bits_max = 8;  // More buckets than the TLB has pages make dealing slow.
constexpr unsigned key_bits = 64;

void insertion_sort(std::span<IndexPair> pairs) {
  for (std::size_t next = 1; next < pairs.size(); ++next) {
    const IndexPair pair = pairs[next];
    std::size_t at = next;
    for (; at > 0 && pair < pairs[at - 1]; --at) pairs[at] = pairs[at - 1];
    pairs[at] = pair;
  }
}

void sort_bucket(std::span<IndexPair> pairs, std::span<IndexPair> room, unsigned bits_done);

// Deals `pairs` out by `bits` bits of their keys after the first `bits_done`, which they share, and
// sorts what falls together. Stable, which keeps values that come in order in order.
void deal(std::span<IndexPair> pairs, std::span<IndexPair> room, unsigned bits_done,
          unsigned bits) {
  const unsigned shift = key_bits - bits_done - bits;
  const std::size_t buckets = std::size_t{1} << bits;
  const auto bucket_of = [shift, mask = buckets - 1](const IndexPair& pair) {
    return static_cast<std::size_t>(pair.key >> shift) & mask;
  };
  std::array<std::size_t, (std::size_t{1} << deal_bits_max) + 1> ends{};
  for (const IndexPair& pair : pairs) ++ends[bucket_of(pair) + 1];
  for (std::size_t bucket = 1; bucket <= buckets; ++bucket) ends[bucket] += ends[bucket - 1];
  for (const IndexPair& pair : pairs) room[ends[bucket_of(pair)]++] = pair;
  std::copy_n(room.begin(), pairs.size(), pairs.begin());
  std::size_t begin = 0;
  for (std::size_t bucket = 0; bucket < buckets; ++bucket) {
    const std::size_t end = ends[bucket];
    sort_bucket(pairs.subspan(begin, end - begin), room, bits_done + bits);
    begin = end;
  }
}

void sort_bucket(std::span<IndexPair> pairs, std::span<IndexPair> room, unsigned bits_done) {
  if (pairs.size() <= insertion_pairs_max) return insertion_sort(pairs);
  if (std::is_sorted(pairs.begin(), pairs.end())) return;
  const auto wanted = static_cast<unsigned>(std::bit_width(pairs.size() / pairs_a_bucket));
  const unsigned bits = std::clamp(wanted, deal_bits_min, deal_bits_max);
  if (bits_done + bits > key_bits) {
    // One key, or nearly, and values that do not come in order.
    std::sort(pairs.begin(), pairs.end());
    return;
  }
  deal(pairs, room, bits_done, bits);
}

}  // namespace

void sort_pairs(std::span<IndexPair> pairs, std::vector<IndexPair>& room) {
  if (room.size() < pairs.size()) room.resize(pairs.size());
  sort_bucket(pairs, room, 0);
}

}  // namespace daybook

#include "engine/index/filter.hpp"

#include <utility>

#include "engine/base/hash.hpp"

namespace daybook {
namespace {

Failure damaged(const char* what) { return {FailureKind::damaged, what}; }

// Shards must lie one behind the other, whole, and end where the slots end: then no place that
// FilterPlaces can name is outside.
bool are_sound(const std::vector<FilterShard>& shards, std::uint64_t slot_count) {
  std::uint64_t next = 0;
  for (const FilterShard& shard : shards) {
    const std::uint64_t segment = std::uint64_t{1} << (shard.segment_bits & 63U);
    if (shard.segment_bits > filter_segment_bits_max || shard.first_slot != next) return false;
    // The changed place stays in its segment only where segments start at their multiples.
    if (shard.span % segment != 0) return false;
    next += shard.slot_count();
    if (next > slot_count) return false;
  }
  return next == slot_count;
}

}  // namespace

Result<Filter> Filter::open(std::span<const std::byte> bytes, std::shared_ptr<const void> keeper) {
  FilterHeader header;
  if (bytes.size() < sizeof(header)) return damaged("a filter shorter than its header");
  std::memcpy(&header, bytes.data(), sizeof(header));
  if (header.magic != filter_magic) return damaged("no filter: its first bytes say otherwise");
  if (header.checksum != xxh3_64(bytes.subspan(sizeof(header.checksum)))) {
    return damaged("a filter whose checksum does not match its bytes");
  }
  if (header.format_version != filter_format_version) {
    return Failure{FailureKind::unsupported, "a filter of a format that this build does not read"};
  }
  if (header.shard_bits > filter_shard_bits_max) return damaged("a filter of too many shards");
  const auto rest = bytes.subspan(sizeof(header));
  const std::size_t shard_count = std::size_t{1} << header.shard_bits;
  const std::size_t shard_bytes = shard_count * sizeof(FilterShard);
  if (rest.size() < shard_bytes ||
      header.slot_count != (rest.size() - shard_bytes) / sizeof(std::uint16_t) ||
      rest.size() % sizeof(std::uint16_t) != 0) {
    return damaged("a filter whose size does not fit its counts");
  }
  Filter filter;
  filter.shards_.resize(shard_count);
  std::memcpy(filter.shards_.data(), rest.data(), shard_bytes);
  if (!are_sound(filter.shards_, header.slot_count)) return damaged("a filter of unsound shards");
  filter.slots_ = rest.data() + shard_bytes;
  filter.shard_bits_ = header.shard_bits;
  filter.key_count_ = header.key_count;
  filter.keeper_ = std::move(keeper);
  return filter;
}

}  // namespace daybook

#include "engine/index/filter_builder.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>

#include "engine/base/assert.hpp"
#include "engine/base/hash.hpp"

namespace daybook {
namespace {

constexpr std::uint64_t keys_per_shard = std::uint64_t{1} << 17;
constexpr std::uint64_t shard_keys_max = std::uint64_t{1} << 30;
constexpr unsigned attempts_a_size = 32;
constexpr unsigned attempts_max = 8 * attempts_a_size;

// The paper's segment size for three places, 2^floor(log n / log 3.33 + 2.25): the smallest n for
// each exponent from 3 on, worked out beforehand, because engines round logarithms differently.
constexpr std::array<std::uint64_t, 16> segment_steps = {
    3,      9,       28,      92,        304,       1'010,      3'362,      11'193,
    37'273, 124'118, 413'310, 1'376'322, 4'583'150, 15'261'887, 50'822'082, 169'237'530};

unsigned segment_bits_of(std::uint64_t keys) {
  const auto step = std::upper_bound(segment_steps.begin(), segment_steps.end(), keys);
  return 2 + static_cast<unsigned>(step - segment_steps.begin());
}

// The paper's slots a key, max(1.125, 0.875 + 0.25 log 10^6 / log n), in thousandths and with
// log n rounded down; and an eighth more for each time that it has not been enough.
std::uint64_t slots_wanted(std::uint64_t keys, unsigned enlargements) {
  const auto log2 = std::max<std::uint64_t>(1, std::bit_width(keys) - 1U);
  const std::uint64_t thousandths = std::max<std::uint64_t>(1'125, 875 + 4'983 / log2);
  const std::uint64_t slots = (keys * thousandths + 999) / 1'000;
  return slots + slots / 8 * enlargements + 4 * enlargements;
}

// A shard for so many keys, without a place yet.
FilterShard shaped(std::uint64_t keys, unsigned attempt) {
  FilterShard shard;
  shard.seed = fold_multiply(attempt + 1, 0x9e3779b97f4a7c15) ^ 0x452821e638d01377;
  shard.segment_bits = static_cast<std::uint16_t>(segment_bits_of(keys));
  const std::uint64_t segment = std::uint64_t{1} << shard.segment_bits;
  const std::uint64_t wanted = slots_wanted(keys, attempt / attempts_a_size);
  const std::uint64_t segments = (wanted + segment - 1) / segment;
  shard.span = static_cast<std::uint32_t>(std::max<std::uint64_t>(segments, 3) - 2)
               << shard.segment_bits;
  return shard;
}

}  // namespace

FilterBuilder::FilterBuilder(std::uint64_t keys_max) {
  while (shard_bits_ < filter_shard_bits_max && keys_max >> shard_bits_ > keys_per_shard) {
    ++shard_bits_;
  }
  // Only what is touched is paid for, so too much does no harm.
  words_.reserve(words_before_slots() + slots_wanted(keys_max, 0) + keys_max / 32);
  words_.resize(words_before_slots());
}

void FilterBuilder::close_shards_before(std::uint64_t key) {
  ENSURE(shard_of(key) > shards_.size(), "keys of a filter come in ascending order");
  while (shards_.size() < shard_of(key)) close_shard();
}

void FilterBuilder::close_shard() {
  FilterShard shard;
  ENSURE(keys_.size() <= shard_keys_max, "a shard of a filter has at most 2^30 keys");
  if (!keys_.empty()) {
    unsigned attempt = 0;
    do {
      shard = shaped(keys_.size(), attempt);
    } while (!peel(shard) && ++attempt < attempts_max);
    if (attempt == attempts_max) {
      shard = FilterShard{};
      shard.answer = 1;
    }
  }
  shard.first_slot = words_.size() - words_before_slots();
  if (shard.span != 0) fill(shard);
  key_count_ += keys_.size();
  keys_.clear();
  shards_.push_back(shard);
}

// Takes away, again and again, a key that is alone in one of its slots. False when a core of keys
// is left in which none is.
bool FilterBuilder::peel(const FilterShard& shard) {
  slots_.assign(shard.slot_count(), Slot{});
  for (const std::uint64_t key : keys_) {
    const std::uint64_t hash = FilterPlaces::hash_of(key, shard.seed);
    const FilterPlaces places{hash, shard};
    for (std::uint32_t place = 0; place < 3; ++place) {
      Slot& slot = slots_[places.at[place]];
      slot.hashes ^= hash;
      slot.places ^= place;
      ++slot.count;
    }
  }
  alone_.clear();
  for (std::size_t at = 0; at < slots_.size(); ++at) {
    if (slots_[at].count == 1) alone_.push_back(static_cast<std::uint32_t>(at));
  }
  peeled_.clear();
  while (!alone_.empty()) {
    const Slot found = slots_[alone_.back()];
    alone_.pop_back();
    if (found.count != 1) continue;  // Taken away by way of another slot meanwhile.
    peeled_.push_back({found.hashes, found.places});
    const FilterPlaces places{found.hashes, shard};
    for (std::uint32_t place = 0; place < 3; ++place) {
      Slot& slot = slots_[places.at[place]];
      slot.hashes ^= found.hashes;
      slot.places ^= place;
      if (--slot.count == 1) alone_.push_back(static_cast<std::uint32_t>(places.at[place]));
    }
  }
  return peeled_.size() == keys_.size();
}

// In the opposite order each key finds the slot in which it was alone still free.
void FilterBuilder::fill(const FilterShard& shard) {
  words_.resize(words_.size() + shard.slot_count());
  std::uint16_t* const slots = words_.data() + words_before_slots() + shard.first_slot;
  for (auto key = peeled_.rbegin(); key != peeled_.rend(); ++key) {
    const FilterPlaces places{key->hash, shard};
    const auto others = slots[places.at[0]] ^ slots[places.at[1]] ^ slots[places.at[2]];
    slots[places.at[key->place]] = static_cast<std::uint16_t>(others ^ places.fingerprint);
  }
}

std::vector<std::uint16_t> FilterBuilder::finish() {
  while (shards_.size() >> shard_bits_ == 0) close_shard();
  FilterHeader header;
  header.magic = filter_magic;
  header.format_version = filter_format_version;
  header.key_count = key_count_;
  header.slot_count = words_.size() - words_before_slots();
  header.shard_bits = shard_bits_;
  const auto bytes = std::as_writable_bytes(std::span{words_});
  std::memcpy(bytes.data(), &header, sizeof(header));
  std::memcpy(bytes.data() + sizeof(header), shards_.data(), shards_.size() * sizeof(FilterShard));
  header.checksum = xxh3_64(bytes.subspan(sizeof(header.checksum)));
  std::memcpy(bytes.data(), &header.checksum, sizeof(header.checksum));
  return std::move(words_);
}

}  // namespace daybook

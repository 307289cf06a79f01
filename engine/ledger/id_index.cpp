#include "engine/ledger/id_index.hpp"

#include <algorithm>

namespace daybook {

IdIndex::IdIndex(std::uint64_t entries_max, std::uint64_t seed) : seed_{seed} {
  while (room_of(bits_max_) < entries_max) ++bits_max_;
  ENSURE(bits_max_ < levels_.size() && bits_max_ < tag_bits, "an index has a largest size");
  for (unsigned bits = bits_min; bits <= bits_max_; ++bits) {
    levels_[bits] = MappedArray<Bucket>{(std::size_t{1} << bits) + spare};
  }
  table_ = levels_[bits_].items();
}

void IdIndex::prepare(std::uint64_t count) {
  if (old_table_ != nullptr) migrate(count / 2 + 64);
  if (size_ + count <= room_of(bits_) || bits_ == bits_max_) return;
  // A request may be larger than a small table: grow until it fits, finishing each growth.
  while (size_ + count > room_of(bits_) && bits_ < bits_max_) {
    if (old_table_ != nullptr) migrate(std::size_t{1} << bits_);
    start_growth();
  }
  migrate(count / 2 + 64);
}

void IdIndex::start_growth() {
  ENSURE(old_table_ == nullptr, "one growth at a time");
  old_table_ = table_;
  migrated_ = 0;
  ++bits_;
  table_ = levels_[bits_].items();
}

void IdIndex::migrate(std::uint64_t bucket_count) {
  const std::size_t end = (std::size_t{1} << (bits_ - 1)) + spare;
  const std::size_t until = std::min<std::size_t>(end, migrated_ + bucket_count);
  for (; migrated_ < until; ++migrated_) {
    const Bucket& bucket = old_table_[migrated_];
    for (unsigned slot = 0; slot < bucket.count; ++slot) {
      const std::uint64_t tag = bucket.tagged[slot] >> (64 - tag_bits);
      put(table_, home(tag, bits_), tag, value_at(bucket, slot));
    }
  }
  if (migrated_ < end) return;
  old_table_ = nullptr;
  retired_.store(bits_ - 1, std::memory_order_release);
}

void IdIndex::take_back(std::uint64_t tag, std::uint64_t value) {
  const std::uint64_t tagged = tag << (64 - tag_bits) | value >> 32;
  const auto low = static_cast<std::uint32_t>(value);
  for (std::size_t at = home(tag, bits_);; ++at) {
    Bucket& bucket = table_[at];
    ENSURE(bucket.count > 0, "only the latest insert is taken back");
    const unsigned last = bucket.count - 1;
    if (bucket.tagged[last] == tagged && bucket.low[last] == low) {
      --bucket.count;
      --size_;
      return;
    }
    ENSURE(bucket.count == slots, "only the latest insert is taken back");
  }
}

void IdIndex::release_retired() {
  const unsigned level = retired_.exchange(0, std::memory_order_acquire);
  if (level != 0) levels_[level].discard();
}

}  // namespace daybook

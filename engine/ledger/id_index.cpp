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
  if (bits_ == bits_max_) return;
  if (size_ + count > room_of(bits_) / 2) next_.store(bits_ + 1, std::memory_order_relaxed);
  if (size_ + count <= room_of(bits_)) return;
  // A request may be larger than a small table: grow until it fits, finishing each growth.
  while (size_ + count > room_of(bits_) && bits_ < bits_max_) {
    if (old_table_ != nullptr) migrate(std::size_t{1} << bits_);
    start_growth();
  }
  migrate(count / 2 + 64);
}

void IdIndex::reserve(std::uint64_t count) {
  ENSURE(size_ == 0 && old_table_ == nullptr, "room is made before anything is inserted");
  while (count > room_of(bits_) && bits_ < bits_max_) ++bits_;
  table_ = levels_[bits_].items();
}

void IdIndex::start_growth() {
  ENSURE(old_table_ == nullptr, "one growth at a time");
  old_table_ = table_;
  migrated_ = settled_ = 0;
  ++bits_;
  table_ = levels_[bits_].items();
}

void IdIndex::migrate(std::uint64_t bucket_count) {
  const std::size_t end = (std::size_t{1} << (bits_ - 1)) + spare;
  const std::size_t until = std::min<std::size_t>(end, migrated_ + bucket_count);
  for (; migrated_ < until; ++migrated_) {
    const Bucket& bucket = old_table_[migrated_];
    for (unsigned slot = 0; slot < bucket.count; ++slot) {
      if (value_at(bucket, slot) == erased) continue;
      const std::uint64_t tag = bucket.tagged[slot] >> (64 - tag_bits);
      put(table_, home(tag, bits_), tag, value_at(bucket, slot));
    }
    if (bucket.count < slots) settled_ = migrated_ + 1;
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

IdIndex::Place IdIndex::place_of(Bucket* table, std::size_t at, std::uint64_t tag,
                                 std::uint64_t value) {
  for (;; ++at) {
    Bucket& bucket = table[at];
    for (unsigned found = matches(bucket, tag); found != 0; found &= found - 1) {
      const auto slot = static_cast<unsigned>(__builtin_ctz(found));
      if (value_at(bucket, slot) == value) return {&bucket, slot};
    }
    if (bucket.count < slots) return {};
  }
}

void IdIndex::set_value(const Place& place, std::uint64_t tag, std::uint64_t value) {
  place.bucket->tagged[place.slot] = tag << (64 - tag_bits) | value >> 32;
  place.bucket->low[place.slot] = static_cast<std::uint32_t>(value);
}

// A bucket that is not full ends a search, so what overflowed a bucket that was full must come
// back into it.
void IdIndex::close_gap(Place gap) {
  for (;;) {
    Bucket& bucket = *gap.bucket;
    const bool was_full = bucket.count == slots;
    --bucket.count;
    bucket.tagged[gap.slot] = bucket.tagged[bucket.count];
    bucket.low[gap.slot] = bucket.low[bucket.count];
    if (!was_full) return;
    const auto at = static_cast<std::size_t>(&bucket - table_);
    Place overflow;
    for (Bucket* next = &bucket + 1; overflow.bucket == nullptr; ++next) {
      for (unsigned slot = 0; slot < next->count && overflow.bucket == nullptr; ++slot) {
        if (home(next->tagged[slot] >> (64 - tag_bits), bits_) <= at) overflow = {next, slot};
      }
      if (next->count < slots) break;
    }
    if (overflow.bucket == nullptr) return;
    bucket.tagged[bucket.count] = overflow.bucket->tagged[overflow.slot];
    bucket.low[bucket.count] = overflow.bucket->low[overflow.slot];
    ++bucket.count;
    gap = overflow;
  }
}

void IdIndex::erase(std::uint64_t tag, std::uint64_t value) {
  const Place place = place_of(table_, home(tag, bits_), tag, value);
  Place old;
  if (old_table_ != nullptr) old = place_of(old_table_, home(tag, bits_ - 1), tag, value);
  ENSURE(place.bucket != nullptr || old.bucket != nullptr, "what is erased was inserted");
  if (place.bucket != nullptr) close_gap(place);
  if (old.bucket != nullptr) set_value(old, tag, erased);
  --size_;
}

void IdIndex::replace(std::uint64_t tag, std::uint64_t value, std::uint64_t after) {
  const Place place = place_of(table_, home(tag, bits_), tag, value);
  Place old;
  if (old_table_ != nullptr) old = place_of(old_table_, home(tag, bits_ - 1), tag, value);
  ENSURE(place.bucket != nullptr || old.bucket != nullptr, "what is replaced was inserted");
  if (place.bucket != nullptr) set_value(place, tag, after);
  if (old.bucket != nullptr) set_value(old, tag, after);
}

void IdIndex::tend_memory() {
  const unsigned level = retired_.exchange(0, std::memory_order_acquire);
  if (level != 0) levels_[level].discard();
  populate_slice();
}

void IdIndex::populate_slice() {
  constexpr std::size_t slice_bytes = std::size_t{4} << 20;
  const unsigned level = next_.load(std::memory_order_relaxed);
  if (level == 0) return;
  if (level != populating_) {
    populating_ = level;
    populated_bytes_ = 0;
  }
  if (populated_bytes_ >= levels_[level].size_bytes()) return;
  levels_[level].populate(populated_bytes_, slice_bytes);
  populated_bytes_ += slice_bytes;
}

// A bucket that is not full ends a search, so nothing from before it overflows beyond it: what lies
// between two of them is sorted by itself.
std::size_t IdIndex::collect(std::size_t bucket, std::vector<IndexPair>& into) const {
  const std::size_t begin = into.size();
  const std::size_t end = bucket_count();
  for (bool was_full = true; was_full && bucket < end; ++bucket) {
    const Bucket& from = table_[bucket];
    for (unsigned slot = 0; slot < from.count; ++slot) {
      const std::uint64_t tag = from.tagged[slot] >> (64 - tag_bits);
      into.push_back({key_of(tag), value_at(from, slot)});
    }
    was_full = from.count == slots;
  }
  std::sort(into.begin() + static_cast<std::ptrdiff_t>(begin), into.end());
  return bucket;
}

void IdIndex::clear() {
  for (unsigned bits = bits_min; bits <= bits_; ++bits) levels_[bits].discard();
  bits_ = bits_min;
  table_ = levels_[bits_].items();
  old_table_ = nullptr;
  migrated_ = settled_ = size_ = 0;
  retired_.store(0, std::memory_order_relaxed);
  next_.store(0, std::memory_order_relaxed);
  populating_ = 0;
}

}  // namespace daybook

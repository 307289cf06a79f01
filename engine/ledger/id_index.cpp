#include "engine/ledger/id_index.hpp"

#include <algorithm>

namespace daybook {

IdIndex::IdIndex(std::uint64_t entries_max, std::uint64_t seed) : seed_{seed} {
  while (room_of(bits_max_) < entries_max) ++bits_max_;
  ENSURE(bits_max_ < tag_bits, "an index has a largest size");
  buckets_ = MappedArray<Bucket>{(std::size_t{1} << bits_max_) + spare};
  first_ = MappedArray<Bucket>{2 * spare};
}

void IdIndex::prepare(std::uint64_t count) {
  // Quick enough that the smaller table does not fill up meanwhile.
  const std::uint64_t slice = 2 * count + 64;
  if (frontier_ != 0) migrate(slice);
  if (bits_ == bits_max_) return;
  if (size_ + count > room_of(bits_) / 2) next_.store(bits_ + 1, std::memory_order_relaxed);
  if (size_ + count <= room_of(bits_)) return;
  // A request may be larger than a small table: grow until it fits, finishing each growth.
  while (size_ + count > room_of(bits_) && bits_ < bits_max_) {
    if (frontier_ != 0) migrate(frontier_);
    start_growth();
  }
  migrate(slice);
}

void IdIndex::reserve(std::uint64_t count) {
  ENSURE(size_ == 0 && frontier_ == 0, "room is made before anything is inserted");
  while (count > room_of(bits_) && bits_ < bits_max_) ++bits_;
}

void IdIndex::start_growth() {
  ENSURE(frontier_ == 0, "one growth at a time");
  frontier_ = std::size_t{1} << bits_;
  ++bits_;
}

// What overflows a bucket stands in those behind it, so buckets move together with the full ones
// in front of them: the frontier is always where nothing overflows across.
void IdIndex::migrate(std::uint64_t bucket_count) {
  const std::size_t until = frontier_ > bucket_count ? frontier_ - bucket_count : 0;
  while (frontier_ > until) {
    if (frontier_ <= spare) return move_the_first();
    std::size_t begin = frontier_ - 1;
    while (begin > 0 && buckets_[begin - 1].count == slots) --begin;
    std::size_t end = frontier_;
    // Nothing but overflow stands right behind the frontier.
    while (buckets_[end].count > 0) ++end;
    ENSURE(end - begin < spare && 2 * begin >= end, "an overflow is short");
    frontier_ = begin;
    move_buckets(begin, end);
  }
}

void IdIndex::move_buckets(std::size_t begin, std::size_t end) {
  for (std::size_t at = begin; at < end; ++at) {
    Bucket& bucket = buckets_[at];
    for (unsigned slot = 0; slot < bucket.count; ++slot) {
      put(bucket.tagged[slot] >> (64 - tag_bits), value_at(bucket, slot));
    }
    bucket.count = 0;
  }
}

// Here the new homes are among the old ones.
void IdIndex::move_the_first() {
  std::size_t end = frontier_;
  while (buckets_[end].count > 0 && end < 2 * frontier_) ++end;
  std::copy(buckets_.items(), buckets_.items() + end, first_.items());
  for (std::size_t at = 0; at < end; ++at) buckets_[at].count = 0;
  frontier_ = 0;
  for (std::size_t at = 0; at < end; ++at) {
    const Bucket& bucket = first_[at];
    for (unsigned slot = 0; slot < bucket.count; ++slot) {
      put(bucket.tagged[slot] >> (64 - tag_bits), value_at(bucket, slot));
    }
  }
}

void IdIndex::take_back(std::uint64_t tag, std::uint64_t value) {
  const std::uint64_t tagged = tag << (64 - tag_bits) | value >> 32;
  const auto low = static_cast<std::uint32_t>(value);
  for (std::size_t at = home(tag);; ++at) {
    Bucket& bucket = buckets_[at];
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

IdIndex::Place IdIndex::place_of(std::uint64_t tag, std::uint64_t value) const {
  for (std::size_t at = home(tag);; ++at) {
    Bucket& bucket = buckets_.items()[at];
    for (unsigned found = matches(bucket, tag); found != 0; found &= found - 1) {
      const auto slot = static_cast<unsigned>(__builtin_ctz(found));
      if (value_at(bucket, slot) == value) return {&bucket, slot};
    }
    if (bucket.count < slots) return {};
  }
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
    const auto at = static_cast<std::size_t>(&bucket - buckets_.items());
    Place overflow;
    for (Bucket* next = &bucket + 1; overflow.bucket == nullptr; ++next) {
      for (unsigned slot = 0; slot < next->count && overflow.bucket == nullptr; ++slot) {
        if (home(next->tagged[slot] >> (64 - tag_bits)) <= at) overflow = {next, slot};
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
  const Place place = place_of(tag, value);
  ENSURE(place.bucket != nullptr, "what is erased was inserted");
  close_gap(place);
  --size_;
}

void IdIndex::replace(std::uint64_t tag, std::uint64_t value, std::uint64_t after) {
  const Place place = place_of(tag, value);
  ENSURE(place.bucket != nullptr, "what is replaced was inserted");
  place.bucket->tagged[place.slot] = tag << (64 - tag_bits) | after >> 32;
  place.bucket->low[place.slot] = static_cast<std::uint32_t>(after);
}

void IdIndex::tend_memory() {
  constexpr std::size_t slice_bytes = std::size_t{4} << 20;
  const unsigned bits = next_.load(std::memory_order_relaxed);
  if (bits == 0) return;
  // The half before is in use.
  populated_bytes_ = std::max(populated_bytes_, bytes_of(bits - 1));
  if (populated_bytes_ >= bytes_of(bits)) return;
  buckets_.populate(populated_bytes_, std::min(slice_bytes, bytes_of(bits) - populated_bytes_));
  populated_bytes_ += slice_bytes;
}

// A bucket that is not full ends a search, so nothing from before it overflows beyond it: what lies
// between two of them is sorted by itself.
std::size_t IdIndex::collect(std::size_t bucket, std::vector<IndexPair>& into) const {
  const std::size_t begin = into.size();
  const std::size_t end = bucket_count();
  for (bool was_full = true; was_full && bucket < end; ++bucket) {
    const Bucket& from = buckets_.items()[bucket];
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
  buckets_.discard();
  bits_ = bits_min;
  frontier_ = size_ = 0;
  next_.store(0, std::memory_order_relaxed);
  populated_bytes_ = 0;
}

}  // namespace daybook

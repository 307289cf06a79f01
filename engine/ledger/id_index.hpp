#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <vector>

#include "engine/base/assert.hpp"
#include "engine/base/hash.hpp"
#include "engine/base/mapped_array.hpp"
#include "engine/base/uint128.hpp"
#include "engine/index/index_pair.hpp"

namespace daybook {

/// From a 128-bit id to a number of up to 49 bits: the hot index of accounts and of transfer ids.
///
/// It does not store ids. A key is a 47-bit tag of the id's hash; whoever asks compares the id of
/// each candidate with what the number leads to. That keeps an entry at 12 bytes, so that five of
/// them and their count fill one cache line: a lookup is one miss, and that miss is prefetched.
///
/// Growth.   In place. The bucket of a tag is its top bits, so doubling moves bucket i to 2i and
///           2i+1, and from the last bucket down nothing is in the way of what moves. prepare()
///           does a slice of it; every tag has one home all the while: the old one below the
///           frontier, the new one from there on. The address space of the largest table is
///           reserved at construction. New ids go anywhere, so they would touch all pages of the
///           new half within one batch, and the kernel would zero them all: a quarter of a second
///           for 15 million ids. Whoever calls tend_memory() has it done before, from half full
///           on, a slice a call.
/// Threads.  One thread, but for tend_memory().
/// Limits.   `entries_max` at construction; inserting more stops the process (callers check).
class IdIndex {
 public:
  static constexpr unsigned value_bits = 49;
  static constexpr std::uint64_t value_max = (std::uint64_t{1} << value_bits) - 2;

  /// `seed` makes tags unpredictable for those who choose ids; it changes no answer.
  IdIndex(std::uint64_t entries_max, std::uint64_t seed);

  [[nodiscard]] std::uint64_t tag_of(const Uint128& id) const {
    return mix(id, seed_) >> (64 - tag_bits);
  }
  /// Could tag_of() have given this?
  [[nodiscard]] static bool is_tag(std::uint64_t number) { return number >> tag_bits == 0; }

  void prefetch(std::uint64_t tag) const { __builtin_prefetch(&buckets_.items()[home(tag)], 1); }

  /// Is there a place for one more with this tag? For tags that hashes gave there always is; asked
  /// of those from a file, which may be anything.
  [[nodiscard]] bool has_place(std::uint64_t tag) const {
    const std::size_t first = home(tag);
    std::size_t at = first;
    while (at - first < spare && buckets_.items()[at].count == slots) ++at;
    return at - first < spare;
  }

  /// The first value with this tag for which `is_it(value)` is true, or `none`.
  template <typename IsIt>
  [[nodiscard]] std::uint64_t find(std::uint64_t tag, IsIt is_it) const {
    for (std::size_t at = home(tag);; ++at) {
      const Bucket& bucket = buckets_.items()[at];
      for (unsigned found = matches(bucket, tag); found != 0; found &= found - 1) {
        const std::uint64_t value = value_at(bucket, static_cast<unsigned>(__builtin_ctz(found)));
        if (is_it(value)) return value;
      }
      if (bucket.count < slots) return none;
    }
  }
  static constexpr std::uint64_t none = ~std::uint64_t{0};

  /// The first value with this tag, unconfirmed: for asking the memory behind it. `none` if none.
  [[nodiscard]] std::uint64_t candidate(std::uint64_t tag) const {
    return find(tag, [](std::uint64_t) { return true; });
  }

  /// Makes room for `count` more entries and does a slice of a growth under way. Cost:
  /// O(count). Call it between requests only: take_back() relies on nothing moving in between.
  void prepare(std::uint64_t count);

  /// Requires: prepare() made room; value <= value_max.
  void insert(std::uint64_t tag, std::uint64_t value) {
    put(tag, value);
    ++size_;
  }

  /// Undoes the insert() of `tag` and `value`. Requires: every later insert was taken back before,
  /// and nothing is ever erased.
  void take_back(std::uint64_t tag, std::uint64_t value);

  /// Forgets `value`. Requires: it was inserted with `tag`. Cost: as find(), but for a bucket that
  /// overflows, whose overflow is brought home.
  void erase(std::uint64_t tag, std::uint64_t value);

  /// Puts `after` in the place of `value`. Requires: that was inserted with `tag`.
  void replace(std::uint64_t tag, std::uint64_t value, std::uint64_t after);

  [[nodiscard]] std::uint64_t size() const { return size_; }

  /// System calls that the owner should be spared: asks the kernel for a slice of the memory that
  /// the table will grow into. Any one thread.
  void tend_memory();

  // ---- For snapshots. ----

  /// Calls `use(tag, value)` for everything, in any order.
  template <typename Use>
  void for_each(Use use) const {
    for (std::size_t at = 0; at < bucket_count(); ++at) {
      const Bucket& bucket = buckets_[at];
      for (unsigned slot = 0; slot < bucket.count; ++slot) {
        use(bucket.tagged[slot] >> (64 - tag_bits), value_at(bucket, slot));
      }
    }
  }

  /// How many values fit in a pinch, with searches that grow longer.
  [[nodiscard]] std::uint64_t values_max() const { return (slots * 17ULL << bits_max_) / 20; }

  /// Makes room for `count` entries at once. Requires: it is empty; count <= values_max().
  void reserve(std::uint64_t count);

  // ---- For an index that is complete: reading all of it in order, and emptying it. ----

  /// Does a slice of a growth under way. True: none is. Cost: O(buckets).
  [[nodiscard]] bool settle(std::uint64_t buckets) {
    if (frontier_ != 0) migrate(buckets);
    return frontier_ == 0;
  }

  /// Buckets that collect() goes through.
  [[nodiscard]] std::size_t bucket_count() const { return (std::size_t{1} << bits_) + spare; }

  /// Appends what stands in bucket `bucket` and in those that it overflows into, sorted by key and
  /// value; a key is its tag, in the top bits. Returns the bucket that comes next: called again and
  /// again from 0 to bucket_count(), everything is sorted. Requires: settle() was true since the
  /// last change.
  std::size_t collect(std::size_t bucket, std::vector<IndexPair>& into) const;

  /// What collect() makes of a tag.
  [[nodiscard]] static std::uint64_t key_of(std::uint64_t tag) { return tag << (64 - tag_bits); }

  /// Forgets everything and gives the memory back to the kernel. Any thread, while no other uses
  /// the index.
  void clear();

 private:
  static constexpr unsigned tag_bits = 47;
  static constexpr unsigned slots = 5;
  static constexpr unsigned bits_min = 10;  // 1,024 buckets: 64 KiB.
  // Behind the last bucket, for what overflows it. More full buckets than that never stand side by
  // side: tags are hashes.
  static constexpr std::size_t spare = 1024;

  struct alignas(64) Bucket {
    std::array<std::uint64_t, slots> tagged;  // Tag above, the value's top 17 bits below.
    std::array<std::uint32_t, slots> low;     // The value's low 32 bits.
    std::uint32_t count;
  };
  static_assert(sizeof(Bucket) == 64);

  [[nodiscard]] std::size_t home(std::uint64_t tag) const {
    const std::size_t grown = tag >> (tag_bits - bits_);
    return grown / 2 < frontier_ ? grown / 2 : grown;
  }
  static std::uint64_t value_at(const Bucket& bucket, unsigned slot) {
    constexpr std::uint64_t top_mask = (std::uint64_t{1} << (64 - tag_bits)) - 1;
    return (bucket.tagged[slot] & top_mask) << 32 | bucket.low[slot];
  }

  // Which slots hold `tag`: all compared without a branch, because which one it is cannot be
  // predicted, and a wrong guess costs more than five comparisons.
  static unsigned matches(const Bucket& bucket, std::uint64_t tag) {
    unsigned found = 0;
    for (unsigned slot = 0; slot < slots; ++slot) {
      found |= static_cast<unsigned>(bucket.tagged[slot] >> (64 - tag_bits) == tag) << slot;
    }
    return found & ((1U << bucket.count) - 1);
  }

  void put(std::uint64_t tag, std::uint64_t value) {
    const std::size_t first = home(tag);
    std::size_t at = first;
    while (buckets_[at].count == slots) {
      ++at;
      ENSURE(at - first < spare, "tags are hashes: none has a thousand full buckets behind it");
    }
    Bucket& bucket = buckets_[at];
    bucket.tagged[bucket.count] = tag << (64 - tag_bits) | value >> 32;
    bucket.low[bucket.count] = static_cast<std::uint32_t>(value);
    ++bucket.count;
  }

  /// A slot of a bucket; null when it was not found.
  struct Place {
    Bucket* bucket = nullptr;
    unsigned slot = 0;
  };
  [[nodiscard]] Place place_of(std::uint64_t tag, std::uint64_t value) const;
  void close_gap(Place gap);

  static std::uint64_t room_of(unsigned bits) { return (std::uint64_t{slots} << bits) * 3 / 4; }
  static std::size_t bytes_of(unsigned bits) {
    return ((std::size_t{1} << bits) + spare) * sizeof(Bucket);
  }
  void start_growth();
  void migrate(std::uint64_t bucket_count);
  void move_buckets(std::size_t begin, std::size_t end);
  void move_the_first();

  std::uint64_t seed_;
  unsigned bits_ = bits_min;
  unsigned bits_max_ = bits_min;
  std::size_t frontier_ = 0;  // The buckets below it are of the smaller table; 0: none is.
  std::uint64_t size_ = 0;
  MappedArray<Bucket> buckets_;
  MappedArray<Bucket> first_;        // The first buckets, while what is in them moves among them.
  std::atomic<unsigned> next_{0};    // Bits to populate for. Owner sets, tender reads.
  std::size_t populated_bytes_ = 0;  // The tender's own.
};

}  // namespace daybook

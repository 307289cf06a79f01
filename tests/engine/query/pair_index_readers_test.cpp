// PairIndex under one writer and several readers: a view shows all that was published before it
// was taken, each value once and in order. For ThreadSanitizer, too.

#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sched.h>

#include "engine/query/pair_index.hpp"
#include "tests/support/random.hpp"
#include "tests/support/rounds.hpp"

namespace daybook::test {
namespace {

constexpr std::uint64_t keys = 5;

std::uint64_t key_of(std::uint64_t value) { return value % keys << packed_offset_bits; }

struct Shared {
  PairIndex index{PairIndex::Sizes{.pairs_a_block = 64, .blocks_a_run = 4}};
  std::atomic<std::uint64_t> published{0};  // Writer writes, readers read: release, acquire.
  std::atomic<std::uint64_t> questions{0};
  std::atomic<bool> done{false};
  std::atomic<bool> wrong{false};
};

// Value n has key n % keys, so what must be found is known without asking anyone.
void read(Shared& shared, std::uint64_t seed) {
  Random random{seed};
  while (!shared.done.load(std::memory_order_acquire)) {
    const std::uint64_t last = shared.published.load(std::memory_order_acquire);
    const std::uint64_t first = random.below(last + 1);
    const std::uint64_t remainder = random.below(keys);
    const bool ascending = random.chance(50);
    IndexedValues values{shared.index.view(), key_of(remainder), first, last,
                         ascending ? IndexOrder::ascending : IndexOrder::descending};
    std::uint64_t expected = 0;
    for (std::uint64_t value = std::max<std::uint64_t>(first, 1); value <= last; ++value) {
      if (value % keys == remainder) ++expected;
    }
    std::uint64_t before = ascending ? 0 : ~std::uint64_t{0};
    std::uint64_t found = 0;
    while (const auto value = values.next()) {
      const bool in_order = ascending ? *value > before : *value < before;
      if (!in_order || *value % keys != remainder || *value < first || *value > last) {
        shared.wrong.store(true);
      }
      before = *value;
      ++found;
    }
    if (found != expected) shared.wrong.store(true);
    shared.questions.fetch_add(1, std::memory_order_relaxed);
  }
}

TEST(PairIndexReadersTest, SeeAllThatWasPublishedWhileTheIndexGrows) {
  Shared shared;
  std::vector<std::thread> readers;
  for (std::uint64_t reader = 1; reader <= 3; ++reader) {
    readers.emplace_back([&shared, reader] { read(shared, reader); });
  }
  Random random{9};
  const std::uint64_t count = rounds(20'000, 200'000);
  for (std::uint64_t value = 1; value <= count; ++value) {
    shared.index.add(key_of(value), value);
    if (!random.chance(10)) continue;
    shared.index.publish();
    shared.published.store(value, std::memory_order_release);
    // The readers keep up, so that each state of the index is asked while it changes.
    while (shared.questions.load(std::memory_order_relaxed) * 20 < value) ::sched_yield();
  }
  shared.done.store(true, std::memory_order_release);
  for (std::thread& reader : readers) reader.join();
  EXPECT_FALSE(shared.wrong.load());
}

}  // namespace
}  // namespace daybook::test

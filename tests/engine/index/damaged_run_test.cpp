// Damaged runs: every flipped bit and every cut is noticed before anything wrong is told; and bytes
// whose checksums are right although they make no sense never lead outside the run, to pairs out of
// order or to a loop without end.
//
// Method: the bytes of small runs, laid at the end of an allocation, so that the sanitizers see a
// read past them.

#include <cstring>

#include <gtest/gtest.h>

#include "engine/base/hash.hpp"
#include "engine/index/index_run.hpp"
#include "engine/index/run_cursor.hpp"
#include "tests/engine/index/pairs.hpp"
#include "tests/support/rounds.hpp"

namespace daybook::test {
namespace {

using Bytes = std::vector<std::byte>;

// A sink that keeps the bytes.
class ByteSink final : public RunSink {
 public:
  Result<void> append(std::span<const std::byte> bytes) override {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    return {};
  }
  Result<void> put_header(std::span<const std::byte> page) override {
    std::copy(page.begin(), page.end(), bytes_.begin());
    return {};
  }
  [[nodiscard]] const Bytes& bytes() const { return bytes_; }

 private:
  Bytes bytes_ = Bytes(run_page_bytes);
};

Bytes bytes_of(const std::vector<IndexPair>& pairs, bool with_filter) {
  ByteSink sink;
  RunSettings settings;
  settings.identity = {.journal_id = {7, 7},
                       .index = IndexKind::account_history,
                       .tier = 2,
                       .first = Sequence{1},
                       .last = Sequence{1'000}};
  if (with_filter) settings.filter_keys_max = pairs.size();
  RunBuilder builder{settings, sink};
  for (const IndexPair& pair : pairs) builder.add(pair);
  EXPECT_TRUE(builder.finish().ok());
  return sink.bytes();
}

Result<std::shared_ptr<const IndexRun>> open(const Bytes& bytes) {
  const auto kept = std::make_shared<const Bytes>(bytes);
  return IndexRun::open(*kept, kept, "a damaged run");
}

// What a run says of itself, in every way in which it can be asked. Nothing: some way failed.
std::optional<std::vector<IndexPair>> everything(const std::shared_ptr<const IndexRun>& run) {
  std::vector<IndexPair> pairs;
  RunCursor cursor{run};
  for (auto at = cursor.seek({0, 0});; at = cursor.next()) {
    if (!at) {
      EXPECT_EQ(at.error().kind, FailureKind::damaged);
      return std::nullopt;
    }
    if (at.value() == nullptr) break;
    EXPECT_TRUE(pairs.empty() || pairs.back() < *at.value()) << "pairs out of order";
    pairs.push_back(*at.value());
    EXPECT_LE(pairs.size(), run->pair_count());
    if (testing::Test::HasFailure()) return std::nullopt;
  }
  std::size_t back = 0;
  const std::uint64_t greatest = ~std::uint64_t{0};
  for (auto at = cursor.seek_last({greatest, greatest});; at = cursor.previous()) {
    if (!at) return std::nullopt;
    if (at.value() == nullptr) break;
    ++back;
  }
  EXPECT_EQ(back, pairs.size());
  for (std::size_t at = 0; at < pairs.size(); at += 97) {
    const auto visited = run->visit(pairs[at].key, [](std::uint64_t) { return false; });
    const auto counted = run->count(pairs[at].key, 0, greatest);
    static_cast<void>(run->estimate(pairs[at].key, 0, greatest));
    static_cast<void>(run->may_hold(pairs[at].key));
    if (!visited || !counted) return std::nullopt;
  }
  return pairs;
}

std::vector<IndexPair> small_pairs() {
  Random random{11};
  return as_set(random_pairs(random, {20, 10'000}, 40));
}

TEST(DamagedRunTest, NoticesEveryFlippedBit) {
  for (const bool with_filter : {false, true}) {
    Bytes bytes = bytes_of(small_pairs(), with_filter);
    ASSERT_TRUE(open(bytes).ok());
    ASSERT_EQ(everything(open(bytes).value()), small_pairs());
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
      const auto mask = static_cast<std::byte>(1U << bit % 8);
      bytes[bit / 8] ^= mask;
      const auto run = open(bytes);
      if (run.ok()) {
        ASSERT_EQ(everything(run.value()), std::nullopt) << "bit " << bit;
      } else {
        ASSERT_EQ(run.error().kind, FailureKind::damaged) << "bit " << bit;
        ASSERT_NE(run.error().what.find("a damaged run"), std::string::npos);
      }
      bytes[bit / 8] ^= mask;
    }
  }
}

TEST(DamagedRunTest, NoticesEveryCutAndWhatIsTooLong) {
  Bytes bytes = bytes_of(small_pairs(), true);
  bytes.push_back(std::byte{0});
  for (std::size_t size = 0; size < bytes.size() - 1; ++size) {
    const auto run = open(Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)));
    ASSERT_FALSE(run.ok()) << size;
    ASSERT_EQ(run.error().kind, FailureKind::damaged) << size;
  }
  EXPECT_FALSE(open(bytes).ok());
}

TEST(DamagedRunTest, TellsItsSizeByItsFirstPageAlone) {
  const Bytes bytes = bytes_of(small_pairs(), true);
  const std::span page = std::span{bytes}.first(run_page_bytes);
  const auto size = IndexRun::size_bytes_by_header(page, "a run");
  ASSERT_TRUE(size.ok());
  EXPECT_EQ(size.value(), bytes.size());
  Bytes damaged(page.begin(), page.end());
  damaged[100] ^= std::byte{1};
  EXPECT_FALSE(IndexRun::size_bytes_by_header(damaged, "a run").ok());
}

template <typename Number>
void put(Bytes& bytes, std::size_t at, Number number) {
  std::memcpy(bytes.data() + at, &number, sizeof(number));
}

// Makes all checksums right that a reader compares.
void seal(Bytes& bytes) {
  RunHeader header;
  std::memcpy(&header, bytes.data(), sizeof(header));
  for (std::uint64_t block = 0; block < header.block_count; ++block) {
    const std::size_t at = run_page_bytes * (1 + block);
    if (at + run_page_bytes > bytes.size()) break;
    put(bytes, at, xxh3_64(std::span{bytes}.subspan(at + 8, run_page_bytes - 8)));
  }
  const std::size_t directory = run_page_bytes * (1 + header.block_count);
  const std::size_t directory_bytes = header.block_count * sizeof(RunDirectoryEntry);
  if (directory + directory_bytes <= bytes.size()) {
    header.directory_checksum = xxh3_64(std::span{bytes}.subspan(directory, directory_bytes));
    put(bytes, offsetof(RunHeader, directory_checksum), header.directory_checksum);
  }
  put(bytes, 0, xxh3_64(std::span{bytes}.subspan(8, run_page_bytes - 8)));
}

// Bytes that somebody wrote on purpose: checksums prove nothing about them.
TEST(DamagedRunTest, StaysInsideWhenTheChecksumsAreRight) {
  Random random{12};
  std::vector<IndexPair> pairs = as_set(random_pairs(random, {30, 5'000}, 9'000));
  const Bytes sound = bytes_of(pairs, false);
  RunHeader header;
  std::memcpy(&header, sound.data(), sizeof(header));
  ASSERT_GE(header.block_count, 3U);
  const std::size_t directory = run_page_bytes * (1 + header.block_count);
  const std::uint64_t tries = rounds(6'000, 100'000);
  std::uint64_t opened = 0;
  std::uint64_t read = 0;
  for (std::uint64_t round = 0; round < tries; ++round) {
    Bytes bytes = sound;
    for (std::uint64_t damages = random.between(1, 3); damages > 0; --damages) {
      std::size_t at = random.below(sizeof(RunHeader) - 8) + 8;
      if (random.chance(30)) at = directory + random.below(bytes.size() - directory);
      if (random.chance(60)) {
        at = run_page_bytes * random.between(1, header.block_count) +
             (random.chance(30) ? random.below(run_block_header_bytes)
                                : random.below(run_page_bytes));
      }
      bytes[at] = static_cast<std::byte>(random.next());
    }
    seal(bytes);
    const auto run = open(bytes);
    if (!run.ok()) continue;
    ++opened;
    if (everything(run.value())) ++read;
    ASSERT_FALSE(HasFailure()) << "round " << round;
  }
  // Or nothing behind the first check would have been tried.
  EXPECT_GT(opened, tries / 4);
  EXPECT_GT(read, 0U);
}

// A mapped file may be changed by others at any time.
TEST(DamagedRunTest, StaysInsideWhenBytesChangeWhileItIsRead) {
  Random random{13};
  const std::vector<IndexPair> pairs = as_set(random_pairs(random, {30, 5'000}, 9'000));
  const Bytes sound = bytes_of(pairs, false);
  const std::uint64_t tries = rounds(2'000, 20'000);
  for (std::uint64_t round = 0; round < tries; ++round) {
    const auto bytes = std::make_shared<Bytes>(sound);
    const auto run = IndexRun::open(*bytes, bytes, "a changing run");
    ASSERT_TRUE(run.ok());
    const std::size_t blocks = run.value()->block_count();
    const std::uint64_t number = random.below(blocks);
    BlockReader reader{run.value()->block(number)};
    // Behind the checksum's back.
    for (int changes = 0; changes < 20; ++changes) {
      const std::size_t at = run_page_bytes * (1 + number) + random.below(run_page_bytes);
      (*bytes)[at] = static_cast<std::byte>(random.next());
    }
    IndexPair before;
    IndexPair pair;
    std::size_t count = 0;
    while (reader.next(pair)) {
      ASSERT_TRUE(count == 0 || before < pair) << "round " << round;
      before = pair;
      ASSERT_LE(++count, run_block_pairs_max);
    }
  }
}

TEST(DamagedRunTest, DoesNotReadALaterFormat) {
  Bytes bytes = bytes_of(small_pairs(), false);
  put(bytes, offsetof(RunHeader, format_version), run_format_version + 1);
  seal(bytes);
  const auto run = open(bytes);
  ASSERT_FALSE(run.ok());
  EXPECT_EQ(run.error().kind, FailureKind::unsupported);
}

TEST(DamagedRunTest, RefusesAHeaderThatContradictsItself) {
  const Bytes sound = bytes_of(small_pairs(), false);
  const auto expect_refused = [&sound](std::size_t at, std::uint64_t number, const char* what) {
    Bytes bytes = sound;
    put(bytes, at, number);
    put(bytes, 0, xxh3_64(std::span{bytes}.subspan(8, run_page_bytes - 8)));
    const auto run = open(bytes);
    ASSERT_FALSE(run.ok()) << what;
    EXPECT_EQ(run.error().kind, FailureKind::damaged) << what;
  };
  constexpr std::uint64_t greatest = ~std::uint64_t{0};
  expect_refused(offsetof(RunHeader, block_count), greatest, "blocks without end");
  expect_refused(offsetof(RunHeader, block_count), run_blocks_max + 1, "too many blocks");
  expect_refused(offsetof(RunHeader, block_count), 0, "pairs without a block");
  expect_refused(offsetof(RunHeader, pair_count), 0, "blocks without a pair");
  expect_refused(offsetof(RunHeader, pair_count), greatest, "pairs without end");
  expect_refused(offsetof(RunHeader, key_count), 0, "pairs without a key");
  expect_refused(offsetof(RunHeader, key_count), greatest, "more keys than pairs");
  expect_refused(offsetof(RunHeader, value_base), greatest, "a base above the values");
  expect_refused(offsetof(RunHeader, value_min), greatest, "a smallest value above the largest");
  expect_refused(offsetof(RunHeader, first_sequence), greatest, "sequences that end before");
  expect_refused(offsetof(RunHeader, first_key), greatest, "a first pair above the last");
  expect_refused(offsetof(RunHeader, filter_bytes), greatest, "a filter without end");
  expect_refused(offsetof(RunHeader, index), 0xffff, "an index that nobody knows");
}

}  // namespace
}  // namespace daybook::test

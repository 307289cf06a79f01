// BatchCutter: nothing is lost, doubled or reordered, and no chain is cut.

#include "tools/daybook/text/batch_cutter.hpp"

#include <random>

#include <gtest/gtest.h>

namespace daybook {
namespace {

using Events = std::vector<NumberedEvent<Transfer>>;

/// One event a letter: 'l' is linked, '.' is not, 'L' and 'i' are the same of imported ones; lines
/// count from 2, behind a header.
Events events_of(std::string_view letters) {
  Events events;
  for (const char letter : letters) {
    Transfer transfer;
    transfer.id = TransferId{Uint128{events.size() + 1, 0}};
    if (letter == 'l' || letter == 'L') transfer.flags |= transfer_flag::linked;
    if (letter == 'L' || letter == 'i') transfer.flags |= transfer_flag::imported;
    events.push_back({events.size() + 2, transfer});
  }
  return events;
}

BatchCutter<Transfer>::Source source_of(const Events& events) {
  return [&events,
          index = std::size_t{0}]() mutable -> Result<std::optional<NumberedEvent<Transfer>>> {
    if (index == events.size()) return std::optional<NumberedEvent<Transfer>>{};
    return std::optional{events[index++]};
  };
}

/// The sizes of the batches; a last -1 stands for a failure.
std::vector<int> sizes(std::string_view letters, std::size_t max, std::string* words = nullptr) {
  const Events events = events_of(letters);
  BatchCutter<Transfer> cutter{source_of(events), max};
  std::vector<int> result;
  std::uint64_t next_line = 2;
  while (true) {
    const auto batch = cutter.next();
    if (!batch) {
      if (words != nullptr) *words = batch.error().what;
      result.push_back(-1);
      return result;
    }
    if (batch.value().empty()) break;
    for (const auto& event : batch.value()) EXPECT_EQ(event.line, next_line++);
    result.push_back(static_cast<int>(batch.value().size()));
  }
  EXPECT_EQ(next_line, events.size() + 2);
  return result;
}

TEST(BatchCutterTest, FillsBatches) {
  EXPECT_EQ(sizes("", 3), std::vector<int>{});
  EXPECT_EQ(sizes("...", 3), (std::vector<int>{3}));
  EXPECT_EQ(sizes("....", 3), (std::vector<int>{3, 1}));
}

TEST(BatchCutterTest, AChainMovesToTheNextBatchAsAWhole) {
  EXPECT_EQ(sizes("..l.", 3), (std::vector<int>{2, 2}));
  EXPECT_EQ(sizes(".ll..", 3), (std::vector<int>{1, 3, 1}));
  EXPECT_EQ(sizes("ll.ll.", 3), (std::vector<int>{3, 3}));
}

TEST(BatchCutterTest, ImportedEventsAndOthersStandInBatchesOfTheirOwn) {
  EXPECT_EQ(sizes("ii..", 4), (std::vector<int>{2, 2}));
  EXPECT_EQ(sizes("..iii.", 3), (std::vector<int>{2, 3, 1}));
  EXPECT_EQ(sizes("Li.", 9), (std::vector<int>{2, 1}));
  EXPECT_EQ(sizes(".Li", 3), (std::vector<int>{1, 2}));
}

TEST(BatchCutterTest, AChainOfBothKindsIsNotCut) {
  EXPECT_EQ(sizes("l.L.i", 9), (std::vector<int>{2, 2, 1})) << "the engine refuses the second";
  EXPECT_EQ(sizes("lLl..", 4), (std::vector<int>{4, 1}));
}

TEST(BatchCutterTest, AnOpenChainAtTheEndIsSentAsItIs) {
  EXPECT_EQ(sizes(".l", 3), (std::vector<int>{2}));
  EXPECT_EQ(sizes("..ll", 4), (std::vector<int>{2, 2}));
  EXPECT_EQ(sizes("ll", 3), (std::vector<int>{2}));
}

TEST(BatchCutterTest, AChainLongerThanABatchIsNamedByItsFirstLine) {
  std::string words;
  EXPECT_EQ(sizes(".lll.", 3, &words), (std::vector<int>{1, -1}));
  EXPECT_EQ(words.find("line 3: a chain of linked events begins here"), 0U) << words;
}

TEST(BatchCutterTest, ABatchHasNoMoreNamesThanARequestMayBring) {
  Events events = events_of(std::string(5'000, '.'));
  for (auto& event : events) event.names.resize(2);
  BatchCutter<Transfer> cutter{source_of(events), limits::batch_events_max};
  for (const std::size_t size : {std::size_t{2'048}, std::size_t{2'048}, std::size_t{904}}) {
    EXPECT_EQ(cutter.next().value().size(), size);
  }
  EXPECT_TRUE(cutter.next().value().empty());
}

TEST(BatchCutterTest, AFailureOfTheSourceGivesOutNothingOfItsBatch) {
  int calls = 0;
  BatchCutter<Transfer> cutter{[&]() -> Result<std::optional<NumberedEvent<Transfer>>> {
                                 if (++calls == 4) return Failure{FailureKind::invalid, "line 5"};
                                 return std::optional{NumberedEvent<Transfer>{}};
                               },
                               2};
  EXPECT_EQ(cutter.next().value().size(), 2U);
  const auto second = cutter.next();
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().what, "line 5");
}

TEST(BatchCutterTest, RandomFilesKeepEveryChainWhole) {
  constexpr std::uint64_t seed = 11;
  RecordProperty("seed", static_cast<int>(seed));
  std::mt19937_64 random{seed};
  for (int round = 0; round < 500; ++round) {
    std::string letters;
    for (auto chains = random() % 40; chains > 0; --chains) {
      letters += std::string(random() % 5, 'l') + ".";
    }
    std::size_t end = 0;
    for (const int size : sizes(letters, 5)) {
      ASSERT_GT(size, 0) << letters;
      ASSERT_LE(size, 5) << letters;
      end += static_cast<std::size_t>(size);
      ASSERT_EQ(letters[end - 1], '.') << letters << " cut at " << end;
    }
  }
}

}  // namespace
}  // namespace daybook

// Importing: every line is counted once, in order, whatever the engine answers; a second run of the
// same file is good; trouble in the middle says truly what is done and what is in doubt.
//
// The engine is a model of one that knows what exists and chains. It answers a batch when somebody
// waits, so several batches are under way as they would be over a socket.

#include "tools/daybook/client/import_events.hpp"

#include <deque>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "engine/model/status.hpp"

namespace daybook {
namespace {

using Status = CreateTransferStatus;
using Numbered = NumberedEvent<Transfer>;

class EngineModel final : public BatchSink<Transfer> {
 public:
  std::map<Uint128, Transfer> stored;
  std::size_t under_way_max = 0;
  std::size_t batches = 0;
  std::map<std::size_t, Result<BatchResult>> planned;  ///< Answers by number of the batch, from 1.
  bool lost = false;
  std::vector<std::vector<Name>> names;  ///< Of each batch.

  void submit(std::span<const Transfer> events, std::span<const Name> sent_names,
              BatchCallback answered) override {
    names.emplace_back(sent_names.begin(), sent_names.end());
    waiting_.push_back({{events.begin(), events.end()}, std::move(answered)});
    under_way_max = std::max(under_way_max, waiting_.size());
  }

  Result<void> wait_until(const std::function<bool()>& done) override {
    if (lost) return Failure{FailureKind::closed, "the connection is gone"};
    while (!done()) {
      Waiting next = std::move(waiting_.front());
      waiting_.pop_front();
      ++batches;
      const auto plan = planned.find(batches);
      next.answered(plan == planned.end() ? post(next.events) : plan->second);
    }
    return {};
  }

  Result<std::vector<Transfer>> lookup(std::span<const Uint128> ids) override {
    std::vector<Transfer> found;
    for (const Uint128& id : ids) {
      if (stored.contains(id)) found.push_back(stored.at(id));
    }
    return found;
  }

 private:
  struct Waiting {
    std::vector<Transfer> events;
    BatchCallback answered;
  };

  Status try_one(const Transfer& event) {
    if (event.code == Code{}) return Status::code_must_not_be_zero;
    const auto [place, added] = stored.emplace(event.id.value(), event);
    if (added) return Status::created;
    return same_request(event, place->second) ? Status::exists
                                              : Status::exists_with_different_amount;
  }

  BatchResult post(const std::vector<Transfer>& events) {
    BatchResult result;
    result.first_sequence = Sequence{1};
    for (std::size_t first = 0; first < events.size();) {
      std::size_t end = first + 1;
      while (end < events.size() && (events[end - 1].flags & transfer_flag::linked) != 0) ++end;
      post_chain(events, first, end, result);
      first = end;
    }
    return result;
  }

  void post_chain(const std::vector<Transfer>& events, std::size_t first, std::size_t end,
                  BatchResult& result) {
    const auto before = stored;
    for (std::size_t index = first; index < end; ++index) {
      const Status status = try_one(events[index]);
      if (status == Status::created) continue;
      stored = before;
      for (std::size_t other = first; other < end; ++other) {
        const Status told = other == index ? status : Status::linked_event_failed;
        result.refusals.push_back({.index = static_cast<std::uint32_t>(other),
                                   .status = static_cast<std::uint16_t>(told),
                                   .part = 0,
                                   .timestamp = Timestamp{}});
      }
      return;
    }
  }

  std::deque<Waiting> waiting_;
};

/// One transfer a letter: 'l' linked, 'x' of a kind that is refused, '.' plain, '!' a bad line.
/// Lines count from 2; ids are the lines' numbers.
class Letters {
 public:
  explicit Letters(std::string letters) : letters_{std::move(letters)} {}

  Result<std::optional<Numbered>> operator()() {
    if (index_ == letters_.size()) return std::optional<Numbered>{};
    const char letter = letters_[index_++];
    const std::uint64_t line = index_ + 1;
    if (letter == '!') return Failure{FailureKind::invalid, fmt::format("line {}", line)};
    Transfer transfer;
    transfer.id = TransferId{Uint128{line, 0}};
    transfer.code = letter == 'x' ? Code{} : Code{1};
    transfer.flags = letter == 'l' ? transfer_flag::linked : std::uint16_t{0};
    return std::optional{Numbered{line, transfer}};
  }

 private:
  std::string letters_;
  std::size_t index_ = 0;
};

ImportSummary import_letters(const std::string& letters, EngineModel& engine,
                             std::size_t batch_events = 3) {
  ImportPlan<Transfer> plan;
  plan.batch_events = batch_events;
  plan.in_flight = 2;
  return import_events<Transfer>(Letters{letters}, engine, plan);
}

BatchResult refused_as_a_whole(RequestStatus status) {
  BatchResult result;
  result.status = status;
  return result;
}

TEST(ImportEventsTest, CountsEveryLineOnce) {
  EngineModel engine;
  const ImportSummary summary = import_letters("..x.x....", engine);
  EXPECT_EQ(summary.created, 7U);
  EXPECT_EQ(summary.existed, 0U);
  EXPECT_EQ(summary.refused, 2U);
  EXPECT_EQ(summary.answered_to_line, 10U);
  EXPECT_FALSE(summary.stopped);
  const RefusedLines& lines = summary.refusals.at("code_must_not_be_zero");
  EXPECT_EQ(lines.count, 2U);
  EXPECT_EQ(lines.first_lines, (std::vector<std::uint64_t>{4, 6}));
  EXPECT_EQ(engine.batches, 3U);
  EXPECT_EQ(engine.under_way_max, 2U);
}

TEST(ImportEventsTest, AnEmptyFileIsDoneAtOnce) {
  EngineModel engine;
  const ImportSummary summary = import_letters("", engine);
  EXPECT_EQ(summary.events(), 0U);
  EXPECT_EQ(engine.batches, 0U);
  EXPECT_FALSE(summary.stopped);
}

TEST(ImportEventsTest, ASecondRunIsGood) {
  EngineModel engine;
  import_letters(".l..ll..", engine);
  const ImportSummary second = import_letters(".l..ll..", engine);
  EXPECT_EQ(second.created, 0U);
  EXPECT_EQ(second.existed, 8U);
  EXPECT_EQ(second.refused, 0U);
}

TEST(ImportEventsTest, AChainWithOneEventThatExistsElsewhereIsRefused) {
  EngineModel engine;
  Letters other{"l."};
  engine.stored.emplace(Uint128{2, 0}, other().value()->event);
  const ImportSummary summary = import_letters("l..", engine);
  EXPECT_EQ(summary.existed, 1U);
  EXPECT_EQ(summary.refusals.at("linked_event_failed").count, 1U);
  EXPECT_EQ(summary.created, 1U);
}

TEST(ImportEventsTest, AChainOfOtherContentIsRefused) {
  EngineModel engine;
  import_letters("l.", engine);
  engine.stored.at(Uint128{3, 0}).amount = Amount{Uint128{5, 0}};
  EXPECT_EQ(import_letters("l.", engine).refused, 1U);
}

TEST(ImportEventsTest, NothingOfABadLinesBatchIsPosted) {
  EngineModel engine;
  const ImportSummary summary = import_letters("....!...", engine);
  EXPECT_EQ(summary.created, 3U);
  EXPECT_EQ(summary.answered_to_line, 4U);
  EXPECT_EQ(summary.stopped->what, "line 6");
  EXPECT_FALSE(summary.in_doubt);
  EXPECT_EQ(engine.stored.size(), 3U);
}

TEST(ImportEventsTest, RefusedLinesAreHandedOnInOrder) {
  EngineModel engine;
  ImportPlan<Transfer> plan;
  plan.batch_events = 2;
  std::vector<std::uint64_t> lines;
  plan.refused = [&](const Numbered& event, std::string_view status) {
    EXPECT_EQ(status, "code_must_not_be_zero");
    lines.push_back(event.line);
  };
  static_cast<void>(import_events<Transfer>(Letters{"x.xxx.x"}, engine, plan));
  EXPECT_EQ(lines, (std::vector<std::uint64_t>{2, 4, 5, 6, 8}));
}

TEST(ImportEventsTest, OnlyTheFirstLinesOfAStatusAreListed) {
  EngineModel engine;
  const ImportSummary summary = import_letters(std::string(20, 'x'), engine);
  const RefusedLines& lines = summary.refusals.at("code_must_not_be_zero");
  EXPECT_EQ(lines.count, 20U);
  EXPECT_EQ(lines.first_lines, (std::vector<std::uint64_t>{2, 3, 4, 5, 6}));
}

TEST(ImportEventsTest, ABusyBatchIsSentAgain) {
  EngineModel engine;
  engine.planned.emplace(1, refused_as_a_whole(RequestStatus::busy));
  const ImportSummary summary = import_letters(".........", engine);
  EXPECT_EQ(summary.created, 9U);
  EXPECT_EQ(engine.batches, 4U);
  EXPECT_FALSE(summary.stopped);
}

TEST(ImportEventsTest, AnEngineThatStaysBusyStopsTheImport) {
  EngineModel engine;
  for (std::size_t batch = 1; batch < 100; ++batch) {
    engine.planned.emplace(batch, refused_as_a_whole(RequestStatus::busy));
  }
  const ImportSummary summary = import_letters("...", engine);
  ASSERT_TRUE(summary.stopped);
  EXPECT_EQ(summary.events(), 0U);
  EXPECT_LT(engine.batches, 20U);
}

TEST(ImportEventsTest, ARefusedBatchStopsAndThoseBehindItAreInDoubt) {
  EngineModel engine;
  engine.planned.emplace(2, refused_as_a_whole(RequestStatus::disk_low));
  const ImportSummary summary = import_letters("............", engine);
  ASSERT_TRUE(summary.stopped);
  EXPECT_NE(summary.stopped->what.find("disk_low"), std::string::npos);
  EXPECT_EQ(summary.answered_to_line, 4U);
  // The third batch was under way when the second was refused; the fourth was not sent.
  EXPECT_EQ(summary.created, 6U);
  EXPECT_TRUE(summary.in_doubt);
}

TEST(ImportEventsTest, NoAnswerLeavesItsLinesInDoubt) {
  EngineModel engine;
  engine.planned.emplace(1, Failure{FailureKind::timed_out, "no answer within 30 s"});
  const ImportSummary summary = import_letters("...", engine);
  ASSERT_TRUE(summary.stopped);
  EXPECT_EQ(summary.stopped->what, "no answer within 30 s");
  EXPECT_EQ(summary.answered_to_line, 0U);
  EXPECT_TRUE(summary.in_doubt);
}

TEST(ImportEventsTest, ALostConnectionStopsTheImport) {
  EngineModel engine;
  engine.lost = true;
  const ImportSummary summary = import_letters(".........", engine);
  ASSERT_TRUE(summary.stopped);
  EXPECT_EQ(summary.stopped->what, "the connection is gone");
  EXPECT_TRUE(summary.in_doubt);
}

TEST(SameRequestTest, ComparesWhatTheEngineCompares) {
  Transfer asked;
  asked.id = TransferId{Uint128{1, 0}};
  asked.amount = Amount{Uint128{5, 0}};
  asked.code = Code{1};
  Transfer stored = asked;
  stored.timestamp = Timestamp{9};
  stored.trace_id = TraceId{Uint128{3, 0}};
  EXPECT_TRUE(same_request(asked, stored)) << "timestamp and trace are not compared";
  stored.tag = Tag{1};
  EXPECT_FALSE(same_request(asked, stored));
  stored.flags = asked.flags = transfer_flag::void_pending_transfer;
  EXPECT_TRUE(same_request(asked, stored)) << "a void inherits what it leaves out";
}

TEST(SameRequestTest, AllThatThereWasMatchesWhateverThatCameTo) {
  const Amount most{Uint128{u128_max}};
  struct Case {
    std::uint16_t flags;
    Amount all;
    Amount other;
  };
  for (const Case& each : {Case{transfer_flag::post_pending_transfer, most, Amount{}},
                           Case{transfer_flag::void_pending_transfer, Amount{}, most},
                           Case{transfer_flag::reversal, Amount{}, most}}) {
    Transfer asked;
    asked.flags = each.flags;
    Transfer stored = asked;
    stored.amount = Amount{Uint128{5, 0}};
    asked.amount = each.all;
    EXPECT_TRUE(same_request(asked, stored)) << each.flags;
    asked.amount = each.other;
    EXPECT_FALSE(same_request(asked, stored)) << each.flags;
    asked.amount = stored.amount;
    EXPECT_TRUE(same_request(asked, stored)) << each.flags;
  }
}

TEST(ImportNamesTest, GoWithTheirBatchEachOnce) {
  EngineModel engine;
  const Name order = make_name(NameKind::business, Uint128{9, 0}, "order");
  const Name sale = make_name(NameKind::transfer, Uint128{2, 0}, "sale");
  std::uint64_t line = 1;
  const auto source = [&]() -> Result<std::optional<Numbered>> {
    if (++line == 7) return std::optional<Numbered>{};
    Numbered numbered{line, Transfer{}};
    numbered.event.id = TransferId{Uint128{line, 0}};
    numbered.event.code = Code{1};
    if (line == 2) numbered.names.push_back(sale);
    if (line < 5) numbered.names.push_back(order);
    return std::optional{numbered};
  };
  ImportPlan<Transfer> plan;
  plan.batch_events = 3;
  EXPECT_EQ(import_events<Transfer>(source, engine, plan).created, 5U);
  EXPECT_EQ(engine.names, (std::vector<std::vector<Name>>{{sale, order}, {}}));
}

TEST(SameRequestTest, ABalancingTransferMayHaveBeenReduced) {
  Transfer asked;
  asked.flags = transfer_flag::balancing_debit;
  asked.amount = Amount{Uint128{5, 0}};
  Transfer stored = asked;
  stored.amount = Amount{Uint128{3, 0}};
  EXPECT_TRUE(same_request(asked, stored));
  stored.amount = Amount{Uint128{6, 0}};
  EXPECT_FALSE(same_request(asked, stored));
}

TEST(SameRequestTest, AnAccountClosedSinceIsStillTheSame) {
  Account asked;
  asked.flags = account_flag::history;
  Account stored = asked;
  stored.flags = account_flag::history | account_flag::closed;
  EXPECT_TRUE(same_request(asked, stored));
  stored.flags = account_flag::closed;
  EXPECT_FALSE(same_request(asked, stored));
}

}  // namespace
}  // namespace daybook

// A saga's history, told from its events: progress, outputs, the timeline in words, why it waits;
// and what is no history of it.

#include "engine/saga/saga_history.hpp"

#include <random>

#include <gtest/gtest.h>

#include "engine/base/hash.hpp"
#include "engine/model/status.hpp"
#include "engine/saga/saga_payload.hpp"
#include "tests/engine/saga/definitions.hpp"

namespace daybook::test {
namespace {

using Bytes = std::vector<std::byte>;

constexpr std::string_view shop_json = R"({
  "name": "shop", "version": 2, "deadline_ms": 1000,
  "input": {"stock": "account", "shelf": "account", "pieces": "u64"},
  "steps": [
   {"id": "take", "kind": "ledger.post",
    "args": {"from": "$.stock", "to": "$.shelf", "amount": "$.pieces", "ledger": 1}},
   {"id": "word", "kind": "signal.wait", "signal": "approved", "output": {"by": "text"}},
   {"id": "tell", "kind": "remote.call", "type": "mail.v1", "undo": "mail.v1", "timeout_ms": 10,
    "retry": {"initial_ms": 100, "factor": 2, "cap_ms": 300, "max": 3}}]})";

/// Writes a saga's stream, event by event, into its history.
class Stream {
 public:
  explicit Stream(std::string_view json = shop_json)
      : definition_{definition_of(json)}, history_{definition_} {}

  const char* add(SagaNews news, const Bytes& payload) {
    DomainEvent event;
    event.id = Uint128{++version_};
    event.aggregate_type = saga_type();
    event.aggregate_id = Uint128{7};
    event.event_type = event_type_of(news);
    event.timestamp = Timestamp{1'000 * version_};
    event.version = version_;
    event.user_id = UserId{9};
    event.payload_bytes = static_cast<std::uint32_t>(payload.size());
    return history_.take(event, payload);
  }
  const char* start() {
    const SagaValue values[] = {{ValueType::u64, {}, {}, 3, {}},
                                {ValueType::account, Uint128{12}, {}, 0, {}},
                                {ValueType::account, Uint128{11}, {}, 0, {}}};
    return add(SagaNews::started, started_payload(definition_.hash, values));
  }

  /// Into the next advance().
  Stream& record(SagaEventKind kind, std::uint8_t step,
                 StepOutcome outcome = StepOutcome::succeeded, std::uint16_t code = 0,
                 const Bytes& outputs = {}, std::uint32_t attempt = 1, std::uint64_t due_at = 0) {
    SagaRecord record;
    record.kind = static_cast<std::uint8_t>(kind);
    record.outcome = static_cast<std::uint8_t>(outcome);
    record.step = step;
    const bool numbered = kind != SagaEventKind::dispatched &&
                          kind != SagaEventKind::undo_dispatched && kind != SagaEventKind::deadline;
    record.attempt = numbered ? attempt : 0;
    record.code = code;
    record.due_at = due_at;
    record.output_bytes = static_cast<std::uint16_t>(outputs.size());
    const auto bytes = std::as_bytes(std::span{&record, 1});
    pending_.insert(pending_.end(), bytes.begin(), bytes.end());
    pending_.insert(pending_.end(), outputs.begin(), outputs.end());
    return *this;
  }
  const char* advance() {
    const Bytes payload = std::exchange(pending_, {});
    return add(SagaNews::advanced, payload);
  }
  /// The step of the ledger is done; its transfer is 99.
  Stream& take_done() {
    return record(SagaEventKind::dispatched, 0)
        .record(SagaEventKind::result, 0, StepOutcome::succeeded, 0, take_outputs());
  }
  static Bytes take_outputs() {
    Bytes bytes;
    put_value(bytes, {ValueType::id, Uint128{99}, {}, 0, {}});
    put_value(bytes, {ValueType::timestamp, {}, {}, 5, {}});
    return bytes;
  }

  /// "take: succeeded | undone", by all moments.
  [[nodiscard]] std::string told() const {
    std::string text;
    for (const SagaMoment& moment : history_.moments()) {
      if (!text.empty()) text += " | ";
      if (moment.step != no_step) text += definition_.steps[moment.step].id + ": ";
      text += moment.what;
    }
    return text;
  }
  [[nodiscard]] std::string waits() const {
    std::string text;
    for (const SagaWait& wait : waits_of(definition_, history_.progress())) {
      text += definition_.steps[wait.step].id + ": " + wait.why + ";";
    }
    return text;
  }
  [[nodiscard]] const SagaHistory& history() const { return history_; }
  [[nodiscard]] const SagaDefinition& definition() const { return definition_; }

 private:
  const SagaDefinition definition_;
  SagaHistory history_;
  Bytes pending_;
  std::uint64_t version_ = 0;
};

TEST(SagaHistoryTest, TellsWhatWasDoneAndWhatItWaitsFor) {
  Stream stream;
  ASSERT_EQ(stream.start(), nullptr);
  stream.take_done().record(SagaEventKind::dispatched, 1);
  ASSERT_EQ(stream.advance(), nullptr);
  EXPECT_EQ(stream.told(),
            "started as shop, version 2 | take: succeeded | word: waits for signal approved");
  EXPECT_EQ(stream.waits(), "word: waits for signal approved;");
  EXPECT_EQ(stream.history().progress().head.status, SagaStatus::running);
  const auto outputs = stream.history().outputs(0);
  ASSERT_TRUE(are_values_of(stream.definition().steps[0].outputs, outputs));
  EXPECT_EQ(value_at(stream.definition().steps[0].outputs, outputs, 0).id, Uint128{99});
  EXPECT_TRUE(stream.history().outputs(1).empty());
  EXPECT_EQ(value_at(stream.definition().inputs, stream.history().inputs(), 0).number, 3U);
  const SagaMoment& first = stream.history().moments().front();
  EXPECT_EQ(first.at, Timestamp{1'000});
  EXPECT_EQ(first.version, 1U);
  EXPECT_EQ(first.user_id, UserId{9});
  EXPECT_EQ(first.until.at, Timestamp{1'000 + 1'000'000'000});
}

TEST(SagaHistoryTest, ASignalBringsTheOutputsOfTheStepThatWaits) {
  Stream stream;
  ASSERT_EQ(stream.start(), nullptr);
  stream.take_done().record(SagaEventKind::dispatched, 1);
  ASSERT_EQ(stream.advance(), nullptr);
  const SagaValue values[] = {{ValueType::text, {}, {}, 0, "boss"}};
  ASSERT_EQ(stream.add(SagaNews::signalled, signalled_payload("approved", values)), nullptr);
  EXPECT_EQ(stream.history().progress().steps[1].state, StepState::succeeded);
  const auto& fields = stream.definition().steps[1].outputs;
  ASSERT_TRUE(are_values_of(fields, stream.history().outputs(1)));
  EXPECT_EQ(value_at(fields, stream.history().outputs(1), 0).number, 3'000U);
  EXPECT_EQ(value_at(fields, stream.history().outputs(1), 1).text, "boss");
  EXPECT_EQ(stream.waits(), "tell: waits for a participant that does mail.v1;");
  EXPECT_NE(stream.told().find("word: signal approved has come"), std::string::npos);
  EXPECT_STREQ(stream.add(SagaNews::signalled, signalled_payload("approved", values)),
               "a signal comes that nothing waits for");
}

TEST(SagaHistoryTest, TellsTriesAndWhenTheNextOneIs) {
  Stream stream;
  ASSERT_EQ(stream.start(), nullptr);
  stream.take_done().record(SagaEventKind::dispatched, 1);
  ASSERT_EQ(stream.advance(), nullptr);
  const SagaValue values[] = {{ValueType::text, {}, {}, 0, "boss"}};
  ASSERT_EQ(stream.add(SagaNews::signalled, signalled_payload("approved", values)), nullptr);
  stream.record(SagaEventKind::dispatched, 2, StepOutcome::succeeded, 0, {}, 0, 777'000);
  ASSERT_EQ(stream.advance(), nullptr);
  EXPECT_EQ(stream.waits(), "tell: sent, and there is no answer yet;");
  EXPECT_EQ(stream.history().moments().back().until.at, Timestamp{777'000});
  EXPECT_EQ(stream.history().moments().back().until.what, "counts as unknown");
  EXPECT_FALSE(stream.history().moments().back().went_wrong);
  stream.record(SagaEventKind::result, 2, StepOutcome::unknown);
  ASSERT_EQ(stream.advance(), nullptr);
  EXPECT_EQ(stream.history().moments().back().what, "no answer in time");
  EXPECT_TRUE(stream.history().moments().back().went_wrong);
  EXPECT_EQ(stream.history().moments().back().until.what, "tried again");
  EXPECT_GT(stream.history().moments().back().until.at, Timestamp{5'000});
  EXPECT_EQ(stream.waits(), "tell: waits after 1 of 3 tries;");
}

TEST(SagaHistoryTest, TellsARefusalByNameAndThatNothingHadToBeUndone) {
  Stream stream;
  ASSERT_EQ(stream.start(), nullptr);
  const auto code = static_cast<std::uint16_t>(CreateTransferStatus::exceeds_credits);
  stream.record(SagaEventKind::dispatched, 0)
      .record(SagaEventKind::result, 0, StepOutcome::failed, code);
  ASSERT_EQ(stream.advance(), nullptr);
  EXPECT_EQ(stream.told(),
            "started as shop, version 2 | take: failed: exceeds_credits | undone: a step failed");
  EXPECT_EQ(stream.history().progress().head.status, SagaStatus::compensated);
  EXPECT_EQ(stream.waits(), "");
  ASSERT_EQ(stream.add(SagaNews::forgotten, {}), nullptr);
  EXPECT_EQ(stream.history().moments().back().what, "has left the engine's memory");
}

TEST(SagaHistoryTest, TellsWhatIsUndoneWhenItIsCancelled) {
  Stream stream;
  ASSERT_EQ(stream.start(), nullptr);
  stream.take_done().record(SagaEventKind::dispatched, 1);
  ASSERT_EQ(stream.advance(), nullptr);
  ASSERT_EQ(stream.add(SagaNews::cancel_requested, {}), nullptr);
  EXPECT_EQ(stream.history().progress().head.status, SagaStatus::compensating);
  EXPECT_NE(stream.told().find("it shall be cancelled | goes back: it was cancelled"),
            std::string::npos);
  EXPECT_NE(stream.waits().find("take: is still to be undone;"), std::string::npos);
  stream.record(SagaEventKind::undo_dispatched, 0)
      .record(SagaEventKind::undo_result, 0, StepOutcome::failed, 46);
  ASSERT_EQ(stream.advance(), nullptr);
  EXPECT_NE(stream.told().find("take: its undo was refused: "), std::string::npos);
  EXPECT_EQ(stream.history().progress().head.stuck, StuckReason::backward);
  const SagaValue outputs[] = {{ValueType::id, Uint128{5}, {}, 0, {}},
                               {ValueType::timestamp, {}, {}, 6, {}}};
  EXPECT_STREQ(stream.add(SagaNews::operated, operated_payload(SagaEventKind::operator_resolve, 0,
                                                               StepOutcome::succeeded, outputs)),
               "an operator brings what the step does not declare");
  EXPECT_STREQ(stream.add(SagaNews::operated, operated_payload(SagaEventKind::operator_skip, 0,
                                                               StepOutcome::succeeded, outputs)),
               "an operator's act has no meaning");
  ASSERT_EQ(stream.add(SagaNews::operated,
                       operated_payload(SagaEventKind::operator_skip, 0, StepOutcome::succeeded)),
            nullptr);
  EXPECT_NE(stream.told().find("take: an operator skips it"), std::string::npos);
  ASSERT_EQ(stream.add(SagaNews::operated, operated_payload(SagaEventKind::operator_close, no_step,
                                                            StepOutcome::succeeded)),
            nullptr);
  EXPECT_EQ(stream.history().moments().back().what, "closed by hand");
}

TEST(SagaHistoryTest, WhatCannotHaveHappenedIsNotTaken) {
  Stream stream;
  EXPECT_NE(stream.add(SagaNews::cancel_requested, {}), nullptr);
  ASSERT_EQ(stream.start(), nullptr);
  EXPECT_NE(stream.start(), nullptr);
  EXPECT_NE(stream.add(SagaNews::advanced, {}), nullptr);
  EXPECT_NE(stream.add(SagaNews::advanced, Bytes(23)), nullptr);
  stream.record(SagaEventKind::dispatched, 3);
  EXPECT_NE(stream.advance(), nullptr) << "there is no step 3";
  stream.record(SagaEventKind::dispatched, 0).record(SagaEventKind::result, 0);
  EXPECT_NE(stream.advance(), nullptr) << "the outputs are missing";
  EXPECT_EQ(stream.told(), "started as shop, version 2");
}

TEST(SagaHistoryTest, AnyBytesAreSafe) {
  std::mt19937_64 random{20'261'126};
  for (int round = 0; round < 20'000; ++round) {
    Stream stream;
    ASSERT_EQ(stream.start(), nullptr);
    for (int event = 0; event < 4; ++event) {
      Bytes payload(random() % 3 * 24 + random() % 2);
      for (std::byte& each : payload) each = static_cast<std::byte>(random() % 12);
      const auto news = static_cast<SagaNews>(1 + random() % (saga_news_count - 1));
      if (stream.add(news, payload) != nullptr) break;
    }
    EXPECT_FALSE(stream.told().empty());
  }
}

}  // namespace
}  // namespace daybook::test

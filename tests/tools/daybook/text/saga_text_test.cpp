// Events of sagas in words, without their definition; bytes that are no such event are told of,
// too.

#include "tools/daybook/text/saga_text.hpp"

#include <random>

#include <gtest/gtest.h>

#include "engine/saga/saga_payload.hpp"

namespace daybook {
namespace {

using Bytes = std::vector<std::byte>;

DomainEvent event_of(SagaNews news) {
  DomainEvent event;
  event.id = Uint128{5};
  event.aggregate_type = news == SagaNews::defined  ? saga_definition_type()
                         : is_of_participants(news) ? participant_type()
                                                    : saga_type();
  event.aggregate_id = Uint128{7};
  event.event_type = event_type_of(news);
  return event;
}

std::string text_of(SagaNews news, const Bytes& payload) {
  return saga_event_text(event_of(news), payload);
}

void add(Bytes& payload, SagaEventKind kind, std::uint8_t step,
         StepOutcome outcome = StepOutcome::succeeded, std::uint16_t code = 0) {
  SagaRecord record;
  record.kind = static_cast<std::uint8_t>(kind);
  record.outcome = static_cast<std::uint8_t>(outcome);
  record.step = step;
  record.code = code;
  const auto bytes = std::as_bytes(std::span{&record, 1});
  payload.insert(payload.end(), bytes.begin(), bytes.end());
}

TEST(SagaTextTest, SaysWhatHappened) {
  constexpr std::string_view json =
      R"({"name":"n","steps":[{"id":"t","kind":"timer.wait","delay_ms":5}],"version":1,)"
      R"("deadline_ms":10})";
  const auto text = std::as_bytes(std::span{json});
  EXPECT_TRUE(text_of(SagaNews::defined, {text.begin(), text.end()})
                  .starts_with("saga definition n, version 1, 1 steps, hash "));
  EXPECT_EQ(text_of(SagaNews::started, started_payload(Uint128{0xab}, {})),
            "saga 7: started, definition 000000000000000000000000000000ab");
  EXPECT_EQ(text_of(SagaNews::cancel_requested, {}), "saga 7: it shall be cancelled");
  EXPECT_EQ(text_of(SagaNews::signalled, signalled_payload("go", {})),
            "saga 7: signal go has come");
  EXPECT_EQ(text_of(SagaNews::forgotten, {}), "saga 7: has left the engine's memory");
}

TEST(SagaTextTest, SaysHowItAdvanced) {
  Bytes payload;
  add(payload, SagaEventKind::dispatched, 0);
  add(payload, SagaEventKind::result, 0);
  add(payload, SagaEventKind::dispatched, 1);
  add(payload, SagaEventKind::result, 1, StepOutcome::failed, 34);
  add(payload, SagaEventKind::undo_dispatched, 0);
  add(payload, SagaEventKind::undo_result, 0);
  add(payload, SagaEventKind::result, 2, StepOutcome::retry_later, 54);
  add(payload, SagaEventKind::dispatched, 2);
  EXPECT_EQ(text_of(SagaNews::advanced, payload),
            "saga 7: step 1 succeeded, step 2 failed (status 34), step 1 undone, "
            "step 3 not done (status 54), step 3 begun");
  payload.clear();
  add(payload, SagaEventKind::deadline, no_step);
  add(payload, SagaEventKind::undo_result, 63, StepOutcome::failed, 9);
  EXPECT_EQ(text_of(SagaNews::advanced, payload),
            "saga 7: its deadline has passed, step 64 undo: failed (status 9)");
}

TEST(SagaTextTest, SaysWhatAnOperatorDid) {
  const auto act = [](SagaEventKind kind, std::uint8_t step, StepOutcome outcome) {
    return text_of(SagaNews::operated, operated_payload(kind, step, outcome));
  };
  constexpr auto done = StepOutcome::succeeded;
  EXPECT_EQ(act(SagaEventKind::operator_retry, 1, done), "saga 7: an operator retries step 2");
  EXPECT_EQ(act(SagaEventKind::operator_resolve, 1, StepOutcome::failed),
            "saga 7: an operator resolves step 2: failed");
  EXPECT_EQ(act(SagaEventKind::operator_skip, 0, done), "saga 7: an operator skips step 1");
  EXPECT_EQ(act(SagaEventKind::operator_force, no_step, done), "saga 7: an operator has it undone");
  EXPECT_EQ(act(SagaEventKind::operator_close, no_step, done), "saga 7: an operator closes it");
}

TEST(SagaTextTest, OfOtherStreamsItSaysNothing) {
  DomainEvent event = event_of(SagaNews::started);
  event.aggregate_type = id_of("order");
  EXPECT_EQ(saga_event_text(event, {}), "");
  event = event_of(SagaNews::started);
  event.aggregate_type = saga_definition_type();
  EXPECT_EQ(saga_event_text(event, {}), "");
  EXPECT_EQ(saga_event_text(event), "");
}

TEST(SagaTextTest, WithoutItsPayloadItSaysWhatItIs) {
  EXPECT_EQ(saga_event_text(event_of(SagaNews::advanced)), "saga 7: SagaAdvanced");
  EXPECT_EQ(saga_event_text(event_of(SagaNews::defined)),
            "saga definition, hash 00000000000000000000000000000005");
}

TEST(SagaTextTest, TellsWhatHappensToParticipantsAndWhomStepsAreSentTo) {
  const std::string_view json =
      R"({"name":"bank","types":[{"type":"a.v1"},{"retry":"at_most_once","type":"b.v1"}]})";
  const auto put = std::as_bytes(std::span{json.data(), json.size()});
  EXPECT_EQ(text_of(SagaNews::participant_put, {put.begin(), put.end()}),
            "participant bank registered for a.v1 (idempotent), b.v1 (at_most_once)");
  EXPECT_EQ(text_of(SagaNews::participant_paused, {}), "participant 7 is paused");
  EXPECT_EQ(text_of(SagaNews::participant_resumed, {}), "participant 7 goes on");
  EXPECT_EQ(saga_event_text(event_of(SagaNews::participant_put)), "participant 7: ParticipantPut");
}

TEST(SagaTextTest, AnyBytesAreSafeAndTold) {
  std::mt19937_64 random{20'261'126};
  for (int round = 0; round < 50'000; ++round) {
    Bytes payload(random() % 80);
    const unsigned range = random() % 2 == 0 ? 256 : 16;
    for (std::byte& each : payload) each = static_cast<std::byte>(random() % range);
    for (std::size_t news = 0; news < saga_news_count; ++news) {
      const std::string text = text_of(static_cast<SagaNews>(news), payload);
      ASSERT_FALSE(text.empty());
      for (const char c : text) ASSERT_GE(static_cast<unsigned char>(c), 0x20);
    }
  }
  Bytes cut;
  add(cut, SagaEventKind::dispatched, 0);
  cut.resize(23);
  EXPECT_EQ(text_of(SagaNews::advanced, cut), "saga 7: with a payload that cannot be read");
}

}  // namespace
}  // namespace daybook

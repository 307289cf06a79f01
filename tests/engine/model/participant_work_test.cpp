// What goes between the engine and participants: names, which outcome answers what, payloads.

#include "engine/model/participant_work.hpp"

#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/base/limits.hpp"

namespace daybook {
namespace {

WorkValue value_of(WorkValueType type) {
  WorkValue value;
  value.name = to_string(type);
  value.type = type;
  const bool is_text = type == WorkValueType::text || type == WorkValueType::secret;
  const bool is_number = type == WorkValueType::u64 || type == WorkValueType::timestamp ||
                         type == WorkValueType::truth;
  if (is_text) value.text = "t\xc3\xa9xt";
  if (is_number) value.number = 9;
  if (!is_text && !is_number) value.id = Uint128{5, 6};
  if (type == WorkValueType::money) value.ledger = 978;
  return value;
}

constexpr WorkValueType all_types[] = {
    WorkValueType::account, WorkValueType::money, WorkValueType::secret,    WorkValueType::text,
    WorkValueType::u64,     WorkValueType::id,    WorkValueType::timestamp, WorkValueType::truth};

TEST(ParticipantWorkTest, EachOperationIsAnsweredByItsOutcomesOnly) {
  struct Row {
    WorkOutcome outcome;
    std::uint8_t number;
    const char* name;
    bool do_, undo, query, confirm;
  };
  const Row rows[] = {
      {WorkOutcome::succeeded, 0, "succeeded", true, true, true, true},
      {WorkOutcome::failed, 1, "failed", true, true, true, true},
      {WorkOutcome::retry_later, 2, "retry_later", true, true, false, true},
      {WorkOutcome::unknown, 3, "unknown", true, true, true, true},
      {WorkOutcome::lost, 4, "lost", true, true, true, true},
      {WorkOutcome::ok_empty, 5, "ok_empty", false, true, false, false},
      {WorkOutcome::never_seen, 6, "never_seen", false, false, true, false},
      {WorkOutcome::in_progress, 7, "in_progress", false, false, true, false},
      {WorkOutcome::cancelled, 8, "cancelled", false, false, true, false},
      {WorkOutcome::released, 9, "released", true, true, false, true},
      {WorkOutcome::heartbeat, 10, "heartbeat", true, true, false, true},
  };
  EXPECT_EQ(std::size(rows), work_outcome_count);
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    EXPECT_EQ(static_cast<std::uint8_t>(row.outcome), row.number);
    EXPECT_EQ(to_string(row.outcome), row.name);
    EXPECT_EQ(parse_work_outcome(row.name), row.outcome);
    EXPECT_EQ(may_answer(WorkOperation::do_, row.outcome), row.do_);
    EXPECT_EQ(may_answer(WorkOperation::undo, row.outcome), row.undo);
    EXPECT_EQ(may_answer(WorkOperation::query, row.outcome), row.query);
    EXPECT_EQ(may_answer(WorkOperation::confirm, row.outcome), row.confirm);
  }
  EXPECT_EQ(to_string(static_cast<WorkOutcome>(11)), "unknown_outcome");
  EXPECT_FALSE(parse_work_outcome("done").has_value());
  EXPECT_FALSE(may_answer(WorkOperation::do_, static_cast<WorkOutcome>(11)));
}

TEST(ParticipantWorkTest, AnswersReadBackAsTheyWereWritten) {
  std::vector<WorkValue> outputs;
  for (const WorkValueType type : all_types) outputs.push_back(value_of(type));
  const auto bytes = answer_payload("ref", "why", outputs);
  const auto read = read_answer_payload(bytes);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->reference, "ref");
  EXPECT_EQ(read->message, "why");
  for (const WorkValue& each : outputs) {
    const auto found = read->output(each.name);
    ASSERT_TRUE(found.has_value()) << each.name;
    EXPECT_EQ(found->type, each.type);
    EXPECT_EQ(found->id, each.id);
    EXPECT_EQ(found->ledger, each.ledger);
    EXPECT_EQ(found->number, each.number);
    EXPECT_EQ(found->text, each.text);
  }
  EXPECT_FALSE(read->output("other").has_value());
  const auto nothing = read_answer_payload({});
  ASSERT_TRUE(nothing.has_value()) << "nothing was said";
  EXPECT_FALSE(nothing->output("text").has_value());
}

TEST(ParticipantWorkTest, AnswersThatAreCutOrTooLongAreNone) {
  const auto bytes = answer_payload("r", "m", std::vector{value_of(WorkValueType::text)});
  for (std::size_t size = 1; size < bytes.size(); ++size) {
    EXPECT_FALSE(read_answer_payload(std::span{bytes}.first(size)).has_value()) << size;
  }
  auto longer = bytes;
  longer.push_back(std::byte{0});
  EXPECT_FALSE(read_answer_payload(longer).has_value());
  const std::string text(limits::saga_text_bytes_max, 'x');
  EXPECT_TRUE(read_answer_payload(answer_payload(text, text, {})).has_value());
  auto past = answer_payload(text, "", {});
  past[0] = static_cast<std::byte>(limits::saga_text_bytes_max + 1);
  past.insert(past.begin() + 2, std::byte{'x'});
  EXPECT_FALSE(read_answer_payload(past).has_value());
  std::vector<WorkValue> most(limits::saga_outputs_max, value_of(WorkValueType::u64));
  auto many = answer_payload("", "", most);
  EXPECT_TRUE(read_answer_payload(many).has_value());
  ASSERT_EQ(many[4], static_cast<std::byte>(limits::saga_outputs_max));
  many[4] = static_cast<std::byte>(limits::saga_outputs_max + 1);
  put_work_value(many, most[0]);
  EXPECT_FALSE(read_answer_payload(many).has_value()) << "one more than a step may have";
}

TEST(ParticipantWorkTest, AnyBytesAreSafe) {
  std::mt19937_64 random{20'261'127};
  for (int round = 0; round < 100'000; ++round) {
    std::vector<std::byte> bytes(random() % 60);
    const unsigned range = round % 2 == 0 ? 256 : 9;
    for (std::byte& each : bytes) each = static_cast<std::byte>(random() % range);
    const auto answer = read_answer_payload(bytes);
    if (answer) static_cast<void>(answer->output("x"));
    static_cast<void>(read_work_payload(bytes));
  }
}

}  // namespace
}  // namespace daybook

// As no_allocation_test.cpp, whose trap it uses: sagas, and what participants do for them.

#include <cstring>

#include "engine/saga/saga_payload.hpp"
#include "tests/engine/sequencer/no_allocation_fixture.hpp"

namespace daybook::test {
namespace {

// Storing a definition does: it is read and compiled, which nobody does often.
TEST_F(NoAllocationTest, AllocatesNothingForSagas) {
  create_accounts(100);
  const SagaDefinition definition =
      read_definition(R"({"name": "s", "version": 1, "deadline_ms": 1, "input": {"from": "account",
        "to": "account", "order": "id"}, "completed_event": "Done", "steps": [
        {"id": "order", "kind": "order.create",
         "args": {"order": "$.order", "amount": 5, "ledger": 1, "quantity": 1, "sku": "tea"}},
        {"id": "hold", "kind": "ledger.hold",
         "args": {"from": "$.from", "to": "$.to", "amount": 5, "ledger": 1}},
        {"id": "post", "kind": "ledger.post",
         "args": {"from": "$.from", "to": "$.to", "amount": 7, "ledger": 1}},
        {"id": "wait", "kind": "timer.wait", "delay_ms": 5000},
        {"id": "take", "kind": "ledger.capture", "hold": "hold"}]})")
          .value();
  DomainEvent stored;
  stored.id = definition.hash;
  stored.aggregate_type = saga_definition_type();
  stored.aggregate_id = id_of(definition.name);
  stored.event_type = event_type_of(SagaNews::defined);
  stored.content_type = ContentType::json;
  stored.payload_bytes = static_cast<std::uint32_t>(definition.canonical.size());
  payloads_ = std::as_bytes(std::span{definition.canonical});
  may_allocate_ = true;
  execute(RequestKind::saga_commands, std::vector{stored});
  may_allocate_ = false;
  ASSERT_EQ(items_, 0U);
  std::vector<DomainEvent> events(200);
  std::vector<std::byte> payloads;
  for (std::uint64_t at = 0; at < events.size(); ++at) {
    SagaValue from;
    from.type = ValueType::account;
    from.id = Uint128{at % 100 + 1, 0};
    SagaValue order;
    order.type = ValueType::id;
    order.id = Uint128{at / 2 + 1, 1};  // Each second one fails at its first step.
    SagaValue to = from;
    to.id = Uint128{(at + 1) % 100 + 1, 0};
    const auto payload = started_payload(definition.hash, std::vector{from, order, to});
    events[at].id = Uint128{at + 1, 9};
    events[at].aggregate_type = saga_type();
    events[at].aggregate_id = Uint128{at + 1, 0};
    events[at].event_type = event_type_of(SagaNews::started);
    events[at].payload_bytes = static_cast<std::uint32_t>(payload.size());
    payloads.insert(payloads.end(), payload.begin(), payload.end());
  }
  payloads_ = payloads;
  execute(RequestKind::saga_commands, events);
  EXPECT_EQ(items_, 0U);
  execute(RequestKind::saga_commands, events);
  EXPECT_EQ(items_, events.size()) << "all exist";
  EXPECT_EQ(state_.sagas.count(), 100U);
  now_ += 2'000'000'000;
  trapped = true;
  while (sequencer_.work_is_due(now_)) {
    if (!sequencer_.do_due_work(now_)) reopen();
  }
  trapped = false;
  EXPECT_EQ(state_.sagas.count(), 0U) << "the deadline undid them";
  EXPECT_EQ(state_.holds.count(), 0U);
}

class NoAllocationWorkTest : public NoAllocationTest {
 protected:
  // Allocates: definitions and registrations are read and compiled.
  void store(RequestKind kind, SagaNews news, const Uint128& type, const Uint128& aggregate,
             const Uint128& id, const std::string& text) {
    std::vector<DomainEvent> stored(1);
    stored[0].id = id;
    stored[0].aggregate_type = type;
    stored[0].aggregate_id = aggregate;
    stored[0].event_type = event_type_of(news);
    stored[0].content_type = ContentType::json;
    stored[0].payload_bytes = static_cast<std::uint32_t>(text.size());
    payloads_ = std::as_bytes(std::span{text});
    may_allocate_ = true;
    const bool operates = kind == RequestKind::operate_sagas;
    execute(kind, stored, operates ? "a test" : "", Role::operator_);
    may_allocate_ = false;
    ASSERT_EQ(items_, 0U);
  }

  void start(std::uint64_t count, const Uint128& definition) {
    std::vector<DomainEvent> starts(count);
    const auto started = started_payload(definition, {});
    std::vector<std::byte> payloads;
    for (std::uint64_t at = 0; at < count; ++at) {
      starts[at].id = Uint128{at + 1, 9};
      starts[at].aggregate_type = saga_type();
      starts[at].aggregate_id = Uint128{at + 1, 0};
      starts[at].event_type = event_type_of(SagaNews::started);
      starts[at].payload_bytes = static_cast<std::uint32_t>(started.size());
      payloads.insert(payloads.end(), started.begin(), started.end());
    }
    payloads_ = payloads;
    execute(RequestKind::saga_commands, starts);
    EXPECT_EQ(items_, 0U);
  }

  // One question for work, with whatever is due; then what it got.
  std::vector<WorkCommand> ask(std::uint64_t ns) {
    const WorkCredit credit{.type = id_of("bank.v1"), .count = 30, .reserved = 0};
    RequestSlot question;
    question.kind = RequestKind::take_work;
    question.argument_id = id_of("bank");
    question.events = reinterpret_cast<const std::byte*>(&credit);
    question.event_count = 1;
    const std::atomic<bool> cancelled{true};
    question.query_items.reserve(limits::work_reply_bytes_max);
    trapped = true;
    sequencer_.execute(question, now_ += ns);
    while (sequencer_.work_is_due(now_)) {
      if (!sequencer_.do_due_work(now_)) reopen();
    }
    if (!sequencer_.entry_is_empty()) reopen();
    static_cast<void>(sequencer_.take_filled());
    question.cancelled = &cancelled;
    static_cast<void>(sequencer_.take_recalled());
    trapped = false;
    std::vector<WorkCommand> got(question.item_count);
    std::span<const std::byte> left = question.query_items;
    for (WorkCommand& command : got) {
      std::memcpy(&command, left.data(), sizeof(command));
      left = left.subspan(sizeof(command) + (command.payload_bytes + 7) / 8 * 8);
    }
    return got;
  }

  void answer(const std::vector<StepAnswer>& answers, const std::vector<std::byte>& said) {
    std::vector<std::byte> payloads;
    for (std::size_t at = 0; at < answers.size(); ++at) {
      payloads.insert(payloads.end(), said.begin(), said.end());
    }
    payloads_ = payloads;
    participant_ = id_of("bank");
    execute(RequestKind::answer_steps, answers, {}, Role::participant);
    participant_ = {};
  }
};

TEST_F(NoAllocationWorkTest, AllocatesNothingForRemoteSteps) {
  const SagaDefinition definition =
      read_definition(R"({"name": "r", "version": 1, "deadline_ms": 60000, "input": {},
        "steps": [
        {"id": "a", "kind": "remote.call", "type": "bank.v1", "undo": "bank.v1",
         "timeout_ms": 1000, "args": {"note": "a text"}, "output": {"more": "text"}},
        {"id": "b", "kind": "remote.call", "type": "bank.v1", "undo": "bank.v1",
         "timeout_ms": 1000, "args": {"more": "$.a.more"}}]})")
          .value();
  store(RequestKind::saga_commands, SagaNews::defined, saga_definition_type(),
        id_of(definition.name), definition.hash, definition.canonical);
  store(RequestKind::operate_sagas, SagaNews::participant_put, participant_type(), id_of("bank"),
        Uint128{1, 0x9a}, R"({"in_flight":50,"name":"bank","types":[{"type":"bank.v1"}]})");
  start(100, definition.hash);
  WorkValue brought;
  brought.name = "more";
  brought.type = WorkValueType::text;
  brought.text = "things";
  const auto said = answer_payload("ref", "", std::vector{brought});
  std::uint64_t sent = 0;
  for (std::uint64_t round = 0; round < 60; ++round) {
    std::vector<StepAnswer> answers;
    for (const WorkCommand& command : ask(round % 10 == 9 ? 2'000'000'000 : 1'000)) {
      if (++sent % 7 == 5) continue;  // Its lease will end.
      StepAnswer given;
      given.saga = command.saga;
      given.key = command.key;
      given.attempt = command.attempt;
      given.payload_bytes = static_cast<std::uint32_t>(said.size());
      given.step = command.step;
      given.operation = command.operation;
      given.outcome = sent % 20 == 3 ? WorkOutcome::failed : WorkOutcome::succeeded;
      answers.push_back(given);
    }
    if (!answers.empty()) answer(answers, said);
  }
  EXPECT_GT(sent, 200U) << "each step was sent, some were undone and some sent again";
}

}  // namespace
}  // namespace daybook::test

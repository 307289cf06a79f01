// Sagas, forged: each row is one thing that apply requires and that no engine would have done; see
// hostile_entry_test.cpp.

#include "engine/base/hash.hpp"
#include "engine/saga/saga_payload.hpp"
#include "tests/replay/forger.hpp"

namespace daybook::test {
namespace {

using After = AfterAGoodEntry;

// One step that waits for a signal, and one that posts.
const SagaDefinition& defined() {
  static const SagaDefinition made = [] {
    auto read = read_definition(R"({"name": "s", "version": 2, "deadline_ms": 60000,
        "input": {"to": "account"}, "steps": [
        {"id": "ok", "kind": "signal.wait", "signal": "ok", "timeout_ms": 1000},
        {"id": "pay", "kind": "ledger.post",
         "args": {"from": "@x", "to": "$.to", "amount": 1, "ledger": 1}}]})");
    return std::move(read).value();
  }();
  return made;
}

// One remote step.
const SagaDefinition& remote() {
  static const SagaDefinition made = [] {
    auto read = read_definition(R"({"name": "r", "version": 1, "deadline_ms": 60000,
        "input": {"to": "account"}, "steps": [
        {"id": "call", "kind": "remote.call", "type": "bank.v1", "class": "readonly",
         "timeout_ms": 1000}]})");
    return std::move(read).value();
  }();
  return made;
}

struct News {
  DomainEvent event;
  std::string payload;
};

std::string text_of(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

News definition(const std::string& text = defined().canonical, std::string_view name = "s") {
  News made;
  made.event.id = xxh3_128(std::as_bytes(std::span{text}));
  made.event.aggregate_type = saga_definition_type();
  made.event.aggregate_id = id_of(name);
  made.event.event_type = event_type_of(SagaNews::defined);
  made.event.content_type = ContentType::json;
  made.event.version = 1;
  made.payload = text;
  return made;
}

News news(SagaNews kind, std::uint64_t version, std::string payload = "", std::uint64_t saga = 7) {
  News made;
  made.event.aggregate_type = saga_type();
  made.event.aggregate_id = Uint128{saga, 0};
  made.event.event_type = event_type_of(kind);
  made.event.version = version;
  made.event.id = is_engine_made(kind) ? engine_event_id(made.event.aggregate_id, version)
                                       : Uint128{version, saga};
  made.payload = std::move(payload);
  return made;
}

News started(const Uint128& hash = defined().hash, std::uint64_t inputs = 1) {
  SagaValue to;
  to.type = ValueType::account;
  to.id = Uint128{2, 0};
  const std::vector<SagaValue> values(inputs, to);
  return news(SagaNews::started, 1, text_of(started_payload(hash, values)));
}

std::string record(SagaEventKind kind, std::uint8_t step, const std::string& outputs = "",
                   StepOutcome outcome = StepOutcome::succeeded, std::uint16_t code = 0) {
  SagaRecord made;
  made.kind = static_cast<std::uint8_t>(kind);
  made.outcome = static_cast<std::uint8_t>(outcome);
  made.step = step;
  made.code = code;
  made.attempt = kind == SagaEventKind::dispatched ? 0 : 1;
  made.output_bytes = static_cast<std::uint16_t>(outputs.size());
  return std::string{reinterpret_cast<const char*>(&made), sizeof(made)} + outputs;
}

const std::string dispatched = record(SagaEventKind::dispatched, 0);
const std::string sent = record(SagaEventKind::dispatched, 0, "", StepOutcome::succeeded, 1);

const char* const bank = R"({"name":"bank","types":[{"type":"bank.v1"}]})";

News participant(SagaNews kind, std::uint64_t version, std::string payload = "") {
  News made;
  made.event.aggregate_type = participant_type();
  made.event.aggregate_id = id_of("bank");
  made.event.event_type = event_type_of(kind);
  made.event.version = version;
  made.event.id = Uint128{version, 0x9a};
  if (!payload.empty()) made.event.content_type = ContentType::json;
  made.payload = std::move(payload);
  return made;
}

auto by(RequestKind kind, const std::vector<News>& all, std::uint32_t commands = 1) {
  return [=](Forger& forger) {
    Operation operation = Forger::operation(kind);
    const auto count = static_cast<std::uint32_t>(all.size());
    if (kind == RequestKind::drive_sagas || kind == RequestKind::forget_sagas) {
      operation.client = {};
      operation.request_number = 0;
    }
    forger.begin(operation, FactKind::domain_event, count);
    for (const News& each : all) {
      DomainEvent event = each.event;
      event.payload_bytes = static_cast<std::uint32_t>(each.payload.size());
      forger.with(event, each.payload);
    }
    const bool forgets = kind == RequestKind::forget_sagas;
    forger.entry().last_operation().event_count = forgets ? count : commands;
  };
}
auto commands(const std::vector<News>& all) { return by(RequestKind::saga_commands, all); }

auto operators(const std::vector<News>& all) { return by(RequestKind::operate_sagas, all); }

News with(News made, const std::function<void(DomainEvent&)>& change) {
  change(made.event);
  return made;
}

const char* const wrong_kind = "no operation of this kind appends such an event of a saga";
const char* const out_of_turn = "something happens to a saga out of turn";

const Forgery rows[] = {
    {"by_a_request_of_events", by(RequestKind::append_events, {definition()}),
     "a domain event could not have been appended"},
    {"by_a_bundle_of_commands", by(RequestKind::order_commands, {definition()}),
     "a domain event could not have been appended"},
    {"a_definition_that_is_none", commands({definition("{}")}),
     "a saga's definition could not have been stored"},
    {"a_definition_not_in_its_canonical_text", commands({definition(" " + defined().canonical)}),
     "a saga's definition could not have been stored so"},
    {"a_definition_of_another_name",
     commands({with(definition(), [](DomainEvent& e) { e.aggregate_id = id_of("t"); })}),
     "a saga's definition could not have been stored so"},
    {"a_definition_that_is_no_json",
     commands({with(definition(), [](DomainEvent& e) { e.content_type = ContentType::text; })}),
     "a saga's definition could not have been stored so"},
    {"started_without_a_definition", commands({started()}),
     "something happens to a saga that is not there"},
    {"started_by_another_definition", commands({definition(), started(Uint128{1, 1})}),
     "something happens to a saga that is not there"},
    {"started_without_its_inputs", commands({definition(), started(defined().hash, 0)}),
     "a saga starts with what its definition does not ask for"},
    {"started_with_more", commands({definition(), started(defined().hash, 2)}),
     "a saga starts with what its definition does not ask for"},
    {"advanced_before_it_started",
     commands({definition(), news(SagaNews::advanced, 1, dispatched)}),
     "something happens to a saga that is not there"},
    {"advanced_by_nothing", commands({definition(), started(), news(SagaNews::advanced, 2)}),
     "a saga advances by nothing"},
    {"advanced_by_half_a_record",
     commands({definition(), started(), news(SagaNews::advanced, 2, dispatched + "x")}),
     "a record of a saga ends too early"},
    {"advanced_under_an_id_of_somebody",
     commands({definition(), started(),
               with(news(SagaNews::advanced, 2, dispatched),
                    [](DomainEvent& e) { e.id = Uint128{5, 5}; })}),
     "an event of a saga has an id that the engine does not give"},
    {"advanced_out_of_order",
     commands({definition(), started(),
               news(SagaNews::advanced, 2, record(SagaEventKind::dispatched, 1))}),
     out_of_turn},
    {"advanced_in_a_step_that_is_not_there",
     commands({definition(), started(),
               news(SagaNews::advanced, 2, record(SagaEventKind::dispatched, 9))}),
     out_of_turn},
    {"advanced_by_an_operators_act",
     commands({definition(), started(),
               news(SagaNews::advanced, 2, record(SagaEventKind::operator_close, no_step))}),
     "a record of a saga has no meaning"},
    {"told_what_it_knows",
     commands({definition(), started(),
               news(SagaNews::advanced, 2,
                    dispatched + record(SagaEventKind::result, 0, std::string(8, '\1')) +
                        record(SagaEventKind::result, 0, std::string(8, '\1')))}),
     "a saga is told what it knows"},
    {"brought_what_it_does_not_declare",
     commands({definition(), started(),
               news(SagaNews::advanced, 2,
                    dispatched + record(SagaEventKind::result, 0, std::string(9, '\1')))}),
     "a step brings what it does not declare"},
    {"a_transfer_that_was_not_made",
     commands({definition(), started(),
               news(SagaNews::advanced, 2,
                    dispatched + record(SagaEventKind::result, 0, std::string(8, '\1')) +
                        record(SagaEventKind::dispatched, 1) +
                        record(SagaEventKind::result, 1, std::string(24, '\1')))}),
     "a step of a saga says that it made a transfer that is not there"},
    {"signalled_although_nothing_waits",
     commands({definition(), started(),
               news(SagaNews::signalled, 2, text_of(signalled_payload("ok", {})))}),
     "a signal comes that nothing waits for"},
    {"signalled_with_too_much",
     commands({definition(), started(), news(SagaNews::advanced, 2, dispatched),
               news(SagaNews::signalled, 3, text_of(signalled_payload("ok", {})) + "x")}),
     "a signal brings what its step does not declare"},
    {"cancelled_with_a_payload",
     commands({definition(), started(), news(SagaNews::cancel_requested, 2, "x")}),
     "a cancelling has a payload"},
    {"operated_by_a_gateway",
     commands({definition(), started(),
               news(SagaNews::operated, 2,
                    text_of(operated_payload(SagaEventKind::operator_close, no_step,
                                             StepOutcome::succeeded)))}),
     wrong_kind},
    {"started_by_an_operator", by(RequestKind::operate_sagas, {definition()}), wrong_kind},
    {"started_as_a_correction_that_nobody_approved",
     [](Forger& forger) {
       commands({definition()})(forger);
       const News start = started();
       DomainEvent event = start.event;
       event.payload_bytes = static_cast<std::uint32_t>(start.payload.size());
       forger
           .begin(Forger::operation(RequestKind::start_corrections, Forger::time + 100,
                                    Forger::number + 1),
                  FactKind::domain_event, 1, 1)
           .with(event, start.payload);
     },
     "the saga of a correction is not what was approved"},
    {"defined_with_a_correction", by(RequestKind::start_corrections, {definition()}), wrong_kind},
    {"started_by_the_engine", by(RequestKind::drive_sagas, {definition()}), wrong_kind},
    {"forgotten_by_a_client",
     commands({definition(), started(), news(SagaNews::forgotten, 2)}), wrong_kind},
    {"of_a_wrong_content_type",
     commands({definition(),
               with(started(), [](DomainEvent& e) { e.content_type = ContentType::json; })}),
     "an event of a saga has a payload of a wrong type"},
    {"of_no_kind",
     commands({with(definition(), [](DomainEvent& e) { e.event_type = Uint128{1, 1}; })}),
     "a domain event could not have been appended"},
    {"driven_by_a_client",
     [](Forger& forger) {
       by(RequestKind::drive_sagas, {definition()})(forger);
       forger.entry().last_operation().client = Forger::client;
     },
     "the engine could not have done so by itself"},
    {"a_participant_by_a_gateway",
     commands({participant(SagaNews::participant_put, 1, bank)}), wrong_kind},
    {"a_participant_that_is_none",
     operators({participant(SagaNews::participant_put, 1, "{}")}),
     "a participant's registration could not have been stored"},
    {"a_participant_not_in_its_canonical_text",
     operators({participant(SagaNews::participant_put, 1, std::string{" "} + bank)}),
     "a participant's registration could not have been stored"},
    {"a_participant_paused_that_is_not_there",
     operators({participant(SagaNews::participant_paused, 1)}),
     "a participant is paused or resumed that there is not"},
    {"a_participant_resumed_that_goes_on",
     operators({participant(SagaNews::participant_put, 1, bank),
                participant(SagaNews::participant_resumed, 2)}),
     "a participant is paused or resumed twice"},
    {"a_participant_paused_with_a_payload",
     operators({participant(SagaNews::participant_put, 1, bank),
                participant(SagaNews::participant_paused, 2, bank)}),
     "a participant is paused or resumed with a payload"},
    {"sent_to_nobody",
     commands({definition(remote().canonical, "r"), started(remote().hash),
               news(SagaNews::advanced, 2, dispatched)}),
     "a step of a saga is sent to nobody that there is"},
    {"sent_to_somebody_who_is_not_there",
     commands({definition(remote().canonical, "r"), started(remote().hash),
               news(SagaNews::advanced, 2, sent)}),
     "a step of a saga is sent to nobody that there is"},
    {"a_local_step_sent_to_somebody",
     commands({definition(), started(), news(SagaNews::advanced, 2, sent)}),
     "a step of a saga is sent to nobody that there is"},
    {"said_by_a_local_step",
     commands({definition(), started(),
               news(SagaNews::advanced, 2,
                    dispatched +
                        record(SagaEventKind::result, 0, "no", StepOutcome::failed))}),
     "a step brings what it does not declare"},
    {"extended_before_it_was_sent",
     commands({definition(remote().canonical, "r"), started(remote().hash),
               news(SagaNews::advanced, 2, record(SagaEventKind::extended, 0))}),
     out_of_turn},
    {"kicked_by_the_engine",
     commands({definition(), started(),
               news(SagaNews::advanced, 2, record(SagaEventKind::operator_kick, 0))}),
     "a record of a saga has no meaning"},
};

class HostileSaga : public HostileEntry {};

TEST_P(HostileSaga, IsRefusedWithItsSequence) { expect_refused(GetParam()); }

INSTANTIATE_TEST_SUITE_P(Sagas, HostileSaga, testing::ValuesIn(rows), name_of_forgery);

TEST(HostileSagas, WouldBeTakenWereTheyHonest) {
  const std::function<void(Forger&)> honest[] = {
      commands({definition(), started(), news(SagaNews::advanced, 2, dispatched),
                news(SagaNews::signalled, 3, text_of(signalled_payload("ok", {})))}),
      commands({definition(), started(), news(SagaNews::cancel_requested, 2)}),
  };
  for (const auto& write : honest) {
    SCOPED_TRACE(&write - std::begin(honest));
    After after;
    write(after.forger());
    const auto applied = after.apply_honestly();
    EXPECT_TRUE(applied.ok()) << applied.error().what;
  }
}

TEST(HostileSagas, AreNotDamageWhereOnlyTheTableIsTooSmall) {
  StateSettings settings = After::settings();
  settings.sagas_max = 1;
  After after{settings};
  commands({definition(), started(), with(started(), [](DomainEvent& e) {
              e.aggregate_id = Uint128{8, 0};
              e.id = Uint128{1, 8};
            })})(after.forger());
  const auto applied = after.apply_honestly();
  ASSERT_FALSE(applied.ok());
  EXPECT_EQ(applied.error().kind, FailureKind::no_space) << applied.error().what;
}

}  // namespace
}  // namespace daybook::test

// Sagas in the engine: definitions, starts, and steps that the engine does by itself.

#include "tests/engine/saga/engine_saga_fixture.hpp"

namespace daybook::test {
namespace {

using Texts = std::vector<std::string>;

constexpr const char* two_posts = R"({"name": "twoPosts", "version": 1,
  "input": {"from": "account", "to": "account", "first": "money", "second": "money"},
  "steps": [
    {"id": "a", "kind": "ledger.post",
     "args": {"from": "$.from", "to": "@clearing", "amount": "$.first"}},
    {"id": "b", "kind": "ledger.post", "completed": true,
     "args": {"from": "@clearing", "to": "$.to", "amount": "$.second"}}]})";

// The same without what no definition has.
std::string posts(std::uint32_t version = 1, const std::string& more = "") {
  std::string json = two_posts;
  json.replace(json.find(R"( "completed": true,)"), 19, "");
  json.replace(json.find(R"("version": 1)"), 12, "\"version\": " + std::to_string(version) + more);
  return json;
}

constexpr const char* order_saga = R"({"name": "buy", "version": 1,
  "input": {"order": "id", "price": "money", "quantity": "u64", "user": "account"},
  "steps": [
    {"id": "order", "kind": "order.create",
     "args": {"order": "$.order", "amount": "$.price", "quantity": "$.quantity", "sku": "tea"}},
    {"id": "stock", "kind": "ledger.post",
     "args": {"from": "$.stock", "to": "$.taken", "amount": "$.quantity", "ledger": 2}},
    {"id": "money", "kind": "ledger.post",
     "args": {"from": "$.user", "to": "@clearing", "amount": "$.price"}}]})";

std::string buy() {
  std::string json = order_saga;
  json.replace(json.find(R"("user": "account")"), 17,
               R"("user": "account", "stock": "account", "taken": "account")");
  return json;
}

SagaInputs buying(std::uint64_t order, std::uint64_t price, std::uint64_t quantity) {
  return {{"order", saga_id(order)},           {"price", saga_money(price)},
          {"quantity", saga_number(quantity)}, {"user", saga_account(1)},
          {"stock", saga_account(11)},         {"taken", saga_account(12)}};
}

SagaInputs paying(std::uint64_t first, std::uint64_t second) {
  return {{"from", saga_account(1)},
          {"to", saga_account(2)},
          {"first", saga_money(first)},
          {"second", saga_money(second)}};
}

// ---- Definitions. ----

TEST_F(EngineSagaTest, ADefinitionIsStoredOnceAndVersionsGrow) {
  EXPECT_EQ(define(posts(1)), "created");
  EXPECT_EQ(define(posts(1)), "exists");
  EXPECT_EQ(define(posts(3)), "created");
  EXPECT_EQ(define(posts(2)), "saga_version_not_newer");
  EXPECT_EQ(define(posts(3, R"(, "deadline_ms": 5)")), "saga_version_not_newer");
  EXPECT_EQ(engine_.state().sagas.definitions().size(), 2U);
}

TEST_F(EngineSagaTest, ADefinitionWithAFaultIsNotStored) {
  EXPECT_EQ(define(two_posts), "saga_definition_invalid");
  EXPECT_EQ(define("{}"), "saga_definition_invalid");
  std::string reserved = posts();
  reserved.replace(reserved.find("twoPosts"), 8, "payment");
  EXPECT_EQ(define(reserved), "saga_definition_invalid");
  EXPECT_TRUE(engine_.state().sagas.definitions().empty());
}

// ---- Starts. ----

TEST_F(EngineSagaTest, ASagaOfLocalStepsIsDoneInOneEntry) {
  define(posts());
  const std::size_t entries = engine_.journal().count();
  EXPECT_EQ(start(7, "twoPosts", paying(600, 500)), "created");
  EXPECT_EQ(engine_.journal().count(), entries + 1);
  EXPECT_EQ(shown(7), "COMPLETED a:SUCCEEDED b:SUCCEEDED");
  EXPECT_EQ(events_of(7), (Texts{"SagaStarted", "SagaAdvanced"}));
  EXPECT_EQ(balances(1), "0/600 0/1000");
  EXPECT_EQ(balances("clearing"), "0/500 0/600");
  EXPECT_EQ(balances(2), "0/0 0/500");
  EXPECT_FALSE(is_in_memory(7));
}

TEST_F(EngineSagaTest, TheSameStartAgainDoesNothingAndAnotherOneIsRefused) {
  define(posts());
  EXPECT_EQ(start(7, "twoPosts", paying(600, 500)), "created");
  EXPECT_EQ(start(7, "twoPosts", paying(600, 500)), "exists");
  EXPECT_EQ(start(7, "twoPosts", paying(600, 400)), "exists_with_different_payload");
  AskedEvent again = start_of(7, "twoPosts", paying(600, 500));
  again.event.id = Uint128{1'234, 5};
  EXPECT_EQ(send(RequestKind::saga_commands, {again}), (Texts{"saga_already_exists"}));
  EXPECT_EQ(balances(1), "0/600 0/1000");
}

TEST_F(EngineSagaTest, EachStartOfARequestIsDecidedByItself) {
  define(posts());
  EXPECT_EQ(
      send(RequestKind::saga_commands,
           {start_of(7, "twoPosts", paying(600, 1)), start_of(8, "unknown", paying(1, 1)),
            start_of(9, "twoPosts", {{"from", saga_account(1)}}),
            start_of(10, "twoPosts", paying(600, 1)), start_of(11, "twoPosts", paying(400, 1))}),
      (Texts{"created", "saga_definition_not_found", "saga_inputs_differ", "created", "created"}));
  EXPECT_EQ(shown(7), "COMPLETED a:SUCCEEDED b:SUCCEEDED");
  EXPECT_EQ(shown(10), "COMPENSATED a:FAILED b:NOT_STARTED");
  EXPECT_EQ(shown(11), "COMPLETED a:SUCCEEDED b:SUCCEEDED");
  EXPECT_EQ(balances(1), "0/1000 0/1000");
}

TEST_F(EngineSagaTest, AStartOfAnOldVersionRunsThatVersion) {
  define(posts(1));
  const AskedEvent old = start_of(7, "twoPosts", paying(600, 500));
  define(posts(2));
  EXPECT_EQ(send(RequestKind::saga_commands, {old}), (Texts{"created"}));
  EXPECT_EQ(shown(7), "COMPLETED a:SUCCEEDED b:SUCCEEDED");
}

TEST_F(EngineSagaTest, OnlyTheRequestsOfSagasAppendToTheirStreams) {
  define(posts());
  AskedEvent event = start_of(7, "twoPosts", paying(1, 1));
  EXPECT_EQ(send(RequestKind::append_events, {event}), (Texts{"aggregate_type_reserved"}));
  event.event.event_type = event_type_of(SagaNews::advanced);
  EXPECT_EQ(send(RequestKind::saga_commands, {event}), (Texts{"event_type_unknown"}));
  event.event.event_type = event_type_of(SagaNews::operated);
  EXPECT_EQ(send(RequestKind::saga_commands, {event}), (Texts{"event_type_unknown"}));
  event.event.aggregate_type = Uint128{5, 5};
  EXPECT_EQ(send(RequestKind::saga_commands, {event}), (Texts{"aggregate_type_not_of_request"}));
  EXPECT_EQ(operate(7, SagaEventKind::operator_close, no_step, StepOutcome::succeeded, ""),
            "malformed");
}

TEST_F(EngineSagaTest, APayloadThatIsNoneOfItsEventsIsRefused) {
  define(posts());
  const auto sent = [&](AskedEvent event, const std::string& payload) {
    event.payload = payload;
    event.event.payload_bytes = static_cast<std::uint32_t>(payload.size());
    const bool operates = event.event.event_type == event_type_of(SagaNews::operated);
    return send(operates ? RequestKind::operate_sagas : RequestKind::saga_commands, {event}, "why")
        .at(0);
  };
  AskedEvent begins = start_of(7, "twoPosts", paying(1, 1));
  EXPECT_EQ(sent(begins, "short"), "saga_payload_malformed");
  begins.event.content_type = ContentType::json;
  EXPECT_EQ(sent(begins, begins.payload), "saga_payload_malformed");
  AskedEvent stored = definition_of(posts(2));
  EXPECT_EQ(sent(stored, " " + stored.payload), "saga_payload_malformed") << "not as it is stored";
  stored.event.aggregate_id = id_of("another");
  EXPECT_EQ(sent(stored, stored.payload), "saga_payload_malformed");
  ASSERT_EQ(define(R"({"name": "waits", "version": 1, "deadline_ms": 60000, "steps": [
      {"id": "ok", "kind": "signal.wait", "signal": "ok", "timeout_ms": 30000}]})"),
            "created");
  ASSERT_EQ(start(8, "waits", {}), "created");
  EXPECT_EQ(sent(event_for(8, SagaNews::cancel_requested, {}), "x"), "saga_payload_malformed");
  EXPECT_EQ(sent(event_for(8, SagaNews::signalled, {}), ""), "saga_payload_malformed");
  EXPECT_EQ(sent(event_for(8, SagaNews::signalled, {}), "\x05ok"), "saga_payload_malformed");
  EXPECT_EQ(sent(event_for(8, SagaNews::operated, {}), "1234567"), "saga_payload_malformed");
  EXPECT_EQ(sent(event_for(8, SagaNews::operated, {}), std::string(8, '\0')),
            "saga_payload_malformed");
  EXPECT_EQ(shown(8), "RUNNING ok:DISPATCHED");
}

// ---- Going back. ----

TEST_F(EngineSagaTest, AFailureIsUndoneInReverseAndExactly) {
  ASSERT_EQ(define(buy()), "created");
  EXPECT_EQ(start(7, "buy", buying(70, 1'001, 3)), "created");
  EXPECT_EQ(shown(7),
            "COMPENSATED order:SUCCEEDED/C_SUCCEEDED stock:SUCCEEDED/C_SUCCEEDED money:FAILED");
  EXPECT_EQ(order_state(70), "cancelled");
  EXPECT_EQ(balances(11), "0/3 0/13") << "taken and brought back";
  EXPECT_EQ(balances(1), "0/0 0/1000");
}

TEST_F(EngineSagaTest, AFailureAtEachStepLeavesNothingBehind) {
  ASSERT_EQ(define(buy()), "created");
  EXPECT_EQ(start(7, "buy", buying(70, 100, 11)), "created");
  EXPECT_EQ(shown(7), "COMPENSATED order:SUCCEEDED/C_SUCCEEDED stock:FAILED money:NOT_STARTED");
  EXPECT_EQ(start(8, "buy", buying(70, 100, 1)), "created");
  EXPECT_EQ(shown(8), "COMPENSATED order:FAILED stock:NOT_STARTED money:NOT_STARTED")
      << "there is such an order";
  EXPECT_EQ(start(9, "buy", buying(71, 100, 1)), "created");
  EXPECT_EQ(shown(9), "COMPLETED order:SUCCEEDED stock:SUCCEEDED money:SUCCEEDED");
  EXPECT_EQ(order_state(71), "pending");
  EXPECT_EQ(balances(1), "0/100 0/1000");
  EXPECT_EQ(balances(12), "0/0 0/1");
}

TEST_F(EngineSagaTest, AReversalPassesOverAFrozenAccount) {
  ASSERT_EQ(define(R"({"name": "later", "version": 1, "deadline_ms": 60000,
    "input": {"from": "account"},
    "steps": [
      {"id": "a", "kind": "ledger.post",
       "args": {"from": "$.from", "to": "@clearing", "amount": 600, "ledger": 1}},
      {"id": "ok", "kind": "signal.wait", "signal": "approved", "timeout_ms": 30000}]})"),
            "created");
  EXPECT_EQ(start(7, "later", {{"from", saga_account(1)}}), "created");
  EXPECT_EQ(shown(7), "RUNNING a:SUCCEEDED ok:DISPATCHED");
  AccountChange freeze;
  freeze.account_id = account_id(1);
  freeze.kind = AccountChangeKind::freeze;
  freeze.sides = 3;
  ASSERT_EQ(change(freeze), "changed");
  EXPECT_EQ(cancel(7), "created");
  EXPECT_EQ(shown(7), "COMPENSATED a:SUCCEEDED/C_SUCCEEDED ok:DISPATCHED");
  EXPECT_EQ(balances(1), "0/600 0/1600");
  EXPECT_EQ(cancel(7), "saga_has_ended");
  EXPECT_EQ(cancel(8), "saga_not_found");
}

// ---- Ids. ----

TEST_F(EngineSagaTest, WhoTakesAnIdAheadStopsNothing) {
  define(posts());
  Transfer squatter = make_transfer(2, 4, 3, 1);
  squatter.id = TransferId{saga_made_id(Uint128{7, 0}, 0, SagaOperation::do_, 0, 0)};
  ASSERT_EQ(transfer(squatter), "created");
  EXPECT_EQ(start(7, "twoPosts", paying(600, 500)), "created");
  EXPECT_EQ(shown(7), "COMPLETED a:SUCCEEDED b:SUCCEEDED");
  EXPECT_EQ(balances(1), "0/600 0/1000");
}

// ---- The event of a completed saga. ----

TEST_F(EngineSagaTest, ACompletedSagaTellsSoOnceInAStreamOfItsName) {
  ASSERT_EQ(define(posts(1, R"(, "completed_event": "PostsDone")")), "created");
  EXPECT_EQ(start(7, "twoPosts", paying(600, 500)), "created");
  EXPECT_EQ(start(8, "twoPosts", paying(600, 500)), "created");
  EXPECT_EQ(start(7, "twoPosts", paying(600, 500)), "exists");
  Texts told;
  engine_.for_each_event([&](Sequence, const AskedEvent& asked) {
    if (asked.event.event_type != id_of("PostsDone")) return;
    EXPECT_EQ(asked.event.aggregate_type, id_of("twoPosts"));
    told.push_back(std::to_string(asked.event.aggregate_id.lo));
  });
  EXPECT_EQ(told, (Texts{"7"}));
}

}  // namespace
}  // namespace daybook::test

#include "tests/engine/saga/engine_saga_fixture.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "engine/saga/saga_fold.hpp"

namespace daybook::test {
namespace {

std::string text_of(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

SagaValue saga_account(std::uint64_t id) {
  SagaValue value = saga_id(0);
  value.type = ValueType::account;
  value.id = account_id(id).value();
  return value;
}
SagaValue saga_money(std::uint64_t amount, std::uint32_t ledger) {
  SagaValue value = saga_id(amount);
  value.type = ValueType::money;
  value.ledger = LedgerId{ledger};
  return value;
}
SagaValue saga_number(std::uint64_t number) {
  SagaValue value;
  value.number = number;
  return value;
}
SagaValue saga_id(std::uint64_t id) {
  SagaValue value;
  value.type = ValueType::id;
  value.id = Uint128{id, 0};
  return value;
}
SagaValue saga_text(std::string_view text) {
  SagaValue value;
  value.type = ValueType::text;
  value.text = text;
  return value;
}

EngineSagaTest::EngineSagaTest(LedgerSettings settings) : engine_{settings} {
  engine_.set_clock(saga_begin / 2);
  Ledger stock = make_ledger(2, "TEA");
  stock.kind = LedgerKind::stock;
  EXPECT_TRUE(engine_.put_ledgers(std::vector{make_ledger(1, "EUR"), stock}).refused.empty());
  Account clearing = make_account(99);
  clearing.id = AccountId{id_of("clearing")};
  std::vector<Account> accounts{make_account(1, 1, account_flag::debits_must_not_exceed_credits),
                                make_account(2),
                                make_account(3),
                                make_account(4),
                                make_account(11, 2, account_flag::debits_must_not_exceed_credits),
                                make_account(12, 2),
                                make_account(13, 2),
                                clearing};
  EXPECT_TRUE(engine_.create_accounts(accounts).refused.empty());
  Transfer pieces = make_transfer(3, 13, 11, 10);
  pieces.ledger = LedgerId{2};
  EXPECT_TRUE(
      engine_.create_transfers(std::vector{make_transfer(1, 4, 1, 1'000), pieces}).refused.empty());
  engine_.set_clock(saga_begin);
}

void EngineSagaTest::TearDown() {
  engine_.close_entry();
  engine_.state().audit_balances();
  const std::uint64_t digest = engine_.state().digest();
  engine_.restart();
  EXPECT_EQ(engine_.state().digest(), digest);
  EXPECT_EQ(engine_.first_failure().value_or(""), "");
}

BatchReply EngineSagaTest::submit(WriteRequest request) {
  request.client = ClientId{Uint128{0x5a6a, 0}};
  request.number = ++last_number_;
  request.frame_checksum = last_number_;
  return engine_.submit(request);
}

std::vector<std::string> EngineSagaTest::send(RequestKind kind,
                                              const std::vector<AskedEvent>& events,
                                              const std::string& reason) {
  WriteRequest request;
  request.kind = kind;
  request.events = events;
  request.reason = reason;
  request.role = Role::operator_;
  const BatchReply reply = submit(request);
  if (reply.status != RequestStatus::ok) return {std::string{to_string(reply.status)}};
  std::vector<std::string> statuses;
  for (std::uint32_t i = 0; i < events.size(); ++i) {
    statuses.push_back(status_name(kind, reply.status_of(i)));
  }
  return statuses;
}

AskedEvent EngineSagaTest::event_for(std::uint64_t saga, SagaNews news,
                                     const std::vector<std::byte>& payload) {
  AskedEvent asked;
  asked.event.id = Uint128{++last_event_, 0xe};
  asked.event.aggregate_type = saga_type();
  asked.event.aggregate_id = Uint128{saga, 0};
  asked.event.event_type = event_type_of(news);
  asked.event.payload_bytes = static_cast<std::uint32_t>(payload.size());
  asked.payload = text_of(payload);
  return asked;
}

std::string EngineSagaTest::define(const std::string& json) {
  return send(RequestKind::saga_commands, {definition_of(json)}).at(0);
}

AskedEvent EngineSagaTest::definition_of(const std::string& json) {
  auto read = read_definition(json);
  AskedEvent asked;
  if (!read.ok()) {
    asked.payload = json;
  } else {
    asked.payload = read.value().canonical;
    asked.event.id = read.value().hash;
    asked.event.aggregate_id = id_of(read.value().name);
    definitions_.push_back(std::move(read).value());
  }
  if (asked.event.id.is_zero()) asked.event.id = asked.event.aggregate_id = Uint128{1, 1};
  asked.event.aggregate_type = saga_definition_type();
  asked.event.event_type = event_type_of(SagaNews::defined);
  asked.event.content_type = ContentType::json;
  asked.event.payload_bytes = static_cast<std::uint32_t>(asked.payload.size());
  return asked;
}

AskedEvent EngineSagaTest::start_of(std::uint64_t saga, const std::string& definition,
                                    const SagaInputs& inputs) const {
  const auto found =
      std::find_if(definitions_.rbegin(), definitions_.rend(),
                   [&](const SagaDefinition& each) { return each.name == definition; });
  const Uint128 hash = found == definitions_.rend() ? Uint128{7, 7} : found->hash;
  AskedEvent asked;
  // In the order of the definition, as far as it asks for them.
  std::vector<SagaValue> values;
  if (found != definitions_.rend()) {
    for (const SagaField& field : found->inputs) {
      const auto given = inputs.find(field.name);
      if (given != inputs.end()) values.push_back(given->second);
    }
  }
  asked.payload = text_of(started_payload(hash, values));
  asked.event.id = Uint128{saga, 0x57a};
  asked.event.aggregate_type = saga_type();
  asked.event.aggregate_id = Uint128{saga, 0};
  asked.event.event_type = event_type_of(SagaNews::started);
  asked.event.business_id = BusinessId{Uint128{saga, 0xb}};
  asked.event.payload_bytes = static_cast<std::uint32_t>(asked.payload.size());
  return asked;
}

std::string EngineSagaTest::start(std::uint64_t saga, const std::string& definition,
                                  const SagaInputs& inputs) {
  return send(RequestKind::saga_commands, {start_of(saga, definition, inputs)}).at(0);
}

std::string EngineSagaTest::cancel(std::uint64_t saga) {
  return send(RequestKind::saga_commands, {event_for(saga, SagaNews::cancel_requested, {})}).at(0);
}

std::string EngineSagaTest::signal(std::uint64_t saga, std::string_view name,
                                   const std::vector<SagaValue>& outputs) {
  const auto payload = signalled_payload(name, outputs);
  return send(RequestKind::saga_commands, {event_for(saga, SagaNews::signalled, payload)}).at(0);
}

std::string EngineSagaTest::operate(std::uint64_t saga, SagaEventKind act, std::uint8_t step,
                                    StepOutcome outcome, const std::string& reason) {
  const auto payload = operated_payload(act, step, outcome);
  return send(RequestKind::operate_sagas, {event_for(saga, SagaNews::operated, payload)}, reason)
      .at(0);
}

std::string EngineSagaTest::transfer(const Transfer& event, const std::string& reason) {
  WriteRequest request;
  request.role = reason.empty() ? Role::gateway : Role::operator_;
  request.reason = reason;
  request.kind = RequestKind::create_transfers;
  request.transfers = {event};
  return status_name(request.kind, submit(request).status_of(0));
}

std::string EngineSagaTest::change(const AccountChange& change) {
  WriteRequest request;
  request.kind = RequestKind::change_accounts;
  request.account_changes = {change};
  request.role = Role::operator_;
  request.reason = "a test";
  return status_name(request.kind, submit(request).status_of(0));
}

void EngineSagaTest::pass_to(std::uint64_t now_ns) {
  engine_.set_clock(now_ns);
  engine_.do_due_work();
}

std::string EngineSagaTest::shown(std::uint64_t saga) {
  engine_.close_entry();
  const SagaDefinition* definition = nullptr;
  SagaProgress progress;
  std::string fault;
  engine_.for_each_event([&](Sequence, const AskedEvent& asked) {
    if (asked.event.aggregate_type != saga_type() || asked.event.aggregate_id.lo != saga) return;
    const auto payload = std::as_bytes(std::span{asked.payload});
    if (definition == nullptr) {
      const auto started = read_started(payload);
      for (const SagaDefinition& each : definitions_) {
        if (started && each.hash == started->definition) definition = &each;
      }
    }
    if (const char* const found = fold_saga(*definition, asked.event, payload, progress)) {
      fault = found;
    }
  });
  if (!fault.empty()) return fault;
  if (definition == nullptr) return "none";
  const SagaHead& head = progress.head;
  std::string text{to_string(head.status)};
  if (head.stuck != StuckReason::none) text += fmt::format("({})", to_string(head.stuck));
  for (std::size_t at = 0; at < definition->steps.size(); ++at) {
    const StepProgress& step = progress.steps[at];
    text += fmt::format(" {}:{}", definition->steps[at].id, to_string(step.state));
    if (step.compensation != CompensationState::not_needed) {
      text += fmt::format("/{}", to_string(step.compensation));
    }
    if (step.is(step_flag::overridden) || step.is(step_flag::undo_overridden)) text += '!';
  }
  return text;
}

bool EngineSagaTest::is_in_memory(std::uint64_t saga) const {
  return engine_.state().sagas.find(Uint128{saga, 0}) != no_saga;
}

std::vector<std::string> EngineSagaTest::events_of(std::uint64_t saga) {
  engine_.close_entry();
  std::vector<std::string> names;
  engine_.for_each_event([&](Sequence, const AskedEvent& asked) {
    if (asked.event.aggregate_type != saga_type() || asked.event.aggregate_id.lo != saga) return;
    const auto news = saga_news_of(asked.event.aggregate_type, asked.event.event_type);
    names.emplace_back(news ? to_string(*news) : "unknown");
  });
  return names;
}

std::string EngineSagaTest::balances_of(AccountId id) {
  const Account account = engine_.lookup_account(id).value();
  return fmt::format("{}/{} {}/{}", account.debits_pending.value().lo,
                     account.debits_posted.value().lo, account.credits_pending.value().lo,
                     account.credits_posted.value().lo);
}
std::string EngineSagaTest::balances(std::uint64_t id) { return balances_of(account_id(id)); }
std::string EngineSagaTest::balances(const std::string& name) {
  return balances_of(AccountId{id_of(name)});
}

std::string EngineSagaTest::order_state(std::uint64_t id) const {
  const Order* const order = engine_.state().aggregates.find_order(Uint128{id, 0});
  return order == nullptr ? "none" : std::string{to_string(order->state)};
}

std::string EngineSagaTest::payment_state(std::uint64_t id) const {
  const Payment* const payment = engine_.state().aggregates.find_payment(Uint128{id, 0});
  return payment == nullptr ? "none" : std::string{to_string(payment->state)};
}

}  // namespace daybook::test

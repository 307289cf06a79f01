#include "tests/engine/saga/engine_work_fixture.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "engine/saga/participant.hpp"

namespace daybook::test {

const char* const bank_json = R"({"name": "bank", "in_flight": 4, "types": [
  {"type": "bank.v1"}, {"type": "bank.undo.v1"},
  {"type": "bank.ask.v1", "retry": "query_then_retry", "can_query": true, "keeps_keys_ms": 60000},
  {"type": "bank.once.v1", "retry": "at_most_once", "can_query": false}]})";

const char* const shop_json = R"({"name": "shop", "in_flight": 1000, "types": [
  {"type": "shop.v1"}, {"type": "shop.undo.v1"}]})";

const char* const chain_json = R"({"name": "chain", "version": 1, "deadline_ms": 600000,
  "input": {"user": "account", "amount": "money"},
  "steps": [
    {"id": "shop", "kind": "remote.call", "type": "shop.v1", "undo": "shop.undo.v1",
     "timeout_ms": 5000, "args": {"user": "$.user", "amount": "$.amount", "note": "for you"},
     "output": {"parcel": "id", "weight": "u64"}},
    {"id": "bank", "kind": "remote.call", "type": "bank.v1", "undo": "bank.undo.v1",
     "timeout_ms": 5000, "args": {"parcel": "$.shop.parcel"}}]})";

WorkPayload GotCommand::read() const {
  const auto read = read_work_payload(std::as_bytes(std::span{payload}));
  EXPECT_TRUE(read.has_value());
  return read.value_or(WorkPayload{});
}

std::string GotCommand::shown() const {
  return fmt::format("{} {} {}", to_string(command.operation), read().step, command.attempt);
}

void EngineWorkTest::SetUp() {
  ASSERT_EQ(put(bank_json), "created");
  ASSERT_EQ(put(shop_json), "created");
}

std::string EngineWorkTest::put_news(SagaNews news, const std::string& name,
                                     const std::string& payload) {
  AskedEvent asked;
  asked.event.id = Uint128{++last_put_, 0x9a};
  asked.event.aggregate_type = participant_type();
  asked.event.aggregate_id = id_of(name);
  asked.event.event_type = event_type_of(news);
  if (!payload.empty()) asked.event.content_type = ContentType::json;
  asked.event.payload_bytes = static_cast<std::uint32_t>(payload.size());
  asked.payload = payload;
  const std::string status = send(RequestKind::operate_sagas, {asked}, "a test").at(0);
  engine_.do_due_work();
  return status;
}

std::string EngineWorkTest::put(const std::string& json) {
  const auto read = read_participant(json);
  if (!read.ok()) return put_news(SagaNews::participant_put, "nobody", json);
  return put_news(SagaNews::participant_put, read.value().name, read.value().canonical);
}
std::string EngineWorkTest::pause(const std::string& name) {
  return put_news(SagaNews::participant_paused, name, "");
}
std::string EngineWorkTest::resume(const std::string& name) {
  return put_news(SagaNews::participant_resumed, name, "");
}

std::string EngineWorkTest::ask(const std::string& name, const Credits& credits) {
  auto question = std::make_unique<Question>();
  for (const auto& [type, count] : credits) {
    question->credits.push_back({.type = id_of(type), .count = count, .reserved = 0});
  }
  RequestSlot& slot = question->slot;
  slot.argument_id = id_of(name);
  slot.events = reinterpret_cast<const std::byte*>(question->credits.data());
  slot.event_count = static_cast<std::uint32_t>(question->credits.size());
  slot.cancelled = &question->cancelled;
  const RequestStatus status = engine_.ask_for_work(slot);
  question->is_out = status == RequestStatus::ok;
  questions_.push_back(std::move(question));
  engine_.do_due_work();
  return std::string{to_string(status)};
}

void EngineWorkTest::take_given() {
  engine_.close_entry();
  for (RequestSlot* const slot : engine_.take_given()) {
    for (const auto& each : questions_) {
      if (&each->slot == slot) each->is_out = false;
    }
    std::span<const std::byte> left = slot->query_items;
    for (std::uint32_t item = 0; item < slot->item_count; ++item) {
      GotCommand got;
      ASSERT_GE(left.size(), sizeof(WorkCommand));
      std::memcpy(&got.command, left.data(), sizeof(WorkCommand));
      left = left.subspan(sizeof(WorkCommand));
      const std::size_t bytes = got.command.payload_bytes;
      ASSERT_GE(left.size(), (bytes + 7) / 8 * 8);
      got.payload.assign(reinterpret_cast<const char*>(left.data()), bytes);
      left = left.subspan((bytes + 7) / 8 * 8);
      got_.push_back(std::move(got));
    }
    EXPECT_TRUE(left.empty());
  }
}

std::vector<GotCommand> EngineWorkTest::got() {
  take_given();
  return std::exchange(got_, {});
}

std::vector<std::string> EngineWorkTest::got_texts() {
  std::vector<std::string> texts;
  for (const GotCommand& each : got()) texts.push_back(each.shown());
  return texts;
}

std::size_t EngineWorkTest::recall() {
  std::size_t out = 0;
  for (const auto& each : questions_) {
    each->cancelled = true;
    out += each->is_out ? 1U : 0U;
  }
  take_given();
  for (const auto& each : questions_) out -= each->is_out ? 1U : 0U;
  std::erase_if(questions_, [](const auto& each) { return !each->is_out; });
  return out;
}

StepAnswer EngineWorkTest::answer_to(const GotCommand& command, WorkOutcome outcome) {
  StepAnswer given;
  given.saga = command.command.saga;
  given.key = command.command.key;
  given.attempt = command.command.attempt;
  given.step = command.command.step;
  given.operation = command.command.operation;
  given.outcome = outcome;
  return given;
}

std::string EngineWorkTest::answer(const std::string& name, const GotCommand& to,
                                   WorkOutcome outcome, std::span<const WorkValue> outputs,
                                   std::uint16_t code, std::string_view message) {
  StepAnswer given = answer_to(to, outcome);
  given.code = code;
  return answer(name, given, answer_payload("ref", message, outputs));
}

std::string EngineWorkTest::answer(const std::string& name, const StepAnswer& given,
                                   const std::vector<std::byte>& payload) {
  WriteRequest request;
  request.kind = RequestKind::answer_steps;
  request.role = Role::participant;
  request.participant = id_of(name);
  request.answers = {given};
  request.answers[0].payload_bytes = static_cast<std::uint32_t>(payload.size());
  request.answer_payloads = payload;
  const BatchReply reply = submit(request);
  if (reply.status != RequestStatus::ok) return std::string{to_string(reply.status)};
  const auto status = static_cast<AppendEventStatus>(reply.status_of(0));
  engine_.do_due_work();
  return std::string{to_string(status)};
}

ParticipantView EngineWorkTest::participant(const std::string& name) {
  for (const ParticipantView& each : engine_.participants()) {
    if (each.id == id_of(name)) return each;
  }
  return {};
}

std::vector<std::string> EngineWorkTest::waiting(const std::vector<std::string>& types) {
  const auto name_of = [](const std::vector<std::string>& names, const Uint128& id) {
    const auto found = std::find_if(names.begin(), names.end(),
                                    [&](const auto& each) { return id_of(each) == id; });
    return found == names.end() ? std::string{"?"} : *found;
  };
  std::vector<std::string> texts;
  for (const WaitingWork& each : engine_.waiting_work()) {
    const std::string whom = each.participant.is_zero()
                                 ? "anybody"
                                 : name_of({"bank", "shop", "shop2"}, each.participant);
    texts.push_back(fmt::format("{} for {}: {}; {} do it, {} paused, {} resting, {} full",
                                name_of(types, each.type), whom, each.waiting, each.doers,
                                each.paused, each.resting, each.full));
  }
  return texts;
}

void EngineWorkTest::restart() {
  recall();
  engine_.restart();
  engine_.do_due_work();
}

}  // namespace daybook::test

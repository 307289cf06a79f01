#include "net/protocol/participant_messages.hpp"

#include <cstring>

#include <fmt/format.h>

#include "net/protocol/body_reader.hpp"
#include "net/protocol/body_writer.hpp"

namespace daybook {
namespace {

// As in messages.cpp.
static_assert(sizeof(wire::StepAnswer) == sizeof(StepAnswer));
static_assert(alignof(wire::StepAnswer) == alignof(StepAnswer));
static_assert(sizeof(wire::WorkCommand) == sizeof(WorkCommand));
static_assert(alignof(wire::WorkCommand) == alignof(WorkCommand));
static_assert(sizeof(wire::WorkCredit) == sizeof(WorkCredit));
static_assert(alignof(wire::WorkCredit) == alignof(WorkCredit));
static_assert(sizeof(wire::Participant) == sizeof(ParticipantView));
static_assert(alignof(wire::Participant) == alignof(ParticipantView));
static_assert(sizeof(wire::WaitingWork) == sizeof(WaitingWork));
static_assert(alignof(wire::WaitingWork) == alignof(WaitingWork));

constexpr std::uint16_t type_of(RequestKind kind) { return static_cast<std::uint16_t>(kind); }

BodyFault wrong_count(std::string_view what, std::uint64_t count, std::uint32_t most) {
  return {.status = count == 0 ? RequestStatus::malformed : RequestStatus::too_large,
          .not_readable = false,
          .words = fmt::format("the request has {} {}, it must have 1 to {}", count, what, most)};
}

template <typename Item, typename Table, typename Vector>
Result<ItemsReplyMessage<Item>, BodyFault> items_of(const Table& table, std::uint64_t cursor,
                                                    const Vector* vector,
                                                    std::string_view message) {
  if (!is_aligned(vector)) return misaligned(message);
  ItemsReplyMessage<Item> reply{.status = static_cast<RequestStatus>(table.status()),
                                .words = text_of(table.words()),
                                .sequence = Sequence{table.sequence()},
                                .more = table.more(),
                                .cursor = cursor,
                                .items = {}};
  if (vector != nullptr) {
    reply.items = {reinterpret_cast<const Item*>(vector->Data()), vector->size()};
  }
  return reply;
}

}  // namespace

std::size_t write_answer_steps(std::span<std::byte> room, std::uint64_t number,
                               const OperationOrigin& origin, const Uint128& participant,
                               std::span<const StepAnswer> answers,
                               std::span<const std::byte> payloads) {
  BodyWriter<layout::AnswerSteps> writer{room};
  writer.fixed.trace_id = origin.trace_id.value();
  writer.fixed.business_id = origin.business_id.value();
  writer.fixed.user_id = origin.user_id.value();
  writer.fixed.participant = participant;
  writer.vector(writer.fixed.answers, static_cast<std::uint32_t>(answers.size()),
                sizeof(StepAnswer), answers.data());
  writer.vector(writer.fixed.payloads, static_cast<std::uint32_t>(payloads.size()), 1,
                payloads.data());
  return writer.finish(type_of(RequestKind::answer_steps), 0, number);
}

Result<RequestBody, BodyFault> read_answer_steps(std::span<const std::byte> bytes) {
  const auto* table = verified<wire::AnswerSteps>(bytes);
  if (table == nullptr) return unreadable("AnswerSteps");
  if (!is_aligned(table->answers())) return misaligned("AnswerSteps");
  const std::uint32_t count = count_of(table->answers());
  if (count == 0 || count > limits::answers_max) {
    return wrong_count("answers", count, limits::answers_max);
  }
  RequestBody body{.origin = {TraceId{number_of(table->trace_id())},
                              BusinessId{number_of(table->business_id())},
                              UserId{table->user_id()}}};
  body.events = reinterpret_cast<const std::byte*>(table->answers()->Data());
  body.event_count = count;
  body.argument_id = number_of(table->participant());
  if (table->payloads() != nullptr) {
    body.payloads = {reinterpret_cast<const std::byte*>(table->payloads()->Data()),
                     table->payloads()->size()};
  }
  return body;
}

std::size_t write_take_work(std::span<std::byte> room, std::uint64_t number,
                            const Uint128& participant, std::span<const WorkCredit> credits) {
  BodyWriter<layout::TakeWork> writer{room};
  writer.fixed.participant = participant;
  writer.vector(writer.fixed.credits, static_cast<std::uint32_t>(credits.size()),
                sizeof(WorkCredit), credits.data());
  return writer.finish(type_of(RequestKind::take_work), 0, number);
}

Result<RequestBody, BodyFault> read_take_work(std::span<const std::byte> bytes) {
  const auto* table = verified<wire::TakeWork>(bytes);
  if (table == nullptr) return unreadable("TakeWork");
  if (!is_aligned(table->credits())) return misaligned("TakeWork");
  const std::uint32_t count = count_of(table->credits());
  if (count == 0 || count > limits::participant_types_max) {
    return wrong_count("types", count, limits::participant_types_max);
  }
  std::uint64_t commands = 0;
  for (const wire::WorkCredit* credit : *table->credits()) {
    if (credit->count() == 0) return wrong_count("commands of a type", 0, limits::work_credit_max);
    commands += credit->count();
  }
  if (commands > limits::work_credit_max) {
    return wrong_count("commands", commands, limits::work_credit_max);
  }
  return RequestBody{.events = reinterpret_cast<const std::byte*>(table->credits()->Data()),
                     .event_count = count,
                     .argument_id = number_of(table->participant())};
}

Result<ItemsReplyMessage<std::uint64_t>, BodyFault> read_work_reply(
    std::span<const std::byte> body) {
  const auto* table = verified<wire::WorkReply>(body);
  if (table == nullptr) return unreadable("WorkReply");
  return items_of<std::uint64_t>(*table, table->now(), table->records(), "WorkReply");
}

std::optional<std::vector<WorkRecord>> read_work_records(std::span<const std::byte> records) {
  std::vector<WorkRecord> all;
  while (!records.empty()) {
    WorkRecord record;
    if (all.size() == limits::work_credit_max || records.size() < sizeof(record.command)) {
      return std::nullopt;
    }
    std::memcpy(&record.command, records.data(), sizeof(record.command));
    records = records.subspan(sizeof(record.command));
    const std::size_t bytes = record.command.payload_bytes;
    if (bytes > records.size() || layout::padded(bytes) > records.size()) return std::nullopt;
    record.payload = records.first(bytes);
    records = records.subspan(layout::padded(bytes));
    all.push_back(record);
  }
  return all;
}

std::size_t write_list_participants(std::span<std::byte> room, std::uint64_t number) {
  BodyWriter<layout::StateDigest> writer{room};
  return writer.finish(type_of(RequestKind::list_participants), 0, number);
}

Result<RequestBody, BodyFault> read_list_participants(std::span<const std::byte> bytes) {
  if (verified<wire::ListParticipants>(bytes) == nullptr) return unreadable("ListParticipants");
  return RequestBody{};
}

Result<ItemsReplyMessage<ParticipantView>, BodyFault> read_participants_reply(
    std::span<const std::byte> body) {
  const auto* table = verified<wire::ParticipantsReply>(body);
  if (table == nullptr) return unreadable("ParticipantsReply");
  return items_of<ParticipantView>(*table, table->cursor(), table->participants(),
                                   "ParticipantsReply");
}

std::size_t write_list_waiting_work(std::span<std::byte> room, std::uint64_t number,
                                    std::uint64_t after) {
  BodyWriter<layout::After> writer{room};
  writer.fixed.after = after;
  return writer.finish(type_of(RequestKind::list_waiting_work), 0, number);
}

Result<RequestBody, BodyFault> read_list_waiting_work(std::span<const std::byte> bytes) {
  const auto* table = verified<wire::ListWaitingWork>(bytes);
  if (table == nullptr) return unreadable("ListWaitingWork");
  return RequestBody{.argument = table->after()};
}

Result<ItemsReplyMessage<WaitingWork>, BodyFault> read_waiting_work_reply(
    std::span<const std::byte> body) {
  const auto* table = verified<wire::WaitingWorkReply>(body);
  if (table == nullptr) return unreadable("WaitingWorkReply");
  return items_of<WaitingWork>(*table, table->cursor(), table->waiting(), "WaitingWorkReply");
}

}  // namespace daybook

#include "net/protocol/event_messages.hpp"

#include <algorithm>
#include <cstring>
#include <optional>

#include <fmt/format.h>

#include "engine/model/aggregate.hpp"
#include "net/protocol/body_reader.hpp"
#include "net/protocol/body_writer.hpp"

namespace daybook {
namespace {

constexpr std::uint16_t read_type = static_cast<std::uint16_t>(RequestKind::read_events);

std::span<const std::byte> bytes_of(const flatbuffers::Vector<std::uint8_t>* vector) {
  if (vector == nullptr) return {};
  return {reinterpret_cast<const std::byte*>(vector->Data()), vector->size()};
}

BodyFault not_allowed(RequestStatus status, std::string words) {
  return {.status = status, .not_readable = false, .words = std::move(words)};
}

/// `fewest`: of each kind of event that the request must have.
std::optional<BodyFault> fault_of_counts(std::uint32_t events, std::uint32_t fewest,
                                         std::uint32_t names) {
  if (events > limits::batch_events_max) {
    return not_allowed(RequestStatus::too_large,
                       fmt::format("the request has {} events or more, it must have 1 to {}",
                                   events, limits::batch_events_max));
  }
  if (fewest == 0) {
    return not_allowed(RequestStatus::malformed,
                       "the request has no events, or a bundle none of one kind");
  }
  if (names > limits::request_names_max) {
    return not_allowed(RequestStatus::too_large,
                       fmt::format("the request brings {} names, at most {} are allowed", names,
                                   limits::request_names_max));
  }
  return std::nullopt;
}

/// An operator says why; nobody else has anything to say there.
std::optional<BodyFault> fault_of_reason(RequestKind kind, std::string_view reason) {
  if (kind != RequestKind::operate_sagas) {
    if (reason.empty()) return std::nullopt;
    return not_allowed(RequestStatus::malformed,
                       "the request has a reason, which only what an operator does to sagas has");
  }
  if (reason.empty()) {
    return not_allowed(RequestStatus::malformed,
                       "OperateSagas has no reason; an operator says why");
  }
  if (reason.size() <= limits::reason_bytes_max) return std::nullopt;
  return not_allowed(RequestStatus::too_large,
                     fmt::format("the reason has {} bytes, at most {} are kept", reason.size(),
                                 limits::reason_bytes_max));
}

// Orders and payments may be changed together although nothing moves.
bool has_command(std::span<const DomainEvent> events) {
  return std::any_of(events.begin(), events.end(), [](const DomainEvent& event) {
    return is_engine_aggregate(event.aggregate_type);
  });
}

/// What AppendEvents and Bundle share, once their counts were found good.
template <typename Table>
RequestBody body_of(const Table& table) {
  RequestBody body{.origin = {TraceId{number_of(table.trace_id())},
                              BusinessId{number_of(table.business_id())}, UserId{table.user_id()}}};
  body.payloads = bytes_of(table.payloads());
  if (count_of(table.names()) > 0) {
    body.names = {reinterpret_cast<const Name*>(table.names()->Data()), table.names()->size()};
  }
  return body;
}

template <typename Fixed>
void put_origin(Fixed& fixed, const OperationOrigin& origin) {
  fixed.trace_id = origin.trace_id.value();
  fixed.business_id = origin.business_id.value();
  fixed.user_id = origin.user_id.value();
}

template <typename Fixed, typename Item>
void put_vector(BodyWriter<Fixed>& writer, std::uint32_t& field, std::span<const Item> items) {
  writer.vector(field, static_cast<std::uint32_t>(items.size()), sizeof(Item), items.data());
}

}  // namespace

std::size_t write_append_events(std::span<std::byte> room, std::uint64_t number,
                                const OperationOrigin& origin, std::span<const DomainEvent> events,
                                std::span<const std::byte> payloads, std::span<const Name> names,
                                RequestKind kind) {
  ENSURE(appends_events(kind) || (commands_sagas(kind) && kind != RequestKind::operate_sagas),
         "other requests are written otherwise");
  BodyWriter<layout::AppendEvents> writer{room};
  put_origin(writer.fixed, origin);
  put_vector(writer, writer.fixed.events, events);
  put_vector(writer, writer.fixed.payloads, payloads);
  put_vector(writer, writer.fixed.names, names);
  return writer.finish(static_cast<std::uint16_t>(kind), 0, number);
}

std::size_t write_operate_sagas(std::span<std::byte> room, std::uint64_t number,
                                const OperationOrigin& origin, std::span<const DomainEvent> events,
                                std::span<const std::byte> payloads, std::string_view reason) {
  BodyWriter<layout::OperateSagas> writer{room};
  put_origin(writer.fixed, origin);
  put_vector(writer, writer.fixed.events, events);
  put_vector(writer, writer.fixed.payloads, payloads);
  put_vector(writer, writer.fixed.names, std::span<const Name>{});
  writer.string(writer.fixed.reason, reason);
  return writer.finish(static_cast<std::uint16_t>(RequestKind::operate_sagas), 0, number);
}

Result<RequestBody, BodyFault> read_append_events(std::span<const std::byte> bytes,
                                                  RequestKind kind) {
  const auto* table = verified<wire::AppendEvents>(bytes);
  if (table == nullptr) return unreadable("AppendEvents");
  if (!is_aligned(table->events()) || !is_aligned(table->names())) {
    return misaligned("AppendEvents");
  }
  const std::uint32_t count = count_of(table->events());
  if (auto fault = fault_of_counts(count, count, count_of(table->names()))) return *fault;
  if (commands_sagas(kind) && count > limits::saga_commands_max) {
    return not_allowed(RequestStatus::too_large,
                       fmt::format("the request has {} events of sagas, it must have 1 to {}",
                                   count, limits::saga_commands_max));
  }
  const std::string_view reason = text_of(table->reason());
  if (auto fault = fault_of_reason(kind, reason)) return *fault;
  RequestBody body = body_of(*table);
  body.events = reinterpret_cast<const std::byte*>(table->events()->Data());
  body.event_count = count;
  body.reason = reason;
  return body;
}

std::size_t write_bundle(std::span<std::byte> room, std::uint64_t number,
                         const OperationOrigin& origin, std::span<const Transfer> transfers,
                         std::span<const DomainEvent> events, std::span<const std::byte> payloads,
                         std::span<const Name> names, RequestKind kind) {
  BodyWriter<layout::Bundle> writer{room};
  put_origin(writer.fixed, origin);
  put_vector(writer, writer.fixed.transfers, transfers);
  put_vector(writer, writer.fixed.events, events);
  put_vector(writer, writer.fixed.payloads, payloads);
  put_vector(writer, writer.fixed.names, names);
  return writer.finish(static_cast<std::uint16_t>(kind), 0, number);
}

Result<RequestBody, BodyFault> read_bundle(std::span<const std::byte> bytes) {
  const auto* table = verified<wire::Bundle>(bytes);
  if (table == nullptr) return unreadable("Bundle");
  if (!is_aligned(table->transfers()) || !is_aligned(table->events()) ||
      !is_aligned(table->names())) {
    return misaligned("Bundle");
  }
  const std::uint32_t transfers = count_of(table->transfers());
  const std::uint32_t events = count_of(table->events());
  if (transfers > limits::batch_events_max || events > limits::batch_events_max) {
    return *fault_of_counts(limits::batch_events_max + 1, 1, 0);
  }
  const bool commands =
      events > 0 &&
      has_command({reinterpret_cast<const DomainEvent*>(table->events()->Data()), events});
  const std::uint32_t fewest = commands ? events : std::min(transfers, events);
  if (auto fault = fault_of_counts(transfers + events, fewest, count_of(table->names()))) {
    return *fault;
  }
  RequestBody body = body_of(*table);
  if (transfers > 0) {
    body.events = reinterpret_cast<const std::byte*>(table->transfers()->Data());
  }
  body.event_count = transfers + events;
  body.bundled = {reinterpret_cast<const DomainEvent*>(table->events()->Data()), events};
  return body;
}

std::size_t write_read_events(std::span<std::byte> room, std::uint64_t number,
                              const EventFilter& filter, std::uint64_t min_sequence) {
  BodyWriter<layout::ReadEvents> writer{room};
  std::memcpy(writer.fixed.filter.data(), &filter, sizeof(filter));
  writer.fixed.min_sequence = min_sequence;
  return writer.finish(read_type, 0, number);
}

// A limit that is out of bounds is answered with what else may be wrong with the filter, but the
// room for the reply is measured by it.
Result<RequestBody, BodyFault> read_read_events(std::span<const std::byte> bytes) {
  const auto* table = verified<wire::ReadEvents>(bytes);
  if (table == nullptr) return unreadable("ReadEvents");
  const auto* filter = reinterpret_cast<const std::byte*>(table->filter());
  if (reinterpret_cast<std::uintptr_t>(filter) % alignof(EventFilter) != 0) {
    return misaligned("ReadEvents");
  }
  return RequestBody{
      .events = filter,
      .limit = std::min<std::uint32_t>(table->filter()->limit(), limits::batch_events_max),
      .min_sequence = table->min_sequence()};
}

std::size_t write_events_reply(std::span<std::byte> room, std::uint64_t number,
                               const EventsReplyMessage& reply) {
  ENSURE(reply.words.empty(), "words are for refusals");
  BodyWriter<layout::EventsReply> writer{room};
  writer.fixed.status = static_cast<std::uint16_t>(reply.status);
  writer.fixed.sequence = reply.sequence.value();
  writer.fixed.cursor = reply.cursor;
  writer.fixed.more = reply.more ? 1 : 0;
  writer.vector(writer.fixed.events, static_cast<std::uint32_t>(reply.events.size()),
                sizeof(RecordedEvent), reply.events.data());
  writer.vector(writer.fixed.payloads, static_cast<std::uint32_t>(reply.payloads.size()), 1,
                reply.payloads.data());
  return writer.finish(read_type, frame_flag::reply, number);
}

Result<EventsReplyMessage, BodyFault> read_events_reply(std::span<const std::byte> body) {
  const auto* table = verified<wire::EventsReply>(body);
  if (table == nullptr) return unreadable("EventsReply");
  if (!is_aligned(table->events())) return misaligned("EventsReply");
  EventsReplyMessage reply{.status = static_cast<RequestStatus>(table->status()),
                           .words = text_of(table->words()),
                           .sequence = Sequence{table->sequence()},
                           .more = table->more(),
                           .cursor = table->cursor(),
                           .events = {},
                           .payloads = bytes_of(table->payloads())};
  if (table->events() != nullptr) {
    reply.events = {reinterpret_cast<const RecordedEvent*>(table->events()->Data()),
                    table->events()->size()};
  }
  std::uint64_t payload_bytes = 0;
  for (const RecordedEvent& each : reply.events) payload_bytes += each.event.payload_bytes;
  if (payload_bytes != reply.payloads.size()) return unreadable("EventsReply");
  return reply;
}

}  // namespace daybook

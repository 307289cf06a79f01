#include "net/protocol/subscription_messages.hpp"

#include <cstring>

#include <fmt/format.h>

#include "net/protocol/body_reader.hpp"
#include "net/protocol/body_writer.hpp"

namespace daybook {
namespace {

static_assert(sizeof(wire::Subscription) == sizeof(Subscription));
static_assert(alignof(wire::Subscription) == alignof(Subscription));
static_assert(sizeof(wire::EventCheckpoint) == sizeof(EventCheckpoint));
static_assert(alignof(wire::EventCheckpoint) == alignof(EventCheckpoint));
static_assert(sizeof(wire::EventRecord) == sizeof(EventRecord));
static_assert(alignof(wire::EventRecord) == alignof(EventRecord));

constexpr std::uint16_t type_of(RequestKind kind) { return static_cast<std::uint16_t>(kind); }

std::size_t write_about(std::span<std::byte> room, RequestKind kind, std::uint64_t number,
                        std::uint64_t subscription, std::uint64_t sequence) {
  BodyWriter<layout::AcknowledgeEvents> writer{room};
  writer.fixed.subscription = subscription;
  writer.fixed.sequence = sequence;
  return writer.finish(type_of(kind), 0, number);
}

template <typename Item, typename Table, typename Vector>
Result<ItemsReplyMessage<Item>, BodyFault> items_of(const Table& table, const Vector* vector,
                                                    std::string_view message) {
  if (!is_aligned(vector)) return misaligned(message);
  ItemsReplyMessage<Item> reply{.status = static_cast<RequestStatus>(table.status()),
                                .words = text_of(table.words()),
                                .sequence = Sequence{table.sequence()},
                                .more = table.more(),
                                .cursor = table.cursor(),
                                .items = {}};
  if (vector != nullptr) {
    reply.items = {reinterpret_cast<const Item*>(vector->Data()), vector->size()};
  }
  return reply;
}

}  // namespace

std::size_t write_subscribe(std::span<std::byte> room, std::uint64_t number,
                            const Subscription& subscription, std::uint64_t min_sequence) {
  BodyWriter<layout::Subscribe> writer{room};
  std::memcpy(writer.fixed.subscription.data(), &subscription, sizeof(subscription));
  writer.fixed.min_sequence = min_sequence;
  return writer.finish(type_of(RequestKind::subscribe), 0, number);
}

Result<RequestBody, BodyFault> read_subscribe(std::span<const std::byte> bytes) {
  const auto* table = verified<wire::Subscribe>(bytes);
  if (table == nullptr) return unreadable("Subscribe");
  const auto* wanted = reinterpret_cast<const std::byte*>(table->subscription());
  if (reinterpret_cast<std::uintptr_t>(wanted) % alignof(Subscription) != 0) {
    return misaligned("Subscribe");
  }
  return RequestBody{.events = wanted, .min_sequence = table->min_sequence()};
}

std::size_t write_acknowledge_events(std::span<std::byte> room, std::uint64_t number,
                                     std::uint64_t subscription, Sequence sequence) {
  return write_about(room, RequestKind::acknowledge_events, number, subscription, sequence.value());
}

Result<RequestBody, BodyFault> read_acknowledge_events(std::span<const std::byte> bytes) {
  const auto* table = verified<wire::AcknowledgeEvents>(bytes);
  if (table == nullptr) return unreadable("AcknowledgeEvents");
  return RequestBody{.argument = table->subscription(), .at_sequence = table->sequence()};
}

std::size_t write_unsubscribe(std::span<std::byte> room, std::uint64_t number,
                              std::uint64_t subscription) {
  return write_about(room, RequestKind::unsubscribe, number, subscription, 0);
}

Result<RequestBody, BodyFault> read_unsubscribe(std::span<const std::byte> bytes) {
  const auto* table = verified<wire::Unsubscribe>(bytes);
  if (table == nullptr) return unreadable("Unsubscribe");
  return RequestBody{.argument = table->subscription()};
}

Result<ItemsReplyMessage<std::uint64_t>, BodyFault> read_event_batch(
    std::span<const std::byte> body) {
  const auto* table = verified<wire::EventBatch>(body);
  if (table == nullptr) return unreadable("EventBatch");
  return items_of<std::uint64_t>(*table, table->records(), "EventBatch");
}

std::size_t write_put_checkpoints(std::span<std::byte> room, std::uint64_t number,
                                  const OperationOrigin& origin,
                                  std::span<const EventCheckpoint> checkpoints) {
  BodyWriter<layout::Operation> writer{room};
  writer.fixed.trace_id = origin.trace_id.value();
  writer.fixed.business_id = origin.business_id.value();
  writer.fixed.user_id = origin.user_id.value();
  writer.vector(writer.fixed.tail, static_cast<std::uint32_t>(checkpoints.size()),
                sizeof(EventCheckpoint), checkpoints.data());
  return writer.finish(type_of(RequestKind::put_checkpoints), 0, number);
}

Result<RequestBody, BodyFault> read_put_checkpoints(std::span<const std::byte> bytes) {
  const auto* table = verified<wire::PutCheckpoints>(bytes);
  if (table == nullptr) return unreadable("PutCheckpoints");
  if (!is_aligned(table->checkpoints())) return misaligned("PutCheckpoints");
  const std::uint32_t count = count_of(table->checkpoints());
  if (count == 0 || count > limits::checkpoints_max) {
    return BodyFault{.status = count == 0 ? RequestStatus::malformed : RequestStatus::too_large,
                     .not_readable = false,
                     .words = fmt::format("the request has {} checkpoints, it must have 1 to {}",
                                          count, limits::checkpoints_max)};
  }
  return RequestBody{
      .origin = {TraceId{number_of(table->trace_id())}, BusinessId{number_of(table->business_id())},
                 UserId{table->user_id()}},
      .events = reinterpret_cast<const std::byte*>(table->checkpoints()->Data()),
      .event_count = count};
}

std::size_t write_lookup_checkpoints(std::span<std::byte> room, std::uint64_t number,
                                     std::uint64_t min_sequence) {
  BodyWriter<layout::LookupCheckpoints> writer{room};
  writer.fixed.min_sequence = min_sequence;
  return writer.finish(type_of(RequestKind::lookup_checkpoints), 0, number);
}

Result<RequestBody, BodyFault> read_lookup_checkpoints(std::span<const std::byte> bytes) {
  const auto* table = verified<wire::LookupCheckpoints>(bytes);
  if (table == nullptr) return unreadable("LookupCheckpoints");
  return RequestBody{.min_sequence = table->min_sequence()};
}

std::size_t write_checkpoints_reply(std::span<std::byte> room, std::uint64_t number,
                                    const ItemsReplyMessage<EventCheckpoint>& reply) {
  ENSURE(reply.words.empty(), "words are for refusals");
  BodyWriter<layout::ItemsReply> writer{room};
  writer.fixed.status = static_cast<std::uint16_t>(reply.status);
  writer.fixed.sequence = reply.sequence.value();
  writer.fixed.cursor = reply.cursor;
  writer.fixed.more = reply.more ? 1 : 0;
  writer.vector(writer.fixed.tail, static_cast<std::uint32_t>(reply.items.size()),
                sizeof(EventCheckpoint), reply.items.data());
  return writer.finish(type_of(RequestKind::lookup_checkpoints), frame_flag::reply, number);
}

Result<ItemsReplyMessage<EventCheckpoint>, BodyFault> read_checkpoints_reply(
    std::span<const std::byte> body) {
  const auto* table = verified<wire::CheckpointsReply>(body);
  if (table == nullptr) return unreadable("CheckpointsReply");
  return items_of<EventCheckpoint>(*table, table->checkpoints(), "CheckpointsReply");
}

}  // namespace daybook

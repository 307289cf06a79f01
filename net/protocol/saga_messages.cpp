#include "net/protocol/saga_messages.hpp"

#include <cstring>

#include <fmt/format.h>

#include "net/protocol/body_reader.hpp"
#include "net/protocol/body_writer.hpp"

namespace daybook {
namespace {

// As in messages.cpp.
static_assert(sizeof(wire::SagaFilter) == sizeof(SagaFilter));
static_assert(alignof(wire::SagaFilter) == alignof(SagaFilter));
static_assert(sizeof(wire::Saga) == sizeof(SagaView) && alignof(wire::Saga) == alignof(SagaView));

}  // namespace

std::size_t write_list_sagas(std::span<std::byte> room, std::uint64_t number,
                             const SagaFilter& filter, std::uint64_t min_sequence) {
  BodyWriter<layout::ListSagas> writer{room};
  static_assert(sizeof(writer.fixed.filter) == sizeof(filter));
  std::memcpy(writer.fixed.filter.data(), &filter, sizeof(filter));
  writer.fixed.min_sequence = min_sequence;
  return writer.finish(static_cast<std::uint16_t>(RequestKind::list_sagas), 0, number);
}

Result<RequestBody, BodyFault> read_list_sagas(std::span<const std::byte> bytes) {
  const auto* table = verified<wire::ListSagas>(bytes);
  if (table == nullptr) return unreadable("ListSagas");
  const auto* filter = reinterpret_cast<const std::byte*>(table->filter());
  if (reinterpret_cast<std::uintptr_t>(filter) % alignof(SagaFilter) != 0) {
    return misaligned("ListSagas");
  }
  const std::uint32_t limit = table->filter()->limit();
  if (limit == 0 || limit > limits::sagas_page_max) {
    return BodyFault{.status = limit == 0 ? RequestStatus::malformed : RequestStatus::too_large,
                     .not_readable = false,
                     .words = fmt::format("the list's limit is {}, it must be 1 to {}", limit,
                                          limits::sagas_page_max)};
  }
  return RequestBody{
      .events = filter, .event_count = 1, .limit = limit, .min_sequence = table->min_sequence()};
}

Result<ItemsReplyMessage<SagaView>, BodyFault> read_sagas_reply(std::span<const std::byte> body) {
  const auto* table = verified<wire::SagasReply>(body);
  if (table == nullptr) return unreadable("SagasReply");
  const auto* sagas = table->sagas();
  if (!is_aligned(sagas)) return misaligned("SagasReply");
  ItemsReplyMessage<SagaView> reply{.status = static_cast<RequestStatus>(table->status()),
                                    .words = text_of(table->words()),
                                    .sequence = Sequence{table->sequence()},
                                    .more = table->more(),
                                    .cursor = table->cursor(),
                                    .items = {}};
  if (sagas != nullptr) {
    reply.items = {reinterpret_cast<const SagaView*>(sagas->Data()), sagas->size()};
  }
  return reply;
}

}  // namespace daybook

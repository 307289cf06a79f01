#include "net/client/sagas.hpp"

#include <array>

#include "engine/base/hash.hpp"

namespace daybook {
namespace {

DomainEvent event_of(const Uint128& id, SagaNews news, const Uint128& aggregate,
                     const OperationAttributes& attributes) {
  DomainEvent event;
  event.id = id;
  event.aggregate_type = news == SagaNews::defined  ? saga_definition_type()
                         : is_of_participants(news) ? participant_type()
                                                    : saga_type();
  event.aggregate_id = aggregate;
  event.event_type = event_type_of(news);
  event.business_id = attributes.business_id;
  event.trace_id = attributes.trace_id;
  event.user_id = attributes.user_id;
  return event;
}

}  // namespace

void add_saga_definition(EventList& events, std::string_view name, const Uint128& hash,
                         std::string_view canonical, const OperationAttributes& attributes) {
  DomainEvent event = event_of(hash, SagaNews::defined, id_of(name), attributes);
  event.content_type = ContentType::json;
  events.add(event, std::as_bytes(std::span{canonical}));
}

Uint128 saga_start_id(const Uint128& saga) noexcept {
  const std::array parts{event_type_of(SagaNews::started), saga};
  return xxh3_128(std::as_bytes(std::span{parts}));
}

void add_saga_start(EventList& events, const Uint128& saga, std::span<const std::byte> payload,
                    const OperationAttributes& attributes) {
  add_saga_news(events, saga_start_id(saga), SagaNews::started, saga, payload, attributes);
}

void add_saga_news(EventList& events, const Uint128& id, SagaNews news, const Uint128& saga,
                   std::span<const std::byte> payload, const OperationAttributes& attributes) {
  events.add(event_of(id, news, saga, attributes), payload);
}

void add_participant(EventList& events, const Uint128& id, std::string_view name,
                     std::string_view json, const OperationAttributes& attributes) {
  DomainEvent event = event_of(id, SagaNews::participant_put, id_of(name), attributes);
  event.content_type = ContentType::json;
  events.add(event, std::as_bytes(std::span{json}));
}

}  // namespace daybook

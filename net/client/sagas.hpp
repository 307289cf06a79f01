#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "engine/model/saga_types.hpp"
#include "net/client/answers.hpp"
#include "net/client/batch.hpp"

/// What is asked of sagas, as events that go into Client::saga_commands() and, of operators, into
/// Client::operate_sagas(). engine/saga/saga_payload.hpp makes the payloads.

namespace daybook {

/// A definition: its canonical text, and the hash of it. The same again is answered with `exists`.
void add_saga_definition(EventList& events, std::string_view name, const Uint128& hash,
                         std::string_view canonical, const OperationAttributes& attributes);

/// The id of the event that starts a saga: so no saga is started twice.
[[nodiscard]] Uint128 saga_start_id(const Uint128& saga) noexcept;
/// `payload`: started_payload().
void add_saga_start(EventList& events, const Uint128& saga, std::span<const std::byte> payload,
                    const OperationAttributes& attributes);

/// A cancel, a signal, an operator's act: `id` is good for one, for ever; the same again is
/// answered with `exists`.
void add_saga_news(EventList& events, const Uint128& id, SagaNews news, const Uint128& saga,
                   std::span<const std::byte> payload, const OperationAttributes& attributes);

/// A participant's registration: `json` is its canonical text. Pausing and resuming are
/// add_saga_news(), of id_of() its name and without a payload.
void add_participant(EventList& events, const Uint128& id, std::string_view name,
                     std::string_view json, const OperationAttributes& attributes);

}  // namespace daybook

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/base/uint128.hpp"
#include "engine/model/domain_event.hpp"

/// Sagas as streams of domain events: a definition's name is a stream, of which each event stores a
/// version of it, and so are each saga and each participant. What is asked of a saga is the event
/// that it asks for, as with orders and payments; what the engine then does for it follows as
/// events of the engine's own. engine/saga/saga_payload.hpp has their payloads.

namespace daybook {

/// id_of("saga"), id_of("saga.definition") and id_of("participant").
[[nodiscard]] const Uint128& saga_type() noexcept;
[[nodiscard]] const Uint128& saga_definition_type() noexcept;
[[nodiscard]] const Uint128& participant_type() noexcept;
[[nodiscard]] inline bool is_saga_aggregate(const Uint128& aggregate_type) noexcept {
  return aggregate_type == saga_type() || aggregate_type == saga_definition_type() ||
         aggregate_type == participant_type();
}

/// What happens to sagas. Numbers of this process only: elsewhere the event type says it.
enum class SagaNews : std::uint8_t {
  defined,           ///< A version of a definition is stored.
  started,           ///< A saga begins.
  cancel_requested,  ///< It shall go back.
  signalled,         ///< What a step waited for has come.
  operated,          ///< An operator acted on it.
  advanced,          ///< By the engine: what it did, and what came of it.
  forgotten,         ///< By the engine: it ended, and leaves memory.
  // Of participants, by operators:
  participant_put,      ///< One is registered, or registered anew.
  participant_paused,   ///< It is sent nothing.
  participant_resumed,  ///< It is again.
};
inline constexpr std::size_t saga_news_count = 10;

[[nodiscard]] constexpr bool is_of_participants(SagaNews news) noexcept {
  return news >= SagaNews::participant_put;
}
/// Operators only, with a reason.
[[nodiscard]] constexpr bool is_operators(SagaNews news) noexcept {
  return news == SagaNews::operated || is_of_participants(news);
}

/// "SagaStarted" and so on: the text of the event type.
[[nodiscard]] std::string_view to_string(SagaNews news) noexcept;
[[nodiscard]] const Uint128& event_type_of(SagaNews news) noexcept;
/// Nothing where a stream of this type has no such event.
[[nodiscard]] std::optional<SagaNews> saga_news_of(const Uint128& aggregate_type,
                                                   const Uint128& event_type) noexcept;

/// Only the engine writes these. Nobody chose their ids, so none is kept to tell repeats.
[[nodiscard]] constexpr bool is_engine_made(SagaNews news) noexcept {
  return news == SagaNews::advanced || news == SagaNews::forgotten;
}
[[nodiscard]] bool is_engine_made(const DomainEvent& event) noexcept;

/// The id of an event that the engine makes: XXH3-128 of the saga's id (16 bytes) and the event's
/// version (8 bytes, little-endian).
[[nodiscard]] Uint128 engine_event_id(const Uint128& saga, std::uint64_t version) noexcept;

/// What a step of a saga does, or its undoing.
enum class SagaOperation : std::uint32_t { do_ = 1, undo = 2 };

/// The id of what a local step makes: XXH3-128 of the saga's id, step, operation, round and probe
/// (16 and four times 4 bytes, little-endian). The probe is 0, or anything where somebody has used
/// that id.
[[nodiscard]] Uint128 saga_made_id(const Uint128& saga, std::uint32_t step, SagaOperation operation,
                                   std::uint32_t round, std::uint32_t probe) noexcept;

}  // namespace daybook

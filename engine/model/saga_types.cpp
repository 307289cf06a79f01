#include "engine/model/saga_types.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "engine/base/hash.hpp"
#include "engine/model/ids.hpp"

namespace daybook {
namespace {

constexpr std::string_view news_names[saga_news_count] = {
    "SagaDefined",       "SagaStarted",       "SagaCancelRequested", "SagaSignalled",
    "SagaOperated",      "SagaAdvanced",      "SagaForgotten",       "ParticipantPut",
    "ParticipantPaused", "ParticipantResumed"};

struct Ids {
  Uint128 saga = id_of("saga");
  Uint128 definition = id_of("saga.definition");
  Uint128 participant = id_of("participant");
  std::array<Uint128, saga_news_count> events;

  Ids() {
    std::transform(std::begin(news_names), std::end(news_names), events.begin(),
                   [](std::string_view name) { return id_of(name); });
  }
};

const Ids& ids() noexcept {
  static const Ids all;
  return all;
}
// Made before main() begins, so that no thread has to; whoever asks earlier makes them.
[[maybe_unused]] const Ids& made_early = ids();

}  // namespace

const Uint128& saga_type() noexcept { return ids().saga; }
const Uint128& saga_definition_type() noexcept { return ids().definition; }
const Uint128& participant_type() noexcept { return ids().participant; }

std::string_view to_string(SagaNews news) noexcept {
  return news_names[static_cast<std::size_t>(news)];
}

const Uint128& event_type_of(SagaNews news) noexcept {
  return ids().events[static_cast<std::size_t>(news)];
}

std::optional<SagaNews> saga_news_of(const Uint128& aggregate_type,
                                     const Uint128& event_type) noexcept {
  const auto& events = ids().events;
  const auto found = std::find(events.begin(), events.end(), event_type);
  if (found == events.end()) return std::nullopt;
  const auto news = static_cast<SagaNews>(found - events.begin());
  const Uint128& wanted = news == SagaNews::defined  ? ids().definition
                          : is_of_participants(news) ? ids().participant
                                                     : ids().saga;
  return aggregate_type == wanted ? std::optional{news} : std::nullopt;
}

bool is_engine_made(const DomainEvent& event) noexcept {
  if (event.aggregate_type != ids().saga) return false;
  const auto news = saga_news_of(event.aggregate_type, event.event_type);
  return news && is_engine_made(*news);
}

Uint128 engine_event_id(const Uint128& saga, std::uint64_t version) noexcept {
  struct Parts {
    Uint128 saga;
    std::uint64_t version;
  };
  const Parts parts{saga, version};
  static_assert(sizeof(parts) == 24);
  return xxh3_128(std::as_bytes(std::span{&parts, 1}));
}

Uint128 saga_made_id(const Uint128& saga, std::uint32_t step, SagaOperation operation,
                     std::uint32_t round, std::uint32_t probe) noexcept {
  struct Parts {
    Uint128 saga;
    std::uint32_t step;
    SagaOperation operation;
    std::uint32_t round;
    std::uint32_t probe;
  };
  const Parts parts{saga, step, operation, round, probe};
  static_assert(sizeof(parts) == 32);
  return xxh3_128(std::as_bytes(std::span{&parts, 1}));
}

}  // namespace daybook

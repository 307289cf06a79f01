#pragma once

#include <cstdint>
#include <type_traits>

#include "engine/model/ids.hpp"

namespace daybook {

/// A saga as it is, 136 bytes: in answers and, as it stands in the state, in snapshots. What each
/// step has come to is told by its events.
struct SagaView {
  Uint128 id;
  Uint128 definition;  ///< Its hash.
  BusinessId business_id;
  TraceId trace_id;
  UserId user_id;
  Timestamp started_at;
  Timestamp changed_at;
  Timestamp ended_at;             ///< 0 = it goes on.
  std::uint64_t deadline_at = 0;  ///< Nanoseconds since 1970; 0 = none.
  std::uint64_t next_at = 0;      ///< When something is due for it by itself; 0 = never.
  std::uint64_t version = 0;      ///< Of its stream: how many events it has.
  std::uint8_t status = 0;        ///< A SagaStatus.
  std::uint8_t stuck = 0;         ///< A StuckReason.
  std::uint8_t abort = 0;         ///< An AbortReason.
  std::uint8_t step_count = 0;
  std::uint8_t succeeded_count = 0;  ///< Steps that ever were.
  std::uint8_t waiting_step = 0xff;  ///< The first that is begun and not done; 0xff = none.
  std::uint16_t reserved = 0;
  std::uint64_t reserved_too = 0;
};
static_assert(sizeof(SagaView) == 136 && std::is_trivially_copyable_v<SagaView>);

/// Which sagas a list asks for. A field that is 0 lets everything pass. 48 bytes, the same on the
/// wire.
struct SagaFilter {
  Uint128 definition;  ///< A hash.
  BusinessId business_id;
  std::uint64_t cursor = 0;    ///< Of the page before; 0 = from the beginning.
  std::uint32_t limit = 0;     ///< 1 to limits::sagas_page_max.
  std::uint16_t statuses = 0;  ///< Bit k: those of SagaStatus k; 0 = all.
  std::uint16_t reserved = 0;
};
static_assert(sizeof(SagaFilter) == 48 && std::is_trivially_copyable_v<SagaFilter>);

}  // namespace daybook

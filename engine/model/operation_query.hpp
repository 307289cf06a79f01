#pragma once

#include <cstdint>
#include <type_traits>

#include "engine/model/ids.hpp"
#include "engine/model/operation.hpp"
#include "engine/model/sequence.hpp"

namespace daybook {

/// Bits of OperationFilter::flags. Frozen: on the wire.
namespace operation_flag {
inline constexpr std::uint16_t newest_first = 1U << 0;
inline constexpr std::uint16_t by_status = 1U << 1;     ///< `status` counts: 0 is ok.
inline constexpr std::uint16_t has_refusals = 1U << 2;  ///< At least one event was refused.
/// With the facts that each operation made and the data of refused events.
inline constexpr std::uint16_t with_facts = 1U << 3;
inline constexpr std::uint16_t known = (1U << 4) - 1;
}  // namespace operation_flag

/// Which operations a query asks for. A field that is 0 lets everything pass; all that are set must
/// match. 128 bytes, the same on the wire.
///
/// business_id, trace_id and user_id match where the operation has them itself, or any account or
/// transfer that it created or refused; each field by itself.
struct OperationFilter {
  ClientId client;
  BusinessId business_id;
  TraceId trace_id;
  TransferId follows;  ///< It posted, voided, released or reversed this transfer.
  UserId user_id;
  Timestamp time_min;              ///< Of the operation: from here on, included.
  Timestamp time_max;              ///< Up to here, included; 0 = for ever.
  std::uint64_t sequence_min = 0;  ///< Of the operation's record, included.
  std::uint64_t sequence_max = 0;  ///< Included; 0 = for ever.
  std::uint64_t cursor = 0;        ///< Of the page before: begin behind it.
  std::uint32_t limit = 0;         ///< Operations in a page at most: 1 to batch_events_max.
  /// Records of the first operation behind the cursor that came with the page before, without that
  /// of the operation itself: its facts may need several pages.
  std::uint32_t skip = 0;
  RequestKind kind{};      ///< 0 = any.
  RequestStatus status{};  ///< Only where by_status is set.
  std::uint16_t flags = 0;
  std::uint16_t reserved = 0;
};
static_assert(sizeof(OperationFilter) == 128 && alignof(OperationFilter) == 8);
static_assert(std::is_trivially_copyable_v<OperationFilter>);

}  // namespace daybook

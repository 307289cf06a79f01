#pragma once

#include <cstdint>
#include <type_traits>

#include "engine/model/ids.hpp"

namespace daybook {

/// Bits of QueryFilter::flags. Frozen: on the wire.
namespace query_flag {
inline constexpr std::uint16_t debits = 1U << 0;   ///< Of an account's history: what debited it.
inline constexpr std::uint16_t credits = 1U << 1;  ///< And what credited it.
inline constexpr std::uint16_t newest_first = 1U << 2;
inline constexpr std::uint16_t known = (1U << 3) - 1;
}  // namespace query_flag

/// Which transfers or accounts a query asks for. A field that is 0 lets everything pass; all that
/// are set must match. 96 bytes, the same on the wire.
struct QueryFilter {
  AccountId account_id;  ///< Of an account's history: whose.
  BusinessId business_id;
  TraceId trace_id;  ///< Of transfers only.
  UserId user_id;
  Timestamp timestamp_min;   ///< From here on, included.
  Timestamp timestamp_max;   ///< Up to here, included.
  std::uint64_t cursor = 0;  ///< Of the page before: begin behind it.
  LedgerId ledger;
  Tag tag;
  std::uint32_t limit = 0;  ///< Items in a page at most: 1 to limits::batch_events_max.
  Code code;
  std::uint16_t flags = 0;
};
static_assert(sizeof(QueryFilter) == 96 && alignof(QueryFilter) == 8);
static_assert(std::is_trivially_copyable_v<QueryFilter>);

}  // namespace daybook

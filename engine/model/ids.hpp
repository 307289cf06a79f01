#pragma once

#include <cstdint>
#include <string_view>

#include "engine/base/named.hpp"
#include "engine/base/uint128.hpp"

namespace daybook {

using AccountId = Named<struct AccountIdMeaning, Uint128>;
using TransferId = Named<struct TransferIdMeaning, Uint128>;
using ClientId = Named<struct ClientIdMeaning, Uint128>;        ///< One gateway process.
using PrincipalId = Named<struct PrincipalIdMeaning, Uint128>;  ///< id_of(principal's name).
using BusinessId = Named<struct BusinessIdMeaning, Uint128>;    ///< Why: the caller's reference.
using TraceId = Named<struct TraceIdMeaning, Uint128>;          ///< W3C trace id; 0 = none.
using UserId = Named<struct UserIdMeaning, std::uint64_t>;      ///< Who, in the caller's terms.
using LedgerId = Named<struct LedgerIdMeaning, std::uint32_t>;
using Tag = Named<struct TagMeaning, std::uint32_t>;
using Code = Named<struct CodeMeaning, std::uint16_t>;
using JournalId = Named<struct JournalIdMeaning, Uint128>;  ///< Of one data directory.

/// Nanoseconds since 1970-01-01 UTC; in [1, 2^63-1] once set, 0 = not set.
using Timestamp = Named<struct TimestampMeaning, std::uint64_t>;

/// In the minor unit of the ledger (cents, satoshi, pieces). The side of a posting says which way.
using Amount = Named<struct AmountMeaning, Uint128>;

/// The first 16 bytes of SHA-256 of `text`, the first byte as the most significant: how a name
/// becomes an id, in every client alike.
[[nodiscard]] Uint128 id_of(std::string_view text);

}  // namespace daybook

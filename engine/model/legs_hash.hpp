#pragma once

#include <cstddef>
#include <span>

#include "engine/base/uint128.hpp"
#include "engine/model/transfer.hpp"

namespace daybook {

/// XXH3-128 of what transfers say before an engine has seen them: by this an approval names the
/// legs that it is for.
///
/// Each leg is 88 bytes, one behind the other, every number little-endian: id, debit account,
/// credit account, amount, the pending or original transfer's id (16 each), ledger (4), code (2),
/// flags (2). No time, and nothing else that an engine fills in. Cost: O(legs), no
/// allocation. Requires: at most limits::correction_legs_max.
[[nodiscard]] Uint128 legs_hash(std::span<const Transfer> legs);

/// XXH3-128 of how a saga is started: its id, then XXH3-128 of SagaStarted's payload (16 bytes
/// each, little-endian). By this a proposal names the saga that would post it. Cost: O(payload), no
/// allocation.
[[nodiscard]] Uint128 saga_start_hash(const Uint128& saga, std::span<const std::byte> payload);

}  // namespace daybook

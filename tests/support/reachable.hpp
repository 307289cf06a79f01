#pragma once

#include <set>

#include "engine/model/status.hpp"

namespace daybook::test {

/// Statuses that no event can get while holds, posting, voiding, balancing, closing, importing,
/// reversals, freezing and balance limits are not supported: not_supported_yet comes before them.
/// What becomes reachable moves from here into the tables.
template <typename Status>
[[nodiscard]] std::set<Status> statuses_not_supported_yet();

template <>
[[nodiscard]] std::set<CreateAccountStatus> statuses_not_supported_yet();

template <>
[[nodiscard]] std::set<CreateTransferStatus> statuses_not_supported_yet();

}  // namespace daybook::test

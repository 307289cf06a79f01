#pragma once

#include <set>

#include "engine/model/status.hpp"

namespace daybook::test {

/// Statuses that no event can get: everything is supported.
template <typename Status>
[[nodiscard]] std::set<Status> statuses_not_supported_yet();

template <>
[[nodiscard]] std::set<CreateAccountStatus> statuses_not_supported_yet();

template <>
[[nodiscard]] std::set<CreateTransferStatus> statuses_not_supported_yet();

}  // namespace daybook::test

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/result.hpp"

/// A participant's registration as it is written at the command line: the JSON that
/// engine/saga/participant.hpp reads and checks.

namespace daybook {

/// `types`: "bank.payout.v1,retry=query_then_retry,can_query,keeps_keys=7d" each. What is not said
/// is left to the defaults.
[[nodiscard]] Result<std::string> registration_json(std::string_view name, std::uint32_t in_flight,
                                                    std::span<const std::string> types);

}  // namespace daybook

#pragma once

#include <string>
#include <vector>

#include "engine/state/state.hpp"

namespace daybook {

/// What the rules know of orders and payments as of the state: state, amounts and what is refunded
/// or disputed of them. Their texts stand in their events. `texts`: ids, as people write them.
/// exit_code::no: one was not there; exit_code::failed: a text is no id.
int print_orders(const State& state, const std::vector<std::string>& texts, bool json);
int print_payments(const State& state, const std::vector<std::string>& texts, bool json);

}  // namespace daybook

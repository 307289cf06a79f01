#pragma once

#include <string>
#include <vector>

#include "engine/state/state.hpp"
#include "tools/daybook/offline/offline.hpp"

namespace daybook {

/// Shows orders and payments as of the state, as `order get` does, folded from their events, for
/// which the journal is read once more. `texts`: ids, as people write them.
/// exit_code::no: one was not there; exit_code::failed: a text is no id.
int print_orders(const State& state, const JournalPlace& place,
                 const std::vector<std::string>& texts, bool json);
int print_payments(const State& state, const JournalPlace& place,
                   const std::vector<std::string>& texts, bool json);

}  // namespace daybook

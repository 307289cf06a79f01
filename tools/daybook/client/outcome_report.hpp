#pragma once

#include <span>

#include "net/client/answers.hpp"

namespace daybook {

/// Prints what became of each event of a request, a table or a line of JSON each, and on stderr for
/// each status that says no what it means and what to do next. exit_code::no when any event was
/// refused; one that existed already, the same, is good. Defined for Account and Transfer.
template <typename Event>
int report_outcomes(std::span<const Event> events, const BatchResult& result, bool json);

}  // namespace daybook

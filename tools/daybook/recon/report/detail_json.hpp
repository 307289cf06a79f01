#pragma once

#include "tools/daybook/recon/compare_report.hpp"
#include "tools/daybook/text/json_text.hpp"

namespace daybook::recon {

/// Adds what tells the side for ever, and its statements.
void add_identity(JsonObject& json, const ReportDetails& details, std::size_t side);

/// Adds ages, the oldest open items and the largest differences. Amounts are decimals.
void add_details(JsonObject& json, const CompareFacts& facts, const ReportDetails& details);

}  // namespace daybook::recon

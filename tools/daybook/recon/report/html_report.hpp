#pragma once

#include <string>

#include "tools/daybook/recon/compare_report.hpp"

namespace daybook::recon {

/// A page for people and archives: the same comparison makes the same page, to the byte. It stands
/// for itself, prints, and is read on a phone. Requires: `facts.details`.
[[nodiscard]] std::string report_html(const ComparisonReport& report, const CompareFacts& facts);

}  // namespace daybook::recon

#pragma once

#include <string>
#include <vector>

#include "tools/daybook/recon/compare_report.hpp"

namespace daybook::recon {

/// `invalid` for a name that ends neither in .html nor in .json, or one without its directory:
/// known before hours of work.
[[nodiscard]] Result<void> check_report_paths(const std::vector<std::string>& paths);

/// Writes each, whole and durable or not at all. Requires: `facts.details`.
[[nodiscard]] Result<void> write_reports(const std::vector<std::string>& paths,
                                         const ComparisonReport& report, const CompareFacts& facts);

/// The same of a page and a document that are there already.
[[nodiscard]] Result<void> write_report(const std::string& path, const std::string& html,
                                        const std::string& json);

}  // namespace daybook::recon

#pragma once

#include <array>
#include <memory>

#include "tools/daybook/recon/compare_plan.hpp"
#include "tools/daybook/recon/compare_report.hpp"

namespace daybook::recon {

/// A comparison that is over.
struct Compared {
  std::array<std::unique_ptr<SideSource>, 2> sides;
  ComparisonReport report;
  CompareFacts facts;
};

/// Compares as planned, with progress on a terminal, and writes the file of differences, if one is
/// asked for. Details are gathered where `needs_details`. The plan must outlive what is returned.
[[nodiscard]] Result<Compared> run_planned(const CompareOptions& options, const ComparePlan& plan,
                                           bool needs_details);

/// Complains about a proof that does not hold.
[[nodiscard]] int complain_of_proof();

}  // namespace daybook::recon

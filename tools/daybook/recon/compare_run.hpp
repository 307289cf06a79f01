#pragma once

#include <array>
#include <memory>

#include "tools/daybook/recon/compare_plan.hpp"
#include "tools/daybook/recon/compare_report.hpp"
#include "tools/daybook/recon/work_directory.hpp"

namespace daybook::recon {

/// A comparison that is over.
struct Compared {
  std::array<std::unique_ptr<SideSource>, 2> sides;
  ComparisonReport report;
  CompareFacts facts;
};

/// Compares as planned, with progress on a terminal, and writes the file of differences, if one is
/// asked for. Details are gathered where `needs_details`. The plan must outlive what is returned.
/// With `work`, which may be null, it goes on where an earlier process was killed, and says so.
[[nodiscard]] Result<Compared> run_planned(const CompareOptions& options, const ComparePlan& plan,
                                           bool needs_details, WorkDirectory* work = nullptr);

/// As run_planned(), and once more from the beginning where what was kept in `work` turns out to be
/// of other records.
[[nodiscard]] Result<Compared> run_resumable(const CompareOptions& options, const ComparePlan& plan,
                                             bool needs_details, WorkDirectory& work);

/// A journal that an engine goes on writing is cut where it was when the work was begun.
void keep_cut(const WorkDirectory& work, CompareOptions& options);

/// Complains about a proof that does not hold.
[[nodiscard]] int complain_of_proof();

}  // namespace daybook::recon

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

/// Takes part in a comparison: may put more records in front of a side, and gives differences the
/// ids under which they are kept.
class CompareListener {
 public:
  virtual ~CompareListener() = default;
  [[nodiscard]] virtual std::unique_ptr<SideSource> wrap(std::unique_ptr<SideSource> opened,
                                                         Side side) = 0;
  /// Before the first difference.
  virtual void begin(std::array<SideSource*, 2> sides,
                     const std::array<std::int64_t, 2>& newest) = 0;
  /// The id to write; empty for none.
  [[nodiscard]] virtual Result<std::string> difference(const Difference& difference) = 0;
  [[nodiscard]] virtual Result<std::string> invalid_line(Side side, const InvalidLine& line) = 0;
};

/// Compares as planned, with progress on a terminal, and writes the file of differences, if one is
/// asked for. Details are gathered where `needs_details`. The plan must outlive what is returned.
/// With `work`, which may be null, as `listener`, it goes on where an earlier process was killed,
/// and says so.
[[nodiscard]] Result<Compared> run_planned(const CompareOptions& options, const ComparePlan& plan,
                                           bool needs_details, WorkDirectory* work = nullptr,
                                           CompareListener* listener = nullptr);

/// As run_planned(), and once more from the beginning where what was kept in `work` turns out to be
/// of other records.
[[nodiscard]] Result<Compared> run_resumable(const CompareOptions& options, const ComparePlan& plan,
                                             bool needs_details, WorkDirectory& work,
                                             CompareListener* listener = nullptr);

/// A journal that an engine goes on writing is cut where it was when the work was begun.
void keep_cut(const WorkDirectory& work, CompareOptions& options);

/// Complains about a proof that does not hold.
[[nodiscard]] int complain_of_proof();

}  // namespace daybook::recon

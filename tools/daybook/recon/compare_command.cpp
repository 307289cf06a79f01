#include "tools/daybook/recon/compare_command.hpp"

#include <malloc.h>

#include "tools/daybook/command.hpp"
#include "tools/daybook/recon/compare_plan.hpp"
#include "tools/daybook/recon/compare_report.hpp"
#include "tools/daybook/recon/compare_run.hpp"
#include "tools/daybook/recon/report/report_files.hpp"

namespace daybook::recon {
namespace {

int conclude(const ComparisonReport& report, const CompareFacts& facts, bool json) {
  if (json) {
    say(report_json(report, facts));
  } else {
    print_text(report_text(report, facts));
  }
  if (!report.proof_holds()) return complain_of_proof();
  return report.is_clean() && facts.control_totals_agree() ? exit_code::good : exit_code::no;
}

Result<int> compare_files(const CompareOptions& asked) {
  CompareOptions options = asked;
  if (auto checked = check_report_paths(options.reports); !checked) return checked.error();
  std::unique_ptr<WorkDirectory> work;
  if (!options.work.empty()) {
    auto opened = WorkDirectory::open(options.work);
    if (!opened) return opened.error();
    work = std::move(opened).value();
    keep_cut(*work, options);
  }
  const Result<ComparePlan> plan = plan_of(options);
  if (!plan) return plan.error();
  const bool needs_details = !options.reports.empty();
  const Result<Compared> compared = work
                                        ? run_resumable(options, plan.value(), needs_details, *work)
                                        : run_planned(options, plan.value(), needs_details);
  if (!compared) return compared.error();
  const ComparisonReport& report = compared.value().report;
  const CompareFacts& facts = compared.value().facts;
  if (auto written = write_reports(options.reports, report, facts); !written) {
    return written.error();
  }
  if (work) {
    if (auto finished = work->finish(); !finished) return finished.error();
  }
  return conclude(report, facts, options.json);
}

}  // namespace

int run_compare(const CompareOptions& options) {
  // An arena a thread would be memory that nobody asked for.
  ::mallopt(M_ARENA_MAX, 1);
  const Result<int> code = compare_files(options);
  return code ? code.value() : complain(code.error().what);
}

}  // namespace daybook::recon

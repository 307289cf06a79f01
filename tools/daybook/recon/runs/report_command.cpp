// recon report: the page and the document of a run, with what was posted since it was made.

#include <fmt/format.h>

#include "tools/daybook/command.hpp"
#include "tools/daybook/recon/report/report_files.hpp"
#include "tools/daybook/recon/runs/difference_choice.hpp"
#include "tools/daybook/recon/runs/run_postings.hpp"
#include "tools/daybook/recon/runs/runs_command.hpp"
#include "tools/daybook/text/json_text.hpp"

namespace daybook::recon {
namespace {

Result<int, Trouble> renew(const RunReportOptions& options) {
  if (auto good = check_report_paths(options.reports); !good) return trouble(good.error());
  auto engine = EngineRuns::open(options.client, {});
  if (!engine) return engine.error();
  const auto run = engine.value()->find_run(options.run);
  if (!run) return run.error();
  const RunBook& book = engine.value()->book();
  const auto directory = directory_of(book, *run.value());
  if (!directory) return directory.error();
  auto renewed = renew_reports(*engine.value(), *run.value(), options.reports);
  if (!renewed) return renewed.error();
  std::vector<std::string> written = options.reports;
  written.push_back(directory.value().page().string());
  written.push_back(directory.value().report().string());
  if (options.client.json) {
    say(JsonObject{}.id("run", run.value()->id).texts("written", written).str());
  } else {
    for (const std::string& path : written) say(path);
  }
  return exit_code::good;
}

}  // namespace

int run_renew_report(const RunReportOptions& options) {
  const auto code = renew(options);
  return code ? code.value() : complain(code.error());
}

}  // namespace daybook::recon

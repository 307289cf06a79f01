#pragma once

#include <string>
#include <vector>

#include "tools/daybook/recon/report/postings.hpp"
#include "tools/daybook/recon/runs/engine_runs.hpp"
#include "tools/daybook/recon/runs/kept_result.hpp"

namespace daybook::recon {

/// What was approved to be posted for the business day of a run, with what has become of sagas, who
/// proposed and who approved it, as the
/// engine's operation log has it. Names of principals are read in the engine's data directory,
/// where this process may; else they are numbers.
///
/// Cost. One query for each operation that proposed or approved something of it.
[[nodiscard]] Result<ReportedPostings, Trouble> postings_of(EngineRuns& engine,
                                                            const ReconciliationRun& run);

/// Writes the page and the document that a run keeps anew, with what was posted since, and both to
/// `copies`, too, by their names. Requires: the copies' names were checked.
[[nodiscard]] Result<void, Trouble> renew_reports(EngineRuns& engine, const ReconciliationRun& run,
                                                  const std::vector<std::string>& copies = {});

/// The run keeps its reports on this machine, and they can be renewed.
[[nodiscard]] bool has_reports_here(const RunBook& book, const ReconciliationRun& run);

}  // namespace daybook::recon

#pragma once

#include <optional>
#include <string>

#include "tools/daybook/recon/compare_plan.hpp"
#include "tools/daybook/recon/definition/reconciliation.hpp"
#include "tools/daybook/recon/runs/carry.hpp"
#include "tools/daybook/recon/runs/engine_runs.hpp"
#include "tools/daybook/recon/runs/kept_result.hpp"
#include "tools/daybook/recon/runs/runs_command.hpp"

namespace daybook::recon {

/// Everything that a run is about, settled before it begins.
struct RunPlan {
  Uint128 id;  ///< Of the run: the same for the same definition, statement, cut and carry-in.
  Uint128 reconciliation_id;
  Reconciliation definition;
  std::uint64_t day = 0;
  std::int64_t begins_ns = 0;  ///< The day, there, in UTC.
  std::int64_t since_ns = 0;   ///< The end of the day before that counts: where records begin.
  std::int64_t ends_ns = 0;
  std::string statement_sha256;
  Sequence cut;
  std::optional<Sequence> counted_to;  ///< Where the run before was cut.
  Uint128 carry_in;                    ///< A run; 0 = none.
  CarryOut carried;
  std::string header;  ///< JSON for the journal.
  RunDirectory directory;
  CompareOptions options;
  ComparePlan plan;
};

/// How the definition's statements are read, as options of a comparison have it.
[[nodiscard]] CompareOptions statement_options(const Reconciliation& definition);

/// Makes the directory, and reads the journal once.
[[nodiscard]] Result<RunPlan, Trouble> plan_run(const RunOptions& options, EngineRuns& engine);

/// Of a small text, in hexadecimal digits.
[[nodiscard]] std::string sha256_hex(std::string_view text);

}  // namespace daybook::recon

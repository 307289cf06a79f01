#pragma once

#include <map>
#include <memory>
#include <vector>

#include "tools/daybook/recon/definition/correction.hpp"
#include "tools/daybook/recon/journal_facts.hpp"
#include "tools/daybook/recon/runs/engine_runs.hpp"

namespace daybook::recon {

/// Transfers that sagas which are under way have made so far, by the difference.
using TransfersUnderWay = std::map<Uint128, std::vector<TransferId>>;

/// Every correction of a reconciliation that was posted, and what sagas did otherwise, as
/// comparisons fold it. `invalid` for one whose text this program cannot read.
[[nodiscard]] Result<std::shared_ptr<const FoldedCorrections>> posted_corrections(
    const RunBook& book, const Uint128& reconciliation, const TransfersUnderWay& under_way);

/// The same; what is under way is asked for. Cost: a query for each of these.
[[nodiscard]] Result<std::shared_ptr<const FoldedCorrections>, Trouble> posted_corrections(
    EngineRuns& engine, const Uint128& reconciliation);

/// The correction that was proposed last for a difference, with the ids of its legs or saga.
/// `invalid` where it is none, or not what the engine has: nothing of it may be trusted then.
[[nodiscard]] Result<Correction> proposed_correction(const RunBook& book, const DifferenceRow& row);

}  // namespace daybook::recon

#pragma once

#include <memory>
#include <vector>

#include "tools/daybook/recon/definition/correction.hpp"
#include "tools/daybook/recon/journal_facts.hpp"
#include "tools/daybook/recon/runs/run_book.hpp"

namespace daybook::recon {

/// Every correction of a reconciliation that was posted, as comparisons fold it. `invalid` for one
/// whose text this program cannot read.
[[nodiscard]] Result<std::shared_ptr<const FoldedCorrections>> posted_corrections(
    const RunBook& book, const Uint128& reconciliation);

/// The correction that was proposed last for a difference, with the ids of its legs. `invalid`
/// where it is none, or not what the engine has: nothing of it may be trusted then.
[[nodiscard]] Result<Correction> proposed_correction(const RunBook& book, const DifferenceRow& row);

}  // namespace daybook::recon

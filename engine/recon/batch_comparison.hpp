#pragma once

#include <functional>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/recon/difference.hpp"
#include "engine/recon/pair_rules.hpp"

namespace daybook::recon {

/// What became of a pair, or of a record without a partner. A pair of which there is nothing to say
/// has no codes.
using TellOutcome = std::function<void(const Difference&)>;

/// Decides on records of both sides that stand in memory as compare() would with nothing but them,
/// by the same rules, and tells every outcome, also of pairs that are simply matched; by reference.
/// Fallback rules are not tried. Records of A that corrections have left nothing of, and B does not
/// have, are not told.
///
/// Errors. `invalid` for a reference with more records than `group_records_max`.
[[nodiscard]] Result<void> compare_batch(std::vector<Record> records, const PairRules& rules,
                                         const TellOutcome& tell);

}  // namespace daybook::recon

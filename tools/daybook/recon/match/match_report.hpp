#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tools/daybook/recon/match/reference_lookup.hpp"
#include "tools/daybook/recon/match/statement_batch.hpp"

namespace daybook::recon {

/// What became of the records of a batch.
struct MatchResult {
  std::string name;                  ///< Of the reconciliation.
  Sequence sequence;                 ///< Everything up to here was looked at.
  std::vector<Difference> outcomes;  ///< Of the batch's items, in their order.
  std::uint64_t ledger_only = 0;     ///< Records of the ledger under the same references.
  bool has_fallback_rules = false;   ///< That were not tried.
  double seconds = 0;                ///< It took, with the connection.

  [[nodiscard]] std::uint64_t differing(const StatementBatch& batch) const;
};

/// Gives each item of the batch its outcome. Requires: `told` are all outcomes of a comparison that
/// the batch's items were in.
void take_outcomes(const std::vector<Difference>& told, const StatementBatch& batch,
                   MatchResult& result);

/// One object, or a table and what there is to know beside it.
[[nodiscard]] Result<std::string> match_json(const MatchResult& result, const StatementBatch& batch,
                                             const LedgerFinds& finds);
[[nodiscard]] Result<std::string> match_text(const MatchResult& result,
                                             const StatementBatch& batch);

}  // namespace daybook::recon

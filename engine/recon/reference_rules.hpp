#pragma once

#include <vector>

#include "engine/recon/group_rules.hpp"
#include "engine/recon/totals.hpp"

namespace daybook::recon {

/// Decides on all records of one reference, corrections and fee parts first: fees become those of
/// the records that they are of, and what corrections have left nothing of is settled; then
/// GroupRules.
///
/// Threads.  One.
class ReferenceRules {
 public:
  /// All outlive this. `merged` may be null.
  ReferenceRules(const PairRules& rules, OutcomeSink& sink, MergedTable* merged)
      : sink_{sink}, merged_{merged}, groups_{rules} {}

  /// Changes the records on the way. Requires: at least one; they have one reference, or there is
  /// only one, without one; they stand in order (less_behind_words()).
  [[nodiscard]] Result<void> decide(std::vector<Record>& records);

 private:
  void fold_fees(std::vector<Record>& records);
  void settle_undone(std::vector<Record>& records);

  OutcomeSink& sink_;
  MergedTable* merged_;
  GroupRules groups_;
};

}  // namespace daybook::recon

#pragma once

#include <map>
#include <utility>
#include <vector>

#include "engine/recon/comparison.hpp"
#include "engine/recon/tolerance_caps.hpp"

namespace daybook::recon {

/// Reads the written result: grants tolerances as long as their caps last, tells the observer, and
/// adds up classes and proof.
///
/// Threads.  One.
/// Limits.   One sum a code and currency.
class ResultReader {
 public:
  /// Both outlive the reader.
  ResultReader(const std::vector<Tolerance>& tolerances, ComparisonObserver& observer);

  void add_side(Side side, const SideTotals& totals) { proof_.add_side(side, totals); }
  void add_merged(const MergedTable& merged);

  /// The next difference of the result, in its order: on that depends which ones a cap covers.
  [[nodiscard]] Result<void> read(const Difference& written);

  /// Fills what the report says of classes, notes and proofs. Requires: records and invalid are
  /// filled.
  void finish(ComparisonReport& report) const;

 private:
  using Key = std::pair<std::uint64_t, Code>;

  static void add(std::map<Key, ClassSum>& sums, Code code, const Difference& difference);

  ComparisonObserver& observer_;
  ToleranceCaps caps_;
  std::map<Key, ClassSum> classes_;
  std::map<Key, ClassSum> notes_;
  std::uint64_t differences_ = 0;
  std::uint64_t matched_ = 0;
  std::uint64_t matched_records_ = 0;
  Proof proof_;
};

}  // namespace daybook::recon

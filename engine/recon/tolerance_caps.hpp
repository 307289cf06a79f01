#pragma once

#include <vector>

#include "engine/recon/difference.hpp"
#include "engine/recon/pair_rules.hpp"

namespace daybook::recon {

/// Grants tolerances as long as their caps last, to one difference after the other.
///
/// Threads.  One.
class ToleranceCaps {
 public:
  /// `tolerances` outlives this.
  explicit ToleranceCaps(const std::vector<Tolerance>& tolerances)
      : tolerances_{tolerances}, used_(tolerances.size()) {}

  /// Takes `matched_tolerance` from a difference that the cap does not cover any more.
  void grant(Difference& difference);

 private:
  const std::vector<Tolerance>& tolerances_;
  std::vector<i128> used_;  ///< Of the cap of each.
};

}  // namespace daybook::recon

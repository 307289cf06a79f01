#pragma once

#include <cstdint>
#include <vector>

#include "engine/recon/difference.hpp"
#include "engine/recon/totals.hpp"

namespace daybook::recon {

/// That nothing was lost and nothing counted twice, for one currency: sum_B - sum_A = only in B -
/// only in A + (B - A over pairs), in amounts, in fees and in counts. Minor units.
///
/// The sums of the sides are those of the first parse, what stands against them is what was read
/// back from the written result. Where fees of A are records of their own and are folded into
/// others, these are one more term: their amounts are no record's amount any more, but its fee.
/// Records of A that corrections have brought to nothing are counted, and can add nothing: so there
/// is no term for what they moved.
struct CurrencyProof {
  std::uint64_t currency = 0;
  Sum a;  ///< As parsed.
  Sum b;
  Sum merged_a;  ///< As seen after sorting and merging.
  Sum merged_b;
  Sum matched;  ///< The A side of pairs that were not written, as nothing differs.
  Sum folded;   ///< Fee parts of A that became fees of its records: less what was moved, more fee.
  Sum settled;  ///< Records of A that corrections have brought to nothing, and B has not either.
  Sum only_a;   ///< Written, without a partner in this currency.
  Sum only_b;
  Sum pairs;                   ///< Written pairs: how many, and B - A.
  std::uint64_t paired_a = 0;  ///< Records in them; a split has several of a side.
  std::uint64_t paired_b = 0;

  [[nodiscard]] bool amounts_hold() const { return b.amount - a.amount == explained(); }
  /// What the differences make of B - A.
  [[nodiscard]] i128 explained() const {
    return only_b.amount - only_a.amount + pairs.amount - folded.amount;
  }
  [[nodiscard]] bool fees_hold() const {
    return b.fee - (a.fee - folded.amount) == only_b.fee - only_a.fee + pairs.fee;
  }
  [[nodiscard]] bool counts_hold() const {
    return a.count == matched.count + paired_a + only_a.count + folded.count + settled.count &&
           b.count == matched.count + paired_b + only_b.count;
  }
  [[nodiscard]] bool totals_agree() const { return a == merged_a && b == merged_b; }
  [[nodiscard]] bool holds() const {
    return amounts_hold() && fees_hold() && counts_hold() && totals_agree();
  }
};

/// Adds up a proof.
///
/// Threads.  One.
class Proof {
 public:
  void add_side(Side side, const SideTotals& totals);
  void add_merged(const MergedTable& merged);
  /// A difference as it was read back.
  void add_written(const Difference& difference);

  /// By the currencies' names.
  [[nodiscard]] std::vector<CurrencyProof> result() const;

 private:
  CurrencyProof& of(std::uint64_t currency);

  CurrencyTable<CurrencyProof, 2 * limits::currencies_max> table_;
};

}  // namespace daybook::recon

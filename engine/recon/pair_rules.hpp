#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/recon/difference.hpp"

namespace daybook::recon {

/// How much an amount may differ in one currency. Minor units.
struct Tolerance {
  std::uint64_t currency = 0;
  i128 amount = 0;               ///< Of one pair, at most.
  std::optional<i128> cap = {};  ///< Of all pairs of the run together.
};

/// What decides on a class beside the two records.
struct PairRules {
  std::vector<Tolerance> tolerances;
  bool sums_groups =
      false;  ///< Records of a group are parts: their sums are held against each other.
  std::optional<std::int64_t> window_ns;  ///< Nothing: dates are not looked at.
  std::int64_t newest_a = no_time;        ///< Up to here the side is there.
  std::int64_t newest_b = no_time;

  [[nodiscard]] const Tolerance* tolerance_of(std::uint64_t currency) const;
};

/// Equal in amount, fee and status: these are paired before any others of their group.
[[nodiscard]] inline bool is_equal_pair(const Record& a, const Record& b) {
  return a.amount_bits == b.amount_bits && a.fee_bits == b.fee_bits && a.status() == b.status();
}

/// What there is to say of two records that belong together; empty when they are simply matched.
/// A tolerance is granted here without a look at its cap, which depends on all pairs before.
[[nodiscard]] CodeSet codes_of_pair(const Record& a, const Record& b, const PairRules& rules);

/// Of a record that only one side has, and that is not one of several: only or pending.
[[nodiscard]] Code code_of_single(const Record& record, const PairRules& rules);

/// The same, as what is told of it.
[[nodiscard]] Difference unmatched(const Record& record, const PairRules& rules);

/// `reversed`, `refunded` or `chargeback` for a type that undoes a charge; nothing for others.
[[nodiscard]] std::optional<Code> undoing_code(RecordType type);

}  // namespace daybook::recon

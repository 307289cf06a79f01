#pragma once

#include <cstdint>

#include "engine/recon/currency_table.hpp"
#include "engine/recon/record.hpp"

namespace daybook::recon {

/// Records, and what they moved. Minor units.
struct Sum {
  std::uint64_t count = 0;
  i128 amount = 0;
  i128 fee = 0;

  void add(const Record& record) {
    ++count;
    amount += record.effective_amount();
    fee += record.effective_fee();
  }
  void add(const Sum& other) {
    count += other.count;
    amount += other.amount;
    fee += other.fee;
  }
  friend bool operator==(const Sum&, const Sum&) = default;
};

/// One file, as it was parsed.
struct SideTotals {
  CurrencyTable<Sum> sums;
  std::uint64_t records = 0;
  std::uint64_t invalid = 0;
  std::int64_t newest = no_time;
  std::int64_t oldest = no_time;

  /// False when there are too many currencies.
  [[nodiscard]] bool add(const Record& record) {
    Sum* const sum = sums.find_or_add(record.currency);
    if (sum == nullptr) return false;
    sum->add(record);
    ++records;
    if (record.time_ns > newest) newest = record.time_ns;
    if (record.has_time() && (oldest == no_time || record.time_ns < oldest))
      oldest = record.time_ns;
    return true;
  }
};

/// What the merge saw, by currency.
struct MergedSums {
  Sum a;
  Sum b;
  Sum matched;  ///< The A side of pairs of which there is nothing to say.
  Sum folded;   ///< Fee parts of A that became the fees of other records: what they moved.
  Sum settled;  ///< Records of A that corrections have brought to nothing, and B has not either.
};

/// For the currencies of both sides.
using MergedTable = CurrencyTable<MergedSums, 2 * limits::currencies_max>;

}  // namespace daybook::recon

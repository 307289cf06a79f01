#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/recon/comparison.hpp"
#include "engine/recon/formats/control_total.hpp"

namespace daybook::recon {

/// What a comparison says of itself beside its report.
struct CompareFacts {
  std::array<std::string, 2> paths;
  std::array<std::uint64_t, 2> left_out{};
  std::array<ControlTotals, 2> control_totals;
  std::uint64_t spilled_bytes = 0;
  double seconds = 0;
  std::function<unsigned(std::uint64_t)> scale_of;  ///< Decimals of a currency.

  [[nodiscard]] bool control_totals_agree() const;
};

/// For people: counts and sums by name and currency, the proof, how much matched.
[[nodiscard]] std::string report_text(const ComparisonReport& report, const CompareFacts& facts);

/// One object: counts are numbers, amounts strings in minor units and as decimals.
[[nodiscard]] std::string report_json(const ComparisonReport& report, const CompareFacts& facts);

}  // namespace daybook::recon

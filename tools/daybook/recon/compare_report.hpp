#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/recon/comparison.hpp"
#include "engine/recon/formats/control_total.hpp"
#include "tools/daybook/recon/report/postings.hpp"
#include "tools/daybook/recon/report/report_details.hpp"

namespace daybook::recon {

/// What a comparison says of itself beside its report.
struct CompareFacts {
  std::array<std::string, 2> paths;
  std::array<std::uint64_t, 2> left_out{};
  std::array<ControlTotals, 2> control_totals;
  std::uint64_t spilled_bytes = 0;
  double seconds = 0;
  std::function<unsigned(std::uint64_t)> scale_of;  ///< Decimals of a currency.
  std::vector<std::string> rules;                   ///< What was asked for, in sentences.
  std::optional<ReportDetails> details;             ///< Where a report is written.
  /// Of a run that an engine keeps, which may post something: then the report has a place for it.
  std::optional<ReportedPostings> postings;

  [[nodiscard]] bool control_totals_agree() const;
};

/// Of both files' records, those in a matched pair.
[[nodiscard]] std::string match_rate(const ComparisonReport& report);

/// Of a currency: the amounts of A and B in pairs that match, against all of them; "-" where
/// refunds outweigh charges.
[[nodiscard]] std::string value_rate(const ComparisonReport& report, const CurrencyProof& proof);

[[nodiscard]] std::string_view to_string(InvalidReason reason);

/// For people: counts and sums by name and currency, the proof, how much matched.
[[nodiscard]] std::string report_text(const ComparisonReport& report, const CompareFacts& facts);

/// One object: counts are numbers, amounts strings in minor units and as decimals.
[[nodiscard]] std::string report_json(const ComparisonReport& report, const CompareFacts& facts);

}  // namespace daybook::recon

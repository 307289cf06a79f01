#include "engine/recon/difference.hpp"

namespace daybook::recon {

std::string_view to_string(Code code) {
  switch (code) {
    case Code::matched:
      return "matched";
    case Code::matched_tolerance:
      return "matched_tolerance";
    case Code::a_only:
      return "a_only";
    case Code::a_pending:
      return "a_pending";
    case Code::b_only:
      return "b_only";
    case Code::b_pending:
      return "b_pending";
    case Code::amount_short:
      return "amount_short";
    case Code::amount_over:
      return "amount_over";
    case Code::fee_mismatch:
      return "fee_mismatch";
    case Code::net_gross:
      return "net_gross";
    case Code::fx_difference:
      return "fx_difference";
    case Code::rounding:
      return "rounding";
    case Code::currency_mismatch:
      return "currency_mismatch";
    case Code::status_a_ok_b_failed:
      return "status_a_ok_b_failed";
    case Code::status_a_open_b_ok:
      return "status_a_open_b_ok";
    case Code::type_mismatch:
      return "type_mismatch";
    case Code::party_mismatch:
      return "party_mismatch";
    case Code::date_mismatch:
      return "date_mismatch";
    case Code::reference_mismatch:
      return "reference_mismatch";
    case Code::duplicate_a:
      return "duplicate_a";
    case Code::duplicate_b:
      return "duplicate_b";
    case Code::duplicate_both:
      return "duplicate_both";
    case Code::reversed:
      return "reversed";
    case Code::refunded:
      return "refunded";
    case Code::chargeback:
      return "chargeback";
    case Code::split_incomplete:
      return "split_incomplete";
    case Code::split_matched:
      return "split_matched";
    case Code::invalid_record:
      return "invalid_record";
    case Code::control_total:
      return "control_total";
    case Code::ambiguous:
      return "ambiguous";
  }
  return "unknown";
}

Code primary_of(CodeSet codes) {
  constexpr std::array gravest_first{
      Code::invalid_record,
      Code::ambiguous,
      Code::currency_mismatch,
      Code::type_mismatch,
      Code::party_mismatch,
      Code::status_a_ok_b_failed,
      Code::status_a_open_b_ok,
      Code::reversed,
      Code::refunded,
      Code::chargeback,
      Code::duplicate_a,
      Code::duplicate_b,
      Code::split_incomplete,
      Code::net_gross,
      Code::fee_mismatch,
      Code::fx_difference,
      Code::matched_tolerance,
      Code::rounding,
      Code::amount_short,
      Code::amount_over,
      Code::a_only,
      Code::a_pending,
      Code::b_only,
      Code::b_pending,
  };
  for (const Code code : gravest_first) {
    if (codes.has(code)) return code;
  }
  return Code::matched;
}

}  // namespace daybook::recon

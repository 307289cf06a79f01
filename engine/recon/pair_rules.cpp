#include "engine/recon/pair_rules.hpp"

namespace daybook::recon {
namespace {

std::optional<Code> undone_code(RecordStatus status) {
  switch (status) {
    case RecordStatus::reversed:
      return Code::reversed;
    case RecordStatus::refunded:
      return Code::refunded;
    case RecordStatus::charged_back:
      return Code::chargeback;
    case RecordStatus::ok:
    case RecordStatus::open:
    case RecordStatus::failed:
      break;
  }
  return std::nullopt;
}

std::optional<Code> status_code(RecordStatus a, RecordStatus b) {
  using enum RecordStatus;
  if (a == ok && b == failed) return Code::status_a_ok_b_failed;
  if (a == open && b == ok) return Code::status_a_open_b_ok;
  if (a == ok) return undone_code(b);
  if (b == ok) return undone_code(a);
  return std::nullopt;
}

/// B - A. Where the statuses differ and no code says so, it is what was moved that counts: a
/// payment that failed in A and went through in B is missing in A.
i128 delta_of(const Record& a, const Record& b, bool status_is_told) {
  if (a.status() == b.status() || status_is_told) return b.amount() - a.amount();
  return b.effective_amount() - a.effective_amount();
}

bool is_net_against_gross(const Record& net, const Record& gross) {
  return net.fee_bits.is_zero() && !gross.fee_bits.is_zero() &&
         net.amount() == gross.amount() - gross.fee();
}

void add_amount_codes(CodeSet& codes, const Record& a, const Record& b, const PairRules& rules,
                      bool status_is_told) {
  if (is_net_against_gross(a, b) || is_net_against_gross(b, a)) {
    codes.add(Code::net_gross);
    return;
  }
  const i128 delta = delta_of(a, b, status_is_told);
  if (delta == 0) {
    if (a.fee_bits != b.fee_bits) codes.add(Code::fee_mismatch);
    return;
  }
  const i128 size = delta < 0 ? -delta : delta;
  codes.add(delta > 0 ? Code::amount_short : Code::amount_over);
  if (size <= 1) codes.add(Code::rounding);
  const Tolerance* tolerance = rules.tolerance_of(a.currency);
  if (tolerance != nullptr && size <= tolerance->amount) codes.add(Code::matched_tolerance);
}

bool are_far_apart(std::int64_t a, std::int64_t b, std::int64_t window) {
  const i128 distance = static_cast<i128>(a) - b;
  return distance > window || -distance > window;
}

}  // namespace

const Tolerance* PairRules::tolerance_of(std::uint64_t currency) const {
  for (const Tolerance& tolerance : tolerances) {
    if (tolerance.currency == currency) return &tolerance;
  }
  return nullptr;
}

CodeSet codes_of_pair(const Record& a, const Record& b, const PairRules& rules) {
  CodeSet codes;
  if (a.type() != b.type()) codes.add(Code::type_mismatch);
  if (a.party != 0 && b.party != 0 && a.party != b.party) codes.add(Code::party_mismatch);
  const std::optional<Code> status = status_code(a.status(), b.status());
  if (status) codes.add(*status);
  if (a.currency != b.currency) {
    codes.add(Code::currency_mismatch);
  } else {
    add_amount_codes(codes, a, b, rules, status.has_value());
    if (codes.empty() && a.settlement != 0 && b.settlement != 0 && a.settlement != b.settlement) {
      codes.add(Code::fx_difference);
    }
  }
  if (rules.window_ns && a.has_time() && b.has_time() &&
      are_far_apart(a.time_ns, b.time_ns, *rules.window_ns)) {
    codes.add(Code::date_mismatch);
  }
  return codes;
}

Code code_of_single(const Record& record, const PairRules& rules) {
  const bool dates_count = rules.window_ns && record.has_time();
  if (record.side() == Side::a) {
    const bool may_still_come =
        dates_count && rules.newest_b != no_time &&
        static_cast<i128>(record.time_ns) + *rules.window_ns > rules.newest_b;
    return may_still_come ? Code::a_pending : Code::a_only;
  }
  const bool is_after_cut =
      dates_count && rules.newest_a != no_time && record.time_ns > rules.newest_a;
  return is_after_cut ? Code::b_pending : Code::b_only;
}

Difference unmatched(const Record& record, const PairRules& rules) {
  Difference difference;
  const bool is_a = record.side() == Side::a;
  difference.codes.add(code_of_single(record, rules));
  difference.has_a = is_a;
  difference.has_b = !is_a;
  (is_a ? difference.a : difference.b) = record;
  (is_a ? difference.count_a : difference.count_b) = 1;
  return difference;
}

std::optional<Code> undoing_code(RecordType type) {
  switch (type) {
    case RecordType::reversal:
      return Code::reversed;
    case RecordType::refund:
      return Code::refunded;
    case RecordType::chargeback:
      return Code::chargeback;
    case RecordType::charge:
    case RecordType::fee:
    case RecordType::payout:
    case RecordType::transfer:
    case RecordType::adjustment:
    case RecordType::other:
      break;
  }
  return std::nullopt;
}

}  // namespace daybook::recon

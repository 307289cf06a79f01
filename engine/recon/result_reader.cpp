#include "engine/recon/result_reader.hpp"

namespace daybook::recon {
namespace {

constexpr std::array note_codes{Code::date_mismatch, Code::reference_mismatch, Code::duplicate_both,
                                Code::split_matched};

ClassSum& sum_of(std::map<std::pair<std::uint64_t, Code>, ClassSum>& sums, std::uint64_t currency,
                 Code code) {
  ClassSum& sum = sums[{currency, code}];
  sum.currency = currency;
  sum.code = code;
  return sum;
}

}  // namespace

ResultReader::ResultReader(const std::vector<Tolerance>& tolerances, ComparisonObserver& observer)
    : observer_{observer}, caps_{tolerances} {}

void ResultReader::add_merged(const MergedTable& merged) {
  proof_.add_merged(merged);
  for (const auto& row : merged.sorted()) {
    if (row.value.matched.count == 0) continue;
    ClassSum& sum = sum_of(classes_, row.currency, Code::matched);
    sum.count += row.value.matched.count;
    sum.amount_a += row.value.matched.amount;
    sum.amount_b += row.value.matched.amount;
    matched_ += row.value.matched.count;
    matched_records_ += 2 * row.value.matched.count;
  }
}

void ResultReader::add(std::map<Key, ClassSum>& sums, Code code, const Difference& difference) {
  const bool is_one_currency =
      !difference.is_pair() || difference.a.currency == difference.b.currency;
  const std::uint64_t first = difference.has_a ? difference.a.currency : difference.b.currency;
  ClassSum& sum = sum_of(sums, first, code);
  ++sum.count;
  if (difference.has_a) sum.amount_a += difference.a.effective_amount();
  if (!difference.has_b) return;
  // A pair in two currencies counts once, in A's; its amounts stand in their own.
  ClassSum& other = is_one_currency ? sum : sum_of(sums, difference.b.currency, code);
  other.amount_b += difference.b.effective_amount();
}

Result<void> ResultReader::read(const Difference& written) {
  Difference difference = written;
  caps_.grant(difference);
  const Code primary = primary_of(difference.codes);
  add(classes_, primary, difference);
  for (const Code note : note_codes) {
    if (difference.codes.has(note)) add(notes_, note, difference);
  }
  proof_.add_written(difference);
  ++(is_difference(primary) ? differences_ : matched_);
  if (!is_difference(primary)) matched_records_ += difference.parts_a + difference.parts_b;
  return observer_.difference(difference);
}

void ResultReader::finish(ComparisonReport& report) const {
  for (const auto& [key, sum] : classes_) report.classes.push_back(sum);
  for (const auto& [key, sum] : notes_) report.notes.push_back(sum);
  report.matched = matched_;
  report.matched_records = matched_records_;
  report.differences = differences_ + report.invalid[0] + report.invalid[1];
  report.proofs = proof_.result();
  for (const CurrencyProof& proof : report.proofs) {
    report.folded += proof.folded.count;
    report.settled += proof.settled.count;
  }
}

}  // namespace daybook::recon

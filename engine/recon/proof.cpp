#include "engine/recon/proof.hpp"

#include "engine/base/assert.hpp"

namespace daybook::recon {

CurrencyProof& Proof::of(std::uint64_t currency) {
  CurrencyProof* const proof = table_.find_or_add(currency);
  ENSURE(proof != nullptr, "both files together have twice the currencies of one at most");
  proof->currency = currency;
  return *proof;
}

void Proof::add_side(Side side, const SideTotals& totals) {
  for (const auto& row : totals.sums.sorted()) {
    CurrencyProof& proof = of(row.currency);
    (side == Side::a ? proof.a : proof.b).add(row.value);
  }
}

void Proof::add_merged(const MergedTable& merged) {
  for (const auto& row : merged.sorted()) {
    CurrencyProof& proof = of(row.currency);
    proof.merged_a.add(row.value.a);
    proof.merged_b.add(row.value.b);
    proof.matched.add(row.value.matched);
    proof.folded.add(row.value.folded);
    proof.settled.add(row.value.settled);
  }
}

void Proof::add_written(const Difference& difference) {
  const Record& a = difference.a;
  const Record& b = difference.b;
  if (difference.is_pair() && a.currency == b.currency) {
    CurrencyProof& proof = of(a.currency);
    proof.pairs.add(Sum{.count = 1,
                        .amount = b.effective_amount() - a.effective_amount(),
                        .fee = b.effective_fee() - a.effective_fee()});
    proof.paired_a += difference.parts_a;
    proof.paired_b += difference.parts_b;
    return;
  }
  if (difference.has_a) of(a.currency).only_a.add(a);
  if (difference.has_b) of(b.currency).only_b.add(b);
}

std::vector<CurrencyProof> Proof::result() const {
  std::vector<CurrencyProof> proofs;
  for (const auto& row : table_.sorted()) proofs.push_back(row.value);
  return proofs;
}

}  // namespace daybook::recon

#include "tools/daybook/recon/correction_folds.hpp"

#include <algorithm>

#include "engine/base/assert.hpp"

namespace daybook::recon {
namespace {

constexpr std::uint16_t moves_nothing =
    transfer_flag::pending | transfer_flag::void_pending_transfer;
constexpr std::uint16_t about_holds = transfer_flag::pending |
                                      transfer_flag::post_pending_transfer |
                                      transfer_flag::void_pending_transfer;

}  // namespace

FoldedValues fold(i128 amount, RecordStatus status, bool is_fee_part, const MovedByLegs* moved) {
  FoldedValues values{.amount = amount, .fee = 0, .status = status, .is_corrected = false};
  if (moved == nullptr) return values;
  if (status != RecordStatus::ok) {
    if (moved->amount == 0 && moved->fees == 0) return values;
    values.amount = 0;
    values.status = RecordStatus::ok;
  }
  values.is_corrected = true;
  // Of a fee, all that moved is its amount; it becomes the fee of another record as a whole.
  values.amount += is_fee_part ? moved->amount + moved->fees : moved->amount;
  values.fee = is_fee_part ? 0 : -moved->fees;
  return values;
}

CorrectionFolds::CorrectionFolds(std::shared_ptr<const FoldedCorrections> corrections)
    : corrections_{std::move(corrections)} {
  if (corrections_ == nullptr) return;
  ENSURE(corrections_->size() <= limits::corrections_max, "the caller has looked");
  seen_.resize(corrections_->size());
  for (std::size_t i = 0; i < corrections_->size(); ++i) {
    for (const TransferId leg : (*corrections_)[i].legs) {
      legs_.emplace(leg.value(), static_cast<std::uint32_t>(i));
    }
  }
}

void CorrectionFolds::take(const Transfer& transfer, Sequence sequence,
                           std::optional<bool> is_debit, bool is_fee) {
  const auto leg = legs_.find(transfer.id.value());
  if (leg == legs_.end()) return;
  Seen& seen = seen_[leg->second];
  const bool is_by_saga = (*corrections_)[leg->second].is_by_saga;
  if (!is_by_saga && (transfer.flags & transfer_flag::post_pending_transfer) != 0) {
    seen.posted = sequence.value();
  }
  if (!is_debit || (transfer.flags & (is_by_saga ? moves_nothing : about_holds)) != 0) return;
  constexpr u128 fits = static_cast<u128>(1) << 100;
  if (transfer.amount.value().wide() >= fits) {
    too_large_ = transfer.id;
    return;
  }
  if (seen.first == 0) seen.first = sequence.value();
  const auto size = static_cast<i128>(transfer.amount.value().wide());
  (is_fee ? seen.moved.fees : seen.moved.amount) += *is_debit ? size : -size;
}

void CorrectionFolds::settle(Sequence cut) {
  for (std::size_t i = 0; i < seen_.size(); ++i) {
    const Seen& seen = seen_[i];
    const FoldedCorrection& correction = (*corrections_)[i];
    if (seen.posted != 0 && correction.time_ns != no_time) {
      posts_.emplace(seen.posted, correction.time_ns);
    }
    if (seen.first == 0 || correction.counts_from > cut.value()) continue;
    if (correction.is_by_saga && seen.moved.amount == 0 && seen.moved.fees == 0) continue;
    const std::uint64_t target = seen.posted != 0 ? seen.posted : correction.adjusts;
    if (target == 0) {
      own_.push_back({.correction = &correction, .sequence = seen.first, .moved = seen.moved});
      continue;
    }
    MovedByLegs& moved = moved_[target];
    moved.amount += seen.moved.amount;
    moved.fees += seen.moved.fees;
  }
  seen_ = {};
}

bool CorrectionFolds::hides(const Transfer& transfer) const {
  const auto leg = legs_.find(transfer.id.value());
  if (leg == legs_.end()) return false;
  return (transfer.flags & about_holds) == 0 || (*corrections_)[leg->second].is_by_saga;
}

const MovedByLegs* CorrectionFolds::moved_at(std::uint64_t sequence) const {
  const auto found = moved_.find(sequence);
  return found == moved_.end() ? nullptr : &found->second;
}

std::optional<std::int64_t> CorrectionFolds::time_of_post(std::uint64_t sequence) const {
  const auto found = posts_.find(sequence);
  return found == posts_.end() ? std::nullopt : std::optional{found->second};
}

std::string fingerprint_of(const FoldedCorrections& corrections) {
  Sha256 hash;
  const auto add = [&](const auto& value) { hash.update(std::as_bytes(std::span{&value, 1})); };
  for (const FoldedCorrection& correction : corrections) {
    add(correction.legs.size());
    for (const TransferId leg : correction.legs) add(leg);
    add(correction.adjusts);
    add(correction.reference.size());
    hash.update(std::as_bytes(std::span{correction.reference}));
    add(correction.type);
    add(correction.time_ns);
    // Others keep the text that they had before there were such.
    if (correction.is_by_saga) add(correction.counts_from);
  }
  return to_hex(hash.finish());
}

}  // namespace daybook::recon

#include "tools/daybook/recon/ledger_records.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "tools/daybook/text/id_text.hpp"

namespace daybook::recon {

LedgerMovement movement_of(const Transfer& transfer, std::uint64_t sequence, bool is_debit,
                           bool is_fee) {
  const bool is_reversal = (transfer.flags & transfer_flag::reversal) != 0;
  const bool is_post = (transfer.flags & transfer_flag::post_pending_transfer) != 0;
  return {.amount = transfer.amount.value().wide(),
          .business = transfer.business_id,
          .transfer = is_reversal || is_post ? transfer.pending_id.value() : transfer.id.value(),
          .time = transfer.timestamp,
          .sequence = sequence,
          .type = is_reversal ? RecordType::refund : RecordType::charge,
          .status = RecordStatus::ok,
          .is_debit = is_debit,
          .is_fee = is_fee};
}

Result<LedgerRecord> LedgerRecords::record_of(const LedgerMovement& movement) const {
  // Limits of amounts are the comparison's, not the journal's.
  constexpr u128 fits = static_cast<u128>(1) << 100;
  const auto size = static_cast<i128>(std::min(movement.amount, fits));
  const bool has_folds = !scan_.folds.empty();
  const MovedByLegs* const moved = has_folds ? scan_.folds.moved_at(movement.sequence) : nullptr;
  const auto corrected = has_folds ? scan_.folds.time_of_post(movement.sequence) : std::nullopt;
  auto made = record_of(
      Told{
          .values = fold(movement.is_debit ? size : -size, movement.status, movement.is_fee, moved),
          .time_ns = corrected.value_or(static_cast<std::int64_t>(movement.time.value())),
          .type = movement.type,
          .sequence = movement.sequence,
          .transfer = movement.transfer,
          .is_fee = movement.is_fee},
      scan_.names.reference_of(movement.business, movement.transfer));
  if (made) made.value().has_own_time = !corrected;
  return made;
}

Result<LedgerRecord> LedgerRecords::record_of(const CorrectionFolds::OwnRecord& own) const {
  const FoldedCorrection& correction = *own.correction;
  auto made = record_of(Told{.values = fold(0, RecordStatus::ok, false, &own.moved),
                             .time_ns = correction.time_ns,
                             .type = correction.type,
                             .sequence = own.sequence,
                             .transfer = correction.legs.front().value(),
                             .is_fee = false},
                        correction.reference);
  if (made) made.value().has_own_time = false;
  return made;
}

Result<LedgerRecord> LedgerRecords::record_of(const Told& told, std::string reference) const {
  const unsigned scale = scale_in(mapping_.scales, scan_.currency);
  const auto amount = rescaled(told.values.amount, scan_.scale, scale);
  const auto fee = rescaled(told.values.fee, scan_.scale, scale);
  if (!amount || !fee) {
    return Failure{
        FailureKind::invalid,
        fmt::format("the amount of transfer {} cannot be compared: at {} decimals it has "
                    "more than {} digits, or would have to be rounded",
                    format_id(told.transfer), scale, limits::amount_digits_max)};
  }
  Record record;
  record.key = reference.empty() ? KeyWords{} : key_of_reference(reference);
  record.set_amount(mapping_.is_negated ? -*amount : *amount);
  record.set_fee(mapping_.is_negated ? -*fee : *fee);
  record.time_ns = told.time_ns;
  record.currency = scan_.currency;
  record.set_place(side_, told.type, told.values.status, told.sequence);
  record.set_fee_part(told.is_fee);
  if (told.values.is_corrected) record.set_corrected();
  return LedgerRecord{.record = record, .reference = std::move(reference), .has_own_time = true};
}

}  // namespace daybook::recon

#include "tools/daybook/recon/journal_source.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "tools/daybook/text/id_text.hpp"

namespace daybook::recon {

Result<std::unique_ptr<JournalSource>> JournalSource::open(const JournalScan& scan,
                                                           const SourceMapping& mapping, Side side,
                                                           const std::filesystem::path& spill) {
  auto facts = JournalFacts::open(scan.selection);
  if (!facts) return facts.error();
  auto texts = EntryTexts::open(spill);
  if (!texts) return texts.error();
  return std::unique_ptr<JournalSource>{
      new JournalSource{scan, mapping, side, std::move(texts).value(), std::move(facts).value()}};
}

std::string JournalSource::name() const {
  return fmt::format("journal:{} up to sequence {}", scan_.selection.place.directory,
                     scan_.cut.value());
}

std::optional<bool> JournalSource::direction_of(const AccountId& debit, const AccountId& credit,
                                                LedgerId ledger) const {
  const auto& account = scan_.selection.account;
  if (!account) return ledger == scan_.ledger ? std::optional{true} : std::nullopt;
  if (debit == *account) return true;
  return credit == *account ? std::optional{false} : std::nullopt;
}

void JournalSource::take_run(const EntryFacts& facts, const PlacedRun& placed) {
  const std::uint32_t end = placed.run.first + placed.run.count;
  for (std::uint32_t i = placed.run.first; i < end; ++i) {
    if (placed.run.kind == FactKind::transfer) take(facts.transfers[i]);
    if (placed.run.kind == FactKind::hold_released) take(facts.holds_released[i]);
  }
}

void JournalSource::take(const Transfer& transfer) {
  auto is_debit =
      direction_of(transfer.debit_account_id, transfer.credit_account_id, transfer.ledger);
  if (!is_debit) return;
  const bool is_reversal = (transfer.flags & transfer_flag::reversal) != 0;
  // A ledger without an account has no side: what is moved back counts against it.
  if (is_reversal && !scan_.selection.account) is_debit = false;
  constexpr std::uint16_t resolution =
      transfer_flag::post_pending_transfer | transfer_flag::void_pending_transfer;
  if ((transfer.flags & resolution) != 0) return take_resolution(transfer, *is_debit);
  const u128 amount = transfer.amount.value().wide();
  if ((transfer.flags & transfer_flag::pending) != 0) {
    has_too_many_holds_ = has_too_many_holds_ || holds_.size() >= holds_max;
    if (has_too_many_holds_) return;
    holds_[transfer.id.value()] = {.held = amount,
                                   .business = transfer.business_id,
                                   .time = transfer.timestamp,
                                   .is_debit = *is_debit,
                                   .is_fee = scan_.selection.is_fee(transfer),
                                   .has_posted = false};
    return;
  }
  found_.push_back({.amount = amount,
                    .business = transfer.business_id,
                    .transfer = is_reversal ? transfer.pending_id.value() : transfer.id.value(),
                    .time = transfer.timestamp,
                    .type = is_reversal ? RecordType::refund : RecordType::charge,
                    .status = RecordStatus::ok,
                    .is_debit = *is_debit,
                    .is_fee = scan_.selection.is_fee(transfer)});
}

void JournalSource::take_resolution(const Transfer& transfer, bool is_debit) {
  const Uint128 id = transfer.pending_id.value();
  const auto hold = holds_.find(id);
  const u128 amount = transfer.amount.value().wide();
  if ((transfer.flags & transfer_flag::void_pending_transfer) != 0) {
    if (hold == holds_.end()) return;
    end_hold(id, hold->second, transfer.timestamp);
    holds_.erase(hold);
    return;
  }
  found_.push_back({.amount = amount,
                    .business = transfer.business_id,
                    .transfer = id,
                    .time = transfer.timestamp,
                    .type = RecordType::charge,
                    .status = RecordStatus::ok,
                    .is_debit = is_debit,
                    .is_fee = scan_.selection.is_fee(transfer)});
  if (hold == holds_.end()) return;
  hold->second.has_posted = true;
  hold->second.held -= std::min(amount, hold->second.held);
  const bool keeps = (transfer.flags & transfer_flag::keep_remainder) != 0;
  if (!keeps || hold->second.held == 0) holds_.erase(hold);
}

void JournalSource::take(const HoldReleased& released) {
  const auto hold = holds_.find(released.id.value());
  if (hold == holds_.end()) return;
  end_hold(released.id.value(), hold->second, released.timestamp);
  holds_.erase(hold);
}

/// Of a hold that was captured in part, what was released says nothing that the parts do not.
void JournalSource::end_hold(const Uint128& id, const OpenHold& hold, Timestamp time) {
  if (hold.has_posted) return;
  if (hold.is_fee) {
    ++left_out_;
    return;
  }
  found_.push_back({.amount = hold.held,
                    .business = hold.business,
                    .transfer = id,
                    .time = time,
                    .type = RecordType::charge,
                    .status = RecordStatus::failed,
                    .is_debit = hold.is_debit,
                    .is_fee = false});
}

void JournalSource::take_open_holds() {
  for (const auto& [id, hold] : holds_) {
    if (hold.is_fee) {
      ++left_out_;
      continue;
    }
    found_.push_back({.amount = hold.held,
                      .business = hold.business,
                      .transfer = id,
                      .time = hold.time,
                      .type = RecordType::charge,
                      .status = RecordStatus::open,
                      .is_debit = hold.is_debit,
                      .is_fee = false});
  }
  holds_.clear();
}

std::string JournalSource::reference_of(const Found& found) const {
  const Uint128 business = found.business.value();
  if (!business.is_zero()) {
    const std::string* const name = scan_.names.find(NameKind::business, business);
    return name != nullptr ? *name : format_id(business);
  }
  const std::string* const name = scan_.names.find(NameKind::transfer, found.transfer);
  return name != nullptr ? *name : format_id(found.transfer);
}

Result<Record> JournalSource::record_of(const Found& found) {
  // Limits of amounts are the comparison's, not the journal's.
  constexpr u128 fits = static_cast<u128>(1) << 100;
  const unsigned scale = scale_of(scan_.currency);
  const auto amount = found.amount < fits
                          ? rescaled(static_cast<i128>(found.amount), scan_.scale, scale)
                          : std::nullopt;
  if (!amount) {
    return Failure{
        FailureKind::invalid,
        fmt::format("the amount of transfer {} cannot be compared: at {} decimals it has "
                    "more than {} digits, or would have to be rounded",
                    format_id(found.transfer), scale, limits::amount_digits_max)};
  }
  const std::string reference = reference_of(found);
  // A short one stands in the record itself, and is not asked for by its place.
  ++records_;
  const bool is_short = reference.size() <= limits::key_bytes;
  const Result<std::uint64_t> place =
      is_short ? Result<std::uint64_t>{records_} : texts_.append(reference, {});
  if (!place) return place.error();
  Record record;
  record.key = key_of_reference(reference);
  const bool is_plus = found.is_debit != mapping_.is_negated;
  record.set_amount(is_plus ? *amount : -*amount);
  record.time_ns = static_cast<std::int64_t>(found.time.value());
  record.currency = scan_.currency;
  record.set_place(side_, found.type, found.status, place.value());
  record.set_fee_part(found.is_fee);
  return record;
}

Result<bool> JournalSource::read_entry() {
  found_.clear();
  next_ = 0;
  const Result<bool> more = facts_.next(
      [&](const EntryFacts& facts, const PlacedRun& placed) { take_run(facts, placed); });
  if (!more) return more.error();
  if (has_too_many_holds_) {
    return Failure{FailureKind::no_space,
                   fmt::format("more than {} holds open at a time", holds_max)};
  }
  if (!more.value()) take_open_holds();
  reached_.store(facts_.reached().value(), std::memory_order_relaxed);
  return more;
}

/// Appends what the last entry yielded; false where the region is full.
Result<bool> JournalSource::hand_over(Intake& intake) {
  while (waiting_ || next_ < found_.size()) {
    if (!waiting_) {
      const Result<Record> record = record_of(found_[next_++]);
      if (!record) return record.error();
      const auto& since = scan_.selection.since;
      if (since && found_[next_ - 1].time < *since) {
        earlier_.add(record.value());
        continue;
      }
      waiting_ = record.value();
    }
    const Intake::Taken taken = intake.append(*waiting_);
    if (taken == Intake::Taken::region_is_full) return false;
    if (taken == Intake::Taken::too_many_currencies) {
      return Failure{FailureKind::invalid, "too many currencies"};
    }
    waiting_.reset();
  }
  return true;
}

Result<bool> JournalSource::fill(Intake& intake) {
  while (true) {
    const Result<bool> taken = hand_over(intake);
    if (!taken || !taken.value()) return taken;
    if (is_finished_) return true;
    const Result<bool> more = read_entry();
    if (!more) return more.error();
    is_finished_ = !more.value();
  }
}

Result<std::string> JournalSource::text_at(std::uint64_t offset, Field field) {
  if (field != Field::reference) return std::string{};
  Result<EntryTexts::Texts> texts = texts_.read(offset);
  if (!texts) return texts.error();
  return std::move(texts).value().reference;
}

}  // namespace daybook::recon

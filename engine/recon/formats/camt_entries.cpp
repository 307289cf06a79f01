// What CamtParser makes of entries and their details.
#include <utility>

#include <fmt/format.h>

#include "engine/recon/formats/camt_parser.hpp"
#include "engine/recon/formats/field_text.hpp"

namespace daybook::recon {
namespace {

bool is_given(const std::string& reference) {
  return !reference.empty() && folded(reference) != "notprovided";
}

const std::string& first_given(std::initializer_list<const std::string*> references) {
  static const std::string none;
  for (const std::string* const each : references) {
    if (is_given(*each)) return *each;
  }
  return none;
}

}  // namespace

/// Everything about an entry that its details share; false where it cannot be read, which is told.
bool CamtParser::know_entry() {
  Entry& entry = *entry_;
  if (std::exchange(entry.is_known, true)) return !entry.has_faults && !entry.is_left_out;
  const auto refused = [&](InvalidReason reason) {
    entry.has_faults = true;
    refuse(entry.place, reason);
    return false;
  };
  StatementEntry& known = entry.known;
  InvalidReason reason = InvalidReason::amount;
  known.currency = statement_->currency;
  if (entry.money.amount.empty()) return refused(InvalidReason::missing);
  const auto amount = worth_of(entry.money, known.currency, reason);
  if (!amount) return refused(reason);
  known.amount = *amount;
  if (statement_->currency == 0) statement_->currency = known.currency;
  if (!entry.is_reversal.empty() && entry.is_reversal != "true" && entry.is_reversal != "false" &&
      entry.is_reversal != "1" && entry.is_reversal != "0") {
    return refused(InvalidReason::type);
  }
  const bool is_reversal = entry.is_reversal == "true" || entry.is_reversal == "1";
  known.type = is_reversal ? RecordType::reversal : RecordType::charge;
  if (entry.status == "PDNG" || entry.status == "FUTR") {
    known.status = RecordStatus::open;
  } else if (entry.status == "INFO") {
    entry.is_left_out = true;
  } else if (!entry.status.empty() && entry.status != "BOOK") {
    return refused(InvalidReason::status);
  }
  const std::string& day = entry.booking_day.empty() ? entry.value_day : entry.booking_day;
  if (!day.empty()) {
    const auto time = parse_moment(day);
    if (!time) return refused(InvalidReason::time);
    known.time_ns = *time;
  }
  known.place = entry.place;
  tally(known);
  if (entry.is_left_out) leave_out();
  return !entry.is_left_out;
}

/// Sums of the statement count what is no record of its own as well.
void CamtParser::tally(const StatementEntry& entry) {
  Statement& all = *statement_;
  const i128 size = entry.amount < 0 ? -entry.amount : entry.amount;
  Tally& direction = entry.amount < 0 ? all.debits : all.credits;
  for (Tally* const each : {&all.all, &direction}) {
    ++each->count;
    each->sum += size;
  }
  all.net += entry.amount;
  if (entry.status == RecordStatus::ok && !entry_->is_left_out) all.booked += entry.amount;
}

StatementEntry CamtParser::record_of(const Details& details) const {
  StatementEntry record = entry_->known;
  record.reference = first_given({&details.end_to_end, &details.instruction, &details.transaction,
                                  &details.servicer, &entry_->servicer, &entry_->reference});
  record.party = record.amount < 0 ? details.creditor : details.debtor;
  return record;
}

/// Makes a record of details of which the entry has several.
void CamtParser::split_off(const Details& details) {
  StatementEntry record = record_of(details);
  record.place = details.place;
  Money money = details.money;
  if (money.mark.empty()) money.mark = entry_->money.mark;
  InvalidReason reason = InvalidReason::missing;
  std::uint64_t currency = record.currency;
  const auto amount = money.amount.empty() ? std::nullopt : worth_of(money, currency, reason);
  if (!amount || currency != record.currency) {
    entry_->has_faults = true;
    return refuse(details.place, amount ? InvalidReason::currency : reason);
  }
  record.amount = *amount;
  record.party = record.amount < 0 ? details.creditor : details.debtor;
  entry_->details_sum += *amount;
  if (!emit(std::move(record))) entry_->has_faults = statement_->has_faults = true;
}

void CamtParser::end_details() {
  Details details = *std::exchange(details_, std::nullopt);
  details.place.size_bytes =
      reader_.here().offset + reader_.here().size_bytes - details.place.offset;
  Entry& entry = *entry_;
  if (!know_entry()) return;
  ++entry.details;
  if (entry.details == 1) {
    entry.first = std::move(details);
    return;
  }
  if (entry.details == 2) {
    // Amounts in another currency, or none, do not say how the entry is made of them.
    const auto is_own = [&](const Money& money) {
      const std::uint64_t currency =
          money.currency.empty() ? entry.known.currency : currency_of_text(money.currency);
      return !money.amount.empty() && currency == entry.known.currency;
    };
    entry.is_split = is_own(entry.first->money) && is_own(details.money);
    if (entry.is_split) split_off(*entry.first);
    entry.first.reset();
  }
  if (entry.is_split) split_off(details);
}

void CamtParser::check_details(const Entry& entry) {
  const std::string name =
      fmt::format("entry at line {} of {}", entry.place.line, name_of_statement());
  if (entry.is_split && entry.details_sum != entry.known.amount) {
    output_.totals.add({.what = "the details of the " + name,
                        .stated = entry.known.amount,
                        .found = entry.details_sum,
                        .scale = scale_of(entry.known.currency),
                        .is_unparsed = entry.has_faults});
  }
  if (entry.stated_details.empty() || entry.details == 0) return;
  const auto stated = parse_minor(entry.stated_details, 0);
  if (!stated || *stated == static_cast<i128>(entry.details)) return;
  output_.totals.add({.what = "transactions (NbOfTxs) of the " + name,
                      .stated = *stated,
                      .found = static_cast<i128>(entry.details),
                      .is_unparsed = entry.has_faults});
}

void CamtParser::end_entry() {
  if (!entry_) return;
  entry_->place.size_bytes =
      reader_.here().offset + reader_.here().size_bytes - entry_->place.offset;
  entry_->known.place = entry_->place;
  if (know_entry()) {
    check_details(*entry_);
    if (!entry_->is_split) {
      StatementEntry record = record_of(entry_->first ? *entry_->first : Details{});
      record.place = entry_->place;
      if (!emit(std::move(record))) statement_->has_faults = true;
    }
  }
  entry_.reset();
}

}  // namespace daybook::recon

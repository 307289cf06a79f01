#include "engine/recon/formats/camt_parser.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "engine/base/durations.hpp"
#include "engine/recon/formats/field_text.hpp"

namespace daybook::recon {
namespace {

bool is_statement(std::string_view name, std::string_view parent) {
  return (name == "Stmt" && parent == "BkToCstmrStmt") ||
         (name == "Rpt" && parent == "BkToCstmrAcctRpt") ||
         (name == "Ntfctn" && parent == "BkToCstmrDbtCdtNtfctn");
}

/// The day of a time, which is what balances have.
std::optional<std::int64_t> day_of(const std::string& text) {
  const auto time = parse_moment(text);
  if (!time) return std::nullopt;
  return *time - *time % day_ns;
}

}  // namespace

CamtParser::CamtParser(ParserSettings settings)
    : StatementParser{std::move(settings)}, reader_{*this, "Ntry"} {}

void CamtParser::finish() {
  reader_.finish();
  end_statement(false);
}

void CamtParser::on_start(std::string_view name, const XmlAttributes& attributes) {
  currency_ = attributes.find("Ccy");
  if (statement_depth_ == 0) {
    if (!is_statement(name, reader_.parent())) return;
    reader_.begin_section();
    statement_depth_ = reader_.depth();
    begin_statement();
    return;
  }
  if (!path_.empty()) path_ += '/';
  path_ += name;
  if (path_ == "Ntry") {
    entry_ = Entry{};
    entry_->place = reader_.here();
  } else if (path_ == "Bal") {
    balance_ = Balance{};
  } else if (path_ == "TxsSummry") {
    statement_->summary = Summary{};
  } else if (entry_ && path_ == "Ntry/NtryDtls/TxDtls") {
    details_ = Details{};
    details_->place = reader_.here();
  }
}

void CamtParser::on_end(std::string_view name, std::string_view text) {
  if (statement_depth_ == 0) return;
  if (reader_.depth() == statement_depth_) {
    return end_statement(true);
  }
  if (path_ == "Ntry") {
    end_entry();
  } else if (path_ == "Bal") {
    end_balance();
  } else if (path_ == "Ntry/NtryDtls/TxDtls") {
    end_details();
  } else {
    take_text(path_, trimmed(text));
  }
  path_.resize(path_.size() - std::min(path_.size(), name.size()));
  if (path_.ends_with('/')) path_.pop_back();
}

void CamtParser::on_fault(const FilePlace& place, InvalidReason reason) {
  refuse(place, reason);
  entry_.reset();
  details_.reset();
  balance_.reset();
  path_.clear();
}

void CamtParser::refuse(const FilePlace& place, InvalidReason reason) {
  if (statement_) statement_->has_faults = true;
  fault(place, reason);
}

std::string* CamtParser::field_of_statement(std::string_view path) {
  if (balance_) {
    if (path == "Bal/Tp/CdOrPrtry/Cd") return &balance_->code;
    if (path == "Bal/Amt") return &balance_->money.amount;
    if (path == "Bal/CdtDbtInd") return &balance_->money.mark;
    if (path == "Bal/Dt/Dt" || path == "Bal/Dt/DtTm") return &balance_->day;
    return nullptr;
  }
  if (statement_->summary && path.starts_with("TxsSummry/")) {
    Summary& all = *statement_->summary;
    if (path == "TxsSummry/TtlNtries/NbOfNtries") return &all.count;
    if (path == "TxsSummry/TtlNtries/Sum") return &all.sum;
    // Up to version 2 the net amount stands beside, later in an element of its own.
    if (path == "TxsSummry/TtlNtries/TtlNetNtryAmt") return &all.net.amount;
    if (path == "TxsSummry/TtlNtries/CdtDbtInd") return &all.net.mark;
    if (path == "TxsSummry/TtlNtries/TtlNetNtry/Amt") return &all.net.amount;
    if (path == "TxsSummry/TtlNtries/TtlNetNtry/CdtDbtInd") return &all.net.mark;
    if (path == "TxsSummry/TtlCdtNtries/NbOfNtries") return &all.credit_count;
    if (path == "TxsSummry/TtlCdtNtries/Sum") return &all.credit_sum;
    if (path == "TxsSummry/TtlDbtNtries/NbOfNtries") return &all.debit_count;
    if (path == "TxsSummry/TtlDbtNtries/Sum") return &all.debit_sum;
    return nullptr;
  }
  if (path == "Id" || (path == "ElctrncSeqNb" && statement_->number.empty())) {
    return &statement_->number;
  }
  if (path == "Acct/Id/IBAN" || path == "Acct/Id/Othr/Id") return &statement_->account;
  return nullptr;
}

std::string* CamtParser::field_of_entry(std::string_view path) {
  Entry& entry = *entry_;
  path.remove_prefix(path.find('/') + 1);
  if (path == "Amt") return &entry.money.amount;
  if (path == "CdtDbtInd") return &entry.money.mark;
  if (path == "RvslInd") return &entry.is_reversal;
  if (path == "Sts" || path == "Sts/Cd" || path == "Sts/Prtry") return &entry.status;
  if (path == "BookgDt/Dt" || path == "BookgDt/DtTm") return &entry.booking_day;
  if (path == "ValDt/Dt" || path == "ValDt/DtTm") return &entry.value_day;
  if (path == "NtryRef") return &entry.reference;
  if (path == "AcctSvcrRef") return &entry.servicer;
  if (path == "NtryDtls/Btch/NbOfTxs") return &entry.stated_details;
  return nullptr;
}

std::string* CamtParser::field_of_details(std::string_view path) {
  constexpr std::string_view above = "Ntry/NtryDtls/TxDtls/";
  if (!path.starts_with(above)) return nullptr;
  Details& details = *details_;
  path.remove_prefix(above.size());
  if (path == "Refs/EndToEndId") return &details.end_to_end;
  if (path == "Refs/InstrId") return &details.instruction;
  if (path == "Refs/TxId") return &details.transaction;
  if (path == "Refs/AcctSvcrRef") return &details.servicer;
  // From version 4 on the amount stands right in the details.
  if (path == "Amt" || path == "AmtDtls/TxAmt/Amt") return &details.money.amount;
  if (path == "CdtDbtInd") return &details.money.mark;
  if (path == "RltdPties/Dbtr/Nm" || path == "RltdPties/Dbtr/Pty/Nm") return &details.debtor;
  if (path == "RltdPties/Cdtr/Nm" || path == "RltdPties/Cdtr/Pty/Nm") return &details.creditor;
  return nullptr;
}

void CamtParser::take_text(std::string_view path, std::string_view text) {
  if (text.empty()) return;
  std::string* const field = details_ ? field_of_details(path)
                             : entry_ ? field_of_entry(path)
                                      : field_of_statement(path);
  if (field == nullptr) {
    if (path == "Acct/Ccy") statement_->currency = currency_of_text(text);
    return;
  }
  // What is longer is no reference either, and is told as one that is too long.
  field->assign(text.substr(0, limits::reference_bytes_max + 1));
  if (field == &statement_->account || field == &statement_->number) *field = readable_name(*field);
  if (details_ && field == &details_->money.amount) details_->money.currency = currency_;
  if (entry_ && field == &entry_->money.amount) entry_->money.currency = currency_;
  if (statement_->summary && field == &statement_->summary->net.amount) {
    statement_->summary->net.currency = currency_;
  }
  if (balance_ && field == &balance_->money.amount) balance_->money.currency = currency_;
}

void CamtParser::begin_statement() {
  statement_ = Statement{};
  statement_->place = reader_.here();
  statement_->currency = settings().currency;
  path_.clear();
}

std::string CamtParser::name_of_statement() const {
  return fmt::format("statement {} of {}", statement_->number.empty() ? "-" : statement_->number,
                     statement_->account.empty() ? "no account" : statement_->account);
}

std::optional<i128> CamtParser::worth_of(const Money& money, std::uint64_t& currency,
                                         InvalidReason& reason) const {
  const std::uint64_t own = currency_of_text(money.currency);
  if (own != 0) currency = own;
  reason = InvalidReason::currency;
  if (currency == 0 || (own == 0 && !money.currency.empty())) return std::nullopt;
  reason = InvalidReason::type;
  if (money.mark != "CRDT" && money.mark != "DBIT") return std::nullopt;
  reason = InvalidReason::amount;
  const auto amount = parse_minor(money.amount, scale_of(currency));
  // The mark says the sign, and nothing else does.
  if (!amount || *amount < 0) return std::nullopt;
  return money.mark == "CRDT" ? *amount : -*amount;
}

void CamtParser::end_balance() {
  const Balance balance = *std::exchange(balance_, std::nullopt);
  const bool is_opening = balance.code == "OPBD" || balance.code == "PRCD";
  if (!is_opening && balance.code != "CLBD") return;
  InvalidReason reason = InvalidReason::amount;
  std::uint64_t currency = statement_->currency;
  const auto worth = worth_of(balance.money, currency, reason);
  if (!worth) return refuse(reader_.here(), reason);
  statement_->currency = currency;
  const auto day = day_of(balance.day);
  if (!is_opening) {
    statement_->closing = worth;
    statement_->closing_day = day;
  } else if (balance.code == "OPBD" || !statement_->opening) {
    statement_->opening = worth;
    statement_->opening_day = day;
  }
}

void CamtParser::add_total(std::string_view what, const std::string& stated, i128 found,
                           bool is_amount) {
  if (stated.empty()) return;
  const unsigned scale = is_amount ? scale_of(statement_->currency) : 0;
  const auto number = parse_minor(stated, scale);
  if (!number) return refuse(statement_->place, InvalidReason::amount);
  output_.totals.add({.what = fmt::format("{}: {}", name_of_statement(), what),
                      .stated = *number,
                      .found = found,
                      .scale = scale,
                      .is_unparsed = statement_->has_faults});
}

void CamtParser::check_summary() {
  const Statement& all = *statement_;
  if (!all.summary) return;
  const Summary& stated = *all.summary;
  const auto count = [](const Tally& tally) { return static_cast<i128>(tally.count); };
  add_total("entries (TtlNtries), how many", stated.count, count(all.all), false);
  add_total("entries (TtlNtries), their sum", stated.sum, all.all.sum, true);
  add_total("credits (TtlCdtNtries), how many", stated.credit_count, count(all.credits), false);
  add_total("credits (TtlCdtNtries), their sum", stated.credit_sum, all.credits.sum, true);
  add_total("debits (TtlDbtNtries), how many", stated.debit_count, count(all.debits), false);
  add_total("debits (TtlDbtNtries), their sum", stated.debit_sum, all.debits.sum, true);
  if (stated.net.amount.empty() || stated.net.mark.empty()) return;
  add_total("the net amount (TtlNetNtry)", stated.net.amount,
            stated.net.mark == "DBIT" ? -all.net : all.net, true);
}

void CamtParser::end_statement(bool is_whole) {
  if (!statement_) return;
  check_summary();
  const Statement& all = *statement_;
  const unsigned scale = scale_of(all.currency);
  if (all.opening) {
    chain_.open(all.account, all.currency, *all.opening, all.opening_day, scale, output_.totals);
    if (all.closing || !is_whole) {
      output_.totals.add({.what = name_of_statement() +
                                  ": opening balance and entries, against the closing balance",
                          .stated = all.closing.value_or(0),
                          .found = *all.opening + all.booked,
                          .scale = scale,
                          .is_missing = !all.closing,
                          .is_unparsed = all.has_faults});
    }
  }
  if (all.closing) chain_.close(all.account, all.currency, *all.closing, all.closing_day);
  list({.account = all.account,
        .number = all.number,
        .currency = all.currency,
        .scale = scale,
        .entries = all.all.count,
        .opening = all.opening,
        .closing = all.closing,
        .movements = all.booked,
        .line = all.place.line});
  statement_.reset();
  statement_depth_ = 0;
}

}  // namespace daybook::recon

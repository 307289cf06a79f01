#include "engine/recon/formats/mt940_parser.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "engine/base/ascii.hpp"
#include "engine/recon/formats/field_text.hpp"
#include "engine/recon/formats/mt940_text.hpp"

namespace daybook::recon {
namespace {

constexpr AmountStyle decimal_comma{.decimal_mark = ',', .group_mark = 0, .minor_units = false};
constexpr std::int64_t half_year_ns = std::int64_t{183} * 86'400'000'000'000;

/// The tag of a line ":61:..."; empty for one that goes on.
std::string_view tag_of(std::string_view line) {
  if (line.size() < 4 || line[0] != ':') return {};
  const std::size_t end = line.find(':', 1);
  if (end != 3 && end != 4) return {};
  const std::string_view tag = line.substr(1, end - 1);
  const bool is_number = is_digit(tag[0]) && is_digit(tag[1]);
  if (!is_number && tag != "NS") return {};
  return tag.size() == 2 || is_upper(tag[2]) ? tag : std::string_view{};
}

/// "-", "-}" with what follows, or "-XXX": the message is over.
bool ends_message(std::string_view line) {
  return line == "-" || line.starts_with("-}") || line == "-XXX";
}

/// Takes the digits with the comma off the front; nothing where there is no digit.
std::string_view take_number(std::string_view& text) {
  std::size_t end = 0;
  while (end < text.size() && (is_digit(text[end]) || text[end] == ',')) ++end;
  const std::string_view number = text.substr(0, end);
  text.remove_prefix(end);
  return number;
}

/// A letter and three letters or digits.
bool begins_with_type(std::string_view text) {
  return text.size() >= 4 && is_upper(text[0]) &&
         std::all_of(text.begin() + 1, text.begin() + 4,
                     [](char c) { return is_upper(c) || is_digit(c); });
}

/// What the mark of a statement line means.
struct Mark {
  bool is_credit = false;
  bool is_reversal = false;
  bool is_expected = false;
};

std::optional<Mark> take_mark(std::string_view& text) {
  Mark mark;
  if (text.starts_with('R') || text.starts_with('E')) {
    mark.is_reversal = text.front() == 'R';
    mark.is_expected = !mark.is_reversal;
    text.remove_prefix(1);
  }
  if (text.empty() || (text.front() != 'C' && text.front() != 'D')) return std::nullopt;
  // The reversal of a credit is a debit.
  mark.is_credit = (text.front() == 'C') != mark.is_reversal;
  text.remove_prefix(1);
  return mark;
}

/// The date of the entry, "MMDD", which is in the year that is nearest to the value date's.
std::optional<std::int64_t> entry_day(std::string_view value_date, std::string_view month_day,
                                      std::int64_t value_day) {
  unsigned year = 0;
  std::from_chars(value_date.data(), value_date.data() + 2, year);
  for (const unsigned shift : {0U, 1U, 99U}) {
    const auto day = day_of_yymmdd(fmt::format("{:02}{}", (year + shift) % 100, month_day));
    if (day && *day - value_day < half_year_ns && value_day - *day < half_year_ns) return day;
  }
  return std::nullopt;
}

}  // namespace

void Mt940Parser::take_line(std::string_view text, const FilePlace& place) {
  if (ends_message(text)) {
    end_field();
    end_statement();
    return;
  }
  const std::string_view tag = tag_of(text);
  if (!tag.empty()) {
    end_field();
    field_ = Field{
        .tag = std::string{tag}, .text = std::string{text.substr(tag.size() + 2)}, .place = place};
    return;
  }
  if (text.starts_with("{1:")) {
    end_field();
    end_statement();
    return;
  }
  // In front of a message stand lines of the bank's own.
  if (!field_ || text.empty()) return;
  field_->place.size_bytes += place.size_bytes;
  if (field_->text.size() + text.size() >= limits::record_bytes_max) {
    field_->is_too_long = true;
    return;
  }
  field_->text += '\n';
  field_->text += text;
}

void Mt940Parser::take_long_line(const FilePlace& place) {
  end_field();
  refuse(place, InvalidReason::too_long);
}

void Mt940Parser::take_end() {
  end_field();
  end_statement();
}

void Mt940Parser::end_field() {
  if (!field_) return;
  const Field field = *std::exchange(field_, std::nullopt);
  if (field.is_too_long) {
    end_entry();
    refuse(field.place, InvalidReason::too_long);
    return;
  }
  take_field(field);
}

void Mt940Parser::refuse(const FilePlace& place, InvalidReason reason) {
  if (statement_) statement_->has_faults = true;
  fault(place, reason);
}

void Mt940Parser::take_field(const Field& field) {
  if (field.tag == "20") return begin_statement(field);
  if (!statement_) {
    // A field of no message, such as behind a line that was too long.
    if (field.tag == "61") fault(field.place, InvalidReason::structure);
    return;
  }
  if (field.tag == "86") return take_information(field);
  end_entry();
  if (field.tag == "25" || field.tag == "25P") {
    statement_->account = readable_name(field.text.substr(0, field.text.find('\n')));
  } else if (field.tag == "28" || field.tag == "28C") {
    statement_->number = readable_name(field.text);
  } else if (field.tag.starts_with("60") || field.tag.starts_with("62")) {
    take_balance(field);
  } else if (field.tag == "61") {
    take_entry(field);
  } else if (field.tag == "34F") {
    // An interim report has no balance; its floor limit names the currency.
    const std::uint64_t currency = currency_of_text(std::string_view{field.text}.substr(0, 3));
    if (currency != 0 && statement_->currency == 0) statement_->currency = currency;
  } else if (field.tag.starts_with("90")) {
    take_sum(field);
  }
}

void Mt940Parser::begin_statement(const Field& field) {
  end_statement();
  statement_ = Statement{};
  statement_->place = field.place;
  statement_->currency = settings().currency;
}

std::string Mt940Parser::name_of_statement() const {
  return fmt::format("statement {} of {}", statement_->number.empty() ? "-" : statement_->number,
                     statement_->account.empty() ? "no account" : statement_->account);
}

void Mt940Parser::end_statement() {
  if (!statement_) return;
  end_entry();
  const Statement& all = *statement_;
  const unsigned scale = scale_of(all.currency);
  StatementSummary summary{.account = all.account,
                           .number = all.number,
                           .currency = all.currency,
                           .scale = scale,
                           .entries = all.entries,
                           .line = all.place.line};
  summary.movements = all.sum;
  if (all.opening) {
    summary.opening = all.opening->amount;
    const i128 made = all.opening->amount + all.sum;
    output_.totals.add({.what = fmt::format("{}: opening balance and entries, against the closing "
                                            "balance",
                                            name_of_statement()),
                        .stated = all.closing ? all.closing->amount : 0,
                        .found = made,
                        .scale = scale,
                        .is_missing = !all.closing,
                        .is_unparsed = all.closing && all.has_faults});
  }
  if (all.closing) {
    summary.closing = all.closing->amount;
    chain_.close(all.account, all.currency, all.closing->amount, all.closing->day);
  }
  list(std::move(summary));
  statement_.reset();
}

void Mt940Parser::end_entry() {
  if (!entry_) return;
  if (!emit(*std::exchange(entry_, std::nullopt)) && statement_) statement_->has_faults = true;
}

/// "C260131EUR1234,56".
void Mt940Parser::take_balance(const Field& field) {
  std::string_view text = trimmed(std::string_view{field.text});
  Balance balance;
  const bool has_mark = text.starts_with('C') || text.starts_with('D');
  const bool is_credit = text.starts_with('C');
  if (!has_mark || text.size() < 11) return refuse(field.place, InvalidReason::structure);
  balance.day = day_of_yymmdd(text.substr(1, 6));
  balance.currency = currency_of_text(text.substr(7, 3));
  if (balance.currency == 0) return refuse(field.place, InvalidReason::currency);
  const auto amount = parse_minor(text.substr(10), scale_of(balance.currency), decimal_comma);
  if (!amount || !is_digit(text[10])) return refuse(field.place, InvalidReason::amount);
  balance.amount = is_credit ? *amount : -*amount;
  const bool is_opening = field.tag.starts_with("60");
  if (statement_->opening && statement_->opening->currency != balance.currency) {
    return refuse(field.place, InvalidReason::currency);
  }
  statement_->currency = balance.currency;
  if (!is_opening) {
    statement_->closing = balance;
    return;
  }
  if (statement_->opening) return refuse(field.place, InvalidReason::structure);
  statement_->opening = balance;
  chain_.open(statement_->account, balance.currency, balance.amount, balance.day,
              scale_of(balance.currency), output_.totals);
}

std::optional<StatementEntry> Mt940Parser::entry_of(std::string_view text, InvalidReason& reason) {
  const auto refused = [&](InvalidReason why) {
    reason = why;
    return std::nullopt;
  };
  StatementEntry entry;
  const std::string_view value_date = text.substr(0, 6);
  const auto value_day = day_of_yymmdd(value_date);
  if (!value_day) return refused(InvalidReason::time);
  text.remove_prefix(6);
  entry.time_ns = *value_day;
  if (text.size() >= 4 && std::all_of(text.begin(), text.begin() + 4, is_digit)) {
    const auto day = entry_day(value_date, text.substr(0, 4), *value_day);
    if (!day) return refused(InvalidReason::time);
    entry.time_ns = *day;
    text.remove_prefix(4);
  }
  const auto mark = take_mark(text);
  if (!mark) return refused(InvalidReason::type);
  entry.type = mark->is_reversal ? RecordType::reversal : RecordType::charge;
  entry.status = mark->is_expected ? RecordStatus::open : RecordStatus::ok;
  // The third letter of the currency's code.
  if (!text.empty() && is_upper(text.front())) text.remove_prefix(1);
  if (statement_->currency == 0) return refused(InvalidReason::currency);
  entry.currency = statement_->currency;
  const auto amount = parse_minor(take_number(text), scale_of(entry.currency), decimal_comma);
  if (!amount) return refused(InvalidReason::amount);
  entry.amount = mark->is_credit ? *amount : -*amount;
  // "NTRF": how it was moved. Then the owner's reference, and behind "//" the bank's.
  if (!begins_with_type(text)) return refused(InvalidReason::structure);
  std::string_view references = text.substr(4);
  references = references.substr(0, references.find('\n'));
  const std::size_t bank = references.find("//");
  const std::string_view own = trimmed(references.substr(0, bank));
  // Dutch banks name the code behind which field :86: has it.
  const bool is_pointer = own == "EREF" || own == "PREF" || own == "MARF";
  if (!own.empty() && own != "NONREF" && !is_pointer) {
    entry.reference = own;
  } else if (bank != std::string_view::npos) {
    entry.reference = references.substr(bank + 2);
  }
  return entry;
}

void Mt940Parser::take_entry(const Field& field) {
  InvalidReason reason = InvalidReason::structure;
  const auto entry = entry_of(field.text, reason);
  if (!entry) return refuse(field.place, reason);
  entry_ = *entry;
  entry_->place = field.place;
  ++statement_->entries;
  Direction& direction = entry->amount < 0 ? statement_->debits : statement_->credits;
  ++direction.count;
  direction.sum += entry->amount < 0 ? -entry->amount : entry->amount;
  if (entry->status == RecordStatus::ok) statement_->sum += entry->amount;
}

void Mt940Parser::take_information(const Field& field) {
  if (!entry_) return;  // Of the statement as a whole.
  EntryInformation information = information_of(field.text);
  if (!information.reference.empty()) entry_->reference = std::move(information.reference);
  entry_->party = std::move(information.party);
  entry_->place.size_bytes += field.place.size_bytes;
  end_entry();
}

/// "2EUR100,00": how many entries of one direction, and their sum.
void Mt940Parser::take_sum(const Field& field) {
  std::string_view text = trimmed(std::string_view{field.text});
  std::size_t digits = 0;
  while (digits < text.size() && is_digit(text[digits])) ++digits;
  const auto count = parse_minor(text.substr(0, digits), 0);
  text.remove_prefix(digits);
  const std::uint64_t currency = currency_of_text(text.substr(0, 3));
  if (!count || currency == 0 || text.size() < 4) {
    return refuse(field.place, InvalidReason::structure);
  }
  const unsigned scale = scale_of(currency);
  const auto sum = parse_minor(text.substr(3), scale, decimal_comma);
  if (!sum || *sum < 0) return refuse(field.place, InvalidReason::amount);
  const bool is_debit = field.tag == "90D";
  const Direction& found = is_debit ? statement_->debits : statement_->credits;
  const std::string what = fmt::format("{}: {} in :{}:", name_of_statement(),
                                       is_debit ? "debits" : "credits", field.tag);
  output_.totals.add({.what = what + ", how many",
                      .stated = *count,
                      .found = static_cast<i128>(found.count),
                      .is_unparsed = statement_->has_faults});
  output_.totals.add({.what = what + ", their sum",
                      .stated = *sum,
                      .found = found.sum,
                      .scale = scale,
                      .is_unparsed = statement_->has_faults});
}

}  // namespace daybook::recon

#include "engine/recon/formats/nacha_parser.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "engine/base/ascii.hpp"
#include "engine/recon/formats/field_text.hpp"
#include "engine/recon/formats/mt940_text.hpp"

namespace daybook::recon {
namespace {

constexpr unsigned cents = 2;
constexpr std::uint64_t hash_bound = 10'000'000'000;
constexpr std::uint64_t records_a_block = 10;

/// By the positions of the rules, where the first character is 1.
std::string_view part(std::string_view line, std::size_t first, std::size_t last) {
  return line.substr(first - 1, last - first + 1);
}

/// All digits, as the format has its numbers.
std::optional<i128> number_of(std::string_view text) {
  if (!std::all_of(text.begin(), text.end(), is_digit)) return std::nullopt;
  return parse_minor(text, 0);
}

/// What a transaction code means by its second digit, whatever kind of account the first one names.
struct TransactionCode {
  bool is_debit = false;
  bool is_return = false;  ///< Or a notification of change.
  bool moves_nothing = false;
};

std::optional<TransactionCode> code_of(std::string_view text) {
  // Those that begin with 8 are of accounting entries, which have another layout.
  if (text[0] < '2' || text[0] > '5') return std::nullopt;
  switch (text[1]) {
    case '1':
      return TransactionCode{.is_return = true};
    case '2':
      return TransactionCode{};
    case '3':
    case '4':
      return TransactionCode{.moves_nothing = true};
    case '5':
      // Reversal of a loan's credit.
      if (text[0] != '5') return std::nullopt;
      return TransactionCode{.is_debit = true};
    case '6':
      return TransactionCode{.is_debit = true, .is_return = true};
    case '7':
      return TransactionCode{.is_debit = true};
    case '8':
    case '9':
      return TransactionCode{.is_debit = true, .moves_nothing = true};
    default:
      return std::nullopt;
  }
}

bool is_filler(std::string_view line) {
  return std::all_of(line.begin(), line.end(), [](char c) { return c == '9'; });
}

}  // namespace

std::uint64_t NachaParser::currency() const {
  return settings().currency != 0 ? settings().currency : currency_of_text("USD");
}

void NachaParser::take_line(std::string_view text, const FilePlace& place) {
  if (trimmed(text).empty()) return;
  // Some systems drop the spaces at the end.
  std::string padded;
  if (text.size() < record_bytes) {
    padded = text;
    padded.resize(record_bytes, ' ');
    text = padded;
  }
  if (text[0] == '9' && is_filler(text)) {
    ++lines_;
    return;
  }
  // Behind the control record only what fills the block belongs to a file.
  if (text[0] == '1') {
    end_file(nullptr, place);
    begin_file(text, place);
    return;
  }
  ++lines_;
  switch (text[0]) {
    case '5':
      return begin_batch(text, place);
    case '6':
      return take_entry(text, place);
    case '7':
      return take_addenda(text, place);
    case '8':
      return end_batch(&text, place);
    case '9':
      return end_file(&text, place);
    default:
      return refuse(place, InvalidReason::structure);
  }
}

void NachaParser::take_long_line(const FilePlace& place) { refuse(place, InvalidReason::too_long); }

void NachaParser::take_end() { end_file(nullptr, {}); }

void NachaParser::refuse(const FilePlace& place, InvalidReason reason) {
  file_.has_faults = true;
  if (batch_) batch_->controls.has_faults = true;
  fault(place, reason);
}

void NachaParser::begin_file(std::string_view line, const FilePlace& place) {
  is_open_ = true;
  lines_ = 1;
  file_day_ = day_of_yymmdd(part(line, 24, 29));
  if (part(line, 35, 37) != "094") refuse(place, InvalidReason::structure);
}

void NachaParser::begin_batch(std::string_view line, const FilePlace& place) {
  if (batch_) end_batch(nullptr, place);
  ++batches_;
  batch_ = Batch{};
  batch_->company =
      readable_name(fmt::format("{} {}", trimmed(part(line, 41, 50)), trimmed(part(line, 5, 20))));
  batch_->entry_class = part(line, 51, 53);
  batch_->number = readable_name(part(line, 88, 94));
  batch_->day = day_of_yymmdd(part(line, 70, 75));
  batch_->line = place.line;
}

void NachaParser::take_entry(std::string_view line, const FilePlace& place) {
  end_entry();
  if (!batch_) return refuse(place, InvalidReason::structure);
  ++batch_->controls.entries;
  const auto bank = number_of(part(line, 4, 11));
  if (!bank) return refuse(place, InvalidReason::structure);
  batch_->controls.hash = (batch_->controls.hash + static_cast<std::uint64_t>(*bank)) % hash_bound;
  const auto code = code_of(part(line, 2, 3));
  if (!code) return refuse(place, InvalidReason::type);
  const auto number = number_of(part(line, 30, 39));
  if (!number) return refuse(place, InvalidReason::amount);
  (code->is_debit ? batch_->controls.debits : batch_->controls.credits) += *number;
  entry_ = Entry{};
  StatementEntry& record = entry_->record;
  record.place = place;
  record.currency = currency();
  const auto amount = rescaled(*number, cents, scale_of(record.currency));
  if (!amount) {
    entry_.reset();
    return refuse(place, InvalidReason::amount);
  }
  record.amount = code->is_debit ? *amount : -*amount;
  record.status = code->is_return ? RecordStatus::reversed : RecordStatus::ok;
  entry_->is_left_out = code->moves_nothing;
  const std::string_view trace = trimmed(part(line, 80, 94));
  const bool is_international = batch_->entry_class == "IAT";
  record.reference = is_international ? std::string_view{} : trimmed(part(line, 40, 54));
  if (record.reference.empty()) record.reference = trace;
  if (!is_international) {
    // The count of addenda stands in front of a company's name.
    const bool has_count = batch_->entry_class == "CTX" || batch_->entry_class == "ENR";
    record.party = has_count ? part(line, 59, 74) : part(line, 55, 76);
  }
  const auto day = batch_->day ? batch_->day : file_day_;
  if (day) record.time_ns = *day;
}

void NachaParser::take_addenda(std::string_view line, const FilePlace& place) {
  if (!batch_) return refuse(place, InvalidReason::structure);
  ++batch_->controls.entries;
  if (!entry_) return;  // Of an entry that could not be read.
  const std::string_view type = part(line, 2, 3);
  if (type == "99") entry_->record.status = RecordStatus::reversed;
  if (type == "98") entry_->is_left_out = true;
  entry_->record.place.size_bytes = place.offset + place.size_bytes - entry_->record.place.offset;
}

void NachaParser::end_entry() {
  if (!entry_) return;
  Entry entry = *std::exchange(entry_, std::nullopt);
  if (entry.is_left_out) return leave_out();
  ++batch_->records;
  if (!emit(std::move(entry.record))) file_.has_faults = batch_->controls.has_faults = true;
}

void NachaParser::add_total(const std::string& what, std::string_view stated, i128 found,
                            unsigned decimals, bool has_faults) {
  const auto number = number_of(stated);
  output_.totals.add({.what = what,
                      .stated = number.value_or(0),
                      .found = found,
                      .scale = decimals,
                      .is_missing = !number,
                      .is_unparsed = has_faults});
}

/// `line` is the control record; null where there is none.
void NachaParser::end_batch(const std::string_view* line, const FilePlace& place) {
  end_entry();
  if (!batch_) return refuse(place, InvalidReason::structure);
  const Controls& all = batch_->controls;
  const std::string name = fmt::format("batch {} of {}", batch_->number, batch_->company);
  const auto stated = [&](std::size_t first, std::size_t last) {
    return line == nullptr ? std::string_view{} : part(*line, first, last);
  };
  add_total(name + ": entries and addenda", stated(5, 10), static_cast<i128>(all.entries), 0,
            all.has_faults);
  if (line != nullptr) {
    add_total(name + ": entry hash", stated(11, 20), static_cast<i128>(all.hash), 0,
              all.has_faults);
    add_total(name + ": debits", stated(21, 32), all.debits, cents, all.has_faults);
    add_total(name + ": credits", stated(33, 44), all.credits, cents, all.has_faults);
  }
  file_.entries += all.entries;
  file_.hash = (file_.hash + all.hash) % hash_bound;
  file_.debits += all.debits;
  file_.credits += all.credits;
  list({.account = batch_->company,
        .number = fmt::format("{} {}", batch_->entry_class, batch_->number),
        .currency = currency(),
        .scale = scale_of(currency()),
        .entries = batch_->records,
        .line = batch_->line});
  batch_.reset();
}

void NachaParser::end_file(const std::string_view* line, const FilePlace& place) {
  if (batch_) end_batch(nullptr, place);
  if (line == nullptr && !stated_blocks_.empty()) {
    // The next file begins, or there is no more: what filled up the last block has been seen.
    add_total("the file: blocks", stated_blocks_,
              static_cast<i128>((lines_ + records_a_block - 1) / records_a_block), 0,
              file_.has_faults);
    stated_blocks_.clear();
    file_ = {};
    lines_ = 0;
    return;
  }
  if (!is_open_ && line == nullptr) return;
  const auto stated = [&](std::size_t first, std::size_t last) {
    return line == nullptr ? std::string_view{} : part(*line, first, last);
  };
  const bool has_faults = file_.has_faults;
  add_total("the file: batches", stated(2, 7), static_cast<i128>(batches_), 0, has_faults);
  if (line != nullptr) {
    add_total("the file: entries and addenda", stated(14, 21), static_cast<i128>(file_.entries), 0,
              has_faults);
    add_total("the file: entry hash", stated(22, 31), static_cast<i128>(file_.hash), 0, has_faults);
    add_total("the file: debits", stated(32, 43), file_.debits, cents, has_faults);
    add_total("the file: credits", stated(44, 55), file_.credits, cents, has_faults);
    stated_blocks_ = stated(8, 13);
  }
  file_ = {.has_faults = line != nullptr && has_faults};
  batches_ = 0;
  is_open_ = false;
}

}  // namespace daybook::recon

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/recon/formats/line_parser.hpp"

namespace daybook::recon {

/// ACH files as Nacha's rules have them, with lines of 94 characters, or without line ends at all.
///
/// An entry detail record (6) is a record, seen from who sends the file: a debit entry collects and
/// is money that came, a credit entry pays and is money that left. With an addenda record 99 or a
/// transaction code of a return it has the status `reversed`: the payment that it names was undone.
/// Notifications of change (addenda 98), prenotes and entries of no dollars are left out. The
/// reference is the individual's identification number, else the trace number; of international
/// entries (IAT) the trace number. The party is the receiver's name. The time is the batch's
/// effective entry date, else the day on which the file was made. Amounts are cents; the currency
/// is USD, unless the mapping says another.
///
/// Checked: batch control (8) and file control (9): counts of entries and addenda, batches and
/// blocks, entry hash, debits and credits. A control record that is missing means that the file was
/// cut short.
///
/// Source. Nacha Operating Rules, appendix 3, ACH record format specifications.
class NachaParser final : public LineParser {
 public:
  static constexpr std::size_t record_bytes = 94;

  explicit NachaParser(ParserSettings settings) : LineParser{std::move(settings), record_bytes} {}

 private:
  /// What control records say of a batch, and of a file.
  struct Controls {
    std::uint64_t entries = 0;  ///< With their addenda.
    std::uint64_t hash = 0;     ///< Of ten digits.
    i128 debits = 0;
    i128 credits = 0;
    bool has_faults = false;
  };
  struct Batch {
    Controls controls;
    std::string company;
    std::string entry_class;
    std::string number;
    std::optional<std::int64_t> day;
    std::uint64_t records = 0;
    std::uint64_t line = 0;
  };
  /// An entry that waits for its addenda.
  struct Entry {
    StatementEntry record;
    bool is_left_out = false;
  };

  void take_line(std::string_view text, const FilePlace& place) override;
  void take_long_line(const FilePlace& place) override;
  void take_end() override;

  void begin_file(std::string_view line, const FilePlace& place);
  void begin_batch(std::string_view line, const FilePlace& place);
  void take_entry(std::string_view line, const FilePlace& place);
  void take_addenda(std::string_view line, const FilePlace& place);
  void end_entry();
  void end_batch(const std::string_view* line, const FilePlace& place);
  void end_file(const std::string_view* line, const FilePlace& place);
  void refuse(const FilePlace& place, InvalidReason reason);
  void add_total(const std::string& what, std::string_view stated, i128 found, unsigned decimals,
                 bool has_faults);
  [[nodiscard]] std::uint64_t currency() const;

  Controls file_;
  std::optional<std::int64_t> file_day_;
  std::uint64_t batches_ = 0;
  std::uint64_t lines_ = 0;
  bool is_open_ = false;
  /// Of the file's control record, whose count of blocks includes what fills the last one up.
  std::string stated_blocks_;
  std::optional<Batch> batch_;
  std::optional<Entry> entry_;
};

}  // namespace daybook::recon

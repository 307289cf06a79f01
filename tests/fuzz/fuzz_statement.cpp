// Statements in one format, DAYBOOK_FUZZ_FORMAT: the input is a file. Read whole and in pieces of a
// few bytes it gives the same entries, faults and control totals; entries are within the limits,
// and places within the file.
//
// invalid_record (70) and control_total (71): what is malformed costs itself and no other.

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/utf8.hpp"
#include "engine/recon/formats/statement_format.hpp"
#include "tests/fuzz/fuzz_input.hpp"

namespace daybook::recon {
namespace {

/// Everything that was read, as text.
class Reading {
 public:
  Reading(StatementFormat format, std::string_view file, std::size_t piece_bytes)
      : parser_{make_parser(format, {})}, file_{file}, piece_bytes_{piece_bytes} {}

  std::string run() {
    if (parser_->needs_two_passes()) {
      pass();
      if (!seen_.empty()) std::abort();
      parser_->begin_second_pass();
    }
    pass();
    const StatementOutput& output = parser_->output();
    for (const ControlTotal& total : output.totals.listed()) note(text_of(total));
    for (const StatementSummary& each : output.statements) {
      note(each.account);
      note(each.number);
      note(std::to_string(each.entries));
    }
    note(std::to_string(output.left_out));
    return seen_;
  }

 private:
  void pass() {
    for (std::size_t at = 0; at < file_.size(); at += piece_bytes_) {
      // Memory of the piece's size, so that each read outside of it is noticed.
      const std::string_view piece = file_.substr(at, piece_bytes_);
      const std::vector<char> copy{piece.begin(), piece.end()};
      parser_->feed({copy.data(), copy.size()});
      take();
    }
    parser_->finish();
    take();
  }

  void take() {
    StatementOutput& output = parser_->output();
    for (const StatementEntry& entry : std::exchange(output.entries, {})) take(entry);
    for (const InvalidLine& line : std::exchange(output.faults, {})) {
      if (line.offset > file_.size() || line.line == 0) std::abort();
      if (static_cast<std::size_t>(line.reason) >= invalid_reason_count) std::abort();
      faults_ += std::to_string(static_cast<int>(line.reason)) + " " + std::to_string(line.offset) +
                 " " + std::to_string(line.line) + "\n";
    }
  }

  void take(const StatementEntry& entry) {
    i128 bound = 1;
    for (unsigned i = 0; i < limits::amount_digits_max; ++i) bound *= 10;
    if (entry.amount >= bound || entry.amount <= -bound) std::abort();
    if (entry.fee >= bound || entry.fee <= -bound) std::abort();
    if (entry.currency == 0 || entry.place.offset >= file_.size()) std::abort();
    if (!is_printable_utf8(entry.reference) || !is_printable_utf8(entry.party)) std::abort();
    if (entry.reference.size() > limits::reference_bytes_max) std::abort();
    if (entry.party.size() > limits::party_bytes_max) std::abort();
    note(entry.reference);
    note(entry.party);
    note(to_decimal(entry.amount));
    note(std::to_string(entry.time_ns));
    note(std::to_string(entry.place.offset) + " " + std::to_string(entry.place.line));
  }

  void note(std::string_view text) {
    seen_ += text;
    seen_ += '\n';
  }

  std::unique_ptr<StatementParser> parser_;
  std::string_view file_;
  std::size_t piece_bytes_;
  std::string seen_;
  std::string faults_;
};

void read(std::span<const std::byte> bytes) {
  const std::string_view file{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  const auto format = format_of(DAYBOOK_FUZZ_FORMAT);
  if (!format) std::abort();
  static_cast<void>(guess_format(file.substr(0, guess_bytes)));
  const std::string whole = Reading{*format, file, file.size() + 1}.run();
  if (Reading{*format, file, 11}.run() != whole) std::abort();
}

}  // namespace
}  // namespace daybook::recon

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > daybook::fuzz_bytes_max) return -1;
  const daybook::AlignedInput input{{data, size}};
  daybook::recon::read(input.bytes());
  return 0;
}

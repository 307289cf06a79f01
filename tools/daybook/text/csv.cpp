#include "tools/daybook/text/csv.hpp"

#include <istream>

#include <fmt/format.h>

namespace daybook {

CsvReader::CsvReader(std::istream& in) : in_{in} {}

Failure CsvReader::wrong(std::string_view what) const {
  return Failure{FailureKind::invalid, fmt::format("line {}: {}", record_line_, what)};
}

bool CsvReader::read_line() {
  line_text_.clear();
  // getline with a limit of our own: a file without line ends must not fill the memory.
  std::streambuf& buffer = *in_.rdbuf();
  int c = buffer.sbumpc();
  if (c == std::streambuf::traits_type::eof()) return false;
  for (; c != std::streambuf::traits_type::eof(); c = buffer.sbumpc()) {
    if (line_text_.size() <= record_bytes_max) line_text_.push_back(static_cast<char>(c));
    ++bytes_read_;
    if (c == '\n') break;
  }
  ++lines_read_;
  if (lines_read_ == 1 && line_text_.starts_with("\xEF\xBB\xBF")) line_text_.erase(0, 3);
  return true;
}

Result<bool> CsvReader::next() {
  if (!fault_.empty()) return wrong(fault_);
  record_.clear();
  ends_.clear();
  fields_.clear();
  do {
    if (!read_line()) return false;
  } while (line_text_ == "\n" || line_text_ == "\r\n");
  record_line_ = lines_read_;
  Step step = split_line();
  while (step == Step::more) {
    if (!read_line()) {
      fault_ = "a quoted field begins here and is never closed; add the closing quote";
      return wrong(fault_);
    }
    step = split_line();
  }
  if (step == Step::failed) return wrong(fault_);
  std::size_t begin = 0;
  for (const std::size_t end : ends_) {
    fields_.push_back(std::string_view{record_}.substr(begin, end - begin));
    begin = end;
  }
  return true;
}

CsvReader::Step CsvReader::split_line() {
  if (record_.size() + line_text_.size() > record_bytes_max) {
    fault_ = "the record is longer than 65,536 bytes; is a closing quote missing?";
    return Step::failed;
  }
  if (std::string_view{line_text_}.find('\0') != std::string_view::npos) {
    fault_ = "the line holds a zero byte; is this a CSV file in UTF-8?";
    return Step::failed;
  }
  for (std::size_t place = 0;;) {
    const bool quoted = in_quotes_ || (place < line_text_.size() && line_text_[place] == '"');
    if (quoted && !in_quotes_) {
      in_quotes_ = true;
      ++place;
    }
    const Step step = quoted ? take_quoted(place) : take_plain(place);
    if (step == Step::failed || in_quotes_) return step;
    ends_.push_back(record_.size());
    if (ends_.size() > fields_max) {
      fault_ = "the record has more than 64 fields; is a line end missing?";
      return Step::failed;
    }
    if (step == Step::record_done) return step;
  }
}

// Both take_...() leave `place` after the comma that ends the field, or say that the record ends.

CsvReader::Step CsvReader::take_quoted(std::size_t& place) {
  for (; place < line_text_.size(); ++place) {
    if (line_text_[place] != '"') {
      record_.push_back(line_text_[place]);
    } else if (place + 1 < line_text_.size() && line_text_[place + 1] == '"') {
      record_.push_back('"');
      ++place;
    } else {
      break;
    }
  }
  if (place == line_text_.size()) return Step::more;
  in_quotes_ = false;
  ++place;
  const std::string_view rest = std::string_view{line_text_}.substr(place);
  if (rest.empty() || rest == "\n" || rest == "\r\n") return Step::record_done;
  if (rest.front() == ',') {
    ++place;
    return Step::more;
  }
  fault_ = "text follows a closing quote; double the quotes inside a quoted field";
  return Step::failed;
}

CsvReader::Step CsvReader::take_plain(std::size_t& place) {
  const std::string_view rest = std::string_view{line_text_}.substr(place);
  const auto end = rest.find_first_of(",\n\"");
  std::string_view field = rest.substr(0, end);
  if (end != std::string_view::npos && rest[end] == '"') {
    fault_ = "a quote stands inside a field that does not begin with one; put the field in quotes";
    return Step::failed;
  }
  const bool ends_record = end == std::string_view::npos || rest[end] == '\n';
  if (ends_record && field.ends_with('\r')) field.remove_suffix(1);
  record_ += field;
  if (ends_record) return Step::record_done;
  place += end + 1;
  return Step::more;
}

void append_csv_record(std::string& out, std::span<const std::string> fields) {
  for (std::size_t index = 0; index < fields.size(); ++index) {
    const std::string& field = fields[index];
    if (index > 0) out += ',';
    const bool quoted = field.find_first_of(",\"\r\n") != std::string::npos ||
                        field.starts_with(' ') || field.ends_with(' ');
    if (!quoted) {
      out += field;
      continue;
    }
    out += '"';
    for (const char c : field) {
      if (c == '"') out += '"';
      out += c;
    }
    out += '"';
  }
  out += '\n';
}

}  // namespace daybook

#include "tools/daybook/recon/difference_writer.hpp"

#include <array>

#include <fmt/format.h>

#include "tools/daybook/text/json_text.hpp"
#include "tools/daybook/text/time_text.hpp"

namespace daybook::recon {
namespace {

constexpr std::size_t buffer_bytes = 256 * 1'024;

std::string time_of(const Record& record) {
  if (!record.has_time()) return {};
  return format_time(Timestamp{static_cast<std::uint64_t>(record.time_ns)});
}

/// The names of all codes but the primary one, which stands in a field of its own.
std::string other_codes(const CodeSet& codes, Code primary) {
  std::string names;
  for (const Code code : all_codes) {
    if (code == primary || !codes.has(code)) continue;
    if (!names.empty()) names += '|';
    names += to_string(code);
  }
  return names;
}

void append_csv_text(std::string& out, std::string_view value) {
  if (value.find_first_of(",\"\r\n") == std::string_view::npos) {
    out += value;
    return;
  }
  out += '"';
  for (const char c : value) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

/// What Excel, LibreOffice and others would run when they open the file.
bool looks_like_formula(std::string_view value) {
  return !value.empty() &&
         std::string_view{"=+-@\t\r\n"}.find(value.front()) != std::string_view::npos;
}

}  // namespace

Result<std::unique_ptr<DifferenceWriter>> DifferenceWriter::create(
    const std::filesystem::path& path, std::array<SideSource*, 2> sources) {
  std::error_code error;
  const std::filesystem::path whole = std::filesystem::absolute(path, error);
  const std::string extension = path.extension().string();
  const bool is_json = extension == ".ndjson" || extension == ".jsonl" || extension == ".json";
  std::unique_ptr<DifferenceWriter> writer{new DifferenceWriter{whole, sources, is_json}};
  Result<File> file = File::open(writer->temporary(), File::Mode::create_afresh);
  if (!file) return file.error();
  writer->file_ = std::move(file).value();
  if (!is_json) {
    writer->is_header_ = true;
    if (auto header = writer->write(Difference{}); !header) return header.error();
    writer->is_header_ = false;
  }
  return writer;
}

DifferenceWriter::~DifferenceWriter() {
  if (is_finished_ || file_.descriptor() < 0) return;
  std::error_code ignored;
  std::filesystem::remove(temporary(), ignored);
}

void DifferenceWriter::begin_field(std::string_view name) {
  if (is_json_) {
    buffer_ += fields_in_line_ == 0 ? '{' : ',';
    buffer_ += '"';
    buffer_ += name;
    buffer_ += "\":";
  } else if (fields_in_line_ > 0) {
    buffer_ += ',';
  }
  ++fields_in_line_;
}

void DifferenceWriter::own(std::string_view name, std::string_view value) {
  if (is_json_ && value.empty()) return;
  begin_field(name);
  if (is_json_) buffer_ += '"';
  buffer_ += is_header_ ? name : value;
  if (is_json_) buffer_ += '"';
}

void DifferenceWriter::number(std::string_view name, std::string_view value) {
  if (!is_json_ || value.empty()) return own(name, value);
  begin_field(name);
  buffer_ += value;
}

void DifferenceWriter::text(std::string_view name, std::string_view value) {
  if (is_json_) {
    if (value.empty()) return;
    begin_field(name);
    buffer_ += json_quoted(value);
    return;
  }
  if (is_header_ || value.empty()) return own(name, {});
  begin_field(name);
  if (!looks_like_formula(value)) return append_csv_text(buffer_, value);
  append_csv_text(buffer_, "'" + std::string{value});
}

void DifferenceWriter::end_line() {
  buffer_ += is_json_ ? "}\n" : "\n";
  fields_in_line_ = 0;
}

Result<void> DifferenceWriter::record_fields(const Difference& difference) {
  const auto both = [&](std::string_view name_a, std::string_view name_b, const auto& value_of) {
    own(name_a, difference.has_a ? value_of(difference.a) : std::string{});
    own(name_b, difference.has_b ? value_of(difference.b) : std::string{});
  };
  const auto amount_of = [&](const Record& record, i128 amount) {
    const SideSource& source = *sources_[static_cast<std::size_t>(record.side())];
    return amount_text(amount, source.scale_of(record.currency));
  };
  std::array<std::string, 2> references;
  std::array<std::string, 2> parties;
  for (const Side side : {Side::a, Side::b}) {
    const bool has = side == Side::a ? difference.has_a : difference.has_b;
    const Record& record = side == Side::a ? difference.a : difference.b;
    const auto index = static_cast<std::size_t>(side);
    if (!has) continue;
    Result<std::string> reference = reference_text(*sources_[index], record);
    if (!reference) return reference.error();
    references[index] = std::move(reference).value();
    if (!difference.codes.has(Code::party_mismatch)) continue;
    Result<std::string> party = sources_[index]->text_at(record.offset(), Field::party);
    if (!party) return party.error();
    parties[index] = std::move(party).value();
  }
  text("reference_a", references[0]);
  text("reference_b", references[1]);
  both("currency_a", "currency_b", [](const Record& r) { return currency_text(r.currency); });
  both("amount_a", "amount_b", [&](const Record& r) { return amount_of(r, r.amount()); });
  const bool is_one_currency =
      !difference.is_pair() || difference.a.currency == difference.b.currency;
  const Record& either = difference.has_b ? difference.b : difference.a;
  const bool is_empty = !difference.has_a && !difference.has_b;
  own("delta", is_one_currency && !is_empty ? amount_of(either, difference.delta()) : "");
  both("fee_a", "fee_b", [&](const Record& r) {
    return r.fee_bits.is_zero() ? std::string{} : amount_of(r, r.fee());
  });
  both("status_a", "status_b", [](const Record& r) { return std::string{to_string(r.status())}; });
  both("type_a", "type_b", [](const Record& r) { return std::string{to_string(r.type())}; });
  both("time_a", "time_b", time_of);
  text("party_a", parties[0]);
  text("party_b", parties[1]);
  number("count_a", is_empty ? "" : fmt::format("{}", difference.count_a));
  number("count_b", is_empty ? "" : fmt::format("{}", difference.count_b));
  number("parts_a", difference.is_split() ? fmt::format("{}", difference.parts_a) : "");
  number("parts_b", difference.is_split() ? fmt::format("{}", difference.parts_b) : "");
  return {};
}

Result<void> DifferenceWriter::write(const Difference& difference, std::string_view id) {
  const Code primary = primary_of(difference.codes);
  if (!id.empty()) own("difference", id);
  number("code", fmt::format("{}", static_cast<unsigned>(primary)));
  own("name", to_string(primary));
  own("also", other_codes(difference.codes, primary));
  if (auto done = record_fields(difference); !done) return done;
  own("side", "");
  own("line", "");
  own("offset", "");
  own("reason", "");
  own("text", "");
  end_line();
  return flush_if(buffer_bytes);
}

Result<void> DifferenceWriter::write(Side side, const InvalidLine& line, std::string_view id) {
  const Result<std::string> raw =
      sources_[static_cast<std::size_t>(side)]->raw_line(line.offset, line.size_bytes);
  if (!raw) return raw.error();
  if (!id.empty()) own("difference", id);
  number("code", fmt::format("{}", static_cast<unsigned>(Code::invalid_record)));
  own("name", to_string(Code::invalid_record));
  own("also", "");
  if (auto done = record_fields(Difference{}); !done) return done;
  own("side", to_string(side));
  number("line", fmt::format("{}", line.line));
  number("offset", fmt::format("{}", line.offset));
  text("reason", to_string(line.reason));
  text("text", raw.value());
  end_line();
  return flush_if(buffer_bytes);
}

Result<void> DifferenceWriter::flush_if(std::size_t size_bytes) {
  if (buffer_.size() < size_bytes) return {};
  const auto bytes = std::as_bytes(std::span{buffer_});
  if (auto written = file_.write_at(bytes, written_bytes_); !written) return written;
  written_bytes_ += bytes.size();
  buffer_.clear();
  return {};
}

Result<void> DifferenceWriter::finish() {
  if (auto flushed = flush_if(1); !flushed) return flushed;
  if (auto synced = file_.sync(); !synced) return synced;
  if (auto renamed = rename_durably(temporary(), path_); !renamed) return renamed;
  is_finished_ = true;
  return {};
}

}  // namespace daybook::recon

#include "tools/daybook/recon/inspect_command.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "engine/base/utf8.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/recon/csv_source.hpp"
#include "tools/daybook/recon/difference_writer.hpp"
#include "tools/daybook/recon/inspect_reading.hpp"
#include "tools/daybook/recon/inspect_statement.hpp"
#include "tools/daybook/recon/mapping_file.hpp"
#include "tools/daybook/recon/open_side.hpp"
#include "tools/daybook/text/json_text.hpp"
#include "tools/daybook/text/rate_text.hpp"
#include "tools/daybook/text/table.hpp"
#include "tools/daybook/text/time_text.hpp"

namespace daybook::recon {
namespace {

/// Names of the mappings whose columns the file has.
std::vector<std::string> fitting_mappings(const std::string& file) {
  std::vector<std::string> names{"daybook"};
  for (const ReadyMapping& ready : ready_mappings()) names.emplace_back(ready.name);
  std::vector<std::string> fitting;
  for (const std::string& name : names) {
    const Result<SourceMapping> mapping = load_mapping(name);
    if (mapping && CsvSource::open(file, mapping.value(), Side::a)) fitting.push_back(name);
  }
  return fitting;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

/// The start of the file and what it seems to be written in.
struct Look {
  std::uint64_t size_bytes = 0;
  std::string encoding;
  std::string delimiter;
  std::vector<std::string> columns;  ///< Of the first line.
};

Result<Look> look_at(const std::string& path) {
  Result<File> file = File::open(path, File::Mode::read);
  if (!file) return file.error();
  Look look;
  const Result<std::uint64_t> size = file.value().size();
  if (!size) return size.error();
  look.size_bytes = size.value();
  std::string start(limits::line_bytes_max, '\0');
  const Result<std::size_t> got = file.value().read_at(std::as_writable_bytes(std::span{start}), 0);
  if (!got) return got.error();
  start.resize(got.value());
  std::string_view text = start;
  const bool has_mark = text.starts_with("\xef\xbb\xbf");
  if (has_mark) text.remove_prefix(3);
  std::string_view line = text.substr(0, text.find('\n'));
  if (line.ends_with('\r')) line.remove_suffix(1);
  look.encoding = has_mark                          ? "UTF-8 with a byte order mark"
                  : is_printable_utf8(folded(line)) ? "UTF-8"
                                                    : "not UTF-8; perhaps GB18030";
  char delimiter = ',';
  for (const char candidate : {';', '\t', '|'}) {
    if (std::count(line.begin(), line.end(), candidate) >
        std::count(line.begin(), line.end(), delimiter)) {
      delimiter = candidate;
    }
  }
  look.delimiter = delimiter == '\t' ? "tab" : std::string(1, delimiter);
  while (look.columns.size() < limits::columns_max) {
    const std::size_t end = line.find(delimiter);
    look.columns.emplace_back(trimmed(line.substr(0, end), "\""));
    if (end == std::string_view::npos) break;
    line.remove_prefix(end + 1);
  }
  return look;
}

void show(const InspectOptions& options, const Look& look, const std::vector<std::string>& fitting,
          const std::string& name, const CsvSource& source, const WholeReading& found) {
  if (options.json) {
    std::vector<std::string> sums;
    for (const auto& row : found.totals.sums.sorted()) {
      sums.push_back(
          JsonObject{}
              .text("currency", currency_text(row.currency))
              .count("count", row.value.count)
              .text("amount", amount_text(row.value.amount, source.scale_of(row.currency)))
              .str());
    }
    say(JsonObject{}
            .text("file", options.file)
            .count("bytes", look.size_bytes)
            .text("encoding", look.encoding)
            .text("delimiter", look.delimiter)
            .texts("columns", look.columns)
            .texts("fitting_mappings", fitting)
            .text("mapping", name)
            .count("records", found.totals.records)
            .count("invalid", found.totals.invalid)
            .count("left_out", found.left_out)
            .raw("sums", json_array(sums))
            .str());
    return;
  }
  say(fmt::format("with mapping '{}': {} records, {} lines that cannot be read, {} left out", name,
                  format_count(found.totals.records), format_count(found.totals.invalid),
                  format_count(found.left_out)));
  Table table{{{"currency"}, {"records", Table::Align::right}, {"sum", Table::Align::right}}};
  for (const auto& row : found.totals.sums.sorted()) {
    table.add({currency_text(row.currency), format_count(row.value.count),
               amount_text(row.value.amount, source.scale_of(row.currency))});
  }
  if (!table.empty()) print_text(table.text());
  if (found.totals.newest != no_time) {
    say("newest record: " +
        format_time(Timestamp{static_cast<std::uint64_t>(found.totals.newest)}));
  }
  for (const auto& [line, text] : found.first_invalid) {
    say(fmt::format("line {}: {}: {}", line.line, to_string(line.reason), text));
  }
}

Result<int> inspect_csv(const InspectOptions& options) {
  const Result<Look> look = look_at(options.file);
  if (!look) return look.error();
  const std::vector<std::string> fitting = fitting_mappings(options.file);
  if (!options.json) {
    say(fmt::format("{}: {}, {}, delimiter {}", options.file, format_bytes(look.value().size_bytes),
                    look.value().encoding, look.value().delimiter));
    say("first line: " + joined(look.value().columns));
    say("mappings that fit: " + (fitting.empty() ? "none" : joined(fitting)));
  }
  if (options.map.empty() && fitting.empty()) {
    if (options.json) {
      say(JsonObject{}
              .text("file", options.file)
              .count("bytes", look.value().size_bytes)
              .text("encoding", look.value().encoding)
              .text("delimiter", look.value().delimiter)
              .texts("columns", look.value().columns)
              .texts("fitting_mappings", fitting)
              .str());
    } else {
      say("write a mapping that names its columns, and give it with --map");
    }
    return exit_code::no;
  }
  const std::string name = options.map.empty() ? fitting.front() : options.map;
  const Result<SourceMapping> mapping = load_mapping(name);
  if (!mapping) return mapping.error();
  auto source = CsvSource::open(options.file, mapping.value(), Side::a);
  if (!source) return source.error();
  const Result<WholeReading> found = read_whole(*source.value());
  if (!found) return found.error();
  show(options, look.value(), fitting, name, *source.value(), found.value());
  return found.value().totals.invalid == 0 ? exit_code::good : exit_code::no;
}

Result<int> inspect(const InspectOptions& options) {
  const Result<SourceMapping> mapping =
      options.map.empty() ? guess_mapping(options.file) : load_mapping(options.map);
  if (!mapping) return mapping.error();
  return mapping.value().format ? inspect_statement(options, mapping.value())
                                : inspect_csv(options);
}

}  // namespace

int run_inspect(const InspectOptions& options) {
  const Result<int> code = inspect(options);
  return code ? code.value() : complain(code.error().what);
}

}  // namespace daybook::recon

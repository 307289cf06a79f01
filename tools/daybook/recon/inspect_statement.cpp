#include "tools/daybook/recon/inspect_statement.hpp"

#include <filesystem>

#include <fmt/format.h>

#include "tools/daybook/command.hpp"
#include "tools/daybook/recon/difference_writer.hpp"
#include "tools/daybook/recon/format_source.hpp"
#include "tools/daybook/recon/inspect_reading.hpp"
#include "tools/daybook/text/json_text.hpp"
#include "tools/daybook/text/rate_text.hpp"
#include "tools/daybook/text/table.hpp"
#include "tools/daybook/text/time_text.hpp"

namespace daybook::recon {
namespace {

constexpr std::size_t statements_shown_max = 20;

std::string balance_text(const std::optional<i128>& balance, unsigned scale) {
  return balance ? amount_text(*balance, scale) : std::string{};
}

std::string time_of(const StatementEntry& entry) {
  if (entry.time_ns < 0) return {};
  return format_time(Timestamp{static_cast<std::uint64_t>(entry.time_ns)});
}

JsonObject statement_json(const StatementSummary& statement) {
  JsonObject json;
  json.text("account", statement.account)
      .text("number", statement.number)
      .text("currency", currency_text(statement.currency))
      .count("entries", statement.entries)
      .count("line", statement.line);
  if (statement.opening) json.text("opening", amount_text(*statement.opening, statement.scale));
  if (statement.closing) json.text("closing", amount_text(*statement.closing, statement.scale));
  return json;
}

JsonObject entry_json(const StatementEntry& entry, const SideSource& source) {
  return JsonObject{}
      .count("line", entry.place.line)
      .text("reference", entry.reference)
      .text("amount", amount_text(entry.amount, source.scale_of(entry.currency)))
      .text("currency", currency_text(entry.currency))
      .text("status", to_string(entry.status))
      .text("type", to_string(entry.type))
      .text("time", time_of(entry))
      .text("party", entry.party);
}

JsonObject total_json(const ControlTotal& total) {
  return JsonObject{}
      .text("of", total.what)
      .text("stated", total.is_missing ? "" : amount_text(total.stated, total.scale))
      .text("found", amount_text(total.found, total.scale))
      .truth("is_missing", total.is_missing)
      .truth("agrees", total.agrees());
}

template <typename Items, typename Make>
std::string array_of(const Items& items, Make make) {
  std::vector<std::string> texts;
  for (const auto& item : items) texts.push_back(make(item).str());
  return json_array(texts);
}

void show_json(const InspectOptions& options, const FormatSource& source,
               const SourceMapping& mapping, const WholeReading& found) {
  const StatementOutput& output = source.output();
  const auto sum_json = [&](const auto& row) {
    return JsonObject{}
        .text("currency", currency_text(row.currency))
        .count("count", row.value.count)
        .text("amount", amount_text(row.value.amount, source.scale_of(row.currency)));
  };
  const auto fault_json = [](const auto& fault) {
    return JsonObject{}
        .count("line", fault.first.line)
        .count("offset", fault.first.offset)
        .text("reason", to_string(fault.first.reason))
        .text("text", fault.second);
  };
  say(JsonObject{}
          .text("file", options.file)
          .count("bytes", source.total_bytes())
          .text("format", to_string(*mapping.format))
          .count("statement_count", output.statement_count)
          .raw("statements", array_of(output.statements, statement_json))
          .count("records", found.totals.records)
          .count("invalid", found.totals.invalid)
          .count("left_out", found.left_out)
          .raw("sums", array_of(found.totals.sums.sorted(), sum_json))
          .raw("first",
               array_of(source.first_entries(),
                        [&](const StatementEntry& entry) { return entry_json(entry, source); }))
          .raw("control_totals", array_of(output.totals.listed(), total_json))
          .count("control_totals_agreeing", output.totals.agreeing())
          .count("control_totals_differing", output.totals.differing())
          .raw("faults", array_of(found.first_invalid, fault_json))
          .str());
}

void show_statements(const StatementOutput& output) {
  Table table{{{"account"},
               {"statement"},
               {"currency"},
               {"entries", Table::Align::right},
               {"opening", Table::Align::right},
               {"closing", Table::Align::right}}};
  std::size_t shown = 0;
  for (const StatementSummary& each : output.statements) {
    if (++shown > statements_shown_max) break;
    table.add({each.account, each.number, currency_text(each.currency), format_count(each.entries),
               balance_text(each.opening, each.scale), balance_text(each.closing, each.scale)});
  }
  if (!table.empty()) print_text(table.text());
  if (output.statement_count > statements_shown_max) {
    say(fmt::format("and {} more", format_count(output.statement_count - statements_shown_max)));
  }
}

void show_entries(const FormatSource& source) {
  Table table{{{"line", Table::Align::right},
               {"reference"},
               {"amount", Table::Align::right},
               {"currency"},
               {"status"},
               {"type"},
               {"time"},
               {"party"}}};
  for (const StatementEntry& entry : source.first_entries()) {
    table.add({fmt::format("{}", entry.place.line), entry.reference,
               amount_text(entry.amount, source.scale_of(entry.currency)),
               currency_text(entry.currency), std::string{to_string(entry.status)},
               std::string{to_string(entry.type)}, time_of(entry), entry.party});
  }
  if (!table.empty()) print_text("first entries\n" + table.text());
}

void show_text(const InspectOptions& options, const FormatSource& source,
               const SourceMapping& mapping, const WholeReading& found) {
  const StatementOutput& output = source.output();
  say(fmt::format("{}: {}, {}", options.file, format_bytes(source.total_bytes()),
                  to_string(*mapping.format)));
  say(fmt::format("{} statements, {} records, {} that cannot be read, {} left out",
                  format_count(output.statement_count), format_count(found.totals.records),
                  format_count(found.totals.invalid), format_count(found.left_out)));
  show_statements(output);
  show_entries(source);
  Table table{{{"currency"}, {"records", Table::Align::right}, {"sum", Table::Align::right}}};
  for (const auto& row : found.totals.sums.sorted()) {
    table.add({currency_text(row.currency), format_count(row.value.count),
               amount_text(row.value.amount, source.scale_of(row.currency))});
  }
  if (!table.empty()) print_text(table.text());
  for (const ControlTotal& total : output.totals.listed()) say(text_of(total));
  if (output.totals.unlisted() > 0) {
    say(fmt::format("{} more control totals; of all {} differ",
                    format_count(output.totals.unlisted()),
                    format_count(output.totals.differing())));
  }
  for (const auto& [line, text] : found.first_invalid) {
    say(fmt::format("line {}, byte {}: {}: {}", line.line, line.offset, to_string(line.reason),
                    readable_name(text)));
  }
}

}  // namespace

Result<int> inspect_statement(const InspectOptions& options, const SourceMapping& mapping) {
  std::error_code error;
  auto source = FormatSource::open(options.file, mapping, Side::a,
                                   std::filesystem::temp_directory_path(error));
  if (!source) return source.error();
  const Result<WholeReading> found = read_whole(*source.value());
  if (!found) return found.error();
  if (options.json) {
    show_json(options, *source.value(), mapping, found.value());
  } else {
    show_text(options, *source.value(), mapping, found.value());
  }
  const bool is_good =
      found.value().totals.invalid == 0 && source.value()->output().totals.differing() == 0;
  return is_good ? exit_code::good : exit_code::no;
}

}  // namespace daybook::recon

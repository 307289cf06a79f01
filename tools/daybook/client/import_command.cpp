#include "tools/daybook/client/import_command.hpp"

#include <filesystem>
#include <fstream>
#include <iostream>

#include <fmt/format.h>

#include "tools/daybook/client/client_sink.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/text/id_text.hpp"
#include "tools/daybook/text/json_text.hpp"
#include "tools/daybook/text/progress.hpp"
#include "tools/daybook/text/rate_text.hpp"
#include "tools/daybook/text/status_advice.hpp"

namespace daybook {
namespace {

/// The refused lines as CSV, with their status and line number behind the importable columns.
template <typename Event>
class RejectsFile {
 public:
  explicit RejectsFile(const std::string& path) {
    if (path.empty()) return;
    out_.open(path, std::ios::trunc);
    const std::vector<std::string> more = {"refused_status", "refused_line"};
    append_csv_header<Event>(text_, CsvColumns::importable, more);
    flush();
  }

  void add(const NumberedEvent<Event>& line, std::string_view status, const LedgerBook& ledgers) {
    if (!out_.is_open()) return;
    const std::vector<std::string> more = {std::string{status}, fmt::format("{}", line.line)};
    append_csv_event(text_, line.event, ledgers, CsvColumns::importable, more);
    flush();
  }

  [[nodiscard]] bool good() const { return out_.good(); }

  /// False when anything could not be written.
  bool close() {
    if (out_.is_open()) out_.close();
    return good();
  }

 private:
  void flush() {
    out_ << text_;
    text_.clear();
  }

  std::ofstream out_;
  std::string text_;
};

std::string lines_text(const RefusedLines& lines) {
  std::string text = lines.count == 1 ? "line" : "lines";
  for (const std::uint64_t line : lines.first_lines) text += fmt::format(" {}", line);
  return lines.count > lines.first_lines.size() ? text + " ..." : text;
}

std::string stopped_text(const std::string& file, const ImportSummary& summary) {
  const std::uint64_t line = summary.answered_to_line;
  const std::string done =
      line == 0 ? "no line was answered" : fmt::format("every line up to {} was answered", line);
  const char* rest = summary.in_doubt ? "lines after that may or may not have been posted"
                                      : "nothing after that was posted";
  return fmt::format(
      "{}: {}; {}, {}; run the same import again once it is put right: what "
      "exists already is not posted twice",
      file, summary.stopped->what, done, rest);
}

template <typename Event>
void print_people(const ImportOptions& options, const ImportSummary& summary, double seconds) {
  const std::string_view things = EventKind<Event>::many;
  const std::uint64_t events = summary.events();
  say(fmt::format("{}: {} {} in {} ({})", options.file, format_count(events), things,
                  format_seconds(seconds), format_rate(static_cast<double>(events) / seconds)));
  say(fmt::format("  created {:>12}", format_count(summary.created)));
  say(fmt::format("  existed {:>12}", format_count(summary.existed)));
  say(fmt::format("  refused {:>12}", format_count(summary.refused)));
  say(fmt::format("  trace   {}", options.write.trace));
  for (const auto& [status, lines] : summary.refusals) {
    say(fmt::format("    {}: {}, {}", status, format_count(lines.count), lines_text(lines)));
    const std::string_view words = advice(typename EventKind<Event>::Status{lines.status});
    if (!words.empty()) say(fmt::format("      {}", words));
  }
}

void print_json(const ImportOptions& options, const ImportSummary& summary, double seconds) {
  std::vector<std::string> refusals;
  for (const auto& [status, lines] : summary.refusals) {
    std::vector<std::string> numbers;
    for (const std::uint64_t line : lines.first_lines) numbers.push_back(fmt::format("{}", line));
    refusals.push_back(JsonObject{}
                           .text("status", status)
                           .count("count", lines.count)
                           .raw("first_lines", json_array(numbers))
                           .str());
  }
  JsonObject object;
  object.text("file", options.file)
      .text("trace_id", options.write.trace)
      .truth("complete", !summary.stopped.has_value())
      .count("events", summary.events())
      .count("created", summary.created)
      .count("existed", summary.existed)
      .count("refused", summary.refused)
      .raw("refusals", json_array(refusals))
      .count("answered_to_line", summary.answered_to_line)
      .real("seconds", seconds)
      .real("events_per_second", static_cast<double>(summary.events()) / seconds);
  if (summary.stopped) {
    object.truth("in_doubt", summary.in_doubt).text("stopped", summary.stopped->what);
  }
  say(object.str());
}

/// 0 where it cannot be known: a pipe.
std::uint64_t size_of(const std::string& path) {
  std::error_code error;
  const bool regular = std::filesystem::is_regular_file(path, error);
  const auto size = regular ? std::filesystem::file_size(path, error) : 0;
  return error ? 0 : size;
}

template <typename Event>
int report(const ImportOptions& options, const ImportSummary& summary, double seconds) {
  if (options.client.json) {
    print_json(options, summary, seconds);
  } else {
    print_people<Event>(options, summary, seconds);
  }
  if (summary.stopped) return complain(stopped_text(options.file, summary));
  return summary.refused == 0 ? exit_code::good : exit_code::no;
}

template <typename Event>
int import_from(std::istream& in, Client& client, const OperationAttributes& attributes,
                const ImportOptions& options) {
  const auto ledgers = fetch_ledgers(client);
  if (!ledgers) return complain(ledgers.error());
  auto reader = EventCsvReader<Event>::open(in, ledgers.value(), options.ignored);
  if (!reader) return complain(fmt::format("{}: {}", options.file, reader.error().what));
  RejectsFile<Event> rejects{options.rejects};
  if (!rejects.good()) {
    return complain(fmt::format("{}: cannot be written, so nothing was sent", options.rejects));
  }
  const std::uint64_t file_bytes = size_of(options.file);
  ProgressLine line{terminal_or_nothing(), std::string{EventKind<Event>::many}};
  ImportPlan<Event> plan;
  plan.batch_events = options.batch_events;
  plan.in_flight = options.in_flight;
  plan.refused = [&](const NumberedEvent<Event>& event, std::string_view status) {
    rejects.add(event, status, ledgers.value());
  };
  plan.progress = [&](const ImportSummary& summary) {
    std::optional<double> fraction;
    if (file_bytes > 0) {
      fraction = static_cast<double>(reader.value().bytes_read()) / static_cast<double>(file_bytes);
    }
    line.show(summary.events(), fraction);
  };
  ClientSink<Event> sink{client, attributes};
  const ImportSummary summary =
      import_events<Event>([&] { return reader.value().next(); }, sink, plan);
  line.clear();
  const int code = report<Event>(options, summary, line.seconds());
  if (rejects.close()) return code;
  return complain(fmt::format("{}: not every refused line could be written; is the disk full?",
                              options.rejects));
}

}  // namespace

template <typename Event>
int run_import(const ImportOptions& given) {
  ImportOptions options = given;
  // All its batches have one trace.
  if (options.write.trace.empty()) {
    options.write.trace = format_trace_id(TraceId{make_random_id()});
  }
  const auto attributes = attributes_from(options.write);
  if (!attributes) return complain(attributes.error().what);
  options.write.trace = format_trace_id(attributes.value().trace_id);
  std::ifstream file;
  if (options.file != "-") {
    file.open(options.file);
    if (!file) {
      return complain(
          fmt::format("{}: cannot be opened; look at its name and rights", options.file));
    }
  }
  const auto client = connect_to(options.client);
  if (!client) return complain(client.error());
  std::istream& in = options.file == "-" ? std::cin : file;
  return import_from<Event>(in, *client.value(), attributes.value(), options);
}

template int run_import<Account>(const ImportOptions& options);
template int run_import<Transfer>(const ImportOptions& options);

}  // namespace daybook

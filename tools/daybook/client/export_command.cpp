#include "tools/daybook/client/export_command.hpp"

#include <cstdio>
#include <memory>

#include <fmt/format.h>

#include "tools/daybook/client/connection.hpp"
#include "tools/daybook/client/event_kind.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/text/event_csv.hpp"
#include "tools/daybook/text/json_text.hpp"
#include "tools/daybook/text/progress.hpp"
#include "tools/daybook/text/rate_text.hpp"

namespace daybook {
namespace {

/// Where the text goes: standard output, or a file that gets its name when it is complete, so that
/// half an export is never taken for a whole one.
class ExportFile {
 public:
  explicit ExportFile(const std::string& name) : name_{name}, part_{name + ".part"} {
    file_ = name == "-" ? stdout : std::fopen(part_.c_str(), "wb");
  }
  ~ExportFile() {
    if (file_ == nullptr || file_ == stdout) return;
    std::fclose(file_);
    std::remove(part_.c_str());
  }
  ExportFile(const ExportFile&) = delete;
  ExportFile& operator=(const ExportFile&) = delete;

  [[nodiscard]] bool write(std::string_view text) {
    return file_ != nullptr && std::fwrite(text.data(), 1, text.size(), file_) == text.size();
  }

  [[nodiscard]] bool complete() {
    if (file_ == stdout) return std::fflush(stdout) == 0;
    const bool closed = std::fclose(file_) == 0;
    file_ = nullptr;
    return closed && std::rename(part_.c_str(), name_.c_str()) == 0;
  }

  [[nodiscard]] Trouble trouble() const {
    return Trouble{exit_code::failed,
                   fmt::format("{}: cannot be written; look at its directory, its rights and the "
                               "room on the disk",
                               name_)};
  }

 private:
  std::string name_;
  std::string part_;
  std::FILE* file_ = nullptr;
};

struct ExportCount {
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;
  Sequence as_of;
};

/// Writes page after page. Transfers never change and a page of accounts is of one moment, but the
/// pages of accounts are of different ones: the help text says so.
template <typename Event>
Result<ExportCount, Trouble> write_pages(Client& client, ExportFile& file, CsvColumns columns,
                                         ProgressLine& progress) {
  const auto everything = see_everything(client);
  if (!everything) return everything.error();
  ExportCount count;
  std::string text;
  append_csv_header<Event>(text, columns);
  typename EventKind<Event>::Cursor after{};
  for (bool more = true; more;) {
    const auto page = settled(
        EventKind<Event>::list(client, after, limits::batch_events_max, everything.value()));
    if (!page) return page.error();
    // Ledgers may be registered while the export runs; an event's is always older than the event.
    const auto ledgers = fetch_ledgers(client);
    if (!ledgers) return ledgers.error();
    for (const Event& event : page.value().items) {
      append_csv_event(text, event, ledgers.value(), columns);
    }
    if (!file.write(text)) return file.trouble();
    count.events += page.value().items.size();
    count.bytes += text.size();
    count.as_of = page.value().sequence;
    text.clear();
    progress.show(count.events);
    after = page.value().cursor;
    more = page.value().more;
  }
  return count;
}

}  // namespace

template <typename Event>
int run_export(const ExportOptions& options) {
  const auto client = connect_to(options.client);
  if (!client) return complain(client.error());
  ExportFile file{options.file};
  ProgressLine progress{terminal_or_nothing(), std::string{EventKind<Event>::many}};
  const CsvColumns columns = options.for_import ? CsvColumns::importable : CsvColumns::all;
  const auto count = write_pages<Event>(*client.value(), file, columns, progress);
  progress.clear();
  if (!count) return complain(count.error());
  if (!file.complete()) return complain(file.trouble());
  const double seconds = progress.seconds();
  const ExportCount& done = count.value();
  // The summary would stand in the middle of the data where that goes to standard output.
  if (options.file == "-") return exit_code::good;
  if (options.client.json) {
    say(JsonObject{}
            .text("file", options.file)
            .count("events", done.events)
            .count("bytes", done.bytes)
            .sequence("as_of", done.as_of)
            .real("seconds", seconds)
            .str());
  } else {
    say(fmt::format("{}: {} {}, {}, in {} ({}); as of sequence {}", options.file,
                    format_count(done.events), EventKind<Event>::many, format_bytes(done.bytes),
                    format_seconds(seconds),
                    format_rate(static_cast<double>(done.events) / seconds), done.as_of.value()));
  }
  return exit_code::good;
}

template int run_export<Account>(const ExportOptions& options);
template int run_export<Transfer>(const ExportOptions& options);

}  // namespace daybook

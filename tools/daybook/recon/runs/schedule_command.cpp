// recon schedule: when reconciliations are due, as their definitions say, and what became of it.

#include <algorithm>
#include <chrono>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/base/durations.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/recon/runs/business_day.hpp"
#include "tools/daybook/recon/runs/due_days.hpp"
#include "tools/daybook/recon/runs/runs_command.hpp"
#include "tools/daybook/recon/runs/stored_definition.hpp"
#include "tools/daybook/text/id_text.hpp"
#include "tools/daybook/text/json_text.hpp"
#include "tools/daybook/text/table.hpp"
#include "tools/daybook/text/time_text.hpp"

namespace daybook::recon {
namespace {

/// A definition's schedule, as things are at a time.
struct ScheduleView {
  Reconciliation definition;
  std::optional<Timestamp> next;  ///< Nothing behind the end of time.
  std::string next_there;         ///< By the clock of its time zone: 2026-02-01 02:00.
  std::uint64_t next_day = 0;     ///< The business day that it is for then.
  const ReconciliationRun* last = nullptr;
  std::vector<std::string> waiting;  ///< Days that are due and have no run.
  std::vector<std::string> late;     ///< Of them, those whose statement was expected before.

  /// Without a pattern of files nobody but a person runs it.
  [[nodiscard]] bool is_watched() const { return !definition.files.empty(); }
};

Result<Timestamp> time_of(const std::string& at) {
  if (!at.empty()) return parse_time(at);
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return Timestamp{static_cast<std::uint64_t>(std::chrono::nanoseconds{now}.count())};
}

std::string time_there(const TimeZone& zone, Timestamp time) {
  const std::int64_t local = zone.local_of(static_cast<std::int64_t>(time.value()) / second_ns);
  std::string text = format_time(Timestamp{static_cast<std::uint64_t>(local * second_ns)});
  text.resize(16);
  text[10] = ' ';
  return text;
}

/// The one that was begun last, of whatever day.
const ReconciliationRun* last_run(const RunBook& book, const Uint128& id) {
  const ReconciliationRun* last = nullptr;
  for (const ReconciliationRun& run : book.rows().runs().all()) {
    if (run.reconciliation_id == id) last = &run;
  }
  return last;
}

Result<ScheduleView> view_of(const RunBook& book, Reconciliation definition, Timestamp now) {
  ScheduleView view;
  view.definition = std::move(definition);
  const Reconciliation& it = view.definition;
  const Uint128 id = id_of(it.name);
  const auto zone = TimeZone::find(it.time_zone);
  if (!zone) return zone.error();
  const auto schedule = read_schedule(it.schedule, it.time_zone);
  if (!schedule) return schedule.error();
  const BusinessCalendar calendar{zone.value(), it.day_begins_minutes};
  view.last = last_run(book, id);
  view.next = schedule.value().next_after(now);
  if (view.next) {
    view.next_there = time_there(zone.value(), *view.next);
    view.next_day = day_number(calendar.day_for_run(*view.next).value());
  }
  if (!view.is_watched()) return view;
  const auto due = days_to_look_at(it, book, now, calendar);
  if (!due) return due.error();
  for (const DueDay& day : due.value()) {
    if (is_reconciled(book, id, day)) continue;
    view.waiting.push_back(format_day(day.number));
    const auto deadline = deadline_of(it, calendar, day);
    if (deadline && now >= *deadline) view.late.push_back(view.waiting.back());
  }
  return view;
}

std::string clock_of(unsigned minutes) {
  return fmt::format("{:02}:{:02}", minutes / 60, minutes % 60);
}

std::string json_of(const RunBook& book, const ScheduleView& view) {
  const Reconciliation& it = view.definition;
  JsonObject json;
  json.text("name", it.name)
      .text("cron", it.schedule)
      .text("zone", it.time_zone)
      .text("inbox", it.files)
      .text("expected_by",
            it.expected_by_minutes ? clock_of(*it.expected_by_minutes) : std::string{})
      .truth("watched", view.is_watched());
  if (view.next) {
    json.text("next_due", format_time(*view.next))
        .text("next_due_there", view.next_there)
        .text("next_day", format_day(view.next_day));
  }
  if (view.last != nullptr) {
    json.raw("last_run", JsonObject{}
                             .id("run", view.last->id)
                             .text("day", format_day(view.last->day))
                             .text("state", to_string(view.last->state))
                             .text("begun", format_time(book.texts_of(*view.last).created_at))
                             .str());
  }
  return json.texts("waiting", view.waiting).texts("late", view.late).str();
}

std::string standing_of(const ScheduleView& view) {
  if (!view.is_watched()) return "by hand: it has no inbox";
  if (!view.late.empty()) return fmt::format("LATE since {}", view.late.front());
  if (!view.waiting.empty()) return fmt::format("waits for {}", view.waiting.front());
  return "done";
}

std::vector<std::string> cells_of(const ScheduleView& view) {
  const Reconciliation& it = view.definition;
  return {it.name,
          it.schedule,
          it.time_zone,
          it.files,
          it.expected_by_minutes ? clock_of(*it.expected_by_minutes) : "",
          view.next_there,
          view.next ? format_time(*view.next).substr(0, 16) + "Z" : "",
          view.last == nullptr
              ? "never"
              : fmt::format("{} {}", format_day(view.last->day), to_string(view.last->state)),
          standing_of(view)};
}

Result<int, Trouble> list(const ScheduleListOptions& options) {
  const auto now = time_of(options.at);
  if (!now) return trouble(now.error());
  const auto engine = EngineRuns::open(options.client, {});
  if (!engine) return engine.error();
  const RunBook& book = engine.value()->book();
  Table table{{{"name"},
               {"cron"},
               {"zone"},
               {"inbox"},
               {"expected by"},
               {"next, there"},
               {"next, UTC"},
               {"last run"},
               {"now"}}};
  bool is_late = false;
  std::vector<Reconciliation> definitions;
  for (const auto& [id, text] : book.definitions()) {
    auto definition = read_reconciliation(text);
    if (!definition) return Trouble{exit_code::failed, faults_text(definition.error())};
    definitions.push_back(std::move(definition).value());
  }
  std::sort(definitions.begin(), definitions.end(),
            [](const Reconciliation& a, const Reconciliation& b) { return a.name < b.name; });
  for (Reconciliation& definition : definitions) {
    const auto view = view_of(book, std::move(definition), now.value());
    if (!view) return trouble(view.error());
    is_late = is_late || !view.value().late.empty();
    if (options.client.json) {
      say(json_of(book, view.value()));
    } else {
      table.add(cells_of(view.value()));
    }
  }
  if (!options.client.json && table.empty()) say("no reconciliation is defined");
  if (!options.client.json && !table.empty()) print_text(table.text());
  return is_late ? exit_code::no : exit_code::good;
}

/// Puts what was said into the definition's text, and reads it anew: nothing else of it changes.
Result<Reconciliation, Trouble> changed(const std::string& canonical,
                                        const ScheduleChangeOptions& options) {
  auto document = nlohmann::json::parse(canonical);
  const auto put = [&](const char* member, const std::string& value) {
    if (!value.empty()) document[member] = value;
  };
  if (options.removes) {
    for (const char* const member : {"schedule", "files", "expected_by"}) document.erase(member);
  } else {
    put("schedule", options.cron);
    put("time_zone", options.zone);
    put("files", options.inbox);
    put("expected_by", options.expected_by);
  }
  auto read = read_reconciliation(document.dump());
  if (read) return std::move(read).value();
  return Trouble{exit_code::failed, fmt::format("{}; nothing was sent", faults_text(read.error()))};
}

Result<int, Trouble> change(const ScheduleChangeOptions& options) {
  const auto attributes = attributes_from(options.write);
  if (!attributes) return trouble(attributes.error());
  auto engine = EngineRuns::open(options.client, attributes.value());
  if (!engine) return engine.error();
  const auto before = definition_of(*engine.value(), options.name);
  if (!before) return before.error();
  const auto definition = changed(before.value().canonical, options);
  if (!definition) return definition.error();
  const auto stored = store_definition(*engine.value(), definition.value(), options.name);
  if (!stored) return stored.error();
  say_stored(definition.value(), stored.value(), options.client.json);
  if (!options.removes && definition.value().files.empty()) {
    complain(
        "it has no pattern of files, so 'daybook recon watch' does not run it: give one with "
        "--inbox");
  }
  return exit_code::good;
}

int code_of(const Result<int, Trouble>& answer) {
  return answer ? answer.value() : complain(answer.error());
}

}  // namespace

int run_schedule_list(const ScheduleListOptions& options) { return code_of(list(options)); }
int run_schedule_change(const ScheduleChangeOptions& options) { return code_of(change(options)); }

}  // namespace daybook::recon

#include "tools/daybook/recon/runs/engine_runs.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "net/client/commands.hpp"
#include "tools/daybook/exit_code.hpp"
#include "tools/daybook/text/id_text.hpp"
#include "tools/daybook/text/number_text.hpp"
#include "tools/daybook/text/status_advice.hpp"

namespace daybook::recon {
namespace {

/// Sent again, a command is answered with `exists`.
Uint128 id_of_command(const RunCommand& command) {
  if (!command.id.is_zero()) return command.id;
  return creation_id(command.command, command.aggregate_id, command.details.subject_id);
}

/// `commands`: how many; with `has_legs` there are transfers beside them. That all of it exists is
/// as good as done; legs that exist without their approval are somebody else's.
RunAnswer answer_of(const BatchResult& result, std::size_t commands, bool has_legs) {
  RunAnswer answer{
      .of_leg = false, .status = 0, .sequence = result.first_sequence, .trace_id = result.trace_id};
  std::size_t existing = 0;
  for (const Refusal& each : result.refusals) {
    const bool of_leg = has_legs && each.part == bundle_part::transfers;
    const bool exists =
        !of_leg && each.status == static_cast<std::uint16_t>(AppendEventStatus::exists);
    if (exists) ++existing;
    const bool follows =
        each.status == static_cast<std::uint16_t>(AppendEventStatus::linked_event_failed);
    if (exists || follows || answer.status != 0) continue;
    answer.of_leg = of_leg;
    answer.status = each.status;
  }
  if (existing == commands) answer.status = 0;
  return answer;
}

}  // namespace

std::string RunAnswer::name() const {
  return std::string{of_leg ? to_string(CreateTransferStatus{status})
                            : to_string(AppendEventStatus{status})};
}

Trouble RunAnswer::trouble() const {
  const std::string_view words =
      of_leg ? advice(CreateTransferStatus{status}) : advice(AppendEventStatus{status});
  return {exit_code::no, fmt::format("{}: {}{}", name(), words, in_trace(trace_id))};
}

Result<std::unique_ptr<EngineRuns>, Trouble> EngineRuns::open(
    const ClientOptions& options, const OperationAttributes& attributes) {
  auto client = connect_to(options);
  if (!client) return client.error();
  auto ledgers = fetch_ledgers(*client.value());
  if (!ledgers) return ledgers.error();
  std::unique_ptr<EngineRuns> runs{
      new EngineRuns{std::move(client).value(), std::move(ledgers).value(), attributes}};
  if (auto read = runs->refresh(); !read) return read.error();
  return runs;
}

Result<void, Trouble> EngineRuns::refresh() {
  const auto everything = see_everything(*client_);
  if (!everything) return everything.error();
  read_to_ = everything.value().min_sequence.value_or(Sequence{});
  std::vector<FoundEvent> events;
  for (const Uint128& type :
       {reconciliation_type(), reconciliation_run_type(), difference_type()}) {
    EventFilter filter;
    filter.aggregate_type = type;
    filter.limit = daybook::limits::batch_events_max;
    // What comes meanwhile may be about a run that was not read.
    filter.sequence_max = read_to_;
    for (bool more = true; more;) {
      auto page = settled(client_->read_events(filter, everything.value()));
      if (!page) return page.error();
      std::move(page.value().items.begin(), page.value().items.end(), std::back_inserter(events));
      more = page.value().more;
      filter.cursor = page.value().cursor;
    }
  }
  std::sort(events.begin(), events.end(),
            [](const FoundEvent& a, const FoundEvent& b) { return a.sequence < b.sequence; });
  book_ = std::make_unique<RunBook>();
  for (const FoundEvent& each : events) {
    if (auto folded = book_->fold(each); !folded) return trouble(folded.error());
  }
  return {};
}

OperationAttributes EngineRuns::attributes_of(const RunCommand& command) const {
  OperationAttributes attributes = attributes_;
  if (attributes.trace_id.value().is_zero()) attributes.trace_id = TraceId{command.run_id};
  if (attributes.business_id.value().is_zero()) {
    attributes.business_id = BusinessId{command.run_id};
  }
  return attributes;
}

Result<EventList, Trouble> EngineRuns::events_of(std::span<const RunCommand> commands) const {
  EventList events;
  for (const RunCommand& each : commands) {
    const CommandDraft draft{.command = each.command,
                             .id = id_of_command(each),
                             .aggregate_id = each.aggregate_id,
                             .details = each.details,
                             .text = each.text,
                             .business_id = BusinessId{each.run_id},
                             .trace_id = attributes_of(each).trace_id,
                             .user_id = attributes_.user_id,
                             .expected_version = std::nullopt};
    if (auto added = add_command(events, draft); !added) return trouble(added.error());
  }
  return events;
}

Result<RunAnswer, Trouble> EngineRuns::tell(const std::vector<RunCommand>& commands) {
  const auto events = events_of(commands);
  if (!events) return events.error();
  const auto answer =
      settled(client_->reconciliation_commands(events.value(), attributes_of(commands.front())));
  if (!answer) return answer.error();
  return answer_of(answer.value(), commands.size(), false);
}

Result<void, Trouble> EngineRuns::expect(const std::vector<RunCommand>& commands) {
  const auto answer = tell(commands);
  if (!answer) return answer.error();
  if (!answer.value().is_done()) return answer.value().trouble();
  return {};
}

Result<RunAnswer, Trouble> EngineRuns::review(RequestKind kind, std::span<const Transfer> legs,
                                              const std::vector<RunCommand>& commands) {
  const auto events = events_of(commands);
  if (!events) return events.error();
  const auto answer = settled(
      client_->review_corrections(kind, legs, events.value(), attributes_of(commands.front())));
  if (!answer) return answer.error();
  return answer_of(answer.value(), commands.size(), true);
}

Result<const ReconciliationRun*, Trouble> EngineRuns::find_run(const std::string& text) const {
  const AggregateTables& rows = book_->rows();
  if (const auto id = parse_id(text); id) {
    if (const ReconciliationRun* const run = rows.find_run(id.value())) return run;
  }
  const std::size_t slash = text.rfind('/');
  const Uint128 of = id_of(std::string_view{text}.substr(0, slash));
  std::uint64_t day = 0;
  if (slash != std::string::npos) {
    const auto parsed = parse_day(std::string_view{text}.substr(slash + 1));
    if (!parsed) return trouble(parsed.error());
    day = parsed.value();
    const Period* const period = rows.find_period({of, day});
    if (period != nullptr && !period->head.is_zero()) return rows.find_run(period->head);
  }
  const ReconciliationRun* newest = nullptr;
  for (const ReconciliationRun& each : rows.runs().all()) {
    const bool is_of_day =
        day == 0 ? newest == nullptr || each.day >= newest->day : each.day == day;
    if (each.reconciliation_id == of && is_of_day) newest = &each;
  }
  if (newest != nullptr) return newest;
  return Trouble{exit_code::no,
                 fmt::format("there is no run '{}': give a run's id, a reconciliation's name, or "
                             "NAME/DAY such as bank/2026-01-31; 'daybook recon runs' lists them",
                             text)};
}

Result<Reconciliation, Trouble> definition_of(const EngineRuns& engine, const std::string& name) {
  const std::string* const text = engine.book().definition(id_of(name));
  if (text == nullptr) {
    return Trouble{
        exit_code::no,
        fmt::format("no reconciliation '{}' is defined: 'daybook recon define' does", name)};
  }
  auto read = read_reconciliation(*text);
  if (read) return std::move(read).value();
  return Trouble{
      exit_code::failed,
      fmt::format("the definition of '{}' cannot be read, this program may be older than "
                  "the one that stored it:\n{}",
                  name, faults_text(read.error()))};
}

std::string format_day(std::uint64_t day) {
  return fmt::format("{:04}-{:02}-{:02}", day / 10'000, day / 100 % 100, day % 100);
}

Result<std::uint64_t> parse_day(std::string_view text) {
  const auto wrong = [&] {
    return Failure{FailureKind::invalid,
                   fmt::format("'{}' is no day: write it like 2026-01-31", text)};
  };
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return wrong();
  const auto year = parse_unsigned(text.substr(0, 4), 9'999);
  const auto month = parse_unsigned(text.substr(5, 2), 12);
  const auto day = parse_unsigned(text.substr(8, 2), 31);
  if (!year || !month || !day) return wrong();
  const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(year.value())},
                                         std::chrono::month{static_cast<unsigned>(month.value())},
                                         std::chrono::day{static_cast<unsigned>(day.value())}};
  if (!date.ok() || year.value() < 1970) return wrong();
  return year.value() * 10'000 + month.value() * 100 + day.value();
}

}  // namespace daybook::recon

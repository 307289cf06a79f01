#include "tools/daybook/client/outcome_report.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "tools/daybook/client/connection.hpp"
#include "tools/daybook/client/event_kind.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/text/id_text.hpp"
#include "tools/daybook/text/json_text.hpp"
#include "tools/daybook/text/outcome.hpp"
#include "tools/daybook/text/status_advice.hpp"
#include "tools/daybook/text/table.hpp"
#include "tools/daybook/text/time_text.hpp"

namespace daybook {
namespace {

/// An imported event keeps its own.
Timestamp time_of(const Account& account, const EventOutcome& outcome) {
  const bool imported = (account.flags & account_flag::imported) != 0;
  return imported && outcome.created() ? account.timestamp : outcome.timestamp;
}
Timestamp time_of(const Transfer& transfer, const EventOutcome& outcome) {
  const bool imported = (transfer.flags & transfer_flag::imported) != 0;
  return imported && outcome.created() ? transfer.timestamp : outcome.timestamp;
}

template <typename Event>
void print_json(std::span<const Event> events, std::span<const EventOutcome> outcomes) {
  for (std::size_t index = 0; index < events.size(); ++index) {
    const EventOutcome& outcome = outcomes[index];
    JsonObject line;
    line.count("index", index)
        .id("id", events[index].id.value())
        .text("status", outcome.status_name)
        .time("timestamp", time_of(events[index], outcome));
    if (outcome.created()) line.sequence("sequence", outcome.sequence);
    say(line.str());
  }
}

template <typename Event>
void print_table(std::span<const Event> events, std::span<const EventOutcome> outcomes) {
  Table table{{{std::string{EventKind<Event>::one} + " id", Table::Align::right},
               {"status"},
               {"time"},
               {"sequence", Table::Align::right}}};
  for (std::size_t index = 0; index < events.size(); ++index) {
    const EventOutcome& outcome = outcomes[index];
    table.add({format_id(events[index].id.value()), std::string{outcome.status_name},
               outcome.good() ? format_time(time_of(events[index], outcome)) : "",
               outcome.created() ? fmt::format("{}", outcome.sequence.value()) : ""});
  }
  print_text(table.text());
}

bool burns_its_id(CreateAccountStatus) { return false; }
bool burns_its_id(CreateTransferStatus status) { return is_transient(status); }

/// A line for each status that says no, however many events got it.
template <typename Event>
void advise(std::span<const Event> events, std::span<const EventOutcome> outcomes, TraceId trace) {
  struct Refused {
    std::size_t first = 0;
    std::size_t count = 0;
  };
  std::map<std::uint16_t, Refused> by_status;
  for (std::size_t index = 0; index < events.size(); ++index) {
    if (outcomes[index].good()) continue;
    Refused& refused = by_status[outcomes[index].status];
    if (refused.count++ == 0) refused.first = index;
  }
  for (const auto& [number, refused] : by_status) {
    const typename EventKind<Event>::Status status{number};
    const std::string others =
        refused.count == 1 ? "" : fmt::format(" and {} more", refused.count - 1);
    complain(fmt::format(
        "{} {}{}: {}: {}{}{}", EventKind<Event>::one, format_id(events[refused.first].id.value()),
        others, to_string(status), advice(status),
        burns_its_id(status) ? " Try again with a new id: this one is used up." : "",
        in_trace(trace)));
  }
}

}  // namespace

template <typename Event>
int report_outcomes(std::span<const Event> events, const BatchResult& result, bool json) {
  const auto outcomes = event_outcomes<Event>(
      {result.first_sequence, result.first_timestamp, result.refusals}, events.size());
  if (json) {
    print_json<Event>(events, outcomes);
  } else {
    print_table<Event>(events, outcomes);
  }
  advise<Event>(events, outcomes, result.trace_id);
  const bool good = std::all_of(outcomes.begin(), outcomes.end(),
                                [](const EventOutcome& outcome) { return outcome.good(); });
  return good ? exit_code::good : exit_code::no;
}

template int report_outcomes<Account>(std::span<const Account>, const BatchResult&, bool);
template int report_outcomes<Transfer>(std::span<const Transfer>, const BatchResult&, bool);

}  // namespace daybook

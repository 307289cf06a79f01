// Participants: what is registered of them, and how they are doing.

#include <fmt/format.h>

#include "tools/daybook/client/connection.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/participant/found_participants.hpp"
#include "tools/daybook/participant/participant_command.hpp"
#include "tools/daybook/text/json_text.hpp"
#include "tools/daybook/text/table.hpp"
#include "tools/daybook/text/time_text.hpp"

namespace daybook {
namespace {

constexpr auto right = Table::Align::right;

std::string state_of(const FoundParticipant& found) {
  if (found.is_paused) return "paused";
  if (found.view.rests_until != 0) {
    return fmt::format("rests until {}", format_time(Timestamp{found.view.rests_until}));
  }
  return found.view.credit > 0 || found.view.in_flight > 0 ? "at work" : "away";
}

std::string types_of(const FoundParticipant& found) {
  std::string text;
  for (const ParticipantType& each : found.registration.types) {
    text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", each.type, to_string(each.safety));
  }
  return text;
}

// Whoever does their types may have them.
std::uint64_t waiting_for_no_one(const std::vector<WaitingWork>& waiting) {
  std::uint64_t commands = 0;
  for (const WaitingWork& each : waiting) {
    if (each.participant.is_zero() && !each.type.is_zero()) commands += each.waiting;
  }
  return commands;
}

std::string row_json(const FoundParticipant& found) {
  return JsonObject{}
      .text("name", found.registration.name)
      .text("state", state_of(found))
      .truth("paused", found.is_paused)
      .count("waiting", found.view.waiting)
      .count("in_flight", found.view.in_flight)
      .count("in_flight_max", found.view.in_flight_max)
      .count("credit", found.view.credit)
      .count("unanswered", found.view.unanswered)
      .time("rests_until", Timestamp{found.view.rests_until})
      .time("registered_at", Timestamp{found.view.registered_at})
      .raw("registration", found.json)
      .str();
}

}  // namespace

int run_participant_list(const ClientOptions& options) {
  const auto client = connect_to(options);
  if (!client) return complain(client.error());
  const auto all = fetch_participants(*client.value());
  if (!all) return complain(all.error());
  Table table{
      {{"name"}, {"state"}, {"waiting", right}, {"in flight", right}, {"takes", right}, {"types"}}};
  for (const auto& [id, found] : all.value()) {
    if (options.json) {
      say(row_json(found));
      continue;
    }
    table.add({found.registration.name, state_of(found), fmt::format("{}", found.view.waiting),
               fmt::format("{} of {}", found.view.in_flight, found.view.in_flight_max),
               fmt::format("{}", found.view.credit), types_of(found)});
  }
  if (options.json) return exit_code::good;
  if (table.empty()) {
    say("There are no participants; 'daybook participant put' registers one.");
  } else {
    print_text(table.text());
  }
  // An engine of an older version cannot say it.
  const auto waiting = fetch_waiting_work(*client.value());
  if (!waiting) return exit_code::good;
  if (const std::uint64_t commands = waiting_for_no_one(waiting.value()); commands > 0) {
    say(
        fmt::format("{} {} for nobody in particular; 'daybook participant waiting' says of which "
                    "types.",
                    commands, commands == 1 ? "command waits" : "commands wait"));
  }
  return exit_code::good;
}

}  // namespace daybook

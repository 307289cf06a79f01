// Participants: what is registered of them, and how they are doing.

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "engine/model/saga_types.hpp"
#include "engine/saga/participant.hpp"
#include "tools/daybook/client/connection.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/participant/participant_command.hpp"
#include "tools/daybook/text/id_text.hpp"
#include "tools/daybook/text/json_text.hpp"
#include "tools/daybook/text/table.hpp"
#include "tools/daybook/text/time_text.hpp"

namespace daybook {
namespace {

constexpr auto right = Table::Align::right;

struct Found {
  ParticipantRegistration registration;
  std::string json;  ///< Of the registration.
  bool is_paused = false;
  ParticipantView view;
};
using AllFound = std::map<Uint128, Found>;

void fold(AllFound& all, const FoundEvent& event) {
  const auto news = saga_news_of(event.event.aggregate_type, event.event.event_type);
  if (!news) return;
  Found& found = all[event.event.aggregate_id];
  if (*news != SagaNews::participant_put) {
    found.is_paused = *news == SagaNews::participant_paused;
    return;
  }
  found.json.assign(reinterpret_cast<const char*>(event.payload.data()), event.payload.size());
  // A newer engine may know more of it than this program: the JSON is shown all the same.
  auto read = read_participant(found.json);
  if (read) found.registration = std::move(read).value();
  if (!read) found.registration.name = format_id(event.event.aggregate_id);
}

Result<AllFound, Trouble> fetch(Client& client) {
  const auto everything = see_everything(client);
  if (!everything) return everything.error();
  AllFound all;
  EventFilter filter;
  filter.aggregate_type = participant_type();
  filter.limit = limits::batch_events_max;
  for (bool more = true; more;) {
    auto page = settled(client.read_events(filter, everything.value()));
    if (!page) return page.error();
    for (const FoundEvent& each : page.value().items) fold(all, each);
    more = page.value().more;
    filter.cursor = page.value().cursor;
  }
  const auto live = settled(client.list_participants());
  if (!live) return live.error();
  for (const ParticipantView& each : live.value().participants) {
    const auto found = all.find(each.id);
    if (found == all.end()) continue;
    found->second.view = each;
    found->second.is_paused = each.is_paused != 0;
  }
  return all;
}

std::string state_of(const Found& found) {
  if (found.is_paused) return "paused";
  if (found.view.rests_until != 0) {
    return fmt::format("rests until {}", format_time(Timestamp{found.view.rests_until}));
  }
  return found.view.credit > 0 || found.view.in_flight > 0 ? "at work" : "away";
}

std::string types_of(const Found& found) {
  std::string text;
  for (const ParticipantType& each : found.registration.types) {
    text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", each.type, to_string(each.safety));
  }
  return text;
}

std::string row_json(const Found& found) {
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
  const auto all = fetch(*client.value());
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
  return exit_code::good;
}

}  // namespace daybook

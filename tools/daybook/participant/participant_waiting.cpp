// What waits for participants, by type: what nobody does, or nobody takes, is seen here.

#include <map>
#include <utility>

#include <fmt/format.h>

#include "tools/daybook/client/connection.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/participant/found_participants.hpp"
#include "tools/daybook/participant/participant_command.hpp"
#include "tools/daybook/saga/saga_source.hpp"
#include "tools/daybook/text/id_text.hpp"
#include "tools/daybook/text/json_text.hpp"
#include "tools/daybook/text/table.hpp"

namespace daybook {
namespace {

constexpr auto right = Table::Align::right;

/// What is behind ids.
struct Names {
  std::map<Uint128, std::string> types;
  FoundParticipants participants;
};

Result<Names, Trouble> fetch_names(Client& client) {
  const auto everything = see_everything(client);
  if (!everything) return everything.error();
  const auto definitions = fetch_definitions(client, everything.value());
  if (!definitions) return definitions.error();
  auto participants = fetch_participants(client);
  if (!participants) return participants.error();
  Names names{{}, std::move(participants).value()};
  for (const FoundDefinition& each : definitions.value()) {
    for (const SagaStep& step : each.definition->steps) {
      names.types.try_emplace(step.type_id, step.type);
      names.types.try_emplace(step.undo_type_id, step.undo_type);
    }
  }
  return names;
}

std::string type_name(const Names& names, const Uint128& type) {
  if (type.is_zero()) return "of types that they do no more";
  const auto found = names.types.find(type);
  return found == names.types.end() ? format_id(type) : found->second;
}

std::string participant_name(const Names& names, const Uint128& participant) {
  const auto found = names.participants.find(participant);
  return found == names.participants.end() ? format_id(participant)
                                           : found->second.registration.name;
}

std::string row_json(const Names& names, const WaitingWork& waiting) {
  JsonObject object;
  object.text("type", waiting.type.is_zero() ? "" : type_name(names, waiting.type));
  object.text("participant",
              waiting.participant.is_zero() ? "" : participant_name(names, waiting.participant));
  return object.count("waiting", waiting.waiting)
      .count("doers", waiting.doers)
      .count("paused", waiting.paused)
      .count("resting", waiting.resting)
      .count("full", waiting.full)
      .str();
}

std::string for_whom(const Names& names, const WaitingWork& waiting) {
  if (waiting.type.is_zero()) return "those they were sent to";
  if (!waiting.participant.is_zero()) return participant_name(names, waiting.participant);
  return waiting.doers == 0 ? "nobody does it" : fmt::format("any of {}", waiting.doers);
}

// What those who do the type do instead.
std::string state_of_doers(const WaitingWork& waiting) {
  std::string text;
  const auto add = [&text](int count, std::string_view what) {
    if (count > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, what);
  };
  add(waiting.paused, "paused");
  add(waiting.resting, "left alone, as it did not answer");
  add(waiting.full, "with as much as it may have");
  add(waiting.doers - waiting.paused - waiting.resting - waiting.full, "not asking");
  return text;
}

}  // namespace

int run_participant_waiting(const ClientOptions& options) {
  const auto client = connect_to(options);
  if (!client) return complain(client.error());
  const auto all = fetch_waiting_work(*client.value());
  if (!all) return complain(all.error());
  const auto names = fetch_names(*client.value());
  if (!names) return complain(names.error());
  Table table{{{"type"}, {"waiting", right}, {"for"}, {"of whom"}}};
  for (const WaitingWork& each : all.value()) {
    if (options.json) {
      say(row_json(names.value(), each));
      continue;
    }
    table.add({type_name(names.value(), each.type), fmt::format("{}", each.waiting),
               for_whom(names.value(), each), state_of_doers(each)});
  }
  if (options.json) return exit_code::good;
  if (table.empty()) {
    say("Nothing waits for a participant.");
  } else {
    print_text(table.text());
  }
  return exit_code::good;
}

}  // namespace daybook

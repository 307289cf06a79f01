// Definitions: stored, listed, shown.

#include <algorithm>

#include <fmt/format.h>

#include "net/client/sagas.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/saga/saga_command.hpp"
#include "tools/daybook/saga/saga_file.hpp"
#include "tools/daybook/saga/saga_source.hpp"
#include "tools/daybook/text/json_text.hpp"
#include "tools/daybook/text/status_advice.hpp"
#include "tools/daybook/text/table.hpp"
#include "tools/daybook/text/time_text.hpp"

namespace daybook {
namespace {

constexpr auto right = Table::Align::right;

int tell_faults(const std::string& file, const SagaFaults& faults) {
  for (const SagaFault& fault : faults) say(fmt::format("{}: {}", file, to_text(fault)));
  return exit_code::no;
}

/// Reads and checks all files. The exit code where one is not good.
Result<std::vector<SagaDefinition>, int> read_files(const std::vector<std::string>& files) {
  std::vector<SagaDefinition> definitions;
  int code = exit_code::good;
  for (const std::string& file : files) {
    const auto text = read_saga_file(file);
    if (!text) return complain(text.error().what);
    auto definition = read_definition(text.value());
    const SagaFaults faults =
        definition ? faults_of_secrets(definition.value()) : definition.error();
    if (!faults.empty()) {
      code = tell_faults(file, faults);
      continue;
    }
    definitions.push_back(std::move(definition).value());
  }
  if (code == exit_code::good) return definitions;
  complain("a definition is only stored without faults; nothing was sent");
  return code;
}

int report(const std::vector<SagaDefinition>& definitions, const BatchResult& result, bool json) {
  int code = exit_code::good;
  for (std::uint32_t at = 0; at < definitions.size(); ++at) {
    const auto refused = std::find_if(result.refusals.begin(), result.refusals.end(),
                                      [at](const Refusal& refusal) { return refusal.index == at; });
    const auto status = refused == result.refusals.end()
                            ? AppendEventStatus::created
                            : static_cast<AppendEventStatus>(refused->status);
    const SagaDefinition& each = definitions[at];
    if (json) {
      say(JsonObject{}
              .text("name", each.name)
              .count("version", each.version)
              .text("hash", to_hex(each.hash))
              .text("status", to_string(status))
              .str());
    } else {
      say(fmt::format("saga definition {}, version {}: {}", each.name, each.version,
                      to_string(status)));
    }
    if (status == AppendEventStatus::created || status == AppendEventStatus::exists) continue;
    code = exit_code::no;
    complain(fmt::format("{}: {}: {}{}", each.name, to_string(status), advice(status),
                         in_trace(result.trace_id)));
  }
  return code;
}

JsonObject definition_json(const FoundDefinition& found) {
  const SagaDefinition& definition = *found.definition;
  return JsonObject{}
      .text("name", definition.name)
      .count("version", definition.version)
      .text("hash", to_hex(definition.hash))
      .count("steps", definition.steps.size())
      .time("stored_at", found.stored.event.timestamp)
      .sequence("sequence", found.stored.sequence);
}

int show_definition(Client& client, const QueryOptions& everything,
                    const SagaDefinitionsOptions& options) {
  const auto found = fetch_definition(client, everything, options.name);
  if (!found) return complain(found.error());
  if (options.client.json) {
    say(definition_json(found.value())
            .raw("definition", found.value().definition->canonical)
            .str());
  } else {
    say(found.value().definition->canonical);
  }
  return exit_code::good;
}

}  // namespace

int run_saga_put(const SagaPutOptions& options) {
  const auto attributes = attributes_from(options.write);
  if (!attributes) return complain(attributes.error().what);
  const auto definitions = read_files(options.files);
  if (!definitions) return definitions.error();
  EventList events;
  for (const SagaDefinition& each : definitions.value()) {
    add_saga_definition(events, each.name, each.hash, each.canonical, attributes.value());
  }
  const auto client = connect_to(options.client);
  if (!client) return complain(client.error());
  const auto answer = settled(client.value()->saga_commands(events, attributes.value()));
  if (!answer) return complain(answer.error());
  return report(definitions.value(), answer.value(), options.client.json);
}

int run_saga_definitions(const SagaDefinitionsOptions& options) {
  const auto client = connect_to(options.client);
  if (!client) return complain(client.error());
  const auto everything = see_everything(*client.value());
  if (!everything) return complain(everything.error());
  if (!options.name.empty()) return show_definition(*client.value(), everything.value(), options);
  const auto found = fetch_definitions(*client.value(), everything.value());
  if (!found) return complain(found.error());
  Table table{{{"name"}, {"version", right}, {"steps", right}, {"stored"}, {"hash"}}};
  for (const FoundDefinition& each : found.value()) {
    if (options.client.json) {
      say(definition_json(each).str());
      continue;
    }
    table.add({each.definition->name, fmt::format("{}", each.definition->version),
               fmt::format("{}", each.definition->steps.size()),
               format_time(each.stored.event.timestamp), to_hex(each.definition->hash)});
  }
  if (options.client.json) return exit_code::good;
  if (table.empty()) {
    say("There are no definitions; 'daybook saga put FILE' stores one.");
  } else {
    print_text(table.text());
  }
  return exit_code::good;
}

}  // namespace daybook

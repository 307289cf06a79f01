#include "tools/daybook/saga/saga_source.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "engine/saga/saga_payload.hpp"
#include "tools/daybook/exit_code.hpp"
#include "tools/daybook/text/id_text.hpp"
#include "tools/daybook/text/number_text.hpp"

namespace daybook {
namespace {

Result<std::vector<FoundEvent>, Trouble> fetch_events(Client& client, EventFilter filter,
                                                      const QueryOptions& everything) {
  std::vector<FoundEvent> events;
  filter.limit = limits::batch_events_max;
  for (bool more = true; more;) {
    auto page = settled(client.read_events(filter, everything));
    if (!page) return page.error();
    for (FoundEvent& each : page.value().items) events.push_back(std::move(each));
    more = page.value().more;
    filter.cursor = page.value().cursor;
  }
  return events;
}

Result<std::vector<FoundDefinition>, Trouble> definitions_of(std::vector<FoundEvent> events) {
  std::vector<FoundDefinition> found;
  for (FoundEvent& each : events) {
    auto definition =
        read_definition({reinterpret_cast<const char*>(each.payload.data()), each.payload.size()});
    if (!definition.ok()) {
      return Trouble{exit_code::failed,
                     fmt::format("the definition at sequence {} cannot be read: this program may "
                                 "be older than the engine",
                                 each.sequence.value())};
    }
    found.push_back(
        {std::make_shared<const SagaDefinition>(std::move(definition).value()), std::move(each)});
  }
  return found;
}

Result<FoundDefinition, Trouble> fetch_by_hash(Client& client, const QueryOptions& everything,
                                               const Uint128& hash) {
  EventFilter filter;
  filter.aggregate_type = saga_definition_type();
  auto events = fetch_events(client, filter, everything);
  if (!events) return events.error();
  std::vector<FoundEvent> stored;
  for (FoundEvent& each : events.value()) {
    if (each.event.id == hash) stored.push_back(std::move(each));
  }
  auto found = definitions_of(std::move(stored));
  if (!found) return found.error();
  if (found.value().empty()) {
    return Trouble{exit_code::failed, fmt::format("there is no definition {}", to_hex(hash))};
  }
  return std::move(found.value().front());
}

}  // namespace

Result<std::vector<FoundDefinition>, Trouble> fetch_definitions(Client& client,
                                                                const QueryOptions& everything,
                                                                std::string_view name) {
  EventFilter filter;
  filter.aggregate_type = saga_definition_type();
  if (!name.empty()) filter.aggregate_id = id_of(name);
  auto events = fetch_events(client, filter, everything);
  if (!events) return events.error();
  return definitions_of(std::move(events).value());
}

Result<FoundDefinition, Trouble> fetch_definition(Client& client, const QueryOptions& everything,
                                                  const std::string& name) {
  const std::size_t sign = name.rfind('@');
  std::uint64_t version = 0;
  if (sign != std::string::npos) {
    const auto number = parse_unsigned(name.substr(sign + 1), ~std::uint32_t{0});
    if (!number || number.value() == 0) {
      return Trouble{exit_code::failed,
                     fmt::format("'{}': behind @ is a version, a number from 1 on", name)};
    }
    version = number.value();
  }
  auto found = fetch_definitions(client, everything, name.substr(0, sign));
  if (!found) return found.error();
  const FoundDefinition* best = nullptr;
  for (const FoundDefinition& each : found.value()) {
    const bool fits = version == 0 || each.definition->version == version;
    if (fits && (best == nullptr || each.definition->version > best->definition->version)) {
      best = &each;
    }
  }
  if (best == nullptr) {
    return Trouble{exit_code::no,
                   fmt::format("there is no definition {}; 'daybook saga put FILE' stores one, "
                               "'daybook saga definitions' lists those there are",
                               name)};
  }
  return std::move(found.value()[static_cast<std::size_t>(best - found.value().data())]);
}

Result<FoundSaga, Trouble> fetch_saga(Client& client, const QueryOptions& everything,
                                      const Uint128& id, std::span<const FoundDefinition> known) {
  FoundSaga found{.id = id, .definition = {}, .history = nullptr, .events = {}};
  EventFilter filter;
  filter.aggregate_type = saga_type();
  filter.aggregate_id = id;
  auto events = fetch_events(client, filter, everything);
  if (!events) return events.error();
  found.events = std::move(events).value();
  if (found.events.empty()) {
    return Trouble{exit_code::no, fmt::format("there is no saga {}", format_id(id))};
  }
  const auto started = read_started(found.events.front().payload);
  if (!started) {
    return Trouble{exit_code::failed, fmt::format("saga {} begins with an event that cannot be "
                                                  "read",
                                                  format_id(id))};
  }
  const auto same = std::find_if(known.begin(), known.end(), [&](const FoundDefinition& each) {
    return each.definition->hash == started->definition;
  });
  if (same != known.end()) {
    found.definition = *same;
  } else {
    auto definition = fetch_by_hash(client, everything, started->definition);
    if (!definition) return definition.error();
    found.definition = std::move(definition).value();
  }
  found.history = std::make_unique<SagaHistory>(*found.definition.definition);
  for (const FoundEvent& each : found.events) {
    if (const char* const fault = found.history->take(each.event, each.payload)) {
      return Trouble{exit_code::failed,
                     fmt::format("saga {}, version {}: {}; check the journal with 'daybook verify'",
                                 format_id(id), each.event.version, fault)};
    }
  }
  return found;
}

}  // namespace daybook

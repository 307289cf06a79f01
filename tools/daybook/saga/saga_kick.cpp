// What sagas wait to try again, tried now.

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "engine/saga/progress.hpp"
#include "engine/saga/saga_payload.hpp"
#include "net/client/sagas.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/saga/saga_command.hpp"
#include "tools/daybook/saga/saga_source.hpp"
#include "tools/daybook/text/id_text.hpp"
#include "tools/daybook/text/json_text.hpp"
#include "tools/daybook/text/status_advice.hpp"

namespace daybook {
namespace {

using Ids = std::vector<Uint128>;
using Definitions = std::map<Uint128, std::shared_ptr<const SagaDefinition>>;

Result<Ids, Trouble> read_ids(const std::vector<std::string>& texts) {
  Ids ids;
  for (const std::string& each : texts) {
    const auto id = parse_id(each);
    if (!id) {
      return Trouble{exit_code::failed,
                     fmt::format("{}: {}; nothing was sent", each, id.error().what)};
    }
    ids.push_back(id.value());
  }
  if (!ids.empty()) return ids;
  return Trouble{exit_code::failed, "name sagas, or with --type what they wait for"};
}

bool waits_for(const SagaView& saga, const Definitions& definitions, const std::string& type) {
  const auto found = definitions.find(saga.definition);
  if (found == definitions.end() || saga.waiting_step >= found->second->steps.size()) return false;
  const SagaStep& step = found->second->steps[saga.waiting_step];
  return step.type == type || step.undo_type == type;
}

Result<Ids, Trouble> ids_of_type(Client& client, const std::string& type) {
  const auto everything = see_everything(client);
  if (!everything) return everything.error();
  const auto all = fetch_definitions(client, everything.value());
  if (!all) return all.error();
  Definitions definitions;
  for (const FoundDefinition& each : all.value()) {
    definitions.emplace(each.definition->hash, each.definition);
  }
  SagaFilter filter;
  filter.limit = limits::sagas_page_max;
  filter.statuses =
      static_cast<std::uint16_t>(1U << static_cast<unsigned>(SagaStatus::running) |
                                 1U << static_cast<unsigned>(SagaStatus::compensating));
  Ids ids;
  for (bool more = true; more;) {
    const auto page = settled(client.list_sagas(filter, everything.value()));
    if (!page) return page.error();
    for (const SagaView& each : page.value().items) {
      if (waits_for(each, definitions, type)) ids.push_back(each.id);
    }
    more = page.value().more;
    filter.cursor = page.value().cursor;
  }
  return ids;
}

struct Kicked {
  std::size_t kicked = 0;
  std::size_t unchanged = 0;  ///< Nothing of it was waiting to be tried again.
  std::size_t refused = 0;
};

void count(const Ids& ids, const BatchResult& result, bool json, Kicked& kicked) {
  auto refused = result.refusals.begin();
  for (std::size_t at = 0; at < ids.size(); ++at) {
    auto status = AppendEventStatus::created;
    if (refused != result.refusals.end() && refused->index == at) {
      status = AppendEventStatus{refused->status};
      ++refused;
    }
    if (json) {
      say(JsonObject{}
              .id("id", ids[at])
              .text("command", "kick")
              .text("status", to_string(status))
              .str());
    }
    if (status == AppendEventStatus::created) {
      ++kicked.kicked;
    } else if (status == AppendEventStatus::saga_unchanged) {
      ++kicked.unchanged;
    } else {
      ++kicked.refused;
      complain(fmt::format("saga {}: {}: {}{}", format_id(ids[at]), to_string(status),
                           advice(status), in_trace(result.trace_id)));
    }
  }
}

}  // namespace

int run_saga_kick(const SagaKickOptions& options) {
  const auto attributes = attributes_from(options.write);
  if (!attributes) return complain(attributes.error().what);
  auto given = options.type.empty() ? read_ids(options.ids) : Result<Ids, Trouble>{Ids{}};
  if (!given) return complain(given.error());
  const auto client = connect_to(options.client);
  if (!client) return complain(client.error());
  if (!options.type.empty()) given = ids_of_type(*client.value(), options.type);
  if (!given) return complain(given.error());
  Kicked kicked;
  std::span<const Uint128> left = given.value();
  while (!left.empty()) {
    const auto now = left.first(std::min<std::size_t>(left.size(), limits::saga_commands_max));
    left = left.subspan(now.size());
    EventList events;
    for (const Uint128& each : now) {
      add_saga_news(events, make_random_id(), SagaNews::operated, each,
                    operated_payload(SagaEventKind::operator_kick, no_step, StepOutcome::succeeded),
                    attributes.value());
    }
    const auto answer =
        settled(client.value()->operate_sagas(events, options.reason, attributes.value()));
    if (!answer) return complain(answer.error());
    count({now.begin(), now.end()}, answer.value(), options.client.json, kicked);
  }
  if (!options.client.json) {
    say(fmt::format("{} sagas try again now, {} were not waiting to", kicked.kicked,
                    kicked.unchanged));
  }
  return kicked.refused == 0 ? exit_code::good : exit_code::no;
}

}  // namespace daybook

// Sagas: shown whole, and listed.

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "engine/model/operation_query.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/saga/saga_command.hpp"
#include "tools/daybook/saga/saga_source.hpp"
#include "tools/daybook/saga/saga_table.hpp"
#include "tools/daybook/text/id_text.hpp"

namespace daybook {
namespace {

SagaView view_of(const FoundSaga& saga) {
  const SagaProgress& progress = saga.history->progress();
  const DomainEvent& first = saga.events.front().event;
  SagaView view;
  view.id = saga.id;
  view.definition = saga.definition.definition->hash;
  view.business_id = first.business_id;
  view.trace_id = first.trace_id;
  view.user_id = first.user_id;
  view.started_at = first.timestamp;
  for (const FoundEvent& each : saga.events) {
    const bool is_news = each.event.event_type != event_type_of(SagaNews::forgotten);
    if (is_news) view.changed_at = each.event.timestamp;
  }
  if (is_end(progress.head.status)) view.ended_at = view.changed_at;
  view.deadline_at = progress.head.deadline_at;
  view.next_at = next_wake(progress);
  view.version = saga.events.back().event.version;
  view.status = static_cast<std::uint8_t>(progress.head.status);
  view.stuck = static_cast<std::uint8_t>(progress.head.stuck);
  view.abort = static_cast<std::uint8_t>(progress.head.abort);
  view.step_count = progress.head.step_count;
  view.succeeded_count = progress.head.succeeded_count;
  const auto waits = waits_of(*saga.definition.definition, progress);
  if (!waits.empty()) view.waiting_step = waits.front().step;
  return view;
}

/// Why operators did what they did: it stands in the records of their operations.
Result<std::map<std::uint64_t, std::string>, Trouble> fetch_reasons(
    Client& client, const FoundSaga& saga, const QueryOptions& everything) {
  std::map<std::uint64_t, std::string> reasons;
  for (const FoundEvent& each : saga.events) {
    if (each.event.event_type != event_type_of(SagaNews::operated)) continue;
    OperationFilter filter;
    filter.kind = RequestKind::operate_sagas;
    filter.sequence_max = each.sequence.value();
    filter.flags = operation_flag::newest_first;
    filter.limit = 1;
    const auto found = settled(client.query_operations(filter, everything));
    if (!found) return found.error();
    for (const LoggedOperation& logged : found.value().items) {
      reasons[each.event.version] = logged.reason;
    }
  }
  return reasons;
}

/// Which sagas a list is of.
struct Wanted {
  std::vector<FoundDefinition> definitions;  ///< All of them.
  std::vector<Uint128> hashes;               ///< Of which one must be; empty: any.
  SagaFilter filter;

  [[nodiscard]] bool has(const SagaView& view) const {
    const bool of_definition =
        hashes.empty() || std::find(hashes.begin(), hashes.end(), view.definition) != hashes.end();
    const bool of_status = filter.statuses == 0 || (filter.statuses >> view.status & 1U) != 0;
    const bool of_business =
        filter.business_id == BusinessId{} || filter.business_id == view.business_id;
    return of_definition && of_status && of_business;
  }
  [[nodiscard]] ListedSaga listed(const SagaView& view) const {
    const auto found = std::find_if(
        definitions.begin(), definitions.end(),
        [&](const FoundDefinition& each) { return each.definition->hash == view.definition; });
    return {view, found == definitions.end() ? nullptr : found->definition.get()};
  }
};

Result<SagaFilter> filter_from(const SagaListOptions& options) {
  SagaFilter filter;
  for (auto status = SagaStatus::running; status <= SagaStatus::closed_manual;
       status = static_cast<SagaStatus>(static_cast<unsigned>(status) + 1)) {
    std::string name{to_string(status)};
    std::transform(name.begin(), name.end(), name.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    const bool wanted =
        std::find(options.statuses.begin(), options.statuses.end(), name) != options.statuses.end();
    if (wanted) {
      filter.statuses =
          static_cast<std::uint16_t>(filter.statuses | 1U << static_cast<unsigned>(status));
    }
  }
  if (options.business.empty()) return filter;
  const auto business = parse_id(options.business);
  if (!business) {
    return Failure{FailureKind::invalid, fmt::format("--business: {}", business.error().what)};
  }
  filter.business_id = BusinessId{business.value()};
  return filter;
}

bool is_asked_for(const SagaDefinition& definition, const std::string& text) {
  return text == definition.name ||
         text == fmt::format("{}@{}", definition.name, definition.version);
}

/// Those in the engine's memory.
Result<std::vector<ListedSaga>, Trouble> list_running(Client& client, const Wanted& wanted,
                                                      const QueryOptions& everything,
                                                      std::uint64_t limit) {
  std::vector<ListedSaga> listed;
  SagaFilter filter = wanted.filter;
  if (wanted.hashes.size() == 1) filter.definition = wanted.hashes.front();
  filter.limit = limits::sagas_page_max;
  for (bool more = true; more && listed.size() < limit;) {
    const auto page = settled(client.list_sagas(filter, everything));
    if (!page) return page.error();
    for (const SagaView& each : page.value().items) {
      if (wanted.has(each) && listed.size() < limit) listed.push_back(wanted.listed(each));
    }
    more = page.value().more;
    filter.cursor = page.value().cursor;
  }
  return listed;
}

/// Every saga there ever was, each read from its events.
Result<std::vector<ListedSaga>, Trouble> list_all(Client& client, const Wanted& wanted,
                                                  const QueryOptions& everything,
                                                  std::uint64_t limit) {
  std::vector<ListedSaga> listed;
  EventFilter filter;
  filter.aggregate_type = saga_type();
  filter.flags = event_filter_flag::heads;
  filter.limit = limits::batch_events_max;
  for (bool more = true; more && listed.size() < limit;) {
    const auto page = settled(client.read_events(filter, everything));
    if (!page) return page.error();
    for (const FoundEvent& head : page.value().items) {
      if (listed.size() == limit) break;
      const auto saga = fetch_saga(client, everything, head.event.aggregate_id, wanted.definitions);
      if (!saga) return saga.error();
      const SagaView view = view_of(saga.value());
      if (wanted.has(view)) listed.push_back(wanted.listed(view));
    }
    more = page.value().more;
    filter.cursor = page.value().cursor;
  }
  return listed;
}

}  // namespace

int run_saga_show(const SagaShowOptions& options) {
  const auto id = parse_id(options.id);
  if (!id) return complain(fmt::format("id: {}", id.error().what));
  const auto client = connect_to(options.client);
  if (!client) return complain(client.error());
  const auto everything = see_everything(*client.value());
  if (!everything) return complain(everything.error());
  const auto found = fetch_saga(*client.value(), everything.value(), id.value());
  if (!found) return complain(found.error());
  const auto ledgers = fetch_ledgers(*client.value());
  if (!ledgers) return complain(ledgers.error());
  auto reasons = fetch_reasons(*client.value(), found.value(), everything.value());
  if (!reasons) return complain(reasons.error());
  const ToldSaga told{view_of(found.value()), *found.value().definition.definition,
                      *found.value().history, std::move(reasons).value()};
  if (options.client.json) {
    say(saga_json(told, ledgers.value()).str());
  } else {
    print_text(saga_text(told, ledgers.value()));
  }
  return exit_code::good;
}

int run_saga_list(const SagaListOptions& options) {
  const auto filter = filter_from(options);
  if (!filter) return complain(filter.error().what);
  const auto client = connect_to(options.client);
  if (!client) return complain(client.error());
  const auto everything = see_everything(*client.value());
  if (!everything) return complain(everything.error());
  auto definitions = fetch_definitions(*client.value(), everything.value());
  if (!definitions) return complain(definitions.error());
  Wanted wanted;
  wanted.filter = filter.value();
  wanted.definitions = std::move(definitions).value();
  for (const FoundDefinition& each : wanted.definitions) {
    const SagaDefinition& definition = *each.definition;
    if (is_asked_for(definition, options.definition)) wanted.hashes.push_back(definition.hash);
  }
  if (!options.definition.empty() && wanted.hashes.empty()) {
    complain(
        fmt::format("there is no definition {}; 'daybook saga definitions' lists those there "
                    "are",
                    options.definition));
    return exit_code::no;
  }
  const auto list = options.all ? list_all : list_running;
  const auto listed = list(*client.value(), wanted, everything.value(), options.limit);
  if (!listed) return complain(listed.error());
  if (options.client.json) {
    for (const ListedSaga& each : listed.value()) say(saga_list_json(each).str());
  } else if (listed.value().empty()) {
    say(options.all ? "There are no such sagas."
                    : "There are no such sagas in the engine's memory; --all has those that ended "
                      "as well.");
  } else {
    print_text(saga_table(listed.value()).text());
  }
  return exit_code::good;
}

}  // namespace daybook

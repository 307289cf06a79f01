#include "tools/daybook/participant/found_participants.hpp"

#include <utility>

#include "engine/model/saga_types.hpp"
#include "tools/daybook/text/id_text.hpp"

namespace daybook {
namespace {

void fold(FoundParticipants& all, const FoundEvent& event) {
  const auto news = saga_news_of(event.event.aggregate_type, event.event.event_type);
  if (!news) return;
  FoundParticipant& found = all[event.event.aggregate_id];
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

}  // namespace

Result<FoundParticipants, Trouble> fetch_participants(Client& client) {
  const auto everything = see_everything(client);
  if (!everything) return everything.error();
  FoundParticipants all;
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

Result<std::vector<WaitingWork>, Trouble> fetch_waiting_work(Client& client) {
  std::vector<WaitingWork> all;
  std::uint64_t after = 0;
  for (bool more = true; more;) {
    const auto page = settled(client.list_waiting_work(after));
    if (!page) return page.error();
    all.insert(all.end(), page.value().waiting.begin(), page.value().waiting.end());
    more = page.value().more;
    after = page.value().cursor;
  }
  return all;
}

}  // namespace daybook

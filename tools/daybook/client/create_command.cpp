#include "tools/daybook/client/create_command.hpp"

#include <algorithm>
#include <fstream>
#include <iostream>

#include <fmt/format.h>

#include "tools/daybook/client/connection.hpp"
#include "tools/daybook/client/event_kind.hpp"
#include "tools/daybook/client/outcome_report.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/text/event_json.hpp"
#include "tools/daybook/text/id_text.hpp"
#include "tools/daybook/text/name_book.hpp"

namespace daybook {
namespace {

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) {
    if (!all.empty()) all += '|';
    all += text;
  }
  return all;
}

/// One event is asked for by one person for one reason, so what the operation record says of them
/// is also the event's own, where it says nothing else.
template <typename Event>
void inherit(Event& event, const OperationAttributes& attributes) {
  if (event.business_id == BusinessId{}) event.business_id = attributes.business_id;
  if (event.user_id == UserId{}) event.user_id = attributes.user_id;
  if constexpr (std::is_same_v<Event, Transfer>) {
    if (event.trace_id == TraceId{}) event.trace_id = attributes.trace_id;
  }
}

template <typename Event>
using Drafts = std::vector<NumberedDraft<Event>>;

template <typename Event>
Result<Drafts<Event>> drafts_from_file(const std::string& path) {
  if (path == "-") return read_json_lines<Event>(std::cin);
  std::ifstream file{path};
  if (!file) {
    return Failure{FailureKind::not_found, "it cannot be opened; look at its name and rights"};
  }
  return read_json_lines<Event>(file);
}

template <typename Event>
Result<Drafts<Event>> drafts_from_fields(const CreateOptions& options,
                                         const OperationAttributes& attributes) {
  Draft<Event> draft;
  for (const CreateOptions::GivenField& given : options.fields) {
    if (given.texts.empty()) continue;
    const EventField<Event>* field = find_input_field<Event>(given.name);
    const Result<void> set = set_field(draft, *field, joined(given.texts));
    if (!set) return set.error();
  }
  inherit(draft.event, attributes);
  return Drafts<Event>{{1, std::move(draft)}};
}

bool any_from_fields(const CreateOptions& options) {
  return std::any_of(options.fields.begin(), options.fields.end(),
                     [](const auto& given) { return !given.texts.empty(); });
}

template <typename Event>
Result<Drafts<Event>> read_drafts(const CreateOptions& options,
                                  const OperationAttributes& attributes) {
  if (options.file.empty()) return drafts_from_fields<Event>(options, attributes);
  if (any_from_fields(options)) {
    return Failure{FailureKind::invalid,
                   "--file takes its events from the file: leave out the options of one event"};
  }
  auto drafts = drafts_from_file<Event>(options.file);
  if (drafts) return drafts;
  return Failure{drafts.error().kind,
                 fmt::format("{}: {}; nothing was sent", options.file, drafts.error().what)};
}

/// The events with ids and amounts. The failure names the line where a file was read.
template <typename Event>
Result<std::vector<Event>> finish_all(const Drafts<Event>& drafts, const LedgerBook& ledgers,
                                      const std::string& file) {
  std::vector<Event> events;
  for (const NumberedDraft<Event>& numbered : drafts) {
    Result<Event> event = finish(numbered.draft, ledgers);
    if (!event) {
      const std::string place =
          file.empty() ? "" : fmt::format("{}: line {}: ", file, numbered.line);
      return Failure{event.error().kind, place + event.error().what + "; nothing was sent"};
    }
    if (!numbered.draft.has_id) {
      event.value().id = typename EventKind<Event>::Id{make_time_ordered_id()};
    }
    events.push_back(event.value());
  }
  return events;
}

/// The names that the request brings, each once.
template <typename Event>
std::vector<Name> names_of(const Drafts<Event>& drafts, const OperationAttributes& attributes,
                           const WriteOptions& why) {
  std::vector<Name> names;
  for (const NumberedDraft<Event>& numbered : drafts) append_names(numbered.draft, names);
  const std::string_view business = text_behind_id(why.business);
  if (text_may_be_name(business)) {
    names.push_back(make_name(NameKind::business, attributes.business_id.value(), business));
  }
  leave_each_once(names);
  return names;
}

template <typename Event>
Result<BatchResult, Trouble> send(Client& client, std::span<const Event> events,
                                  const OperationAttributes& attributes,
                                  std::span<const Name> names) {
  if constexpr (std::is_same_v<Event, Account>) {
    return settled(client.create_accounts(events, attributes, names));
  } else {
    return settled(client.create_transfers(events, attributes, names));
  }
}

}  // namespace

template <typename Event>
int run_create(const CreateOptions& options) {
  const auto attributes = attributes_from(options.write);
  if (!attributes) return complain(attributes.error().what);
  const auto drafts = read_drafts<Event>(options, attributes.value());
  if (!drafts) return complain(drafts.error().what);
  auto client = connect_to(options.client);
  if (!client) return complain(client.error());
  LedgerBook ledgers;
  const auto& all = drafts.value();
  using Form = typename Draft<Event>::AmountForm;
  if (std::any_of(all.begin(), all.end(),
                  [](const auto& one) { return one.draft.amount_form == Form::scaled; })) {
    auto fetched = fetch_ledgers(*client.value());
    if (!fetched) return complain(fetched.error());
    ledgers = std::move(fetched).value();
  }
  const auto events = finish_all<Event>(all, ledgers, options.file);
  if (!events) return complain(events.error().what);
  const auto names = names_of(all, attributes.value(), options.write);
  const auto answer = send<Event>(*client.value(), events.value(), attributes.value(), names);
  if (!answer) return complain(answer.error());
  return report_outcomes<Event>(events.value(), answer.value(), options.client.json);
}

template int run_create<Account>(const CreateOptions& options);
template int run_create<Transfer>(const CreateOptions& options);

}  // namespace daybook

#include "tools/daybook/client/bundle_command.hpp"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tools/daybook/client/aggregate_command.hpp"
#include "tools/daybook/client/connection.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/text/command_text.hpp"
#include "tools/daybook/text/domain_event_text.hpp"
#include "tools/daybook/text/event_json.hpp"
#include "tools/daybook/text/id_text.hpp"
#include "tools/daybook/text/status_advice.hpp"
#include "tools/daybook/text/table.hpp"
#include "tools/daybook/text/time_text.hpp"

namespace daybook {
namespace {

using Json = nlohmann::json;

/// Of a frame's worth of events, written in text.
constexpr std::size_t file_bytes_max = 8 * limits::frame_bytes_max;

struct Drafts {
  std::vector<Draft<Transfer>> transfers;
  std::vector<EventDraft> events;
  std::vector<CommandLine> commands;
};

Result<std::string> text_of(const std::string& path) {
  std::ifstream file;
  if (path != "-") {
    file.open(path, std::ios::binary);
    if (!file) return Failure{FailureKind::not_found, "it cannot be opened"};
  }
  std::istream& in = path == "-" ? std::cin : file;
  std::string text(file_bytes_max + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > file_bytes_max) {
    return Failure{FailureKind::invalid, fmt::format("it has more than {} bytes", file_bytes_max)};
  }
  return text;
}

/// Reads each element of the list `name` with `parse` into `into`.
template <typename Item, typename Parse>
Result<void> read_list(const Json& object, const char* name, std::vector<Item>& into, Parse parse) {
  const auto list = object.find(name);
  if (list == object.end()) return {};
  if (!list->is_array() || list->empty()) {
    return Failure{FailureKind::invalid, fmt::format("'{}' is no list, or an empty one", name)};
  }
  for (const Json& each : *list) {
    auto item = parse(each.dump());
    if (!item) {
      return Failure{item.error().kind,
                     fmt::format("{}[{}]: {}", name, into.size(), item.error().what)};
    }
    into.push_back(std::move(item).value());
  }
  return {};
}

Result<Drafts> drafts_from(const std::string& text) {
  const Json object = Json::parse(text, nullptr, false);
  if (!object.is_object()) return Failure{FailureKind::invalid, "it is no JSON object"};
  for (const auto& [name, value] : object.items()) {
    if (name != "transfers" && name != "events" && name != "commands") {
      return Failure{FailureKind::invalid,
                     fmt::format("there is no field '{}'; there are transfers, events and "
                                 "commands",
                                 name)};
    }
  }
  Drafts drafts;
  auto read = read_list(object, "transfers", drafts.transfers,
                        [](const std::string& json) { return parse_event_json<Transfer>(json); });
  if (read) {
    read = read_list(object, "events", drafts.events,
                     [](const std::string& json) { return parse_event_line(json); });
  }
  if (read) {
    read = read_list(object, "commands", drafts.commands,
                     [](const std::string& json) { return parse_command_line(json); });
  }
  if (!read) return read.error();
  const bool whole =
      !drafts.commands.empty() || (!drafts.transfers.empty() && !drafts.events.empty());
  if (whole) return drafts;
  return Failure{FailureKind::invalid,
                 "it needs transfers and events, or commands to orders or payments"};
}

Result<std::vector<Transfer>> finish_transfers(const std::vector<Draft<Transfer>>& drafts,
                                               const LedgerBook& ledgers,
                                               const OperationAttributes& attributes) {
  std::vector<Transfer> transfers;
  for (const Draft<Transfer>& draft : drafts) {
    auto finished = finish(draft, ledgers);
    if (!finished) {
      return Failure{finished.error().kind, fmt::format("transfers[{}]: {}; nothing was sent",
                                                        transfers.size(), finished.error().what)};
    }
    Transfer& transfer = transfers.emplace_back(finished.value());
    if (!draft.has_id) transfer.id = TransferId{make_time_ordered_id()};
    if (transfer.business_id == BusinessId{}) transfer.business_id = attributes.business_id;
    if (transfer.user_id == UserId{}) transfer.user_id = attributes.user_id;
    if (transfer.trace_id == TraceId{}) transfer.trace_id = attributes.trace_id;
  }
  return transfers;
}

/// The commands come first, in their order. An amount is by the scale of the ledger that stands
/// beside it.
Result<std::vector<CommandInput>> read_commands(const std::vector<CommandLine>& lines,
                                                const LedgerBook& ledgers) {
  std::vector<CommandInput> inputs;
  for (const CommandLine& line : lines) {
    auto input = parse_command(line.command, line.fields, ledgers, std::nullopt);
    if (!input) {
      return Failure{input.error().kind, fmt::format("commands[{}]: {}; nothing was sent",
                                                     inputs.size(), input.error().what)};
    }
    inputs.push_back(std::move(input).value());
  }
  return inputs;
}

void add_events(EventList& list, const std::vector<EventDraft>& drafts,
                const OperationAttributes& attributes) {
  for (const EventDraft& draft : drafts) {
    DomainEvent event = draft.event;
    if (event.business_id == BusinessId{}) event.business_id = attributes.business_id;
    if (event.user_id == UserId{}) event.user_id = attributes.user_id;
    if (event.trace_id == TraceId{}) event.trace_id = attributes.trace_id;
    list.add(event, draft.payload);
  }
}

std::vector<Name> names_of(const Drafts& drafts, const OperationAttributes& attributes,
                           const WriteOptions& why) {
  std::vector<Name> names;
  for (const Draft<Transfer>& draft : drafts.transfers) append_names(draft, names);
  for (const EventDraft& draft : drafts.events) {
    names.insert(names.end(), draft.names.begin(), draft.names.end());
  }
  const std::string_view business = text_behind_id(why.business);
  if (text_may_be_name(business)) {
    names.push_back(make_name(NameKind::business, attributes.business_id.value(), business));
  }
  leave_each_once(names);
  return names;
}

/// What became of a bundle, event by event: a table, or lines of JSON.
class Report {
 public:
  Report(const BatchResult& result, bool json) : result_{result}, json_{json} {
    for (const Refusal& each : result.refusals) refusals_[{each.part, each.index}] = each;
  }

  template <typename Status>
  void add(std::uint16_t part, std::uint32_t index, const Uint128& id) {
    const auto refused = refusals_.find({part, index});
    const bool created = refused == refusals_.end();
    const Status status = created ? Status::created : Status{refused->second.status};
    const bool good = created || status == Status::exists;
    const Timestamp time =
        created ? Timestamp{result_.first_timestamp.value() + count_} : refused->second.timestamp;
    const Sequence sequence{result_.first_sequence.value() + 1 + count_};
    ++count_;
    const char* const what = part == bundle_part::events ? "event" : "transfer";
    if (json_) {
      JsonObject line;
      line.text("part", what).count("index", index).id("id", id).text("status", to_string(status));
      if (good) line.time("timestamp", time);
      if (created) line.sequence("sequence", sequence);
      say(line.str());
    } else {
      table_.add({fmt::format("{} {}", what, index), format_id(id), std::string{to_string(status)},
                  good ? format_time(time) : "",
                  created ? fmt::format("{}", sequence.value()) : ""});
    }
    if (good) return;
    code_ = exit_code::no;
    if (status == Status::linked_event_failed) return;
    complain(fmt::format("{} {}: {}: {}", what, index, to_string(status), advice(status)));
  }

  int finish() {
    if (!json_) print_text(table_.text());
    return code_;
  }

 private:
  const BatchResult& result_;
  bool json_;
  std::map<std::pair<std::uint16_t, std::uint32_t>, Refusal> refusals_;
  std::uint64_t count_ = 0;
  int code_ = exit_code::good;
  Table table_{{{"part"},
                {"id", Table::Align::right},
                {"status"},
                {"time"},
                {"sequence", Table::Align::right}}};
};

}  // namespace

int run_bundle(const BundleOptions& options) {
  const auto attributes = attributes_from(options.write);
  if (!attributes) return complain(attributes.error().what);
  const auto text = text_of(options.file);
  auto drafts = text ? drafts_from(text.value()) : Result<Drafts>{text.error()};
  if (!drafts) {
    return complain(fmt::format("{}: {}; nothing was sent", options.file, drafts.error().what));
  }
  const auto client = connect_to(options.client);
  if (!client) return complain(client.error());
  const auto ledgers = fetch_ledgers(*client.value());
  if (!ledgers) return complain(ledgers.error());
  const auto transfers =
      finish_transfers(drafts.value().transfers, ledgers.value(), attributes.value());
  if (!transfers) return complain(transfers.error().what);
  const auto commands = read_commands(drafts.value().commands, ledgers.value());
  if (!commands) return complain(commands.error().what);
  EventList events;
  auto names = names_of(drafts.value(), attributes.value(), options.write);
  for (const CommandInput& each : commands.value()) {
    auto added = add_input(events, each, attributes.value());
    if (!added) return complain(fmt::format("{}; nothing was sent", added.error().what));
    names.insert(names.end(), each.names.begin(), each.names.end());
  }
  leave_each_once(names);
  add_events(events, drafts.value().events, attributes.value());
  const auto answer =
      settled(client.value()->send_bundle(transfers.value(), events, attributes.value(), names));
  if (!answer) return complain(answer.error());
  Report report{answer.value(), options.client.json};
  std::uint32_t index = 0;
  for (const Transfer& each : transfers.value()) {
    report.add<CreateTransferStatus>(bundle_part::transfers, index++, each.id.value());
  }
  index = 0;
  for (const DomainEvent& each : events.events()) {
    report.add<AppendEventStatus>(bundle_part::events, index++, each.id);
  }
  return report.finish();
}

}  // namespace daybook

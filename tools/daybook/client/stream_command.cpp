#include "tools/daybook/client/stream_command.hpp"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>
#include <limits>
#include <map>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "tools/daybook/client/connection.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/text/domain_event_text.hpp"
#include "tools/daybook/text/id_text.hpp"
#include "tools/daybook/text/status_advice.hpp"
#include "tools/daybook/text/table.hpp"
#include "tools/daybook/text/time_text.hpp"

namespace daybook {
namespace {

using Drafts = std::vector<EventDraft>;

/// A whole line: a payload of any size, written in hexadecimal digits, and the fields around it.
constexpr std::size_t line_bytes_max = 4 * limits::event_payload_bytes_max;

Result<Drafts> drafts_from(std::istream& in) {
  Drafts drafts;
  std::string line;
  for (std::uint64_t number = 1; std::getline(in, line); ++number) {
    if (line.empty()) continue;
    const auto wrong = [&](std::string_view what) {
      return Failure{FailureKind::invalid, fmt::format("line {}: {}", number, what)};
    };
    if (line.size() > line_bytes_max) return wrong("it is too long");
    auto draft = parse_event_line(line);
    if (!draft) return wrong(draft.error().what);
    drafts.push_back(std::move(draft).value());
    if (drafts.size() > limits::batch_events_max) return wrong("there are more than 8192 events");
  }
  if (drafts.empty()) return Failure{FailureKind::invalid, "there is no event in it"};
  return drafts;
}

Result<Drafts> drafts_from_file(const std::string& path) {
  std::ifstream file;
  if (path != "-") {
    file.open(path);
    if (!file) {
      return Failure{FailureKind::not_found, fmt::format("{} cannot be opened", path)};
    }
  }
  auto drafts = drafts_from(path == "-" ? std::cin : file);
  if (drafts) return drafts;
  return Failure{drafts.error().kind,
                 fmt::format("{}: {}; nothing was sent", path, drafts.error().what)};
}

Result<void> set_data_from_file(EventDraft& draft, const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  if (!file) return Failure{FailureKind::not_found, fmt::format("{} cannot be opened", path)};
  std::string bytes(limits::event_payload_bytes_max + 1, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  return set_event_field(draft, "data", bytes);
}

Result<Drafts> drafts_from_fields(const StreamAppendOptions& options) {
  EventDraft draft;
  const std::pair<const char*, const std::string*> given[] = {
      {"id", &options.id},
      {"aggregate_type", &options.aggregate_type},
      {"aggregate", &options.aggregate},
      {"type", &options.type},
      {"content_type", &options.content_type},
      {"expect_version", &options.expect_version},
      {"data", &options.data},
  };
  for (const auto& [name, text] : given) {
    if (text->empty()) continue;
    if (auto set = set_event_field(draft, name, *text); !set) return set.error();
  }
  if (!options.data_file.empty()) {
    if (auto set = set_data_from_file(draft, options.data_file); !set) return set.error();
  }
  if (auto finished = finish(draft); !finished) return finished.error();
  return Drafts{std::move(draft)};
}

/// What the operation's record says of who and why is the events' own, where they say nothing else.
void inherit(DomainEvent& event, const OperationAttributes& attributes) {
  if (event.business_id == BusinessId{}) event.business_id = attributes.business_id;
  if (event.user_id == UserId{}) event.user_id = attributes.user_id;
  if (event.trace_id == TraceId{}) event.trace_id = attributes.trace_id;
}

std::vector<Name> names_of(const Drafts& drafts, const OperationAttributes& attributes,
                           const WriteOptions& why) {
  std::vector<Name> names;
  for (const EventDraft& draft : drafts) {
    names.insert(names.end(), draft.names.begin(), draft.names.end());
  }
  const std::string_view business = text_behind_id(why.business);
  if (text_may_be_name(business)) {
    names.push_back(make_name(NameKind::business, attributes.business_id.value(), business));
  }
  leave_each_once(names);
  return names;
}

using ByIndex = std::map<std::uint32_t, Refusal>;

/// The versions that the events got, by their sequences: the answer to an append names none.
Result<std::map<std::uint64_t, std::uint64_t>, Trouble> fetch_versions(Client& client,
                                                                       Sequence first,
                                                                       std::size_t count) {
  std::map<std::uint64_t, std::uint64_t> versions;
  EventFilter filter;
  filter.sequence_min = first;
  filter.sequence_max = Sequence{first.value() + count - 1};
  filter.limit = static_cast<std::uint32_t>(count);
  for (bool more = true; more;) {
    const auto page = settled(client.read_events(filter));
    if (!page) return page.error();
    for (const FoundEvent& each : page.value().items) {
      versions[each.sequence.value()] = each.event.version;
    }
    more = page.value().more;
    filter.cursor = page.value().cursor;
  }
  return versions;
}

int report(Client& client, const Drafts& drafts, const BatchResult& result, bool json) {
  ByIndex refusals;
  for (const Refusal& refusal : result.refusals) refusals[refusal.index] = refusal;
  std::map<std::uint64_t, std::uint64_t> versions;
  if (refusals.empty()) {
    auto fetched = fetch_versions(client, next(result.first_sequence), drafts.size());
    if (!fetched) return complain(fetched.error());
    versions = std::move(fetched).value();
  }
  Table table{{{"event id", Table::Align::right},
               {"status"},
               {"version", Table::Align::right},
               {"time"},
               {"sequence", Table::Align::right}}};
  int code = exit_code::good;
  for (std::uint32_t index = 0; index < drafts.size(); ++index) {
    const auto refused = refusals.find(index);
    const bool created = refused == refusals.end();
    const auto status =
        created ? AppendEventStatus::created : AppendEventStatus{refused->second.status};
    const bool good = created || status == AppendEventStatus::exists;
    const Timestamp time =
        created ? Timestamp{result.first_timestamp.value() + index} : refused->second.timestamp;
    const Sequence sequence{result.first_sequence.value() + 1 + index};
    const Uint128& id = drafts[index].event.id;
    if (json) {
      JsonObject line;
      line.count("index", index).id("id", id).text("status", to_string(status));
      if (good) line.time("timestamp", time);
      if (created) line.count("version", versions[sequence.value()]).sequence("sequence", sequence);
      say(line.str());
    } else {
      table.add({format_id(id), std::string{to_string(status)},
                 created ? fmt::format("{}", versions[sequence.value()]) : "",
                 good ? format_time(time) : "",
                 created ? fmt::format("{}", sequence.value()) : ""});
    }
    if (good) continue;
    code = exit_code::no;
    if (status == AppendEventStatus::linked_event_failed) continue;
    complain(fmt::format("event {}: {}: {}", index, to_string(status), advice(status)));
  }
  if (!json) print_text(table.text());
  return code;
}

Result<std::uint64_t> number_of(const char* option, const std::string& text) {
  if (text.empty()) return std::uint64_t{0};
  const auto number = parse_u128(text);
  if (number && *number >= 1 && *number >> 64 == 0) return static_cast<std::uint64_t>(*number);
  return Failure{FailureKind::invalid,
                 fmt::format("{}: '{}' is no number from 1 on", option, text)};
}

Result<EventFilter> filter_from(const StreamReadOptions& options) {
  EventFilter filter;
  std::vector<Name> unused;
  const auto id = [&](const char* option, Uint128& field, const std::string& text,
                      std::optional<NameKind> type) -> Result<void> {
    if (text.empty()) return {};
    const auto parsed = type ? parse_type(*type, text, unused) : parse_id(text);
    if (!parsed)
      return Failure{parsed.error().kind, fmt::format("{}: {}", option, parsed.error().what)};
    field = parsed.value();
    return {};
  };
  const auto time = [](const char* option, Timestamp& field,
                       const std::string& text) -> Result<void> {
    if (text.empty()) return {};
    const auto parsed = parse_time(text);
    if (!parsed)
      return Failure{parsed.error().kind, fmt::format("{}: {}", option, parsed.error().what)};
    field = parsed.value();
    return {};
  };
  Result<void> set = id("--aggregate-type", filter.aggregate_type, options.aggregate_type,
                        NameKind::aggregate_type);
  if (set) set = id("--aggregate", filter.aggregate_id, options.aggregate, std::nullopt);
  if (set) set = id("--type", filter.event_type, options.type, NameKind::event_type);
  if (set) set = time("--from", filter.timestamp_min, options.from);
  if (set) set = time("--to", filter.timestamp_max, options.to);
  if (!set) return set.error();
  const auto version_min = number_of("--version-from", options.version_from);
  const auto version_max = number_of("--version-to", options.version_to);
  const auto sequence_min = number_of("--sequence-from", options.sequence_from);
  const auto sequence_max = number_of("--sequence-to", options.sequence_to);
  for (const auto* each : {&version_min, &version_max, &sequence_min, &sequence_max}) {
    if (!*each) return each->error();
  }
  filter.version_min = version_min.value();
  filter.version_max = version_max.value();
  filter.sequence_min = Sequence{sequence_min.value()};
  filter.sequence_max = Sequence{sequence_max.value()};
  if (options.newest_first) filter.flags |= event_filter_flag::newest_first;
  return filter;
}

/// A page with the names of its ids beside them.
void print_page(const FoundEvents& page, const NameBook& names, bool heads, bool json) {
  Table table = heads ? Table{{{"aggregate type"},
                               {"aggregate"},
                               {"version", Table::Align::right},
                               {"sequence", Table::Align::right}}}
                      : Table{{{"sequence", Table::Align::right},
                               {"time"},
                               {"aggregate type"},
                               {"aggregate"},
                               {"version", Table::Align::right},
                               {"type"},
                               {"content type"},
                               {"data"}}};
  // A name says more than 39 digits; --json has both.
  const auto shown = [&names](NameKind kind, const Uint128& id) {
    const std::string_view text = names.find(kind, id);
    return text.empty() ? format_id(id) : std::string{text};
  };
  for (const FoundEvent& each : page.items) {
    const DomainEvent& event = each.event;
    const std::string type = shown(NameKind::aggregate_type, event.aggregate_type);
    const std::string aggregate = shown(NameKind::aggregate, event.aggregate_id);
    if (json) {
      JsonObject named;
      std::vector<NameKey> keys;
      append_keys(event, keys);
      for (const NameKey& key : keys) {
        const std::string_view text = names.find(key.kind, key.id);
        if (!text.empty()) named.text(to_string(key.kind), text);
      }
      JsonObject line;
      if (heads) {
        line.id("aggregate_type", event.aggregate_type)
            .id("aggregate", event.aggregate_id)
            .count("version", event.version)
            .sequence("sequence", each.sequence);
      } else {
        line = to_json({event, each.sequence}, each.payload);
      }
      say(line.raw("names", named.str()).sequence("as_of", page.sequence).str());
    } else if (heads) {
      table.add({type, aggregate, fmt::format("{}", event.version),
                 fmt::format("{}", each.sequence.value())});
    } else {
      table.add({fmt::format("{}", each.sequence.value()), format_time(event.timestamp), type,
                 aggregate, fmt::format("{}", event.version),
                 shown(NameKind::event_type, event.event_type), to_text(event.content_type),
                 payload_preview(each.payload)});
    }
  }
  if (!table.empty()) print_text(table.text());
}

int print_pages(const StreamReadOptions& options, EventFilter filter) {
  const auto client = connect_to(options.client);
  if (!client) return complain(client.error());
  const auto everything = see_everything(*client.value());
  if (!everything) return complain(everything.error());
  const bool heads = (filter.flags & event_filter_flag::heads) != 0;
  const std::uint64_t wanted =
      options.all ? std::numeric_limits<std::uint64_t>::max() : options.limit;
  std::uint64_t count = 0;
  bool more = true;
  while (more && count < wanted) {
    filter.limit = static_cast<std::uint32_t>(
        std::min<std::uint64_t>(wanted - count, limits::batch_events_max));
    const auto page = settled(client.value()->read_events(filter, everything.value()));
    if (!page) return complain(page.error());
    std::vector<NameKey> keys;
    for (const FoundEvent& each : page.value().items) append_keys(each.event, keys);
    leave_each_once(keys);
    const auto names = fetch_names(*client.value(), keys);
    if (!names) return complain(names.error());
    print_page(page.value(), names.value(), heads, options.client.json);
    count += page.value().items.size();
    filter.cursor = page.value().cursor;
    more = page.value().more;
  }
  if (more) {
    complain(fmt::format(
        "these are the first {}, and there may be more: raise --limit, or say --all", count));
  } else if (count == 0 && !options.client.json) {
    say("Nothing matches.");
  }
  return exit_code::good;
}

}  // namespace

int run_stream_append(const StreamAppendOptions& options) {
  const auto attributes = attributes_from(options.write);
  if (!attributes) return complain(attributes.error().what);
  auto drafts = options.file.empty() ? drafts_from_fields(options) : drafts_from_file(options.file);
  if (!drafts) return complain(drafts.error().what);
  EventList events;
  for (EventDraft& draft : drafts.value()) {
    inherit(draft.event, attributes.value());
    events.add(draft.event, draft.payload);
  }
  const auto names = names_of(drafts.value(), attributes.value(), options.write);
  const auto client = connect_to(options.client);
  if (!client) return complain(client.error());
  const auto answer = settled(client.value()->append_events(events, attributes.value(), names));
  if (!answer) return complain(answer.error());
  return report(*client.value(), drafts.value(), answer.value(), options.client.json);
}

int run_stream_read(const StreamReadOptions& options) {
  const auto filter = filter_from(options);
  if (!filter) return complain(filter.error().what);
  return print_pages(options, filter.value());
}

int run_stream_list(const StreamReadOptions& options) {
  auto filter = filter_from(options);
  if (!filter) return complain(filter.error().what);
  filter.value().flags |= event_filter_flag::heads;
  return print_pages(options, filter.value());
}

}  // namespace daybook

#include "tools/daybook/client/name_command.hpp"

#include <fmt/format.h>

#include "engine/model/name.hpp"
#include "tools/daybook/client/connection.hpp"
#include "tools/daybook/client/ids_of_options.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/text/json_text.hpp"
#include "tools/daybook/text/status_advice.hpp"
#include "tools/daybook/text/table.hpp"

namespace daybook {
namespace {

Result<NameKind> kind_from(const std::string& text) {
  if (const auto kind = parse_name_kind(text)) return *kind;
  return Failure{FailureKind::invalid,
                 fmt::format("'{}' is no kind of id; there are account, transfer, user, business, "
                             "aggregate_type, event_type, aggregate",
                             text)};
}

Result<Name> name_from(const NamePutOptions& options) {
  const auto kind = kind_from(options.kind);
  if (!kind) return kind.error();
  if (options.text.empty() || options.text.size() > limits::name_bytes_max) {
    return Failure{FailureKind::invalid,
                   fmt::format("a name has 1 to {} bytes", limits::name_bytes_max)};
  }
  if (!options.id.empty()) {
    const auto id = parse_id(options.id);
    if (!id) return Failure{id.error().kind, fmt::format("--id: {}", id.error().what)};
    if (kind.value() == NameKind::user && id.value().hi != 0) {
      return Failure{FailureKind::invalid, "--id: a user id has 64 bits"};
    }
    return make_name(kind.value(), id.value(), options.text);
  }
  if (kind.value() == NameKind::user) {
    return Failure{FailureKind::invalid,
                   "a user id is a number of yours that no text makes: give it with --id"};
  }
  return make_name(kind.value(), id_of(options.text), options.text);
}

}  // namespace

int run_name_put(const NamePutOptions& options) {
  const auto attributes = attributes_from(options.write);
  if (!attributes) return complain(attributes.error().what);
  const auto name = name_from(options);
  if (!name) return complain(name.error().what);
  const auto client = connect_to(options.client);
  if (!client) return complain(client.error());
  const auto answer = settled(client.value()->put_names({&name.value(), 1}, attributes.value()));
  if (!answer) return complain(answer.error());
  const auto& refusals = answer.value().refusals;
  const auto status =
      refusals.empty() ? PutNameStatus::created : PutNameStatus{refusals.front().status};
  const bool good = status == PutNameStatus::created || status == PutNameStatus::exists;
  if (options.client.json) {
    say(to_json(name.value()).text("status", to_string(status)).str());
  } else {
    say(fmt::format("{} {} '{}': {}", options.kind, format_id(name.value().id), options.text,
                    to_string(status)));
  }
  if (!good) {
    complain(fmt::format("{}: {}{}", to_string(status), advice(status),
                         in_trace(answer.value().trace_id)));
  }
  return good ? exit_code::good : exit_code::no;
}

int run_name_get(const NameGetOptions& options) {
  const auto kind = kind_from(options.kind);
  if (!kind) return complain(kind.error().what);
  const auto ids = parse_ids<Uint128>(options.ids);
  if (!ids) return complain(ids.error().what);
  std::vector<NameKey> keys;
  for (const Uint128& id : ids.value()) keys.push_back({.id = id, .kind = kind.value()});
  const auto client = connect_to(options.client);
  if (!client) return complain(client.error());
  const auto everything = see_everything(*client.value());
  if (!everything) return complain(everything.error());
  const auto found = settled(client.value()->lookup_names(keys, everything.value()));
  if (!found) return complain(found.error());
  Table table{{{options.kind + " id", Table::Align::right}, {"name"}}};
  for (const Name& name : found.value().names) {
    if (options.client.json) {
      say(to_json(name).truth("found", true).sequence("as_of", found.value().sequence).str());
    } else {
      table.add({format_id(name.id), std::string{name.text()}});
    }
  }
  if (!table.empty()) print_text(table.text());
  for (const NameKey& key : found.value().missing) {
    if (options.client.json) {
      say(JsonObject{}.text("kind", options.kind).id("id", key.id).truth("found", false).str());
    }
    complain(fmt::format("the {} id {} has no name", options.kind, format_id(key.id)));
  }
  return found.value().missing.empty() ? exit_code::good : exit_code::no;
}

}  // namespace daybook

#include "tools/daybook/text/operation_text.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "engine/model/account_change.hpp"
#include "engine/model/status.hpp"
#include "tools/daybook/text/domain_event_text.hpp"
#include "tools/daybook/text/fact_text.hpp"
#include "tools/daybook/text/id_text.hpp"
#include "tools/daybook/text/status_advice.hpp"
#include "tools/daybook/text/tcc_text.hpp"
#include "tools/daybook/text/time_text.hpp"

namespace daybook {
namespace {

constexpr auto right = Table::Align::right;
constexpr std::size_t refusals_in_a_row = 3;

bool is_engines_own(const Operation& operation) { return operation.client == ClientId{}; }

std::string business_text(const Operation& operation, const NameBook& names) {
  return operation.business_id == BusinessId{}
             ? std::string{}
             : names.show(NameKind::business, operation.business_id.value());
}

std::string client_text(const Operation& operation) {
  return is_engines_own(operation) ? std::string{} : format_id(operation.client.value());
}

// The engine names a principal by a hash of its name, and only this one is known everywhere.
std::string principal_text(const Operation& operation) {
  if (is_engines_own(operation)) return {};
  static const Uint128 local = id_of("local");
  return operation.principal.value() == local ? std::string{"local"}
                                              : format_id(operation.principal.value());
}

std::string trace_text(const Operation& operation) {
  return operation.trace_id == TraceId{} ? std::string{} : format_trace_id(operation.trace_id);
}

std::string note_of(const LoggedOperation& logged) {
  const Operation& operation = logged.view.operation;
  std::string note;
  const auto add = [&note](const std::string& text) { note += note.empty() ? text : "; " + text; };
  if (operation.status != RequestStatus::ok) add(std::string{in_words(operation.status)});
  for (std::size_t each = 0; each < logged.refusals.size() && each < refusals_in_a_row; ++each) {
    const Refusal& refusal = logged.refusals[each].refusal;
    add(fmt::format("{}: {}", refusal.index,
                    event_status_name(kind_of_refusal(operation.kind, refusal), refusal.status)));
  }
  if (logged.refusals.size() > refusals_in_a_row) {
    add(fmt::format("{} more", logged.refusals.size() - refusals_in_a_row));
  }
  if (!logged.reason.empty()) add(fmt::format("reason: {}", logged.reason));
  return note;
}

std::string refused_event(const LoggedRefusal& refusal, RequestKind kind, const LedgerBook& ledgers,
                          const NameBook& names) {
  if (kind == RequestKind::create_accounts) {
    return fact_line(refusal.as<Account>(), ledgers, names);
  }
  if (kind == RequestKind::create_transfers) {
    return fact_line(refusal.as<Transfer>(), ledgers, names);
  }
  if (kind == RequestKind::put_ledgers) return fact_line(refusal.as<Ledger>());
  if (kind == RequestKind::change_accounts) return fact_line(refusal.as<AccountChange>(), names);
  if (kind == RequestKind::put_names) return fact_line(refusal.as<Name>());
  if (appends_events(kind)) return fact_line(refusal.as<DomainEvent>(), names);
  if (kind == RequestKind::put_checkpoints) return fact_line(refusal.as<EventCheckpoint>());
  if (kind == RequestKind::tcc_commands) return fact_line(refusal.as<TccCommand>(), names);
  return {};
}

std::string refused_event_json(const LoggedRefusal& refusal, RequestKind kind,
                               const LedgerBook& ledgers) {
  if (kind == RequestKind::create_accounts) return to_json(refusal.as<Account>(), ledgers).str();
  if (kind == RequestKind::create_transfers) return to_json(refusal.as<Transfer>(), ledgers).str();
  if (kind == RequestKind::put_ledgers) return to_json(refusal.as<Ledger>()).str();
  if (kind == RequestKind::change_accounts) return change_json(refusal.as<AccountChange>()).str();
  if (kind == RequestKind::put_names) return to_json(refusal.as<Name>()).str();
  if (appends_events(kind)) return event_json(refusal.as<DomainEvent>()).str();
  if (kind == RequestKind::put_checkpoints) {
    return checkpoint_json(refusal.as<EventCheckpoint>()).str();
  }
  if (kind == RequestKind::tcc_commands) return tcc_command_json(refusal.as<TccCommand>()).str();
  return "null";
}

std::string refusals_json(const LoggedOperation& logged, const LedgerBook& ledgers) {
  std::vector<std::string> refusals;
  for (const LoggedRefusal& each : logged.refusals) {
    const RequestKind kind = kind_of_refusal(logged.view.operation.kind, each.refusal);
    JsonObject refusal;
    refusal.count("index", each.refusal.index)
        .text("status", event_status_name(kind, each.refusal.status))
        .count("status_number", each.refusal.status)
        .time("timestamp", each.refusal.timestamp);
    if (!each.event.empty()) refusal.raw("request", refused_event_json(each, kind, ledgers));
    refusals.push_back(refusal.str());
  }
  return json_array(refusals);
}

void add_key(std::vector<NameKey>& keys, NameKind kind, const Uint128& id) {
  if (!id.is_zero()) keys.push_back({.id = id, .kind = kind});
}

}  // namespace

std::string_view event_status_name(RequestKind kind, std::uint16_t status) {
  if (kind == RequestKind::create_accounts) {
    return to_string(static_cast<CreateAccountStatus>(status));
  }
  if (kind == RequestKind::create_transfers) {
    return to_string(static_cast<CreateTransferStatus>(status));
  }
  if (kind == RequestKind::put_ledgers) return to_string(static_cast<PutLedgerStatus>(status));
  if (kind == RequestKind::change_accounts) {
    return to_string(static_cast<ChangeAccountStatus>(status));
  }
  if (kind == RequestKind::put_names) return to_string(static_cast<PutNameStatus>(status));
  if (appends_events(kind)) {
    return to_string(static_cast<AppendEventStatus>(status));
  }
  if (kind == RequestKind::put_checkpoints) {
    return to_string(static_cast<PutCheckpointStatus>(status));
  }
  if (kind == RequestKind::tcc_commands) return to_string(static_cast<TccStatus>(status));
  return "unknown_status";
}

std::string_view event_status_advice(RequestKind kind, std::uint16_t status) {
  if (kind == RequestKind::create_accounts) return advice(static_cast<CreateAccountStatus>(status));
  if (kind == RequestKind::create_transfers) {
    return advice(static_cast<CreateTransferStatus>(status));
  }
  if (kind == RequestKind::put_ledgers) return advice(static_cast<PutLedgerStatus>(status));
  if (kind == RequestKind::change_accounts) return advice(static_cast<ChangeAccountStatus>(status));
  if (kind == RequestKind::put_names) return advice(static_cast<PutNameStatus>(status));
  if (appends_events(kind)) return advice(static_cast<AppendEventStatus>(status));
  if (kind == RequestKind::put_checkpoints) return advice(static_cast<PutCheckpointStatus>(status));
  if (kind == RequestKind::tcc_commands) return advice(static_cast<TccStatus>(status));
  return {};
}

std::string who_text(const Operation& operation, const NameBook& names) {
  if (is_engines_own(operation)) {
    const bool expires =
        operation.kind == RequestKind::release_holds || operation.kind == RequestKind::expire_tccs;
    return expires ? "engine: expiry" : "engine";
  }
  if (operation.user_id == UserId{}) return {};
  return names.show(NameKind::user, Uint128{operation.user_id.value(), 0});
}

Table table_of(std::span<const LoggedOperation> operations, const NameBook& names) {
  Table table{{{"sequence", right},
               {"time"},
               {"kind"},
               {"status"},
               {"events", right},
               {"made", right},
               {"refused", right},
               {"user"},
               {"business"},
               {"trace"},
               {"client", right},
               {"number", right},
               {"principal"},
               {"note"}}};
  for (const LoggedOperation& logged : operations) {
    const Operation& operation = logged.view.operation;
    table.add({fmt::format("{}", logged.sequence.value()), format_time(operation.time),
               std::string{to_string(operation.kind)}, std::string{to_string(operation.status)},
               fmt::format("{}", operation.event_count), fmt::format("{}", operation.created_count),
               fmt::format("{}", operation.refusal_count), who_text(operation, names),
               business_text(operation, names), trace_text(operation), client_text(operation),
               is_engines_own(operation) ? "" : fmt::format("{}", operation.request_number),
               principal_text(operation), note_of(logged)});
  }
  return table;
}

std::string describe(const LoggedOperation& logged, const LedgerBook& ledgers,
                     const NameBook& names, std::string_view indent) {
  const Operation& operation = logged.view.operation;
  std::string text = fmt::format(
      "{}{} {} {} {}: {} events, {} made, {} refused\n", indent, logged.sequence.value(),
      format_time(operation.time), to_string(operation.kind), to_string(operation.status),
      operation.event_count, operation.created_count, operation.refusal_count);
  const auto line = [&](const std::string& what) { text += fmt::format("{}  {}\n", indent, what); };
  std::string origin;
  const auto add = [&origin](std::string_view what, const std::string& value) {
    if (!value.empty()) origin += fmt::format("{}{} {}", origin.empty() ? "" : ", ", what, value);
  };
  add(is_engines_own(operation) ? "by" : "user", who_text(operation, names));
  add("business", business_text(operation, names));
  add("trace", trace_text(operation));
  add("client", client_text(operation));
  if (!is_engines_own(operation)) add("number", fmt::format("{}", operation.request_number));
  add("principal", principal_text(operation));
  if (!origin.empty()) line(origin);
  if (operation.status != RequestStatus::ok) {
    line(fmt::format("refused as a whole: {}", in_words(operation.status)));
  }
  if (!logged.reason.empty()) line(fmt::format("reason: {}", logged.reason));
  for (const LoggedRefusal& each : logged.refusals) {
    const RequestKind kind = kind_of_refusal(operation.kind, each.refusal);
    const auto status = event_status_name(kind, each.refusal.status);
    const std::string event =
        each.event.empty() ? "" : ": " + refused_event(each, kind, ledgers, names);
    line(fmt::format("refused {} {}{}", each.refusal.index, status, event));
  }
  for (const LoggedFact& fact : logged.facts) line(describe(fact, ledgers, names));
  return text;
}

std::string describe(const LoggedFact& fact, const LedgerBook& ledgers, const NameBook& names) {
  return fmt::format("{} {}", fact.sequence.value(), fact_line(fact, ledgers, names));
}

JsonObject to_json(const LoggedFact& fact, const LedgerBook& ledgers, const NameBook& names) {
  JsonObject object = fact_json(fact, ledgers);
  JsonObject known;
  for_each_name_of(fact, [&](const char* field, NameKind kind, const Uint128& id) {
    const std::string_view text = names.find(kind, id);
    if (!text.empty()) known.text(field, text);
  });
  if (known.str() != "{}") object.raw("names", known.str());
  return object;
}

JsonObject to_json(const LoggedOperation& logged, const LedgerBook& ledgers, const NameBook& names,
                   bool with_facts) {
  const Operation& operation = logged.view.operation;
  JsonObject object;
  object.sequence("sequence", logged.sequence)
      .text("kind", to_string(operation.kind))
      .text("status", to_string(operation.status))
      .count("status_number", static_cast<std::uint64_t>(operation.status))
      .text("words",
            operation.status == RequestStatus::ok ? std::string_view{} : in_words(operation.status))
      .id("client", operation.client.value())
      .text("request_number", fmt::format("{}", operation.request_number))
      .id("principal", operation.principal.value())
      .text("who", who_text(operation, names))
      .text("user_id", fmt::format("{}", operation.user_id.value()))
      .id("business_id", operation.business_id.value())
      .text("trace_id", format_trace_id(operation.trace_id))
      .time("time", operation.time)
      .time("commit_time", logged.view.commit_time)
      .count("event_count", operation.event_count)
      .count("created_count", operation.created_count)
      .count("refusal_count", operation.refusal_count)
      .text("reason", logged.reason)
      .raw("refusals", refusals_json(logged, ledgers));
  JsonObject known;
  const auto user = names.find(NameKind::user, Uint128{operation.user_id.value(), 0});
  if (!user.empty()) known.text("user_id", user);
  const auto business = names.find(NameKind::business, operation.business_id.value());
  if (!business.empty()) known.text("business_id", business);
  object.raw("names", known.str());
  if (!with_facts) return object;
  std::vector<std::string> facts;
  for (const LoggedFact& fact : logged.facts) facts.push_back(to_json(fact, ledgers, names).str());
  object.raw("facts", json_array(facts));
  return object;
}

std::vector<NameKey> name_keys_of(std::span<const LoggedOperation> operations) {
  std::vector<NameKey> keys;
  for (const LoggedOperation& logged : operations) {
    const Operation& operation = logged.view.operation;
    add_key(keys, NameKind::user, Uint128{operation.user_id.value(), 0});
    add_key(keys, NameKind::business, operation.business_id.value());
    const auto use = [&keys](const char*, NameKind kind, const Uint128& id) {
      add_key(keys, kind, id);
    };
    for (const LoggedFact& fact : logged.facts) {
      for_each_name_of(fact, use);
      if (fact.kind == FactKind::domain_event) append_keys(fact.as<DomainEvent>(), keys);
    }
    for (const LoggedRefusal& refusal : logged.refusals) {
      if (refusal.event.empty()) continue;
      const RequestKind kind = kind_of_refusal(operation.kind, refusal.refusal);
      if (kind == RequestKind::create_accounts) {
        for_each_named(refusal.as<Account>(), use);
      } else if (kind == RequestKind::create_transfers) {
        for_each_named(refusal.as<Transfer>(), use);
      } else if (appends_events(kind)) {
        append_keys(refusal.as<DomainEvent>(), keys);
      }
    }
  }
  leave_each_once(keys);
  return keys;
}

}  // namespace daybook

#include "tools/daybook/text/event_record_text.hpp"

#include <fmt/format.h>

#include "engine/model/sealed_text.hpp"
#include "tools/daybook/text/domain_event_text.hpp"
#include "tools/daybook/text/fact_text.hpp"
#include "tools/daybook/text/id_text.hpp"
#include "tools/daybook/text/saga_text.hpp"
#include "tools/daybook/text/time_text.hpp"

namespace daybook {
namespace {

constexpr FactKind all_kinds[] = {
    FactKind::account,        FactKind::transfer,
    FactKind::ledger,         FactKind::segment_opened,
    FactKind::segment_sealed, FactKind::segment_hashed,
    FactKind::clock_change,   FactKind::client_evicted,
    FactKind::hold_released,  FactKind::account_change,
    FactKind::name,           FactKind::domain_event,
    FactKind::checkpoint,     FactKind::tcc,
};

std::string_view kind_text(FactKind kind) {
  return kind == operation_record ? std::string_view{"operation"} : to_string(kind);
}

std::string operation_line(const Operation& operation) {
  if (operation.status != RequestStatus::ok) {
    return fmt::format("{}: {}", to_string(operation.kind), to_string(operation.status));
  }
  return fmt::format("{}: {} events, {} made, {} refused", to_string(operation.kind),
                     operation.event_count, operation.created_count, operation.refusal_count);
}

std::string type_text(const EventRecord& record, const NameBook& names) {
  const std::string_view own = engine_text_of(record.event_type);
  if (!own.empty()) return std::string{own};
  const std::string_view named = names.find(NameKind::event_type, record.event_type);
  return named.empty() ? format_id(record.event_type) : std::string{named};
}

std::string fact_text(const EventView& event, const LedgerBook& ledgers, const NameBook& names) {
  if (event.is_operation()) return operation_line(event.as<Operation>());
  if (event.record.kind == FactKind::domain_event) {
    std::string text = saga_event_text(event.as<DomainEvent>(), event.payload);
    if (!text.empty()) return mask_secrets(text);
  }
  std::string text = fact_line(event.logged(), ledgers, names);
  if (!event.payload.empty()) text += ": " + payload_preview(event.payload);
  return text;
}

}  // namespace

Result<std::uint64_t> parse_kind_bit(std::string_view text) {
  if (text == kind_text(operation_record)) return operation_bit;
  std::string known{kind_text(operation_record)};
  for (const FactKind kind : all_kinds) {
    if (text == to_string(kind)) return kind_bit(kind);
    known += fmt::format(", {}", to_string(kind));
  }
  return Failure{FailureKind::invalid,
                 fmt::format("'{}' is no kind of event; there are {}", text, known)};
}

Result<void> set_aggregate(Subscription& wanted, std::string_view text) {
  const auto slash = text.find('/');
  std::vector<Name> unused;
  const auto type = parse_type(NameKind::aggregate_type, text.substr(0, slash), unused);
  if (!type) return type.error();
  wanted.aggregate_type = type.value();
  if (slash == std::string_view::npos) return {};
  const auto id = parse_id(text.substr(slash + 1));
  if (!id) return id.error();
  wanted.aggregate_id = id.value();
  return {};
}

std::string event_line(const EventView& event, const LedgerBook& ledgers, const NameBook& names) {
  const EventRecord& record = event.record;
  return fmt::format("{}  {}  {}  {}", record.sequence.value(), format_time(record.time),
                     type_text(record, names), fact_text(event, ledgers, names));
}

std::string event_record_json(const EventView& event, const LedgerBook& ledgers) {
  const EventRecord& record = event.record;
  JsonObject object;
  object.sequence("sequence", record.sequence)
      .sequence("operation", record.operation)
      .text("kind", kind_text(record.kind))
      .time("time", record.time)
      .time("commit_time", record.commit_time)
      .id("aggregate_type", record.aggregate_type)
      .id("aggregate", record.aggregate_id)
      .id("type", record.event_type);
  if (const auto own = engine_text_of(record.event_type); !own.empty()) {
    object.text("type_text", own);
  }
  object.text("version", fmt::format("{}", record.version))
      .text("user_id", fmt::format("{}", record.user_id.value()))
      .text("trace_id", format_trace_id(record.trace_id))
      .id("business_id", record.business_id.value())
      .id("client", record.client.value());
  if (event.is_operation()) {
    const auto operation = event.as<Operation>();
    object.raw("fact", JsonObject{}
                           .text("request", to_string(operation.kind))
                           .text("status", to_string(operation.status))
                           .text("request_number", fmt::format("{}", operation.request_number))
                           .count("events", operation.event_count)
                           .count("made", operation.created_count)
                           .count("refused", operation.refusal_count)
                           .str());
  } else if (record.kind == FactKind::domain_event) {
    object.raw("fact", to_json({event.as<DomainEvent>(), record.sequence}, event.payload).str());
  } else {
    object.raw("fact", fact_json(event.logged(), ledgers).str());
  }
  return object.str();
}

void append_keys(const EventView& event, std::vector<NameKey>& keys) {
  if (event.is_operation()) return;
  if (event.record.kind == FactKind::domain_event) {
    return append_keys(event.as<DomainEvent>(), keys);
  }
  for_each_name_of(event.logged(), [&](const char*, NameKind kind, const Uint128& id) {
    if (!id.is_zero()) keys.push_back({.id = id, .kind = kind});
  });
}

}  // namespace daybook

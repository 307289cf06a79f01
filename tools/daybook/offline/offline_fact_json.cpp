#include "tools/daybook/offline/offline_fact_json.hpp"

#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "engine/base/hash.hpp"
#include "tools/daybook/text/flag_text.hpp"
#include "tools/daybook/text/id_text.hpp"
#include "tools/daybook/text/json_text.hpp"
#include "tools/daybook/text/tcc_text.hpp"

namespace daybook {
namespace {

template <typename Value>
void quoted(std::string& text, std::string_view key, const Value& value) {
  fmt::format_to(std::back_inserter(text), R"(,"{}":"{}")", key, value);
}

template <typename Value>
void bare(std::string& text, std::string_view key, const Value& value) {
  fmt::format_to(std::back_inserter(text), R"(,"{}":{})", key, value);
}

void number(std::string& text, std::string_view key, const Uint128& value) {
  if (value.hi == 0) {
    quoted(text, key, value.lo);
  } else {
    quoted(text, key, to_decimal(value.wide()));
  }
}

template <typename Meaning>
void number(std::string& text, std::string_view key, const Named<Meaning, Uint128>& value) {
  number(text, key, value.value());
}

void flags(std::string& text, FlagSet set, std::uint16_t value) {
  text += R"(,"flags":[)";
  const auto names = flag_names(set, value);
  for (std::size_t at = 0; at < names.size(); ++at) {
    fmt::format_to(std::back_inserter(text), R"({}"{}")", at == 0 ? "" : ",", names[at]);
  }
  text += ']';
}

std::string_view status_name(RequestKind kind, std::uint16_t status) {
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
  if (appends_events(kind)) return to_string(static_cast<AppendEventStatus>(status));
  if (kind == RequestKind::put_checkpoints) {
    return to_string(static_cast<PutCheckpointStatus>(status));
  }
  if (kind == RequestKind::tcc_commands) return to_string(static_cast<TccStatus>(status));
  return "unknown_status";
}

template <typename Event>
void append_request(std::string& text, const Event& event) {
  std::string fields;
  append_fields(fields, event);
  text += R"(,"request":{)";
  text.append(fields, 1);  // Without the comma in front of the first field.
  text += '}';
}

void append_request_data(std::string& text, const EntryFacts& facts, RequestKind kind,
                         std::uint32_t at) {
  if (kind == RequestKind::create_accounts) append_request(text, facts.refused_accounts[at]);
  if (kind == RequestKind::create_transfers) append_request(text, facts.refused_transfers[at]);
  if (kind == RequestKind::put_ledgers) append_request(text, facts.refused_ledgers[at]);
  if (kind == RequestKind::change_accounts) {
    append_request(text, facts.refused_account_changes[at]);
  }
  if (kind == RequestKind::put_names) append_request(text, facts.refused_names[at]);
  if (appends_events(kind)) append_request(text, facts.refused_domain_events[at]);
  if (kind == RequestKind::put_checkpoints) append_request(text, facts.refused_checkpoints[at]);
  if (kind == RequestKind::tcc_commands) append_request(text, facts.refused_tcc_commands[at]);
}

void append_refusals(std::string& text, const EntryFacts& facts, const PlacedRun& placed) {
  const Operation& operation = facts.operations[placed.run.operation];
  std::uint32_t data = placed.first_refused_data;
  text += R"(,"refusals":[)";
  for (std::uint32_t each = 0; each < operation.refusal_count; ++each) {
    const Refusal& refusal = facts.refusals[placed.first_refusal + each];
    const RequestKind kind = kind_of_refusal(operation.kind, refusal);
    fmt::format_to(std::back_inserter(text),
                   R"({}{{"index":{},"status":"{}","status_number":{},"timestamp":"{}")",
                   each == 0 ? "" : ",", refusal.index, status_name(kind, refusal.status),
                   refusal.status, refusal.timestamp.value());
    if (is_bundle(operation.kind)) {
      quoted(text, "part",
             to_string(kind == RequestKind::append_events ? FactKind::domain_event
                                                          : FactKind::transfer));
    }
    if (keeps_request_data(kind, refusal.status)) append_request_data(text, facts, kind, data++);
    text += '}';
  }
  text += ']';
}

std::string_view name_of(Authority authority) {
  switch (authority) {
    case Authority::client:
      return "client";
    case Authority::operator_:
      return "operator";
    case Authority::coordinator:
      return "coordinator";
    case Authority::expiry:
      return "expiry";
  }
  return "unknown";
}

constexpr std::pair<std::uint8_t, std::string_view> overrode_names[] = {
    {overrode::closed_debit, "closed_debit"},
    {overrode::closed_credit, "closed_credit"},
    {overrode::frozen_debit, "frozen_debit"},
    {overrode::frozen_credit, "frozen_credit"},
    {overrode::limits, "limits"},
};

std::string_view name_of(ClockChangeKind kind) {
  switch (kind) {
    case ClockChangeKind::advanced:
      return "advanced";
    case ClockChangeKind::held:
      return "held";
    case ClockChangeKind::accepted:
      return "accepted";
  }
  return "unknown";
}

}  // namespace

void append_entry(std::string& text, const EntryHeader& header) {
  text += R"({"kind":"entry")";
  quoted(text, "first_sequence", header.first().value());
  quoted(text, "last_sequence", header.last().value());
  bare(text, "fact_count", header.fact_count);
  bare(text, "operation_count", header.operation_count);
  bare(text, "payload_bytes", header.payload_bytes);
  bare(text, "format_version", header.format_version);
  quoted(text, "journal_id", to_hex(header.journal_id));
  quoted(text, "hash", to_hex(header.hash));
  quoted(text, "previous_hash", to_hex(header.previous_hash));
  quoted(text, "commit_time", header.commit_time);
  fmt::format_to(std::back_inserter(text), R"(,"state_digest":"{:016x}"}})", header.state_digest);
}

void append_operation(std::string& text, const EntryFacts& facts, const PlacedRun& placed) {
  const Operation& operation = facts.operations[placed.run.operation];
  fmt::format_to(std::back_inserter(text), R"({{"sequence":"{}","kind":"operation")",
                 placed.operation_sequence.value());
  quoted(text, "request", to_string(operation.kind));
  number(text, "client", operation.client);
  quoted(text, "request_number", operation.request_number);
  fmt::format_to(std::back_inserter(text), R"(,"frame_checksum":"{:016x}")",
                 operation.frame_checksum);
  number(text, "principal", operation.principal);
  quoted(text, "trace_id", format_trace_id(operation.trace_id));
  number(text, "business_id", operation.business_id);
  quoted(text, "user_id", operation.user_id.value());
  quoted(text, "time", operation.time.value());
  quoted(text, "status", to_string(operation.status));
  bare(text, "status_number", static_cast<unsigned>(operation.status));
  bare(text, "event_count", operation.event_count);
  bare(text, "created_count", operation.created_count);
  const std::string_view reason = facts.reason_of(placed.run.operation);
  if (!reason.empty()) bare(text, "reason", json_quoted(reason));
  append_refusals(text, facts, placed);
  text += '}';
}

void append_fact_start(std::string& text, Sequence sequence, FactKind kind,
                       std::optional<Sequence> operation) {
  fmt::format_to(std::back_inserter(text), R"({{"sequence":"{}","kind":"{}","operation":)",
                 sequence.value(), to_string(kind));
  if (operation) {
    fmt::format_to(std::back_inserter(text), R"("{}")", operation->value());
  } else {
    text += "null";
  }
}

void append_fields(std::string& text, const Account& account) {
  number(text, "id", account.id);
  quoted(text, "ledger", account.ledger.value());
  bare(text, "code", account.code.value());
  flags(text, FlagSet::account, account.flags);
  number(text, "debits_pending_minor", account.debits_pending);
  number(text, "debits_posted_minor", account.debits_posted);
  number(text, "credits_pending_minor", account.credits_pending);
  number(text, "credits_posted_minor", account.credits_posted);
  number(text, "business_id", account.business_id);
  quoted(text, "user_id", account.user_id.value());
  bare(text, "tag", account.tag.value());
  bare(text, "reserved", account.reserved);
  quoted(text, "timestamp", account.timestamp.value());
}

void append_fields(std::string& text, const Transfer& transfer) {
  number(text, "id", transfer.id);
  number(text, "debit_account_id", transfer.debit_account_id);
  number(text, "credit_account_id", transfer.credit_account_id);
  number(text, "amount_minor", transfer.amount);
  quoted(text, "ledger", transfer.ledger.value());
  bare(text, "code", transfer.code.value());
  flags(text, FlagSet::transfer, transfer.flags);
  number(text, "pending_id", transfer.pending_id);
  bare(text, "timeout", transfer.timeout);
  number(text, "business_id", transfer.business_id);
  quoted(text, "trace_id", format_trace_id(transfer.trace_id));
  quoted(text, "user_id", transfer.user_id.value());
  bare(text, "tag", transfer.tag.value());
  quoted(text, "timestamp", transfer.timestamp.value());
}

void append_note(std::string& text, const TransferNote& note) {
  const bool says_nothing = note.bits == 0 && note.authority == Authority::client &&
                            note.overrode == 0 && note.total == Amount{} && note.owner.is_zero() &&
                            note.before == Sequence{};
  if (says_nothing) return;
  text += R"(,"note":{"authority":")";
  text += name_of(note.authority);
  text += R"(","overrode":[)";
  const char* comma = "";
  for (const auto& [bit, name] : overrode_names) {
    if ((note.overrode & bit) == 0) continue;
    fmt::format_to(std::back_inserter(text), R"({}"{}")", comma, name);
    comma = ",";
  }
  text += ']';
  bare(text, "took_the_rest", (note.bits & note_bit::took_the_rest) != 0);
  number(text, "total_minor", note.total);
  number(text, "owner", note.owner);
  quoted(text, "before", note.before.value());
  text += '}';
}

void append_fields(std::string& text, const Ledger& ledger) {
  quoted(text, "id", ledger.id.value());
  bare(text, "name", json_quoted(ledger.name()));
  bare(text, "scale", static_cast<unsigned>(ledger.scale));
  quoted(text, "ledger_kind", to_string(ledger.kind));
}

void append_fields(std::string& text, const SegmentOpened& segment) {
  const std::string_view version{segment.engine_version.data(), segment.engine_version.size()};
  quoted(text, "ordinal", segment.ordinal);
  quoted(text, "previous_ordinal", segment.previous_ordinal);
  bare(text, "schema_version", segment.schema_version);
  bare(text, "engine_version", json_quoted(version.substr(0, version.find('\0'))));
}

void append_parents(std::string& text, std::span<const JournalParent> parents) {
  for (const JournalParent& parent : parents) {
    text += R"(,"parent":{"how":")";
    text += to_string(parent.kind);
    text += '"';
    quoted(text, "journal_id", to_hex(parent.journal_id));
    quoted(text, "last_sequence", parent.last_sequence);
    quoted(text, "entry_hash", to_hex(parent.entry_hash));
    quoted(text, "cut_sequence", parent.cut_sequence);
    text += '}';
  }
}

void append_fields(std::string& text, const SegmentSealed& segment) {
  quoted(text, "ordinal", segment.ordinal);
  quoted(text, "first_sequence", segment.first_sequence);
  bare(text, "entry_count", segment.entry_count);
}

void append_fields(std::string& text, const SegmentHashed& segment) {
  quoted(text, "ordinal", segment.ordinal);
  bare(text, "file_bytes", segment.file_bytes);
  quoted(text, "file_sha256", to_hex(segment.file));
  quoted(text, "chain_sha256", to_hex(segment.chain));
}

void append_fields(std::string& text, const ClockChange& change) {
  quoted(text, "change", name_of(change.kind));
  quoted(text, "engine_time", change.engine_time);
  quoted(text, "wall_time", change.wall_time);
  bare(text, "reason", json_quoted(change.reason()));
}

void append_fields(std::string& text, const ClientEvicted& eviction) {
  number(text, "client", eviction.client);
  bare(text, "number_too", eviction.number_too != 0);
}

void append_fields(std::string& text, const HoldReleased& release) {
  number(text, "id", release.id);
  number(text, "debit_account_id", release.debit_account_id);
  number(text, "credit_account_id", release.credit_account_id);
  number(text, "amount_minor", release.amount);
  quoted(text, "ledger", release.ledger.value());
  flags(text, FlagSet::transfer, release.flags);
  quoted(text, "pending_sequence", release.pending_sequence.value());
  quoted(text, "expires_at", release.expires_at.value());
  quoted(text, "timestamp", release.timestamp.value());
}

void append_fields(std::string& text, const AccountChange& change) {
  number(text, "account_id", change.account_id);
  quoted(text, "change", to_string(change.kind));
  if (change.kind == AccountChangeKind::set_limits) {
    quoted(text, "minimum_minor", to_decimal(change.minimum));
    quoted(text, "maximum_minor", to_decimal(change.maximum));
  }
  bare(text, "debits", (change.sides & account_side::debits) != 0);
  bare(text, "credits", (change.sides & account_side::credits) != 0);
  quoted(text, "timestamp", change.timestamp.value());
}

void append_fields(std::string& text, const Name& name) {
  number(text, "id", name.id);
  quoted(text, "name_kind", to_string(name.kind));
  bare(text, "text", json_quoted(name.text()));
}

void append_fields(std::string& text, const EventCheckpoint& checkpoint) {
  bare(text, "name", json_quoted(checkpoint.name()));
  quoted(text, "checkpoint_sequence", checkpoint.sequence);
  bare(text, "removed", checkpoint.removes());
  bare(text, "may_go_back", checkpoint.may_go_back());
  quoted(text, "timestamp", checkpoint.timestamp.value());
}

// The same members as everywhere else, behind those of the line.
void append_members(std::string& text, const JsonObject& object) {
  const std::string members = object.str();
  text += ',';
  text.append(members, 1, members.size() - 2);
}

void append_fields(std::string& text, const TccFact& fact) {
  append_members(text, tcc_fact_json(fact));
}

void append_fields(std::string& text, const TccCommand& command) {
  append_members(text, tcc_command_json(command));
}

void append_fields(std::string& text, const DomainEvent& event) {
  number(text, "id", event.id);
  number(text, "aggregate_type", event.aggregate_type);
  number(text, "aggregate", event.aggregate_id);
  bare(text, "version", event.version);
  bare(text, "version_was_expected", (event.flags & event_flag::expects_version) != 0);
  number(text, "type", event.event_type);
  quoted(text, "content_type", to_text(event.content_type));
  number(text, "business_id", event.business_id);
  quoted(text, "trace_id", format_trace_id(event.trace_id));
  quoted(text, "user_id", event.user_id.value());
  quoted(text, "timestamp", event.timestamp.value());
  bare(text, "bytes", event.payload_bytes);
}

}  // namespace daybook

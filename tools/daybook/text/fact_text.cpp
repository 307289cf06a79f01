#include "tools/daybook/text/fact_text.hpp"

#include <utility>

#include <fmt/format.h>

#include "tools/daybook/text/flag_text.hpp"
#include "tools/daybook/text/id_text.hpp"
#include "tools/daybook/text/record_table.hpp"
#include "tools/daybook/text/saga_text.hpp"
#include "tools/daybook/text/tcc_text.hpp"
#include "tools/daybook/text/time_text.hpp"

namespace daybook {
namespace {

constexpr std::pair<std::uint8_t, const char*> overrode_names[] = {
    {overrode::closed_debit, "closed_debit"},
    {overrode::closed_credit, "closed_credit"},
    {overrode::frozen_debit, "frozen_debit"},
    {overrode::frozen_credit, "frozen_credit"},
    {overrode::limits, "limits"},
};

std::vector<std::string> names_of_overrode(std::uint8_t bits) {
  std::vector<std::string> names;
  for (const auto& [bit, name] : overrode_names) {
    if ((bits & bit) != 0) names.emplace_back(name);
  }
  return names;
}

std::string_view to_string(ClockChangeKind kind) {
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

std::string with_flags(FlagSet set, std::uint16_t flags) {
  return flags == 0 ? std::string{} : ", " + format_flags(set, flags);
}

std::string sides_text(std::uint16_t sides) {
  if (sides == account_side::both) return " debits and credits";
  if (sides == account_side::debits) return " debits";
  return sides == account_side::credits ? " credits" : "";
}

std::string release_line(const HoldReleased& release, const LedgerBook& ledgers,
                         const NameBook& names) {
  return fmt::format("release of {}: expired {}, {} given back from {} to {}",
                     names.show(NameKind::transfer, release.id.value()),
                     format_time(release.expires_at),
                     ledgers.format(release.ledger, release.amount),
                     names.show(NameKind::account, release.credit_account_id.value()),
                     names.show(NameKind::account, release.debit_account_id.value()));
}

std::string clock_line(const ClockChange& change) {
  return fmt::format("clock {}: engine time {}{}", to_string(change.kind),
                     format_time(Timestamp{change.engine_time}),
                     change.reason().empty() ? "" : fmt::format(", reason: {}", change.reason()));
}

std::string note_text(const TransferNote& note, LedgerId ledger, const LedgerBook& ledgers) {
  std::string text;
  if (note.authority != Authority::client) {
    text += fmt::format(", by authority of {}", to_string(note.authority));
  }
  for (const std::string& name : names_of_overrode(note.overrode)) {
    text += fmt::format(", passed over {}", name);
  }
  if (!note.total.value().is_zero()) {
    text += fmt::format(", {} in all", ledgers.format(ledger, note.total));
  }
  if (!note.owner.is_zero()) text += fmt::format(", owned by {}", format_id(note.owner));
  return text;
}

JsonObject note_json(const TransferNote& note, LedgerId ledger, const LedgerBook& ledgers) {
  JsonObject object;
  object.text("authority", to_string(note.authority))
      .texts("overrode", names_of_overrode(note.overrode))
      .truth("took_the_rest", (note.bits & note_bit::took_the_rest) != 0)
      .text("total", ledgers.format(ledger, note.total))
      .id("owner", note.owner)
      .sequence("before", note.before);
  return object;
}

}  // namespace

std::string_view to_string(Authority authority) noexcept {
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

std::string fact_line(const Account& account, const LedgerBook& ledgers, const NameBook& names) {
  std::string text = fmt::format("account {}: ledger {}, code {}",
                                 names.show(NameKind::account, account.id.value()),
                                 ledger_text(ledgers, account.ledger), account.code.value());
  if (account.business_id != BusinessId{}) {
    text += ", business " + names.show(NameKind::business, account.business_id.value());
  }
  return text + with_flags(FlagSet::account, account.flags);
}

std::string fact_line(const Transfer& transfer, const LedgerBook& ledgers, const NameBook& names) {
  constexpr std::pair<std::uint16_t, std::string_view> kinds[] = {
      {transfer_flag::pending, "hold"},
      {transfer_flag::post_pending_transfer, "post"},
      {transfer_flag::void_pending_transfer, "void"},
      {transfer_flag::reversal, "reversal"}};
  std::string_view kind = "transfer";
  for (const auto& [flag, name] : kinds) {
    if ((transfer.flags & flag) != 0) kind = name;
  }
  std::string text =
      fmt::format("{} {}", kind, names.show(NameKind::transfer, transfer.id.value()));
  if (transfer.pending_id != TransferId{}) {
    text += fmt::format(" of {}", names.show(NameKind::transfer, transfer.pending_id.value()));
  }
  text +=
      fmt::format(": {} from {} to {}, ledger {}", ledgers.format(transfer.ledger, transfer.amount),
                  names.show(NameKind::account, transfer.debit_account_id.value()),
                  names.show(NameKind::account, transfer.credit_account_id.value()),
                  ledger_text(ledgers, transfer.ledger));
  if (transfer.timestamp != Timestamp{}) text += ", " + format_time(transfer.timestamp);
  if (transfer.business_id != BusinessId{}) {
    text += ", business " + names.show(NameKind::business, transfer.business_id.value());
  }
  return text + with_flags(FlagSet::transfer, transfer.flags);
}

std::string fact_line(const Ledger& ledger) {
  return fmt::format("ledger {} {}: scale {}, {}", ledger.id.value(), ledger.name(), ledger.scale,
                     to_string(ledger.kind));
}

std::string fact_line(const AccountChange& change, const NameBook& names) {
  std::string text =
      fmt::format("account {}: {}{}", names.show(NameKind::account, change.account_id.value()),
                  to_string(change.kind), sides_text(change.sides));
  if (change.kind == AccountChangeKind::set_limits) {
    text += fmt::format(", {} to {} minor units", to_decimal(change.minimum),
                        to_decimal(change.maximum));
  }
  return text;
}

std::string fact_line(const DomainEvent& event, const NameBook& names) {
  std::string text = saga_event_text(event);
  if (text.empty()) {
    text = fmt::format("event {} of {} {}: {}, {} bytes", format_id(event.id),
                       names.show(NameKind::aggregate_type, event.aggregate_type),
                       names.show(NameKind::aggregate, event.aggregate_id),
                       names.show(NameKind::event_type, event.event_type), event.payload_bytes);
  }
  if (event.timestamp != Timestamp{}) {
    text += fmt::format(", version {}, {}", event.version, format_time(event.timestamp));
  }
  if (event.business_id != BusinessId{}) {
    text += ", business " + names.show(NameKind::business, event.business_id.value());
  }
  return text;
}

std::string fact_line(const Name& name) {
  return fmt::format("name of {} {}: {}", to_string(name.kind), format_id(name.id), name.text());
}

std::string fact_line(const EventCheckpoint& checkpoint) {
  if (checkpoint.removes()) return fmt::format("checkpoint {}: removed", checkpoint.name());
  return fmt::format("checkpoint {}: sequence {}{}", checkpoint.name(), checkpoint.sequence,
                     checkpoint.may_go_back() ? ", back if it must be" : "");
}

std::string fact_line(const LoggedFact& fact, const LedgerBook& ledgers, const NameBook& names) {
  switch (fact.kind) {
    case FactKind::account:
      return fact_line(fact.as<Account>(), ledgers, names);
    case FactKind::transfer: {
      const auto transfer = fact.as<Transfer>();
      return fact_line(transfer, ledgers, names) +
             (fact.note ? note_text(*fact.note, transfer.ledger, ledgers) : "");
    }
    case FactKind::ledger:
      return fact_line(fact.as<Ledger>());
    case FactKind::hold_released:
      return release_line(fact.as<HoldReleased>(), ledgers, names);
    case FactKind::account_change:
      return fact_line(fact.as<AccountChange>(), names);
    case FactKind::name:
      return fact_line(fact.as<Name>());
    case FactKind::domain_event:
      return fact_line(fact.as<DomainEvent>(), names);
    case FactKind::checkpoint:
      return fact_line(fact.as<EventCheckpoint>());
    case FactKind::tcc:
      return fact_line(fact.as<TccFact>(), names);
    case FactKind::clock_change:
      return clock_line(fact.as<ClockChange>());
    case FactKind::segment_opened:
    case FactKind::segment_sealed:
    case FactKind::segment_hashed:
    case FactKind::client_evicted:
      break;
  }
  return std::string{to_string(fact.kind)};
}

JsonObject change_json(const AccountChange& change) {
  JsonObject object;
  object.id("account_id", change.account_id.value())
      .text("change", to_string(change.kind))
      .truth("debits", (change.sides & account_side::debits) != 0)
      .truth("credits", (change.sides & account_side::credits) != 0)
      .text("minimum_minor", to_decimal(change.minimum))
      .text("maximum_minor", to_decimal(change.maximum))
      .time("timestamp", change.timestamp);
  return object;
}

JsonObject event_json(const DomainEvent& event) {
  JsonObject object;
  object.id("id", event.id)
      .id("aggregate_type", event.aggregate_type)
      .id("aggregate", event.aggregate_id)
      .id("type", event.event_type)
      .text("content_type", to_text(event.content_type))
      .id("business_id", event.business_id.value())
      .text("trace_id", format_trace_id(event.trace_id))
      .text("user_id", fmt::format("{}", event.user_id.value()))
      .text("version", fmt::format("{}", event.version))
      .count("payload_bytes", event.payload_bytes)
      .time("timestamp", event.timestamp);
  return object;
}

JsonObject checkpoint_json(const EventCheckpoint& checkpoint) {
  JsonObject object;
  object.text("name", checkpoint.name())
      .sequence("sequence", Sequence{checkpoint.sequence})
      .truth("removed", checkpoint.removes())
      .time("timestamp", checkpoint.timestamp);
  return object;
}

JsonObject fact_json(const LoggedFact& fact, const LedgerBook& ledgers) {
  JsonObject object;
  object.sequence("sequence", fact.sequence).text("kind", to_string(fact.kind));
  if (fact.kind == FactKind::account) {
    object.raw("account", to_json(fact.as<Account>(), ledgers).str());
  } else if (fact.kind == FactKind::transfer) {
    const auto transfer = fact.as<Transfer>();
    object.raw("transfer", to_json(transfer, ledgers).str());
    if (fact.note) object.raw("note", note_json(*fact.note, transfer.ledger, ledgers).str());
  } else if (fact.kind == FactKind::ledger) {
    object.raw("ledger", to_json(fact.as<Ledger>()).str());
  } else if (fact.kind == FactKind::name) {
    object.raw("name", to_json(fact.as<Name>()).str());
  } else if (fact.kind == FactKind::domain_event) {
    object.raw("event", event_json(fact.as<DomainEvent>()).str());
  } else if (fact.kind == FactKind::checkpoint) {
    object.raw("checkpoint", checkpoint_json(fact.as<EventCheckpoint>()).str());
  } else if (fact.kind == FactKind::tcc) {
    object.raw("tcc", tcc_fact_json(fact.as<TccFact>()).str());
  } else if (fact.kind == FactKind::account_change) {
    object.raw("account_change", change_json(fact.as<AccountChange>()).str());
  } else if (fact.kind == FactKind::hold_released) {
    const auto release = fact.as<HoldReleased>();
    object.raw("release", JsonObject{}
                              .id("id", release.id.value())
                              .id("debit_account_id", release.debit_account_id.value())
                              .id("credit_account_id", release.credit_account_id.value())
                              .text("amount", ledgers.format(release.ledger, release.amount))
                              .text("ledger", fmt::format("{}", release.ledger.value()))
                              .time("expires_at", release.expires_at)
                              .time("timestamp", release.timestamp)
                              .str());
  } else if (fact.kind == FactKind::clock_change) {
    const auto change = fact.as<ClockChange>();
    object.raw("clock_change", JsonObject{}
                                   .text("change", to_string(change.kind))
                                   .time("engine_time", Timestamp{change.engine_time})
                                   .time("wall_time", Timestamp{change.wall_time})
                                   .text("reason", change.reason())
                                   .str());
  }
  return object;
}

}  // namespace daybook

#include "tests/support/ledger_under_test.hpp"

#include <cstring>

#include <fmt/format.h>

#include "engine/base/uint128.hpp"

namespace daybook::test {
namespace {

/// Small numbers read best in decimal, structured ones (all bits set, hashes) in hexadecimal.
std::string short_number(const Uint128& value) {
  return value.hi == 0 ? fmt::format("{}", value.lo) : "0x" + to_hex(value);
}

std::string to_text(const Account& account) {
  std::string text =
      fmt::format("account {} ledger {} code {} flags {:#x}", short_number(account.id.value()),
                  account.ledger.value(), account.code.value(), account.flags);
  text += fmt::format(" business {} user {} tag {} timestamp {} reserved {}",
                      short_number(account.business_id.value()), account.user_id.value(),
                      account.tag.value(), account.timestamp.value(), account.reserved);
  return text + fmt::format(" dp {} d {} cp {} c {}", short_number(account.debits_pending.value()),
                            short_number(account.debits_posted.value()),
                            short_number(account.credits_pending.value()),
                            short_number(account.credits_posted.value()));
}

std::string to_text(const Transfer& transfer) {
  std::string text = fmt::format(
      "transfer {} debit {} credit {} amount {} ledger {} code {} flags {:#x}",
      short_number(transfer.id.value()), short_number(transfer.debit_account_id.value()),
      short_number(transfer.credit_account_id.value()), short_number(transfer.amount.value()),
      transfer.ledger.value(), transfer.code.value(), transfer.flags);
  return text + fmt::format(" pending {} timeout {} business {} user {} tag {} timestamp {}",
                            short_number(transfer.pending_id.value()), transfer.timeout,
                            short_number(transfer.business_id.value()), transfer.user_id.value(),
                            transfer.tag.value(), transfer.timestamp.value());
}

std::string to_text(const Ledger& ledger) {
  return fmt::format("ledger {} scale {} kind {} name[{}] '{}'", ledger.id.value(), ledger.scale,
                     static_cast<unsigned>(ledger.kind), ledger.name_bytes, ledger.name());
}

std::string to_text(const AccountChange& change) {
  return fmt::format("{} account {} minimum {} maximum {} sides {} timestamp {} reserved {}",
                     to_string(change.kind), short_number(change.account_id.value()),
                     to_decimal(change.minimum), to_decimal(change.maximum), change.sides,
                     change.timestamp.value(), change.reserved);
}

std::string to_text(const Name& name) {
  return fmt::format("name of {} {} reserved {} text[{}] '{}'", to_string(name.kind),
                     short_number(name.id), name.reserved, name.text_bytes, name.text());
}

std::string to_text(const AskedEvent& asked) {
  const DomainEvent& event = asked.event;
  return fmt::format(
      "event {} stream {} {} type {} version {} flags {:#x} content {} business {} user {} "
      "timestamp {} payload[{}] '{}'",
      short_number(event.id), short_number(event.aggregate_type), short_number(event.aggregate_id),
      short_number(event.event_type), event.version, event.flags,
      static_cast<unsigned>(event.content_type), short_number(event.business_id.value()),
      event.user_id.value(), event.timestamp.value(), event.payload_bytes,
      asked.payload.substr(0, 40));
}

std::string to_text(const EventCheckpoint& checkpoint) {
  return fmt::format("checkpoint[{}] '{}' sequence {} flags {:#x} timestamp {} reserved {}",
                     checkpoint.name_bytes, checkpoint.name(), checkpoint.sequence,
                     checkpoint.flags, checkpoint.timestamp.value(), checkpoint.reserved);
}

/// Who asks, where it is not simply a client.
std::string to_text(Authority authority, const Uint128& owner, Role role,
                    const std::string& reason) {
  std::string text;
  if (authority == Authority::coordinator) text = " coordinator " + short_number(owner);
  if (role != Role::gateway) text += fmt::format(" role {}", to_string(role));
  if (!reason.empty()) text += fmt::format(" reason '{}'", reason);
  return text;
}

}  // namespace

std::size_t WriteRequest::event_count() const {
  const std::size_t put = kind == RequestKind::put_names ? names.size() : 0;
  return accounts.size() + transfers.size() + ledgers.size() + account_changes.size() + put +
         events.size() + checkpoints.size() + tcc_commands.size();
}

std::uint16_t BatchReply::status_of(std::uint32_t index, std::uint16_t part) const {
  for (const RefusedEvent& event : refused) {
    if (event.index == index && event.part == part) return event.status;
  }
  return 0;
}

std::string status_name(RequestKind kind, std::uint16_t status) {
  if (kind == RequestKind::create_accounts) {
    return std::string{to_string(static_cast<CreateAccountStatus>(status))};
  }
  if (kind == RequestKind::create_transfers) {
    return std::string{to_string(static_cast<CreateTransferStatus>(status))};
  }
  if (kind == RequestKind::change_accounts) {
    return std::string{to_string(static_cast<ChangeAccountStatus>(status))};
  }
  if (kind == RequestKind::put_names) {
    return std::string{to_string(static_cast<PutNameStatus>(status))};
  }
  if (appends_events(kind) || commands_sagas(kind)) {
    return std::string{to_string(static_cast<AppendEventStatus>(status))};
  }
  if (kind == RequestKind::tcc_commands) {
    return std::string{to_string(static_cast<TccStatus>(status))};
  }
  if (kind == RequestKind::put_checkpoints) {
    return std::string{to_string(static_cast<PutCheckpointStatus>(status))};
  }
  return std::string{to_string(static_cast<PutLedgerStatus>(status))};
}

std::string to_text(const BatchReply& reply, RequestKind kind) {
  std::string text = fmt::format("{} sequence {} timestamp {}", to_string(reply.status),
                                 reply.first_sequence.value(), reply.first_timestamp.value());
  for (const RefusedEvent& event : reply.refused) {
    RequestKind of = kind;
    if (is_bundle(kind)) {
      of = event.part == 1 ? RequestKind::append_events : RequestKind::create_transfers;
    }
    text += fmt::format("; {}.{}: {} at {}", event.part, event.index, status_name(of, event.status),
                        event.timestamp.value());
  }
  return text;
}

std::string to_text(const WriteRequest& request) {
  std::string text =
      fmt::format("{} client {} number {} checksum {}", to_string(request.kind),
                  short_number(request.client.value()), request.number, request.frame_checksum);
  if (request.refuse_with != RequestStatus::ok) {
    text += fmt::format(" refused as {}", to_string(request.refuse_with));
  }
  text += to_text(request.authority, request.owner, request.role, request.reason);
  if (request.argument != 0) text += fmt::format(" argument {}", request.argument);
  for (const Account& each : request.accounts) text += "\n    " + to_text(each);
  for (const Transfer& each : request.transfers) text += "\n    " + to_text(each);
  for (const Ledger& each : request.ledgers) text += "\n    " + to_text(each);
  for (const AccountChange& each : request.account_changes) text += "\n    " + to_text(each);
  for (const Name& each : request.names) text += "\n    " + to_text(each);
  for (const AskedEvent& each : request.events) text += "\n    " + to_text(each);
  for (const EventCheckpoint& each : request.checkpoints) text += "\n    " + to_text(each);
  return text;
}

bool same(const Account& a, const Account& b) { return std::memcmp(&a, &b, sizeof(a)) == 0; }

WriteRequest LedgerUnderTest::next_request(RequestKind kind) {
  WriteRequest request;
  request.kind = kind;
  request.client = ClientId{Uint128{0x7e57, 0}};
  request.number = ++last_number_;
  request.frame_checksum = last_number_;
  return request;
}

BatchReply LedgerUnderTest::create_accounts(std::span<const Account> accounts) {
  WriteRequest request = next_request(RequestKind::create_accounts);
  request.accounts.assign(accounts.begin(), accounts.end());
  return submit(request);
}

BatchReply LedgerUnderTest::create_transfers(std::span<const Transfer> transfers) {
  WriteRequest request = next_request(RequestKind::create_transfers);
  request.transfers.assign(transfers.begin(), transfers.end());
  return submit(request);
}

BatchReply LedgerUnderTest::put_ledgers(std::span<const Ledger> ledgers) {
  WriteRequest request = next_request(RequestKind::put_ledgers);
  request.ledgers.assign(ledgers.begin(), ledgers.end());
  return submit(request);
}

BatchReply LedgerUnderTest::change_accounts(std::span<const AccountChange> changes) {
  WriteRequest request = next_request(RequestKind::change_accounts);
  request.account_changes.assign(changes.begin(), changes.end());
  return submit(request);
}

std::string name_of_maker(const LedgerMaker& maker) { return maker.name; }

Account make_account(std::uint64_t id, std::uint32_t ledger, std::uint16_t flags) {
  Account account;
  account.id = account_id(id);
  account.ledger = LedgerId{ledger};
  account.code = Code{1};
  account.flags = flags;
  return account;
}

Transfer make_transfer(std::uint64_t id, std::uint64_t debit, std::uint64_t credit,
                       std::uint64_t amount, std::uint32_t ledger, std::uint16_t flags) {
  Transfer transfer;
  transfer.id = transfer_id(id);
  transfer.debit_account_id = account_id(debit);
  transfer.credit_account_id = account_id(credit);
  transfer.amount = amount_of(amount);
  transfer.ledger = LedgerId{ledger};
  transfer.code = Code{1};
  transfer.flags = flags;
  return transfer;
}

Ledger make_ledger(std::uint32_t id, std::string_view name, std::uint8_t scale) {
  Ledger ledger;
  ledger.id = LedgerId{id};
  ledger.scale = scale;
  ledger.set_name(name);
  return ledger;
}

}  // namespace daybook::test

#include "net/protocol/replies.hpp"

#include <cstring>

#include "engine/model/aggregate_views.hpp"
#include "engine/model/participant_work.hpp"
#include "engine/model/saga_view.hpp"
#include "net/protocol/body_reader.hpp"
#include "net/protocol/body_writer.hpp"

namespace daybook {
namespace {

std::uint16_t type_of(RequestKind kind) { return static_cast<std::uint16_t>(kind); }

/// Appends the words where there are any.
template <typename Fixed>
void put_words(BodyWriter<Fixed>& writer, std::string_view words) {
  if (words.empty()) return;
  writer.fixed.vtable[3] = Fixed::words_place;  // Behind the vtable's two sizes and `status`.
  writer.words(writer.fixed.words, words);
}

std::size_t put_batch_reply(std::span<std::byte> room, RequestKind kind, std::uint64_t number,
                            const BatchReplyMessage& reply, const Refusal* refusals) {
  BodyWriter<layout::BatchReply> writer{room};
  writer.fixed.status = static_cast<std::uint16_t>(reply.status);
  writer.fixed.first_sequence = reply.first_sequence.value();
  writer.fixed.first_timestamp = reply.first_timestamp.value();
  writer.vector(writer.fixed.tail, static_cast<std::uint32_t>(reply.refusals.size()),
                sizeof(Refusal), refusals);
  put_words(writer, reply.words);
  return writer.finish(type_of(kind), frame_flag::reply, number);
}

template <typename Item>
std::size_t put_items_reply(std::span<std::byte> room, RequestKind kind, std::uint64_t number,
                            const ItemsReplyMessage<Item>& reply, const Item* items) {
  BodyWriter<layout::ItemsReply> writer{room};
  writer.fixed.status = static_cast<std::uint16_t>(reply.status);
  writer.fixed.sequence = reply.sequence.value();
  writer.fixed.cursor = reply.cursor;
  writer.fixed.more = reply.more ? 1 : 0;
  writer.vector(writer.fixed.tail, static_cast<std::uint32_t>(reply.items.size()), sizeof(Item),
                items);
  put_words(writer, reply.words);
  return writer.finish(type_of(kind), frame_flag::reply, number);
}

template <typename Table>
std::uint64_t cursor_of(const Table& table) {
  return table.cursor();
}
std::uint64_t cursor_of(const wire::AccountsAtReply& table) { return table.commit_time(); }

template <typename Item, typename Table, typename Structs>
Result<ItemsReplyMessage<Item>, BodyFault> items_of(const Table& table, const Structs* vector,
                                                    std::string_view message) {
  if (!is_aligned(vector)) return misaligned(message);
  ItemsReplyMessage<Item> reply{.status = static_cast<RequestStatus>(table.status()),
                                .words = text_of(table.words()),
                                .sequence = Sequence{table.sequence()},
                                .more = table.more(),
                                .cursor = cursor_of(table),
                                .items = {}};
  if (vector != nullptr) {
    reply.items = {reinterpret_cast<const Item*>(vector->Data()), vector->size()};
  }
  return reply;
}

}  // namespace

std::size_t write_batch_reply(std::span<std::byte> room, RequestKind kind, std::uint64_t number,
                              const BatchReplyMessage& reply) {
  return put_batch_reply(room, kind, number, reply, reply.refusals.data());
}

std::size_t finish_batch_reply(std::span<std::byte> room, RequestKind kind, std::uint64_t number,
                               const BatchReplyMessage& reply) {
  return put_batch_reply(room, kind, number, reply, nullptr);
}

template <typename Item>
std::size_t write_items_reply(std::span<std::byte> room, RequestKind kind, std::uint64_t number,
                              const ItemsReplyMessage<Item>& reply) {
  return put_items_reply(room, kind, number, reply, reply.items.data());
}

template <typename Item>
std::size_t finish_items_reply(std::span<std::byte> room, RequestKind kind, std::uint64_t number,
                               const ItemsReplyMessage<Item>& reply) {
  return put_items_reply<Item>(room, kind, number, reply, nullptr);
}

#define DAYBOOK_ITEMS_REPLY(Item)                                                           \
  template std::size_t write_items_reply(std::span<std::byte>, RequestKind, std::uint64_t,  \
                                         const ItemsReplyMessage<Item>&);                   \
  template std::size_t finish_items_reply(std::span<std::byte>, RequestKind, std::uint64_t, \
                                          const ItemsReplyMessage<Item>&);
DAYBOOK_ITEMS_REPLY(Account)
DAYBOOK_ITEMS_REPLY(Transfer)
DAYBOOK_ITEMS_REPLY(Ledger)
DAYBOOK_ITEMS_REPLY(HoldView)
DAYBOOK_ITEMS_REPLY(AccountBalance)
DAYBOOK_ITEMS_REPLY(LedgerBalance)
DAYBOOK_ITEMS_REPLY(Name)
DAYBOOK_ITEMS_REPLY(std::uint64_t)
DAYBOOK_ITEMS_REPLY(AccountAsOf)
DAYBOOK_ITEMS_REPLY(OrderView)
DAYBOOK_ITEMS_REPLY(SagaView)
DAYBOOK_ITEMS_REPLY(ParticipantView)
DAYBOOK_ITEMS_REPLY(WaitingWork)
#undef DAYBOOK_ITEMS_REPLY

std::size_t write_digest_reply(std::span<std::byte> room, RequestKind kind, std::uint64_t number,
                               const DigestReplyMessage& reply) {
  BodyWriter<layout::DigestReply> writer{room};
  writer.fixed.status = static_cast<std::uint16_t>(reply.status);
  writer.fixed.sequence = reply.sequence.value();
  writer.fixed.state_digest = reply.state_digest;
  writer.fixed.head_segment = reply.head_segment;
  writer.fixed.head = reply.head;
  put_words(writer, reply.words);
  return writer.finish(type_of(kind), frame_flag::reply, number);
}

std::size_t write_hello_reply(std::span<std::byte> room, std::uint64_t number,
                              const HelloReplyMessage& reply) {
  BodyWriter<layout::HelloReply> writer{room};
  writer.fixed.protocol_version = reply.protocol_version;
  writer.fixed.highest_number = reply.highest_number;
  writer.fixed.durable_sequence = reply.durable_sequence.value();
  writer.fixed.in_flight_bytes_max = reply.in_flight_bytes_max;
  writer.fixed.batch_events_max = reply.batch_events_max;
  writer.fixed.in_flight_requests_max = reply.in_flight_requests_max;
  writer.fixed.frame_bytes_max = reply.frame_bytes_max;
  writer.fixed.role = static_cast<std::uint8_t>(reply.role);
  writer.string(writer.fixed.principal, reply.principal);
  writer.string(writer.fixed.engine_version, reply.engine_version);
  return writer.finish(message_type::hello, frame_flag::reply, number);
}

std::size_t write_error(std::span<std::byte> room, std::uint64_t number,
                        const ErrorMessage& error) {
  BodyWriter<layout::Error> writer{room};
  writer.fixed.code = error.code;
  writer.fixed.closes = error.closes ? 1 : 0;
  writer.words(writer.fixed.words, error.words);
  return writer.finish(message_type::error, frame_flag::reply | frame_flag::error, number);
}

std::size_t write_refused_reply(std::span<std::byte> room, RequestKind kind, std::uint64_t number,
                                RequestStatus status, std::string_view words) {
  if (is_journaled(kind)) {
    return write_batch_reply(room, kind, number, {.status = status, .words = words});
  }
  if (kind == RequestKind::state_digest || kind == RequestKind::take_snapshot) {
    return write_digest_reply(room, kind, number, {.status = status, .words = words});
  }
  // The replies with items differ in their items only, and here there are none.
  return write_items_reply<Account>(room, kind, number, {.status = status, .words = words});
}

Result<HelloReplyMessage, BodyFault> read_hello_reply(std::span<const std::byte> body) {
  const auto* table = verified<wire::HelloReply>(body);
  if (table == nullptr) return unreadable("HelloReply");
  return HelloReplyMessage{.protocol_version = table->protocol_version(),
                           .highest_number = table->highest_number(),
                           .durable_sequence = Sequence{table->durable_sequence()},
                           .in_flight_bytes_max = table->in_flight_bytes_max(),
                           .batch_events_max = table->batch_events_max(),
                           .in_flight_requests_max = table->in_flight_requests_max(),
                           .frame_bytes_max = table->frame_bytes_max(),
                           .principal = text_of(table->principal()),
                           .role = static_cast<Role>(table->role()),
                           .engine_version = text_of(table->engine_version())};
}

Result<ErrorMessage, BodyFault> read_error(std::span<const std::byte> body) {
  const auto* table = verified<wire::Error>(body);
  if (table == nullptr) return unreadable("Error");
  return ErrorMessage{
      .code = table->code(), .closes = table->closes(), .words = text_of(table->words())};
}

Result<BatchReplyMessage, BodyFault> read_batch_reply(std::span<const std::byte> body) {
  const auto* table = verified<wire::BatchReply>(body);
  if (table == nullptr) return unreadable("BatchReply");
  const auto* refusals = table->refusals();
  if (!is_aligned(refusals)) return misaligned("BatchReply");
  BatchReplyMessage reply{.status = static_cast<RequestStatus>(table->status()),
                          .words = text_of(table->words()),
                          .first_sequence = Sequence{table->first_sequence()},
                          .first_timestamp = Timestamp{table->first_timestamp()},
                          .refusals = {}};
  if (refusals != nullptr) {
    reply.refusals = {reinterpret_cast<const Refusal*>(refusals->Data()), refusals->size()};
  }
  return reply;
}

Result<ItemsReplyMessage<Account>, BodyFault> read_accounts_reply(std::span<const std::byte> body) {
  const auto* table = verified<wire::AccountsReply>(body);
  if (table == nullptr) return unreadable("AccountsReply");
  return items_of<Account>(*table, table->accounts(), "AccountsReply");
}

Result<ItemsReplyMessage<Transfer>, BodyFault> read_transfers_reply(
    std::span<const std::byte> body) {
  const auto* table = verified<wire::TransfersReply>(body);
  if (table == nullptr) return unreadable("TransfersReply");
  return items_of<Transfer>(*table, table->transfers(), "TransfersReply");
}

Result<ItemsReplyMessage<Ledger>, BodyFault> read_ledgers_reply(std::span<const std::byte> body) {
  const auto* table = verified<wire::LedgersReply>(body);
  if (table == nullptr) return unreadable("LedgersReply");
  return items_of<Ledger>(*table, table->ledgers(), "LedgersReply");
}

Result<ItemsReplyMessage<HoldView>, BodyFault> read_holds_reply(std::span<const std::byte> body) {
  const auto* table = verified<wire::HoldsReply>(body);
  if (table == nullptr) return unreadable("HoldsReply");
  return items_of<HoldView>(*table, table->holds(), "HoldsReply");
}

Result<ItemsReplyMessage<AccountBalance>, BodyFault> read_account_balances_reply(
    std::span<const std::byte> body) {
  const auto* table = verified<wire::AccountBalancesReply>(body);
  if (table == nullptr) return unreadable("AccountBalancesReply");
  return items_of<AccountBalance>(*table, table->balances(), "AccountBalancesReply");
}

Result<ItemsReplyMessage<LedgerBalance>, BodyFault> read_trial_balance_reply(
    std::span<const std::byte> body) {
  const auto* table = verified<wire::TrialBalanceReply>(body);
  if (table == nullptr) return unreadable("TrialBalanceReply");
  return items_of<LedgerBalance>(*table, table->ledgers(), "TrialBalanceReply");
}

Result<ItemsReplyMessage<Name>, BodyFault> read_names_reply(std::span<const std::byte> body) {
  const auto* table = verified<wire::NamesReply>(body);
  if (table == nullptr) return unreadable("NamesReply");
  return items_of<Name>(*table, table->names(), "NamesReply");
}

Result<ItemsReplyMessage<AccountAsOf>, BodyFault> read_accounts_at_reply(
    std::span<const std::byte> body) {
  const auto* table = verified<wire::AccountsAtReply>(body);
  if (table == nullptr) return unreadable("AccountsAtReply");
  return items_of<AccountAsOf>(*table, table->accounts(), "AccountsAtReply");
}

Result<ItemsReplyMessage<std::uint64_t>, BodyFault> read_operations_reply(
    std::span<const std::byte> body) {
  const auto* table = verified<wire::OperationsReply>(body);
  if (table == nullptr) return unreadable("OperationsReply");
  return items_of<std::uint64_t>(*table, table->records(), "OperationsReply");
}

Result<DigestReplyMessage, BodyFault> read_digest_reply(std::span<const std::byte> body) {
  const auto* table = verified<wire::DigestReply>(body);
  if (table == nullptr) return unreadable("DigestReply");
  DigestReplyMessage message{.status = static_cast<RequestStatus>(table->status()),
                             .words = text_of(table->words()),
                             .sequence = Sequence{table->sequence()},
                             .state_digest = table->state_digest(),
                             .head_segment = table->head_segment()};
  if (table->head() != nullptr) {
    std::memcpy(message.head.data(), table->head()->bytes()->Data(), message.head.size());
  }
  return message;
}

}  // namespace daybook

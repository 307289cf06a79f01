// Bodies that are no sound FlatBuffer of their table: refused in words, never read.
//
// Method: good bodies of every message, damaged systematically: cut, and with every byte changed to
// several values. A reader may accept such a body (a changed number is still a number), but what it
// returns must lie inside the body; AddressSanitizer watches the rest. Bodies made by the ordinary
// builder, in its own layout, must be accepted.

#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "net/protocol/event_messages.hpp"
#include "net/protocol/rebuild_messages.hpp"
#include "net/protocol/replies.hpp"
#include "net/protocol/requests.hpp"
#include "net/protocol/saga_messages.hpp"
#include "net/protocol/subscription_messages.hpp"
#include "net/protocol/tcc_messages.hpp"

namespace daybook {
namespace {

using Bytes = std::vector<std::uint64_t>;

std::span<const std::byte> body_of(const Bytes& frame) {
  return std::as_bytes(std::span{frame}).subspan(frame_header_bytes);
}

/// A message: a good frame, and a reader that checks that what it returns lies in `body`.
struct Subject {
  const char* table;
  Bytes frame;
  std::function<std::string(std::span<const std::byte> body)> words_of;
};

template <typename Write>
Bytes framed(std::size_t bytes, Write write) {
  Bytes frame(bytes / 8);
  frame.resize(write(std::as_writable_bytes(std::span{frame})) / 8);
  return frame;
}

void expect_inside(std::span<const std::byte> body, const void* data, std::size_t bytes) {
  if (bytes == 0) return;
  const auto* first = static_cast<const std::byte*>(data);
  EXPECT_GE(first, body.data());
  EXPECT_LE(first + bytes, body.data() + body.size());
}

std::function<std::string(std::span<const std::byte>)> request_reader(RequestKind kind,
                                                                      std::size_t event_bytes) {
  return [kind, event_bytes](std::span<const std::byte> body) -> std::string {
    const auto read = read_request(kind, body);
    if (!read.ok()) return read.error().words;
    expect_inside(body, read.value().events, read.value().event_count * event_bytes);
    expect_inside(body, read.value().names.data(), read.value().names.size_bytes());
    expect_inside(body, read.value().reason.data(), read.value().reason.size());
    return {};
  };
}

template <typename Read>
std::function<std::string(std::span<const std::byte>)> items_reader(Read read_reply) {
  return [read_reply](std::span<const std::byte> body) -> std::string {
    const auto read = read_reply(body);
    if (!read.ok()) return read.error().words;
    expect_inside(body, read.value().items.data(), read.value().items.size_bytes());
    expect_inside(body, read.value().words.data(), read.value().words.size());
    return {};
  };
}

std::vector<Subject> requests_with_events() {
  const std::vector<Account> accounts(2);
  const std::vector<Transfer> transfers(2);
  const std::vector<Ledger> ledgers(2);
  const std::vector<Uint128> ids(3);
  std::vector<Subject> all;
  all.push_back({"CreateAccounts",
                 framed(create_frame_bytes<Account>(2),
                        [&](auto room) { return write_create_accounts(room, 1, {}, accounts); }),
                 request_reader(RequestKind::create_accounts, sizeof(Account))});
  all.push_back({"CreateTransfers",
                 framed(create_frame_bytes<Transfer>(2),
                        [&](auto room) { return write_create_transfers(room, 1, {}, transfers); }),
                 request_reader(RequestKind::create_transfers, sizeof(Transfer))});
  all.push_back({"PutLedgers",
                 framed(create_frame_bytes<Ledger>(2),
                        [&](auto room) { return write_put_ledgers(room, 1, {}, ledgers); }),
                 request_reader(RequestKind::put_ledgers, sizeof(Ledger))});
  for (const auto& [table, kind] : {std::pair{"LookupAccounts", RequestKind::lookup_accounts},
                                    std::pair{"LookupTransfers", RequestKind::lookup_transfers},
                                    std::pair{"LookupHolds", RequestKind::lookup_holds}}) {
    all.push_back({table,
                   framed(lookup_frame_bytes(3),
                          [&, k = kind](auto room) { return write_lookup(room, k, 1, ids, 0); }),
                   request_reader(kind, sizeof(Uint128))});
  }
  const std::vector<AccountChange> changes(2);
  all.push_back(
      {"ChangeAccounts",
       framed(reasoned_frame_bytes<AccountChange>(2, 3),
              [&](auto room) { return write_change_accounts(room, 1, {}, changes, "why"); }),
       request_reader(RequestKind::change_accounts, sizeof(AccountChange))});
  all.push_back(
      {"CreateTransfers",
       framed(reasoned_frame_bytes<Transfer>(2, 3),
              [&](auto room) { return write_reasoned_transfers(room, 1, {}, transfers, "why"); }),
       request_reader(RequestKind::create_transfers, sizeof(Transfer))});
  return all;
}

std::vector<Subject> requests_with_names() {
  const std::vector<Account> accounts(2);
  const std::vector<Transfer> transfers(2);
  const std::vector<Name> names(3);
  const std::vector<NameKey> keys(2);
  std::vector<Subject> all;
  all.push_back(
      {"CreateAccounts",
       framed(named_frame_bytes<Account>(2, 3),
              [&](auto room) { return write_named_accounts(room, 1, {}, accounts, names); }),
       request_reader(RequestKind::create_accounts, sizeof(Account))});
  for (const char* reason : {"", "why"}) {
    all.push_back({"CreateTransfers",
                   framed(named_frame_bytes<Transfer>(2, 3, std::strlen(reason)),
                          [&](auto room) {
                            return write_named_transfers(room, 1, {}, transfers, reason, names);
                          }),
                   request_reader(RequestKind::create_transfers, sizeof(Transfer))});
  }
  all.push_back({"PutNames",
                 framed(create_frame_bytes<Name>(3),
                        [&](auto room) { return write_put_names(room, 1, {}, names); }),
                 request_reader(RequestKind::put_names, sizeof(Name))});
  all.push_back({"LookupNames",
                 framed(lookup_names_frame_bytes(2),
                        [&](auto room) { return write_lookup_names(room, 1, keys, 0); }),
                 request_reader(RequestKind::lookup_names, sizeof(NameKey))});
  return all;
}

std::vector<Subject> about_events() {
  std::vector<DomainEvent> events(2);
  events[1].payload_bytes = 5;
  const std::vector<std::byte> payload(5);
  const std::vector<Name> names(1);
  std::vector<Subject> all;
  all.push_back(
      {"AppendEvents",
       framed(append_events_frame_bytes(2, 5, 1),
              [&](auto room) { return write_append_events(room, 1, {}, events, payload, names); }),
       [](std::span<const std::byte> body) -> std::string {
         const auto read = read_request(RequestKind::append_events, body);
         if (!read.ok()) return read.error().words;
         const RequestBody& value = read.value();
         expect_inside(body, value.events, value.event_count * sizeof(DomainEvent));
         expect_inside(body, value.payloads.data(), value.payloads.size());
         expect_inside(body, value.names.data(), value.names.size_bytes());
         return {};
       }});
  const std::vector<Transfer> transfers(2);
  all.push_back({"Bundle",
                 framed(bundle_frame_bytes(2, 2, 5, 1),
                        [&](auto room) {
                          return write_bundle(room, 1, {}, transfers, events, payload, names);
                        }),
                 [](std::span<const std::byte> body) -> std::string {
                   const auto read = read_request(RequestKind::bundle, body);
                   if (!read.ok()) return read.error().words;
                   const RequestBody& value = read.value();
                   const std::size_t count = value.event_count - value.bundled.size();
                   expect_inside(body, value.events, count * sizeof(Transfer));
                   expect_inside(body, value.bundled.data(), value.bundled.size_bytes());
                   expect_inside(body, value.payloads.data(), value.payloads.size());
                   expect_inside(body, value.names.data(), value.names.size_bytes());
                   return {};
                 }});
  all.push_back({"ReadEvents",
                 framed(read_events_frame_bytes,
                        [](auto room) { return write_read_events(room, 1, EventFilter{}, 0); }),
                 [](std::span<const std::byte> body) -> std::string {
                   const auto read = read_request(RequestKind::read_events, body);
                   if (!read.ok()) return read.error().words;
                   expect_inside(body, read.value().events, sizeof(EventFilter));
                   return {};
                 }});
  std::vector<RecordedEvent> recorded(2);
  recorded[0].event.payload_bytes = 5;
  all.push_back(
      {"EventsReply",
       framed(events_reply_frame_bytes(2 * sizeof(RecordedEvent), 5),
              [&](auto room) {
                return write_events_reply(room, 1, {.events = recorded, .payloads = payload});
              }),
       [](std::span<const std::byte> body) -> std::string {
         const auto read = read_events_reply(body);
         if (!read.ok()) return read.error().words;
         expect_inside(body, read.value().events.data(), read.value().events.size_bytes());
         expect_inside(body, read.value().payloads.data(), read.value().payloads.size());
         return {};
       }});
  return all;
}

std::vector<Subject> about_subscriptions() {
  const std::vector<EventCheckpoint> checkpoints(2);
  std::vector<Subject> all;
  all.push_back({"Subscribe",
                 framed(subscribe_frame_bytes,
                        [](auto room) { return write_subscribe(room, 1, Subscription{}, 0); }),
                 [](std::span<const std::byte> body) -> std::string {
                   const auto read = read_request(RequestKind::subscribe, body);
                   if (!read.ok()) return read.error().words;
                   expect_inside(body, read.value().events, sizeof(Subscription));
                   return {};
                 }});
  all.push_back(
      {"AcknowledgeEvents",
       framed(acknowledge_frame_bytes,
              [](auto room) { return write_acknowledge_events(room, 1, 2, Sequence{3}); }),
       request_reader(RequestKind::acknowledge_events, 0)});
  all.push_back(
      {"Unsubscribe",
       framed(acknowledge_frame_bytes, [](auto room) { return write_unsubscribe(room, 1, 2); }),
       request_reader(RequestKind::unsubscribe, 0)});
  all.push_back({"PutCheckpoints",
                 framed(put_checkpoints_frame_bytes(2),
                        [&](auto room) { return write_put_checkpoints(room, 1, {}, checkpoints); }),
                 request_reader(RequestKind::put_checkpoints, sizeof(EventCheckpoint))});
  all.push_back(
      {"LookupCheckpoints",
       framed(small_frame_bytes, [](auto room) { return write_lookup_checkpoints(room, 1, 3); }),
       request_reader(RequestKind::lookup_checkpoints, 0)});
  all.push_back(
      {"CheckpointsReply",
       framed(reply_frame_bytes(2 * sizeof(EventCheckpoint), 0),
              [&](auto room) { return write_checkpoints_reply(room, 1, {.items = checkpoints}); }),
       items_reader(read_checkpoints_reply)});
  return all;
}

std::vector<Subject> about_tccs_and_sagas() {
  std::vector<Subject> all;
  const std::vector<TccCommand> commands(2);
  const std::vector<TccAmount> amounts(3);
  all.push_back(
      {"TccCommands",
       framed(tcc_commands_frame_bytes(2, 3),
              [&](auto room) { return write_tcc_commands(room, 1, {}, commands, amounts); }),
       [](std::span<const std::byte> body) -> std::string {
         const auto read = read_request(RequestKind::tcc_commands, body);
         if (!read.ok()) return read.error().words;
         expect_inside(body, read.value().events, read.value().event_count * sizeof(TccCommand));
         expect_inside(body, read.value().payloads.data(), read.value().payloads.size());
         return {};
       }});
  const std::vector<Uint128> gids(3);
  all.push_back(
      {"LookupTccs",
       framed(lookup_frame_bytes(3),
              [&](auto room) { return write_lookup(room, RequestKind::lookup_tccs, 1, gids, 0); }),
       request_reader(RequestKind::lookup_tccs, sizeof(Uint128))});
  all.push_back({"ListTccs",
                 framed(small_frame_bytes,
                        [](auto room) { return write_list_tccs(room, 1, {.limit = 5}, 0); }),
                 request_reader(RequestKind::list_tccs, 0)});
  const std::vector<DomainEvent> events(2);
  all.push_back(
      {"AppendEvents",
       framed(operate_sagas_frame_bytes(2, 0, 3),
              [&](auto room) { return write_operate_sagas(room, 1, {}, events, {}, "why"); }),
       request_reader(RequestKind::operate_sagas, sizeof(DomainEvent))});
  const SagaFilter filter{{}, {}, 0, 5, 0, 0};
  all.push_back({"ListSagas",
                 framed(list_sagas_frame_bytes,
                        [&](auto room) { return write_list_sagas(room, 1, filter, 0); }),
                 request_reader(RequestKind::list_sagas, sizeof(SagaFilter))});
  std::vector<TccView> tccs(2);
  tccs[1].branch_count = 3;
  const std::vector<TccBranch> branches(3);
  all.push_back({"TccsReply",
                 framed(tccs_reply_frame_bytes(2, 3),
                        [&](auto room) {
                          TccsReplyMessage message;
                          message.tccs = tccs;
                          message.branches = branches;
                          return write_tccs_reply(room, RequestKind::lookup_tccs, 1, message);
                        }),
                 [](std::span<const std::byte> body) -> std::string {
                   const auto read = read_tccs_reply(body);
                   if (!read.ok()) return read.error().words;
                   expect_inside(body, read.value().tccs.data(), read.value().tccs.size_bytes());
                   expect_inside(body, read.value().branches.data(),
                                 read.value().branches.size_bytes());
                   return {};
                 }});
  return all;
}

std::vector<Subject> rebuilds_and_digests() {
  std::vector<Subject> all;
  all.push_back({"Rebuild",
                 framed(rebuild_frame_bytes,
                        [](auto room) { return write_rebuild(room, 1, RebuildFilter{}, 0); }),
                 [](std::span<const std::byte> body) -> std::string {
                   const auto read = read_request(RequestKind::rebuild, body);
                   if (!read.ok()) return read.error().words;
                   expect_inside(body, read.value().events, sizeof(RebuildFilter));
                   return {};
                 }});
  const std::vector<RebuildDifference> differences(2);
  all.push_back({"RebuildReply",
                 framed(rebuild_reply_frame_bytes(2),
                        [&](auto room) {
                          return write_rebuild_reply(room, 1, {.differences = differences});
                        }),
                 [](std::span<const std::byte> body) -> std::string {
                   const auto read = read_rebuild_reply(body);
                   if (!read.ok()) return read.error().words;
                   expect_inside(body, read.value().differences.data(),
                                 read.value().differences.size_bytes());
                   return {};
                 }});
  all.push_back({"TakeSnapshot",
                 framed(small_frame_bytes, [](auto room) { return write_take_snapshot(room, 1); }),
                 [](std::span<const std::byte> body) -> std::string {
                   const auto read = read_request(RequestKind::take_snapshot, body);
                   return read.ok() ? "" : read.error().words;
                 }});
  all.push_back({"DigestReply",
                 framed(digest_reply_frame_bytes(3),
                        [](auto room) {
                          return write_digest_reply(room, RequestKind::state_digest, 1,
                                                    {.words = "why"});
                        }),
                 [](std::span<const std::byte> body) -> std::string {
                   const auto read = read_digest_reply(body);
                   if (!read.ok()) return read.error().words;
                   expect_inside(body, read.value().words.data(), read.value().words.size());
                   return {};
                 }});
  return all;
}

std::vector<Subject> late_reads() {
  std::vector<Subject> all;
  all.push_back({"QueryOperations",
                 framed(query_operations_frame_bytes,
                        [](auto room) { return write_query_operations(room, 1, {}, 0); }),
                 [](std::span<const std::byte> body) -> std::string {
                   const auto read = read_request(RequestKind::query_operations, body);
                   if (!read.ok()) return read.error().words;
                   expect_inside(body, read.value().events, sizeof(OperationFilter));
                   return {};
                 }});
  const std::vector<AccountId> ids(3);
  all.push_back({"LookupAccountsAt",
                 framed(lookup_accounts_at_frame_bytes(3),
                        [&](auto room) { return write_lookup_accounts_at(room, 1, ids, {}, 0); }),
                 request_reader(RequestKind::lookup_accounts_at, sizeof(AccountId))});
  const std::vector<TransferId> holds(3);
  all.push_back({"LookupHolds",
                 framed(lookup_accounts_at_frame_bytes(3),
                        [&](auto room) { return write_lookup_holds_at(room, 1, holds, {}, 0); }),
                 request_reader(RequestKind::lookup_holds, sizeof(TransferId))});
  all.push_back({"TrialBalanceAt",
                 framed(small_frame_bytes,
                        [](auto room) { return write_trial_balance_at(room, 1, 0, 5, {}, 0); }),
                 request_reader(RequestKind::trial_balance_at, 0)});
  return all;
}

std::vector<Subject> other_requests() {
  std::vector<Subject> all;
  all.push_back(
      {"Query",
       framed(query_frame_bytes,
              [](auto room) { return write_query(room, RequestKind::query_transfers, 1, {}, 0); }),
       [](std::span<const std::byte> body) -> std::string {
         const auto read = read_request(RequestKind::query_transfers, body);
         if (!read.ok()) return read.error().words;
         expect_inside(body, read.value().events, sizeof(QueryFilter));
         return {};
       }});
  all.push_back({"TrialBalance",
                 framed(small_frame_bytes,
                        [](auto room) {
                          return write_numbered_list(room, RequestKind::trial_balance, 1, 0, 5, 0);
                        }),
                 request_reader(RequestKind::trial_balance, 0)});
  all.push_back({"ListAccounts",
                 framed(small_frame_bytes,
                        [](auto room) { return write_list_accounts(room, 1, AccountId{}, 5, 0); }),
                 request_reader(RequestKind::list_accounts, 0)});
  all.push_back({"ListLedgers",
                 framed(small_frame_bytes,
                        [](auto room) { return write_list_ledgers(room, 1, LedgerId{}, 5, 0); }),
                 request_reader(RequestKind::list_ledgers, 0)});
  all.push_back(
      {"ListTransfers",
       framed(small_frame_bytes, [](auto room) { return write_list_transfers(room, 1, 0, 5, 0); }),
       request_reader(RequestKind::list_transfers, 0)});
  all.push_back(
      {"AdvanceClock",
       framed(small_frame_bytes, [](auto room) { return write_advance_clock(room, 1, {}, 9); }),
       request_reader(RequestKind::advance_clock, 0)});
  all.push_back({"AcceptClock",
                 framed(accept_clock_frame_bytes(3),
                        [](auto room) { return write_accept_clock(room, 1, {}, "why"); }),
                 request_reader(RequestKind::accept_clock, 0)});
  all.push_back({"StateDigest",
                 framed(small_frame_bytes, [](auto room) { return write_state_digest(room, 1); }),
                 request_reader(RequestKind::state_digest, 0)});
  all.push_back(
      {"Hello",
       framed(hello_frame_bytes(5),
              [](auto room) {
                return write_hello(
                    room, 1,
                    {.client = ClientId{Uint128{1, 1}}, .protocol_version = 1, .token = "token"});
              }),
       [](std::span<const std::byte> body) -> std::string {
         const auto read = read_hello(body);
         if (!read.ok()) return read.error().words;
         expect_inside(body, read.value().token.data(), read.value().token.size());
         return {};
       }});
  return all;
}

template <typename Item>
Bytes items_frame(RequestKind kind) {
  const std::vector<Item> items(2);
  return framed(reply_frame_bytes(2 * sizeof(Item), 3), [&](auto room) {
    return write_items_reply<Item>(room, kind, 1, {.words = "why", .items = items});
  });
}

std::vector<Subject> replies() {
  const std::vector<Refusal> refusals(2);
  std::vector<Subject> all;
  all.push_back({"AccountsReply", items_frame<Account>(RequestKind::list_accounts),
                 items_reader(read_accounts_reply)});
  all.push_back({"TransfersReply", items_frame<Transfer>(RequestKind::list_transfers),
                 items_reader(read_transfers_reply)});
  all.push_back({"LedgersReply", items_frame<Ledger>(RequestKind::list_ledgers),
                 items_reader(read_ledgers_reply)});
  all.push_back({"HoldsReply", items_frame<HoldView>(RequestKind::lookup_holds),
                 items_reader(read_holds_reply)});
  all.push_back({"AccountBalancesReply",
                 items_frame<AccountBalance>(RequestKind::get_account_balances),
                 items_reader(read_account_balances_reply)});
  all.push_back({"TrialBalanceReply", items_frame<LedgerBalance>(RequestKind::trial_balance),
                 items_reader(read_trial_balance_reply)});
  all.push_back(
      {"NamesReply", items_frame<Name>(RequestKind::lookup_names), items_reader(read_names_reply)});
  all.push_back({"OperationsReply", items_frame<std::uint64_t>(RequestKind::query_operations),
                 items_reader(read_operations_reply)});
  all.push_back({"AccountsAtReply", items_frame<AccountAsOf>(RequestKind::lookup_accounts_at),
                 items_reader(read_accounts_at_reply)});
  all.push_back({"SagasReply", items_frame<SagaView>(RequestKind::list_sagas),
                 items_reader(read_sagas_reply)});
  all.push_back({"BatchReply",
                 framed(reply_frame_bytes(2 * sizeof(Refusal), 3),
                        [&](auto room) {
                          return write_batch_reply(room, RequestKind::create_accounts, 1,
                                                   {.words = "why", .refusals = refusals});
                        }),
                 [](std::span<const std::byte> body) -> std::string {
                   const auto read = read_batch_reply(body);
                   if (!read.ok()) return read.error().words;
                   const auto& value = read.value();
                   expect_inside(body, value.refusals.data(), value.refusals.size_bytes());
                   expect_inside(body, value.words.data(), value.words.size());
                   return {};
                 }});
  all.push_back({"HelloReply",
                 framed(hello_reply_frame_bytes(4, 5),
                        [](auto room) {
                          return write_hello_reply(
                              room, 1, {.principal = "till", .engine_version = "0.1.0"});
                        }),
                 [](std::span<const std::byte> body) -> std::string {
                   const auto read = read_hello_reply(body);
                   if (!read.ok()) return read.error().words;
                   const auto& value = read.value();
                   expect_inside(body, value.principal.data(), value.principal.size());
                   expect_inside(body, value.engine_version.data(), value.engine_version.size());
                   return {};
                 }});
  all.push_back({"Error",
                 framed(error_frame_bytes(3),
                        [](auto room) { return write_error(room, 1, {.words = "why"}); }),
                 [](std::span<const std::byte> body) -> std::string {
                   const auto read = read_error(body);
                   if (!read.ok()) return read.error().words;
                   expect_inside(body, read.value().words.data(), read.value().words.size());
                   return {};
                 }});
  return all;
}

std::vector<Subject> all_messages() {
  std::vector<Subject> all = requests_with_events();
  for (Subject& subject : requests_with_names()) all.push_back(std::move(subject));
  for (Subject& subject : about_events()) all.push_back(std::move(subject));
  for (Subject& subject : about_subscriptions()) all.push_back(std::move(subject));
  for (Subject& subject : about_tccs_and_sagas()) all.push_back(std::move(subject));
  for (Subject& subject : late_reads()) all.push_back(std::move(subject));
  for (Subject& subject : rebuilds_and_digests()) all.push_back(std::move(subject));
  for (Subject& subject : other_requests()) all.push_back(std::move(subject));
  for (Subject& subject : replies()) all.push_back(std::move(subject));
  return all;
}

std::string unsound(const char* table) {
  return fmt::format(
      "the body is no sound FlatBuffer of the table {}; check the encoder against daybook.fbs",
      table);
}

TEST(VerifierTest, EveryMessageIsReadAsItWasWritten) {
  const auto subjects = all_messages();
  ASSERT_EQ(subjects.size(), 59U);
  for (const Subject& subject : subjects) {
    EXPECT_EQ(subject.words_of(body_of(subject.frame)), "") << subject.table;
  }
}

TEST(VerifierTest, GarbageIsRefusedInWords) {
  for (const Subject& subject : all_messages()) {
    for (const std::uint64_t word : {std::uint64_t{0}, ~std::uint64_t{0}, std::uint64_t{0x80}}) {
      const Bytes garbage(16, word);
      EXPECT_EQ(subject.words_of(std::as_bytes(std::span{garbage})), unsound(subject.table));
    }
    EXPECT_EQ(subject.words_of({}), unsound(subject.table));
  }
}

TEST(VerifierTest, ABodyCutShortNeverReadsBehindItsEnd) {
  for (const Subject& subject : all_messages()) {
    SCOPED_TRACE(subject.table);
    const auto body = body_of(subject.frame);
    for (std::size_t bytes = 0; bytes < body.size(); bytes += 8) {
      // A copy of exactly this size, so that a sanitizer sees a read behind it.
      Bytes cut(bytes / 8);
      if (bytes > 0) std::memcpy(cut.data(), body.data(), bytes);
      const std::string words = subject.words_of(std::as_bytes(std::span{cut}));
      // Only padding may be missed.
      if (bytes + 8 < body.size()) {
        EXPECT_NE(words, "") << bytes << " bytes";
      }
    }
  }
}

TEST(VerifierTest, ChangedBytesNeverReadOutsideTheBody) {
  for (const Subject& subject : all_messages()) {
    SCOPED_TRACE(subject.table);
    const auto body = body_of(subject.frame);
    for (std::size_t place = 0; place < body.size(); ++place) {
      for (const unsigned value : {0x00U, 0x01U, 0x04U, 0x07U, 0x7fU, 0x80U, 0xfcU, 0xffU}) {
        Bytes changed(body.size() / 8);
        std::memcpy(changed.data(), body.data(), body.size());
        std::as_writable_bytes(std::span{changed})[place] = static_cast<std::byte>(value);
        static_cast<void>(subject.words_of(std::as_bytes(std::span{changed})));
      }
    }
  }
}

TEST(VerifierTest, AVectorOfStructsThatIsNotAlignedIsRefused) {
  // The vector's offset and the vector itself, moved by four bytes: sound for the generated
  // verifier, but no pointer to a Transfer.
  const std::vector<Transfer> transfers(1);
  Bytes frame = framed(create_frame_bytes<Transfer>(1),
                       [&](auto room) { return write_create_transfers(room, 1, {}, transfers); });
  frame.push_back(0);
  const auto body = std::as_writable_bytes(std::span{frame}).subspan(frame_header_bytes);
  constexpr std::size_t vector_at = 68;
  std::memmove(body.data() + vector_at + 4, body.data() + vector_at, 4 + sizeof(Transfer));
  std::uint32_t offset = 0;
  std::memcpy(&offset, body.data() + 20, sizeof(offset));
  offset += 4;
  std::memcpy(body.data() + 20, &offset, sizeof(offset));
  const auto read = read_request(RequestKind::create_transfers, body);
  ASSERT_FALSE(read.ok());
  EXPECT_TRUE(read.error().not_readable);
  EXPECT_EQ(read.error().words,
            "the vector of structs in CreateTransfers is not 8-byte aligned in its frame; structs "
            "with 64-bit fields need that");
}

}  // namespace
}  // namespace daybook

// Replies: what a server writes, a client reads. Method: as round_trip_test.cpp.

#include <string>
#include <utility>

#include "net/protocol/event_messages.hpp"
#include "net/protocol/participant_messages.hpp"
#include "net/protocol/rebuild_messages.hpp"
#include "net/protocol/replies.hpp"
#include "net/protocol/saga_messages.hpp"
#include "net/protocol/secret_messages.hpp"
#include "tests/net/protocol/round_trip.hpp"

namespace daybook {
namespace {

TEST(ReplyRoundTrip, HelloReply) {
  const HelloReplyMessage sent{.protocol_version = 1,
                               .highest_number = 2,
                               .durable_sequence = Sequence{3},
                               .in_flight_bytes_max = 4,
                               .batch_events_max = 5,
                               .in_flight_requests_max = 6,
                               .frame_bytes_max = 7,
                               .principal = "till-12",
                               .role = Role::operator_,
                               .engine_version = "0.1.0"};
  Frame frame{hello_reply_frame_bytes(sent.principal.size(), sent.engine_version.size())};
  frame.expect_sealed(write_hello_reply(frame.room(), sample_number, sent), message_type::hello,
                      frame_flag::reply);
  const auto read = read_hello_reply(frame.body());
  ASSERT_TRUE(read.ok()) << read.error().words;
  EXPECT_EQ(read.value().protocol_version, 1U);
  EXPECT_EQ(read.value().highest_number, 2U);
  EXPECT_EQ(read.value().durable_sequence, Sequence{3});
  EXPECT_EQ(read.value().in_flight_bytes_max, 4U);
  EXPECT_EQ(read.value().batch_events_max, 5U);
  EXPECT_EQ(read.value().in_flight_requests_max, 6U);
  EXPECT_EQ(read.value().frame_bytes_max, 7U);
  EXPECT_EQ(read.value().principal, "till-12");
  EXPECT_EQ(read.value().role, Role::operator_);
  EXPECT_EQ(read.value().engine_version, "0.1.0");
}

TEST(ReplyRoundTrip, Error) {
  const std::string words = "what was wrong";
  Frame frame{error_frame_bytes(words.size())};
  frame.expect_sealed(write_error(frame.room(), sample_number,
                                  {.code = static_cast<std::uint16_t>(ErrorCode::malformed_frame),
                                   .closes = true,
                                   .words = words}),
                      message_type::error, frame_flag::reply | frame_flag::error);
  const auto read = read_error(frame.body());
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read.value().code, 3001);
  EXPECT_TRUE(read.value().closes);
  EXPECT_EQ(read.value().words, words);
}

TEST(ReplyRoundTrip, BatchRepliesWithAndWithoutRefusalsAndWords) {
  for (const std::size_t count : {std::size_t{0}, std::size_t{1}, std::size_t{8'192}}) {
    for (const std::string& words : {std::string{}, std::string{"why not"}}) {
      const auto refusals = many<Refusal>(count);
      Frame frame{reply_frame_bytes(count * sizeof(Refusal), words.size())};
      frame.expect_reply(
          write_batch_reply(frame.room(), RequestKind::create_transfers, sample_number,
                            {.status = RequestStatus::busy,
                             .words = words,
                             .first_sequence = Sequence{31},
                             .first_timestamp = Timestamp{32},
                             .refusals = refusals}),
          RequestKind::create_transfers);
      const auto read = read_batch_reply(frame.body());
      ASSERT_TRUE(read.ok()) << read.error().words;
      EXPECT_EQ(read.value().status, RequestStatus::busy);
      EXPECT_EQ(read.value().words, words);
      EXPECT_EQ(read.value().first_sequence, Sequence{31});
      EXPECT_EQ(read.value().first_timestamp, Timestamp{32});
      ASSERT_EQ(read.value().refusals.size(), count);
      EXPECT_TRUE(
          same_bytes(reinterpret_cast<const std::byte*>(read.value().refusals.data()), refusals));
    }
  }
}

template <typename Item, typename Read>
void expect_items(RequestKind kind, Read read_reply) {
  for (const std::size_t count : {std::size_t{0}, std::size_t{1}, std::size_t{8'192}}) {
    for (const std::string& words : {std::string{}, std::string{"why not"}}) {
      const auto items = many<Item>(count);
      const ItemsReplyMessage<Item> sent{.status = RequestStatus::index_behind,
                                         .words = words,
                                         .sequence = Sequence{41},
                                         .more = true,
                                         .cursor = 42,
                                         .items = items};
      Frame frame{reply_frame_bytes(count * sizeof(Item), words.size())};
      Frame placed{reply_frame_bytes(count * sizeof(Item), words.size())};
      if (count > 0) {
        std::memcpy(placed.room().data() + reply_items_offset, items.data(), count * sizeof(Item));
      }
      frame.expect_reply(write_items_reply(frame.room(), kind, sample_number, sent), kind);
      placed.expect_reply(finish_items_reply(placed.room(), kind, sample_number, sent), kind);
      EXPECT_EQ(std::memcmp(frame.room().data(), placed.room().data(), frame.room().size()), 0);
      const auto read = read_reply(frame.body());
      ASSERT_TRUE(read.ok()) << read.error().words;
      EXPECT_EQ(read.value().status, RequestStatus::index_behind);
      EXPECT_EQ(read.value().words, words);
      EXPECT_EQ(read.value().sequence, Sequence{41});
      EXPECT_TRUE(read.value().more);
      EXPECT_EQ(read.value().cursor, 42U);
      ASSERT_EQ(read.value().items.size(), count);
      EXPECT_TRUE(same_bytes(reinterpret_cast<const std::byte*>(read.value().items.data()), items));
    }
  }
}

TEST(ReplyRoundTrip, Items) {
  expect_items<Account>(RequestKind::list_accounts, read_accounts_reply);
  expect_items<Transfer>(RequestKind::list_transfers, read_transfers_reply);
  expect_items<Ledger>(RequestKind::list_ledgers, read_ledgers_reply);
  expect_items<Account>(RequestKind::query_accounts, read_accounts_reply);
  expect_items<Transfer>(RequestKind::get_account_transfers, read_transfers_reply);
  expect_items<Transfer>(RequestKind::query_transfers, read_transfers_reply);
  expect_items<AccountBalance>(RequestKind::get_account_balances, read_account_balances_reply);
  expect_items<HoldView>(RequestKind::lookup_holds, read_holds_reply);
  expect_items<LedgerBalance>(RequestKind::trial_balance, read_trial_balance_reply);
  expect_items<Name>(RequestKind::lookup_names, read_names_reply);
  expect_items<std::uint64_t>(RequestKind::query_operations, read_operations_reply);
  expect_items<AccountAsOf>(RequestKind::lookup_accounts_at, read_accounts_at_reply);
  expect_items<LedgerBalance>(RequestKind::trial_balance_at, read_trial_balance_reply);
  expect_items<SagaView>(RequestKind::list_sagas, read_sagas_reply);
  expect_items<std::uint64_t>(RequestKind::take_work, read_work_reply);
  expect_items<ParticipantView>(RequestKind::list_participants, read_participants_reply);
  expect_items<WaitingWork>(RequestKind::list_waiting_work, read_waiting_work_reply);
  expect_items<std::uint64_t>(RequestKind::seal_secrets, read_secrets_reply);
  expect_items<std::uint64_t>(RequestKind::forget_secrets, read_secrets_reply);
}

// The largest there are.
static_assert(reply_frame_bytes(limits::batch_events_max * sizeof(HoldView), words_bytes_max) <=
              limits::frame_bytes_max);

TEST(ReplyRoundTrip, Digest) {
  const std::string words = "w";
  std::array<std::byte, 32> head{};
  for (std::size_t at = 0; at < head.size(); ++at) head[at] = static_cast<std::byte>(at + 1);
  Frame frame{digest_reply_frame_bytes(words.size())};
  frame.expect_reply(write_digest_reply(frame.room(), RequestKind::state_digest, sample_number,
                                        {.status = RequestStatus::stopping,
                                         .words = words,
                                         .sequence = Sequence{51},
                                         .state_digest = 52,
                                         .head_segment = 53,
                                         .head = head}),
                     RequestKind::state_digest);
  const auto read = read_digest_reply(frame.body());
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read.value().status, RequestStatus::stopping);
  EXPECT_EQ(read.value().words, words);
  EXPECT_EQ(read.value().sequence, Sequence{51});
  EXPECT_EQ(read.value().state_digest, 52U);
  EXPECT_EQ(read.value().head_segment, 53U);
  EXPECT_EQ(read.value().head, head);
}

TEST(ReplyRoundTrip, WordsAreCutAtTheLimitButNotInsideACharacter) {
  const std::string fits(words_bytes_max, 'w');
  const std::string longer = std::string(words_bytes_max - 1, 'w') + "\xc3\xa4\xc3\xb6";
  for (const auto& [sent, expected] : {std::pair{fits, fits}, std::pair{fits + "w", fits},
                                       std::pair{longer, std::string(words_bytes_max - 1, 'w')}}) {
    Frame frame{error_frame_bytes(sent.size())};
    frame.expect_sealed(write_error(frame.room(), sample_number, {.code = 1, .words = sent}),
                        message_type::error, frame_flag::reply | frame_flag::error);
    const auto read = read_error(frame.body());
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(read.value().words, expected);
  }
}

TEST(ReplyRoundTrip, RefusedRepliesHaveTheFormOfTheirKind) {
  const std::string words = "no";
  for (std::uint16_t type = 0; type < 128; ++type) {
    const auto kind = request_kind(type);
    if (!kind) continue;
    SCOPED_TRACE(to_string(*kind));
    Frame frame{refused_reply_frame_bytes(words.size())};
    frame.expect_reply(write_refused_reply(frame.room(), *kind, sample_number,
                                           RequestStatus::not_authorised, words),
                       *kind);
    RequestStatus status = RequestStatus::ok;
    if (is_journaled(*kind)) {
      status = read_batch_reply(frame.body()).value().status;
    } else if (*kind == RequestKind::state_digest || *kind == RequestKind::take_snapshot) {
      status = read_digest_reply(frame.body()).value().status;
    } else if (*kind == RequestKind::lookup_transfers || *kind == RequestKind::list_transfers ||
               *kind == RequestKind::get_account_transfers ||
               *kind == RequestKind::query_transfers) {
      status = read_transfers_reply(frame.body()).value().status;
    } else if (*kind == RequestKind::lookup_holds) {
      status = read_holds_reply(frame.body()).value().status;
    } else if (*kind == RequestKind::get_account_balances) {
      status = read_account_balances_reply(frame.body()).value().status;
    } else if (*kind == RequestKind::query_operations) {
      status = read_operations_reply(frame.body()).value().status;
    } else if (*kind == RequestKind::lookup_accounts_at) {
      status = read_accounts_at_reply(frame.body()).value().status;
    } else if (*kind == RequestKind::trial_balance || *kind == RequestKind::trial_balance_at) {
      status = read_trial_balance_reply(frame.body()).value().status;
    } else if (*kind == RequestKind::lookup_names) {
      status = read_names_reply(frame.body()).value().status;
    } else if (*kind == RequestKind::rebuild) {
      status = read_rebuild_reply(frame.body()).value().status;
    } else if (*kind == RequestKind::read_events) {
      status = read_events_reply(frame.body()).value().status;
    } else if (*kind == RequestKind::list_ledgers) {
      status = read_ledgers_reply(frame.body()).value().status;
    } else {
      status = read_accounts_reply(frame.body()).value().status;
    }
    EXPECT_EQ(status, RequestStatus::not_authorised);
  }
}

}  // namespace
}  // namespace daybook

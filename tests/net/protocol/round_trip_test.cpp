// Requests and replies: what one end writes, the other reads.
//
// Method: every writer once with distinct values in every field, read back with the reader, which
// runs FlatBuffers' generated verifier; so the hand-laid layouts are proven against the schema.
// Then every count and text at its limit and one past it.

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "net/protocol/frame.hpp"
#include "net/protocol/replies.hpp"
#include "net/protocol/requests.hpp"

namespace daybook {
namespace {

constexpr std::uint64_t number = 0x1122334455667788;
const OperationOrigin origin{TraceId{Uint128{1, 2}}, BusinessId{Uint128{3, 4}}, UserId{5}};

/// A frame in aligned memory that ends exactly where its room does.
class Frame {
 public:
  explicit Frame(std::size_t bytes) : words_(bytes / 8), bytes_{bytes} { EXPECT_EQ(bytes % 8, 0U); }
  [[nodiscard]] std::span<std::byte> room() {
    return {reinterpret_cast<std::byte*>(words_.data()), bytes_};
  }
  [[nodiscard]] std::span<const std::byte> body() { return room().subspan(frame_header_bytes); }

  /// Checks the header of a frame that fills the room.
  void expect_sealed(std::size_t written, std::uint16_t type, std::uint16_t flags) {
    EXPECT_LE(written, bytes_);
    bytes_ = written;
    const FrameHeader header = read_header(room());
    EXPECT_EQ(check_header(header), FrameFault::none);
    EXPECT_EQ(header.body_bytes, written - frame_header_bytes);
    EXPECT_EQ(header.type, type);
    EXPECT_EQ(header.flags, flags);
    EXPECT_EQ(header.request_number, number);
    EXPECT_EQ(header.checksum, frame_checksum(room()));
    EXPECT_EQ(header.checksum, frame_checksum_of_const(room()));
  }
  void expect_request(std::size_t written, RequestKind kind) {
    expect_sealed(written, static_cast<std::uint16_t>(kind), 0);
  }
  void expect_reply(std::size_t written, RequestKind kind) {
    expect_sealed(written, static_cast<std::uint16_t>(kind), frame_flag::reply);
  }

 private:
  std::vector<std::uint64_t> words_;
  std::size_t bytes_;
};

template <typename T>
T patterned(unsigned char seed) {
  T value;
  std::array<unsigned char, sizeof(T)> bytes;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    bytes[i] = static_cast<unsigned char>(seed + i * 7);
  }
  std::memcpy(static_cast<void*>(&value), bytes.data(), sizeof(T));
  return value;
}

template <typename T>
std::vector<T> many(std::size_t count) {
  std::vector<T> items;
  for (std::size_t i = 0; i < count; ++i)
    items.push_back(patterned<T>(static_cast<unsigned char>(i)));
  return items;
}

template <typename T>
bool same_bytes(const std::byte* a, const std::vector<T>& b) {
  return b.empty() || std::memcmp(a, b.data(), b.size() * sizeof(T)) == 0;
}

template <typename Event, typename Write>
void expect_create(RequestKind kind, std::size_t count, Write write) {
  SCOPED_TRACE(testing::Message() << to_string(kind) << " of " << count);
  const auto events = many<Event>(count);
  Frame frame{create_frame_bytes<Event>(count)};
  frame.expect_request(write(frame.room(), number, origin, events), kind);
  const auto read = read_request(kind, frame.body());
  ASSERT_TRUE(read.ok()) << read.error().words;
  EXPECT_EQ(read.value().origin.trace_id, origin.trace_id);
  EXPECT_EQ(read.value().origin.business_id, origin.business_id);
  EXPECT_EQ(read.value().origin.user_id, origin.user_id);
  ASSERT_EQ(read.value().event_count, count);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(read.value().events) % 8, 0U);
  EXPECT_EQ(read.value().events, frame.room().data() + create_events_offset);
  EXPECT_TRUE(same_bytes(read.value().events, events));
}

TEST(RequestRoundTrip, EventsOfEveryKindAndNumber) {
  for (const std::size_t count : {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{100},
                                  std::size_t{limits::batch_events_max}}) {
    expect_create<Account>(RequestKind::create_accounts, count, write_create_accounts);
    expect_create<Transfer>(RequestKind::create_transfers, count, write_create_transfers);
    expect_create<Ledger>(RequestKind::put_ledgers, count, write_put_ledgers);
  }
}

TEST(RequestRoundTrip, EventsWrittenInPlaceGiveTheSameFrame) {
  const auto events = many<Transfer>(9);
  Frame copied{create_frame_bytes<Transfer>(9)};
  Frame placed{create_frame_bytes<Transfer>(9)};
  write_create_transfers(copied.room(), number, origin, events);
  std::memcpy(placed.room().data() + create_events_offset, events.data(), 9 * sizeof(Transfer));
  finish_create(placed.room(), RequestKind::create_transfers, number, origin, 9);
  EXPECT_EQ(std::memcmp(copied.room().data(), placed.room().data(), copied.room().size()), 0);
}

TEST(RequestRoundTrip, OneEventPastTheLimitIsTooLargeAndNoneIsMalformed) {
  for (const std::uint32_t count : {0U, limits::batch_events_max + 1}) {
    const auto events = many<Transfer>(count);
    Frame frame{create_frame_bytes<Transfer>(count)};
    write_create_transfers(frame.room(), number, origin, events);
    const auto read = read_request(RequestKind::create_transfers, frame.body());
    ASSERT_FALSE(read.ok());
    EXPECT_FALSE(read.error().not_readable);
    EXPECT_EQ(read.error().status,
              count == 0 ? RequestStatus::malformed : RequestStatus::too_large);
    EXPECT_EQ(read.error().words,
              "the request has " + std::to_string(count) + " transfers, it must have 1 to 8192");
  }
}

template <typename Event, typename Write>
void expect_reasoned(RequestKind kind, std::size_t count, const std::string& reason, Write write) {
  SCOPED_TRACE(testing::Message() << to_string(kind) << " of " << count << ", " << reason.size());
  const auto events = many<Event>(count);
  Frame frame{reasoned_frame_bytes<Event>(count, reason.size())};
  frame.expect_request(write(frame.room(), number, origin, events, reason), kind);
  const auto read = read_request(kind, frame.body());
  ASSERT_TRUE(read.ok()) << read.error().words;
  EXPECT_EQ(read.value().origin.trace_id, origin.trace_id);
  EXPECT_EQ(read.value().origin.business_id, origin.business_id);
  EXPECT_EQ(read.value().origin.user_id, origin.user_id);
  EXPECT_EQ(read.value().reason, reason);
  ASSERT_EQ(read.value().event_count, count);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(read.value().events) % 8, 0U);
  EXPECT_TRUE(same_bytes(read.value().events, events));
}

TEST(RequestRoundTrip, EventsWithAReasonOfAnyAllowedLength) {
  for (const std::size_t count :
       {std::size_t{1}, std::size_t{3}, std::size_t{limits::batch_events_max}}) {
    for (std::size_t length = 1; length <= limits::reason_bytes_max; length += count > 3 ? 85 : 1) {
      const std::string reason(length, 'r');
      expect_reasoned<AccountChange>(RequestKind::change_accounts, count, reason,
                                     write_change_accounts);
      expect_reasoned<Transfer>(RequestKind::create_transfers, count, reason,
                                write_reasoned_transfers);
    }
  }
  // Transfers need no reason.
  expect_reasoned<Transfer>(RequestKind::create_transfers, 2, "", write_reasoned_transfers);
}

TEST(RequestRoundTrip, ChangesOfAccountsNeedAReasonAndBounds) {
  const auto fault_of = [](std::size_t count, std::size_t length) {
    const auto changes = many<AccountChange>(count);
    const std::string reason(length, 'r');
    Frame frame{reasoned_frame_bytes<AccountChange>(count, length)};
    write_change_accounts(frame.room(), number, origin, changes, reason);
    const auto read = read_request(RequestKind::change_accounts, frame.body());
    EXPECT_TRUE(read.ok() || !read.error().not_readable);
    return read.ok() ? RequestStatus::ok : read.error().status;
  };
  EXPECT_EQ(fault_of(1, 1), RequestStatus::ok);
  EXPECT_EQ(fault_of(1, 0), RequestStatus::malformed);
  EXPECT_EQ(fault_of(0, 1), RequestStatus::malformed);
  EXPECT_EQ(fault_of(1, limits::reason_bytes_max), RequestStatus::ok);
  EXPECT_EQ(fault_of(1, limits::reason_bytes_max + 1), RequestStatus::too_large);
  EXPECT_EQ(fault_of(limits::batch_events_max, 1), RequestStatus::ok);
  EXPECT_EQ(fault_of(limits::batch_events_max + 1, 1), RequestStatus::too_large);
}

TEST(RequestRoundTrip, Queries) {
  for (const auto kind : {RequestKind::get_account_transfers, RequestKind::get_account_balances,
                          RequestKind::query_accounts, RequestKind::query_transfers}) {
    for (unsigned char seed = 1; seed < 50; ++seed) {
      const auto filter = patterned<QueryFilter>(seed);
      Frame frame{query_frame_bytes};
      frame.expect_request(write_query(frame.room(), kind, number, filter, 88), kind);
      const auto read = read_request(kind, frame.body());
      ASSERT_TRUE(read.ok()) << read.error().words;
      EXPECT_EQ(read.value().min_sequence, 88U);
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(read.value().events) % 8, 0U);
      EXPECT_EQ(std::memcmp(read.value().events, &filter, sizeof(filter)), 0);
    }
  }
}

// Its own rules say what is wrong with a limit; here it only measures the room for the reply.
TEST(RequestRoundTrip, AQueryOfAnyLimitIsReadAndItsReplyHasABound) {
  for (const std::uint32_t limit :
       {0U, 1U, limits::batch_events_max, limits::batch_events_max + 1, ~std::uint32_t{0}}) {
    QueryFilter filter;
    filter.limit = limit;
    Frame frame{query_frame_bytes};
    write_query(frame.room(), RequestKind::query_accounts, number, filter, 0);
    const auto read = read_request(RequestKind::query_accounts, frame.body());
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(read.value().limit, std::min(limit, limits::batch_events_max));
    QueryFilter asked;
    std::memcpy(&asked, read.value().events, sizeof(asked));
    EXPECT_EQ(asked.limit, limit);
  }
}

TEST(RequestRoundTrip, Lookups) {
  for (const auto kind :
       {RequestKind::lookup_accounts, RequestKind::lookup_transfers, RequestKind::lookup_holds}) {
    for (const std::size_t count : {std::size_t{1}, std::size_t{limits::batch_events_max}}) {
      const auto ids = many<Uint128>(count);
      Frame frame{lookup_frame_bytes(count)};
      frame.expect_request(write_lookup(frame.room(), kind, number, ids, 77), kind);
      const auto read = read_request(kind, frame.body());
      ASSERT_TRUE(read.ok()) << read.error().words;
      EXPECT_EQ(read.value().min_sequence, 77U);
      ASSERT_EQ(read.value().event_count, count);
      EXPECT_TRUE(same_bytes(read.value().events, ids));
    }
    const auto ids = many<Uint128>(limits::batch_events_max + 1);
    Frame frame{lookup_frame_bytes(ids.size())};
    write_lookup(frame.room(), kind, number, ids, 0);
    const auto read = read_request(kind, frame.body());
    ASSERT_FALSE(read.ok());
    EXPECT_EQ(read.error().status, RequestStatus::too_large);
  }
}

TEST(RequestRoundTrip, Lists) {
  Frame frame{small_frame_bytes};
  frame.expect_request(write_list_accounts(frame.room(), number, AccountId{Uint128{8, 9}}, 10, 11),
                       RequestKind::list_accounts);
  const auto accounts = read_request(RequestKind::list_accounts, frame.body());
  ASSERT_TRUE(accounts.ok());
  EXPECT_EQ(accounts.value().argument_id, (Uint128{8, 9}));
  EXPECT_EQ(accounts.value().limit, 10U);
  EXPECT_EQ(accounts.value().min_sequence, 11U);

  Frame second{small_frame_bytes};
  second.expect_request(write_list_ledgers(second.room(), number, LedgerId{12}, 13, 14),
                        RequestKind::list_ledgers);
  const auto ledgers = read_request(RequestKind::list_ledgers, second.body());
  ASSERT_TRUE(ledgers.ok());
  EXPECT_EQ(ledgers.value().argument, 12U);
  EXPECT_EQ(ledgers.value().limit, 13U);
  EXPECT_EQ(ledgers.value().min_sequence, 14U);

  Frame third{small_frame_bytes};
  third.expect_request(write_list_transfers(third.room(), number, 15, 16, 17),
                       RequestKind::list_transfers);
  const auto transfers = read_request(RequestKind::list_transfers, third.body());
  ASSERT_TRUE(transfers.ok());
  EXPECT_EQ(transfers.value().argument, 15U);
  EXPECT_EQ(transfers.value().limit, 16U);
  EXPECT_EQ(transfers.value().min_sequence, 17U);

  Frame fourth{small_frame_bytes};
  fourth.expect_request(
      write_numbered_list(fourth.room(), RequestKind::trial_balance, number, 18, 19, 20),
      RequestKind::trial_balance);
  const auto balances = read_request(RequestKind::trial_balance, fourth.body());
  ASSERT_TRUE(balances.ok());
  EXPECT_EQ(balances.value().argument, 18U);
  EXPECT_EQ(balances.value().limit, 19U);
  EXPECT_EQ(balances.value().min_sequence, 20U);
}

TEST(RequestRoundTrip, AListsLimitHasLimits) {
  const auto status_of_limit = [](std::uint32_t limit) {
    Frame frame{small_frame_bytes};
    frame.expect_request(write_list_transfers(frame.room(), number, 0, limit, 0),
                         RequestKind::list_transfers);
    const auto read = read_request(RequestKind::list_transfers, frame.body());
    return read.ok() ? RequestStatus::ok : read.error().status;
  };
  EXPECT_EQ(status_of_limit(0), RequestStatus::malformed);
  EXPECT_EQ(status_of_limit(1), RequestStatus::ok);
  EXPECT_EQ(status_of_limit(limits::batch_events_max), RequestStatus::ok);
  EXPECT_EQ(status_of_limit(limits::batch_events_max + 1), RequestStatus::too_large);
}

TEST(RequestRoundTrip, Administration) {
  Frame frame{small_frame_bytes};
  frame.expect_request(write_advance_clock(frame.room(), number, origin, 99),
                       RequestKind::advance_clock);
  const auto advance = read_request(RequestKind::advance_clock, frame.body());
  ASSERT_TRUE(advance.ok());
  EXPECT_EQ(advance.value().argument, 99U);
  EXPECT_EQ(advance.value().origin.user_id, origin.user_id);

  Frame digest{small_frame_bytes};
  digest.expect_request(write_state_digest(digest.room(), number), RequestKind::state_digest);
  EXPECT_TRUE(read_request(RequestKind::state_digest, digest.body()).ok());
}

TEST(RequestRoundTrip, AReasonOfAnyAllowedLength) {
  for (std::size_t length = 0; length <= limits::reason_bytes_max + 1; ++length) {
    const std::string reason(length, 'r');
    Frame frame{accept_clock_frame_bytes(length)};
    frame.expect_request(write_accept_clock(frame.room(), number, origin, reason),
                         RequestKind::accept_clock);
    const auto read = read_request(RequestKind::accept_clock, frame.body());
    ASSERT_EQ(read.ok(), length <= limits::reason_bytes_max);
    if (read.ok()) {
      EXPECT_EQ(read.value().reason, reason);
      EXPECT_EQ(read.value().origin.trace_id, origin.trace_id);
    } else {
      EXPECT_EQ(read.error().status, RequestStatus::too_large);
      EXPECT_EQ(read.error().words, "the reason has 257 bytes, at most 256 are kept");
    }
  }
}

TEST(RequestRoundTrip, Hello) {
  for (const std::size_t length : {std::size_t{0}, std::size_t{68}, token_bytes_max}) {
    const std::string token(length, 't');
    Frame frame{hello_frame_bytes(length)};
    frame.expect_sealed(
        write_hello(frame.room(), number,
                    {.client = ClientId{Uint128{21, 22}}, .protocol_version = 23, .token = token}),
        message_type::hello, 0);
    const auto read = read_hello(frame.body());
    ASSERT_TRUE(read.ok()) << read.error().words;
    EXPECT_EQ(read.value().client, (ClientId{Uint128{21, 22}}));
    EXPECT_EQ(read.value().protocol_version, 23U);
    EXPECT_EQ(read.value().token, token);
  }
}

TEST(RequestRoundTrip, HelloRefusesAZeroClientAndALongToken) {
  const auto words_of = [](ClientId client, std::size_t length) {
    const std::string token(length, 't');
    Frame frame{hello_frame_bytes(length)};
    write_hello(frame.room(), number, {.client = client, .protocol_version = 1, .token = token});
    const auto read = read_hello(frame.body());
    return read.ok() ? std::string{} : read.error().words;
  };
  EXPECT_EQ(words_of(ClientId{Uint128{1, 0}}, token_bytes_max), "");
  EXPECT_EQ(words_of(ClientId{Uint128{1, 0}}, token_bytes_max + 1),
            "the token in Hello has 257 bytes, at most 256 are allowed");
  EXPECT_EQ(words_of(ClientId{}, 0).find("the client id in Hello is zero"), 0U);
}

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
  frame.expect_sealed(write_hello_reply(frame.room(), number, sent), message_type::hello,
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
  frame.expect_sealed(write_error(frame.room(), number,
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
      frame.expect_reply(write_batch_reply(frame.room(), RequestKind::create_transfers, number,
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
      frame.expect_reply(write_items_reply(frame.room(), kind, number, sent), kind);
      placed.expect_reply(finish_items_reply(placed.room(), kind, number, sent), kind);
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
}

// The largest there are.
static_assert(reply_frame_bytes(limits::batch_events_max * sizeof(HoldView), words_bytes_max) <=
              limits::frame_bytes_max);

TEST(ReplyRoundTrip, Digest) {
  const std::string words = "w";
  Frame frame{digest_reply_frame_bytes(words.size())};
  frame.expect_reply(write_digest_reply(frame.room(), number,
                                        {.status = RequestStatus::stopping,
                                         .words = words,
                                         .sequence = Sequence{51},
                                         .state_digest = 52}),
                     RequestKind::state_digest);
  const auto read = read_digest_reply(frame.body());
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read.value().status, RequestStatus::stopping);
  EXPECT_EQ(read.value().words, words);
  EXPECT_EQ(read.value().sequence, Sequence{51});
  EXPECT_EQ(read.value().state_digest, 52U);
}

TEST(ReplyRoundTrip, WordsAreCutAtTheLimitButNotInsideACharacter) {
  const std::string fits(words_bytes_max, 'w');
  const std::string longer = std::string(words_bytes_max - 1, 'w') + "\xc3\xa4\xc3\xb6";
  for (const auto& [sent, expected] : {std::pair{fits, fits}, std::pair{fits + "w", fits},
                                       std::pair{longer, std::string(words_bytes_max - 1, 'w')}}) {
    Frame frame{error_frame_bytes(sent.size())};
    frame.expect_sealed(write_error(frame.room(), number, {.code = 1, .words = sent}),
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
    Frame frame{reply_frame_bytes(0, words.size())};
    frame.expect_reply(
        write_refused_reply(frame.room(), *kind, number, RequestStatus::not_authorised, words),
        *kind);
    RequestStatus status = RequestStatus::ok;
    if (is_journaled(*kind)) {
      status = read_batch_reply(frame.body()).value().status;
    } else if (*kind == RequestKind::state_digest) {
      status = read_digest_reply(frame.body()).value().status;
    } else if (*kind == RequestKind::lookup_transfers || *kind == RequestKind::list_transfers ||
               *kind == RequestKind::get_account_transfers ||
               *kind == RequestKind::query_transfers) {
      status = read_transfers_reply(frame.body()).value().status;
    } else if (*kind == RequestKind::lookup_holds) {
      status = read_holds_reply(frame.body()).value().status;
    } else if (*kind == RequestKind::get_account_balances) {
      status = read_account_balances_reply(frame.body()).value().status;
    } else if (*kind == RequestKind::trial_balance) {
      status = read_trial_balance_reply(frame.body()).value().status;
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

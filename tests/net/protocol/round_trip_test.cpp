// Requests: what a client writes, a server reads.
//
// Method: every writer once with distinct values in every field, read back with the reader, which
// runs FlatBuffers' generated verifier; so the hand-laid layouts are proven against the schema.
// Then every count and text at its limit and one past it.

#include "tests/net/protocol/round_trip.hpp"

#include <algorithm>
#include <string>

#include "net/protocol/requests.hpp"

namespace daybook {
namespace {

template <typename Event, typename Write>
void expect_create(RequestKind kind, std::size_t count, Write write) {
  SCOPED_TRACE(testing::Message() << to_string(kind) << " of " << count);
  const auto events = many<Event>(count);
  Frame frame{create_frame_bytes<Event>(count)};
  frame.expect_request(write(frame.room(), sample_number, origin, events), kind);
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
    expect_create<Name>(RequestKind::put_names, count, write_put_names);
  }
}

TEST(RequestRoundTrip, EventsWrittenInPlaceGiveTheSameFrame) {
  const auto events = many<Transfer>(9);
  Frame copied{create_frame_bytes<Transfer>(9)};
  Frame placed{create_frame_bytes<Transfer>(9)};
  write_create_transfers(copied.room(), sample_number, origin, events);
  std::memcpy(placed.room().data() + create_events_offset, events.data(), 9 * sizeof(Transfer));
  finish_create(placed.room(), RequestKind::create_transfers, sample_number, origin, 9);
  EXPECT_EQ(std::memcmp(copied.room().data(), placed.room().data(), copied.room().size()), 0);
}

TEST(RequestRoundTrip, OneEventPastTheLimitIsTooLargeAndNoneIsMalformed) {
  for (const std::uint32_t count : {0U, limits::batch_events_max + 1}) {
    const auto events = many<Transfer>(count);
    Frame frame{create_frame_bytes<Transfer>(count)};
    write_create_transfers(frame.room(), sample_number, origin, events);
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
  frame.expect_request(write(frame.room(), sample_number, origin, events, reason), kind);
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

template <typename Event>
std::size_t write_named(std::span<std::byte> room, std::span<const Event> events,
                        const std::string& reason, std::span<const Name> names) {
  if constexpr (std::is_same_v<Event, Account>) {
    return write_named_accounts(room, sample_number, origin, events, names);
  } else {
    return write_named_transfers(room, sample_number, origin, events, reason, names);
  }
}

template <typename Event>
void expect_named(RequestKind kind, std::size_t count, std::size_t name_count,
                  const std::string& reason = {}) {
  SCOPED_TRACE(testing::Message() << to_string(kind) << " of " << count << ", " << name_count
                                  << " names, reason of " << reason.size());
  const auto events = many<Event>(count);
  const auto names = many<Name>(name_count);
  Frame frame{named_frame_bytes<Event>(count, name_count, reason.size())};
  frame.expect_request(write_named<Event>(frame.room(), events, reason, names), kind);
  const auto read = read_request(kind, frame.body());
  ASSERT_TRUE(read.ok()) << read.error().words;
  EXPECT_EQ(read.value().origin.trace_id, origin.trace_id);
  EXPECT_EQ(read.value().origin.business_id, origin.business_id);
  EXPECT_EQ(read.value().origin.user_id, origin.user_id);
  EXPECT_EQ(read.value().reason, reason);
  ASSERT_EQ(read.value().event_count, count);
  EXPECT_EQ(read.value().events, frame.room().data() + named_events_offset);
  EXPECT_TRUE(same_bytes(read.value().events, events));
  ASSERT_EQ(read.value().names.size(), name_count);
  EXPECT_TRUE(same_bytes(reinterpret_cast<const std::byte*>(read.value().names.data()), names));

  if (!reason.empty()) return;
  Frame placed{named_frame_bytes<Event>(count, name_count)};
  std::memcpy(placed.room().data() + named_events_offset, events.data(), count * sizeof(Event));
  if (name_count > 0) {
    std::memcpy(placed.room().data() + names_offset<Event>(count), names.data(),
                name_count * sizeof(Name));
  }
  finish_named_create(placed.room(), kind, sample_number, origin, static_cast<std::uint32_t>(count),
                      static_cast<std::uint32_t>(name_count));
  EXPECT_EQ(std::memcmp(frame.room().data(), placed.room().data(), frame.room().size()), 0);
}

TEST(RequestRoundTrip, NamesBesideEventsWithAndWithoutAReason) {
  for (const std::size_t count :
       {std::size_t{1}, std::size_t{3}, std::size_t{limits::batch_events_max}}) {
    for (const std::size_t names :
         {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{limits::request_names_max}}) {
      expect_named<Account>(RequestKind::create_accounts, count, names);
      expect_named<Transfer>(RequestKind::create_transfers, count, names);
      for (std::size_t length = 1; length < 10; ++length) {
        expect_named<Transfer>(RequestKind::create_transfers, count, names,
                               std::string(length, 'r'));
      }
      expect_named<Transfer>(RequestKind::create_transfers, count, names,
                             std::string(limits::reason_bytes_max, 'r'));
    }
  }
}

TEST(RequestRoundTrip, OneNamePastTheLimitIsTooLarge) {
  const std::vector<Account> accounts(1);
  const auto names = many<Name>(limits::request_names_max + 1);
  Frame frame{named_frame_bytes<Account>(1, names.size())};
  write_named_accounts(frame.room(), sample_number, origin, accounts, names);
  const auto read = read_request(RequestKind::create_accounts, frame.body());
  ASSERT_FALSE(read.ok());
  EXPECT_FALSE(read.error().not_readable);
  EXPECT_EQ(read.error().status, RequestStatus::too_large);
  EXPECT_EQ(read.error().words, "the request brings 4097 names, at most 4096 are allowed");
}

TEST(RequestRoundTrip, ChangesOfAccountsNeedAReasonAndBounds) {
  const auto fault_of = [](std::size_t count, std::size_t length) {
    const auto changes = many<AccountChange>(count);
    const std::string reason(length, 'r');
    Frame frame{reasoned_frame_bytes<AccountChange>(count, length)};
    write_change_accounts(frame.room(), sample_number, origin, changes, reason);
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
      frame.expect_request(write_query(frame.room(), kind, sample_number, filter, 88), kind);
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
    write_query(frame.room(), RequestKind::query_accounts, sample_number, filter, 0);
    const auto read = read_request(RequestKind::query_accounts, frame.body());
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(read.value().limit, std::min(limit, limits::batch_events_max));
    QueryFilter asked;
    std::memcpy(&asked, read.value().events, sizeof(asked));
    EXPECT_EQ(asked.limit, limit);
  }
}

TEST(RequestRoundTrip, QueriesOfOperations) {
  for (unsigned char seed = 1; seed < 50; ++seed) {
    const auto filter = patterned<OperationFilter>(seed);
    Frame frame{query_operations_frame_bytes};
    frame.expect_request(write_query_operations(frame.room(), sample_number, filter, 88),
                         RequestKind::query_operations);
    const auto read = read_request(RequestKind::query_operations, frame.body());
    ASSERT_TRUE(read.ok()) << read.error().words;
    EXPECT_EQ(read.value().min_sequence, 88U);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(read.value().events) % 8, 0U);
    EXPECT_EQ(std::memcmp(read.value().events, &filter, sizeof(filter)), 0);
  }
}

TEST(RequestRoundTrip, AsOfReads) {
  const Moment moment{.sequence = Sequence{5}, .time = Timestamp{6}};
  for (const std::size_t count : {std::size_t{1}, std::size_t{limits::accounts_at_max}}) {
    const auto ids = many<AccountId>(count);
    Frame frame{lookup_accounts_at_frame_bytes(count)};
    frame.expect_request(write_lookup_accounts_at(frame.room(), sample_number, ids, moment, 77),
                         RequestKind::lookup_accounts_at);
    const auto read = read_request(RequestKind::lookup_accounts_at, frame.body());
    ASSERT_TRUE(read.ok()) << read.error().words;
    EXPECT_EQ(read.value().at_sequence, 5U);
    EXPECT_EQ(read.value().at_time, Timestamp{6});
    EXPECT_EQ(read.value().min_sequence, 77U);
    ASSERT_EQ(read.value().event_count, count);
    EXPECT_TRUE(same_bytes(read.value().events, ids));
  }
  const auto holds = many<TransferId>(2);
  Frame of_holds{lookup_accounts_at_frame_bytes(2)};
  of_holds.expect_request(write_lookup_holds_at(of_holds.room(), sample_number, holds, moment, 77),
                          RequestKind::lookup_holds);
  const auto read_holds = read_request(RequestKind::lookup_holds, of_holds.body());
  ASSERT_TRUE(read_holds.ok()) << read_holds.error().words;
  EXPECT_EQ(read_holds.value().at_sequence, 5U);
  EXPECT_EQ(read_holds.value().at_time, Timestamp{6});
  EXPECT_EQ(read_holds.value().min_sequence, 77U);
  EXPECT_TRUE(same_bytes(read_holds.value().events, holds));

  const auto ids = many<AccountId>(limits::accounts_at_max + 1);
  Frame large{lookup_accounts_at_frame_bytes(ids.size())};
  write_lookup_accounts_at(large.room(), sample_number, ids, moment, 0);
  const auto refused = read_request(RequestKind::lookup_accounts_at, large.body());
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().status, RequestStatus::too_large);
  EXPECT_EQ(refused.error().words, "the request has 257 ids, it must have 1 to 256");

  Frame frame{small_frame_bytes};
  frame.expect_request(write_trial_balance_at(frame.room(), sample_number, 3, 4, moment, 7),
                       RequestKind::trial_balance_at);
  const auto read = read_request(RequestKind::trial_balance_at, frame.body());
  ASSERT_TRUE(read.ok()) << read.error().words;
  EXPECT_EQ(read.value().argument, 3U);
  EXPECT_EQ(read.value().limit, 4U);
  EXPECT_EQ(read.value().at_sequence, 5U);
  EXPECT_EQ(read.value().at_time, Timestamp{6});
  EXPECT_EQ(read.value().min_sequence, 7U);
}

TEST(RequestRoundTrip, Lookups) {
  for (const auto kind :
       {RequestKind::lookup_accounts, RequestKind::lookup_transfers, RequestKind::lookup_holds}) {
    for (const std::size_t count : {std::size_t{1}, std::size_t{limits::batch_events_max}}) {
      const auto ids = many<Uint128>(count);
      Frame frame{lookup_frame_bytes(count)};
      frame.expect_request(write_lookup(frame.room(), kind, sample_number, ids, 77), kind);
      const auto read = read_request(kind, frame.body());
      ASSERT_TRUE(read.ok()) << read.error().words;
      EXPECT_EQ(read.value().min_sequence, 77U);
      ASSERT_EQ(read.value().event_count, count);
      EXPECT_TRUE(same_bytes(read.value().events, ids));
    }
    const auto ids = many<Uint128>(limits::batch_events_max + 1);
    Frame frame{lookup_frame_bytes(ids.size())};
    write_lookup(frame.room(), kind, sample_number, ids, 0);
    const auto read = read_request(kind, frame.body());
    ASSERT_FALSE(read.ok());
    EXPECT_EQ(read.error().status, RequestStatus::too_large);
  }
}

TEST(RequestRoundTrip, LookupsOfNames) {
  for (const std::size_t count :
       {std::size_t{1}, std::size_t{2}, std::size_t{limits::batch_events_max}}) {
    const auto keys = many<NameKey>(count);
    Frame frame{lookup_names_frame_bytes(count)};
    frame.expect_request(write_lookup_names(frame.room(), sample_number, keys, 77),
                         RequestKind::lookup_names);
    const auto read = read_request(RequestKind::lookup_names, frame.body());
    ASSERT_TRUE(read.ok()) << read.error().words;
    EXPECT_EQ(read.value().min_sequence, 77U);
    ASSERT_EQ(read.value().event_count, count);
    EXPECT_TRUE(same_bytes(read.value().events, keys));
  }
  const auto keys = many<NameKey>(limits::batch_events_max + 1);
  Frame frame{lookup_names_frame_bytes(keys.size())};
  write_lookup_names(frame.room(), sample_number, keys, 0);
  const auto read = read_request(RequestKind::lookup_names, frame.body());
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().status, RequestStatus::too_large);
  EXPECT_EQ(read.error().words, "the request has 8193 keys, it must have 1 to 8192");
}

TEST(RequestRoundTrip, Lists) {
  Frame frame{small_frame_bytes};
  frame.expect_request(
      write_list_accounts(frame.room(), sample_number, AccountId{Uint128{8, 9}}, 10, 11),
      RequestKind::list_accounts);
  const auto accounts = read_request(RequestKind::list_accounts, frame.body());
  ASSERT_TRUE(accounts.ok());
  EXPECT_EQ(accounts.value().argument_id, (Uint128{8, 9}));
  EXPECT_EQ(accounts.value().limit, 10U);
  EXPECT_EQ(accounts.value().min_sequence, 11U);

  Frame second{small_frame_bytes};
  second.expect_request(write_list_ledgers(second.room(), sample_number, LedgerId{12}, 13, 14),
                        RequestKind::list_ledgers);
  const auto ledgers = read_request(RequestKind::list_ledgers, second.body());
  ASSERT_TRUE(ledgers.ok());
  EXPECT_EQ(ledgers.value().argument, 12U);
  EXPECT_EQ(ledgers.value().limit, 13U);
  EXPECT_EQ(ledgers.value().min_sequence, 14U);

  Frame third{small_frame_bytes};
  third.expect_request(write_list_transfers(third.room(), sample_number, 15, 16, 17),
                       RequestKind::list_transfers);
  const auto transfers = read_request(RequestKind::list_transfers, third.body());
  ASSERT_TRUE(transfers.ok());
  EXPECT_EQ(transfers.value().argument, 15U);
  EXPECT_EQ(transfers.value().limit, 16U);
  EXPECT_EQ(transfers.value().min_sequence, 17U);

  Frame fourth{small_frame_bytes};
  fourth.expect_request(
      write_numbered_list(fourth.room(), RequestKind::trial_balance, sample_number, 18, 19, 20),
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
    frame.expect_request(write_list_transfers(frame.room(), sample_number, 0, limit, 0),
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
  frame.expect_request(write_advance_clock(frame.room(), sample_number, origin, 99),
                       RequestKind::advance_clock);
  const auto advance = read_request(RequestKind::advance_clock, frame.body());
  ASSERT_TRUE(advance.ok());
  EXPECT_EQ(advance.value().argument, 99U);
  EXPECT_EQ(advance.value().origin.user_id, origin.user_id);

  Frame digest{small_frame_bytes};
  digest.expect_request(write_state_digest(digest.room(), sample_number),
                        RequestKind::state_digest);
  EXPECT_TRUE(read_request(RequestKind::state_digest, digest.body()).ok());
}

TEST(RequestRoundTrip, AReasonOfAnyAllowedLength) {
  for (std::size_t length = 0; length <= limits::reason_bytes_max + 1; ++length) {
    const std::string reason(length, 'r');
    Frame frame{accept_clock_frame_bytes(length)};
    frame.expect_request(write_accept_clock(frame.room(), sample_number, origin, reason),
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
        write_hello(frame.room(), sample_number,
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
    write_hello(frame.room(), sample_number,
                {.client = client, .protocol_version = 1, .token = token});
    const auto read = read_hello(frame.body());
    return read.ok() ? std::string{} : read.error().words;
  };
  EXPECT_EQ(words_of(ClientId{Uint128{1, 0}}, token_bytes_max), "");
  EXPECT_EQ(words_of(ClientId{Uint128{1, 0}}, token_bytes_max + 1),
            "the token in Hello has 257 bytes, at most 256 are allowed");
  EXPECT_EQ(words_of(ClientId{}, 0).find("the client id in Hello is zero"), 0U);
}

}  // namespace
}  // namespace daybook

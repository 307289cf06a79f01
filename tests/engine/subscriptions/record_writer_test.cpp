// What subscriptions let pass, by brute force: random filters over a random journal with every kind
// of fact, read in pieces of random size, against a look at each event by itself. Without a filter
// every sequence of the journal is there exactly once.

#include "engine/subscriptions/record_writer.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/engine/query/query_world.hpp"
#include "tests/support/rounds.hpp"

namespace daybook::test {
namespace {

constexpr std::size_t everything = std::size_t{1} << 40;

/// An event with bytes of its own.
struct Kept {
  EventRecord record;
  std::vector<std::byte> fact;
  std::vector<std::byte> payload;

  [[nodiscard]] EventView view() const { return {record, fact, payload}; }
};

void keep(std::span<const std::byte> records, std::vector<Kept>& kept) {
  const auto read = read_event_records(records);
  ASSERT_TRUE(read.ok()) << read.error().what;
  for (const EventView& each : read.value()) {
    kept.push_back({each.record,
                    {each.fact.begin(), each.fact.end()},
                    {each.payload.begin(), each.payload.end()}});
  }
}

/// The whole journal through one filter, in pieces of at most about `bytes_max`.
std::vector<Kept> read_all(const MemoryJournal& journal, const Subscription& wanted,
                           std::size_t bytes_max) {
  std::vector<Kept> kept;
  Sequence cursor;
  for (std::size_t at = 0; at < journal.count();) {
    const auto facts = read_facts(journal.at(at));
    EXPECT_TRUE(facts.ok());
    const EntryEvents events{facts.value()};
    std::vector<std::byte> records;
    const Sequence before = cursor;
    cursor = events.append(wanted, cursor, bytes_max, records);
    EXPECT_GT(cursor, before);
    keep(records, kept);
    EXPECT_TRUE(kept.empty() || kept.back().record.sequence <= cursor);
    EXPECT_LE(cursor, facts.value().header.last());
    if (cursor == facts.value().header.last()) ++at;
  }
  return kept;
}

/// Read anew, from the facts alone.
bool is_wanted(const Subscription& wanted, const Kept& kept) {
  const EventView event = kept.view();
  const FactKind kind = event.record.kind;
  std::vector<AccountId> accounts;
  LedgerId ledger;
  if (kind == FactKind::account) {
    accounts = {event.as<Account>().id};
    ledger = event.as<Account>().ledger;
  } else if (kind == FactKind::transfer) {
    const auto transfer = event.as<Transfer>();
    accounts = {transfer.debit_account_id, transfer.credit_account_id};
    ledger = transfer.ledger;
  } else if (kind == FactKind::hold_released) {
    const auto release = event.as<HoldReleased>();
    accounts = {release.debit_account_id, release.credit_account_id};
    ledger = release.ledger;
  } else if (kind == FactKind::account_change) {
    accounts = {event.as<AccountChange>().account_id};
  } else if (kind == FactKind::ledger) {
    ledger = event.as<Ledger>().id;
  }
  const auto number = static_cast<unsigned>(kind);
  if (wanted.kinds != 0 && (wanted.kinds >> number & 1U) == 0) return false;
  if (wanted.ledger != LedgerId{} && wanted.ledger != ledger) return false;
  if (!wanted.aggregate_type.is_zero() && wanted.aggregate_type != event.record.aggregate_type) {
    return false;
  }
  if (!wanted.aggregate_id.is_zero() && wanted.aggregate_id != event.record.aggregate_id) {
    return false;
  }
  bool type = wanted.event_type_count == 0;
  for (std::size_t at = 0; at < wanted.event_type_count; ++at) {
    type = type || wanted.event_types[at] == event.record.event_type;
  }
  bool account = wanted.account_count == 0;
  for (std::size_t at = 0; at < wanted.account_count; ++at) {
    account = account ||
              std::find(accounts.begin(), accounts.end(), wanted.accounts[at]) != accounts.end();
  }
  return type && account;
}

class RecordWriterTest : public testing::Test {
 protected:
  RecordWriterTest() {
    for (std::uint64_t round = 0; round < 30; ++round) {
      world_.grow(12);
      more(round);
    }
    world_.engine().rotate_segment();
    world_.close();
    all_ = read_all(world_.engine().journal(), {}, everything);
  }

  /// Kinds that a world of queries does not make.
  void more(std::uint64_t round) {
    WriteRequest request;
    request.client = ClientId{Uint128{0xbeef, 0}};
    request.trace_id = TraceId{Uint128{round, 1}};
    request.business_id = BusinessId{Uint128{round, 2}};
    request.user_id = UserId{round};
    request.number = request.frame_checksum = 4 * round + 1;
    request.kind = RequestKind::append_events;
    for (std::uint64_t at = 0; at <= round % 3; ++at) {
      AskedEvent asked;
      asked.payload = std::string(random_.below(900), static_cast<char>('a' + at));
      asked.event.id = Uint128{round * 10 + at, 3};
      asked.event.aggregate_type = id_of("basket");
      asked.event.aggregate_id = Uint128{random_.between(1, 4), 0};
      asked.event.event_type = id_of(random_.chance(50) ? "paid" : "opened");
      asked.event.payload_bytes = static_cast<std::uint32_t>(asked.payload.size());
      request.events.push_back(asked);
    }
    const std::string name = "name " + std::to_string(round);
    request.names = {make_name(NameKind::aggregate, id_of(name), name)};
    ASSERT_EQ(world_.engine().submit(request).status, RequestStatus::ok);
    request.number = request.frame_checksum = 4 * round + 2;
    request.kind = RequestKind::put_checkpoints;
    request.events.clear();
    request.names.clear();
    request.checkpoints = {make_checkpoint("c" + std::to_string(round % 4), round)};
    ASSERT_EQ(world_.engine().submit(request).status, RequestStatus::ok);
    request.number = request.frame_checksum = 4 * round + 3;
    request.kind = RequestKind::put_ledgers;
    request.checkpoints.clear();
    request.ledgers = {make_ledger(static_cast<std::uint32_t>(100 + round), "ledger " + name)};
    ASSERT_EQ(world_.engine().submit(request).status, RequestStatus::ok);
    request.number = request.frame_checksum = 4 * round + 4;
    request.kind = RequestKind::tcc_commands;
    request.ledgers.clear();
    TccCommand begin;
    begin.kind = TccCommandKind::begin;
    begin.gid = Uint128{round + 1, 4};
    begin.created_at = 1;
    request.tcc_commands = {begin};
    ASSERT_EQ(world_.engine().submit(request).status, RequestStatus::ok);
  }

  /// Its fields are those of events, mostly.
  Subscription random_filter() {
    Subscription wanted;
    const auto some = [&]() -> const Kept& { return all_[random_.below(all_.size())]; };
    if (random_.chance(35)) wanted.kinds = random_.next() & known_kind_bits;
    if (random_.chance(25)) {
      const EventRecord record = some().record;
      wanted.aggregate_type = record.aggregate_type;
      if (random_.chance(60)) wanted.aggregate_id = record.aggregate_id;
    }
    if (random_.chance(25)) {
      wanted.event_type_count = static_cast<std::uint16_t>(random_.between(1, 8));
      for (auto& type : wanted.event_types) type = some().record.event_type;
    }
    if (random_.chance(35)) {
      wanted.account_count = static_cast<std::uint16_t>(random_.between(1, 8));
      for (auto& account : wanted.accounts) account = AccountId{Uint128{random_.below(40), 0}};
    }
    if (random_.chance(20)) {
      wanted.ledger = LedgerId{static_cast<std::uint32_t>(random_.between(1, 3))};
    }
    return wanted;
  }

  Random random_{wanted_seed().value_or(41)};
  QueryWorld world_{wanted_seed().value_or(41)};
  std::vector<Kept> all_;
};

TEST_F(RecordWriterTest, EverySequenceIsThereOnce) {
  ASSERT_EQ(world_.failure(), "");
  const MemoryJournal& journal = world_.engine().journal();
  const std::uint64_t last = journal.at(journal.count() - 1).header.last().value();
  ASSERT_EQ(all_.size(), last);
  std::uint64_t kinds = 0;
  for (std::uint64_t at = 0; at < last; ++at) {
    ASSERT_EQ(all_[at].record.sequence.value(), at + 1);
    kinds |= kind_bit(all_[at].record.kind);
  }
  const std::uint64_t unseen =
      kind_bit(FactKind::clock_change) | kind_bit(FactKind::client_evicted);
  EXPECT_EQ(kinds | unseen, known_kind_bits);
}

TEST_F(RecordWriterTest, AnEventSaysWhereItComesFrom) {
  std::size_t events = 0;
  Sequence operation;
  for (const Kept& kept : all_) {
    const EventRecord& record = kept.record;
    EXPECT_NE(record.commit_time, Timestamp{});
    if (record.kind == operation_record) {
      operation = record.sequence;
      EXPECT_EQ(record.operation, operation);
      EXPECT_EQ(record.aggregate_type, id_of("daybook.operation"));
    }
    if (record.kind != FactKind::domain_event) continue;
    ++events;
    const auto event = kept.view().as<DomainEvent>();
    EXPECT_EQ(record.operation, operation);
    EXPECT_EQ(record.client, (ClientId{Uint128{0xbeef, 0}}));
    EXPECT_EQ(record.trace_id.value().hi, 1U);
    EXPECT_EQ(record.business_id.value().hi, 2U);
    EXPECT_EQ(record.user_id.value(), record.trace_id.value().lo);
    EXPECT_EQ(record.version, event.version);
    EXPECT_EQ(record.time, event.timestamp);
    EXPECT_EQ(kept.payload.size(), event.payload_bytes);
    const bool alike = std::all_of(kept.payload.begin(), kept.payload.end(),
                                   [&](std::byte each) { return each == kept.payload[0]; });
    EXPECT_TRUE(alike);
  }
  EXPECT_EQ(events, 60U);
}

TEST_F(RecordWriterTest, FiltersLetPassWhatALookAtEachEventDoes) {
  const std::uint64_t filters = rounds(400, 4'000);
  std::size_t passed = 0;
  for (std::uint64_t at = 0; at < filters; ++at) {
    const Subscription wanted = random_filter();
    ASSERT_EQ(fault_of(wanted), std::nullopt);
    std::vector<const Kept*> expected;
    for (const Kept& each : all_) {
      if (is_wanted(wanted, each)) expected.push_back(&each);
    }
    const std::size_t piece = random_.chance(50) ? random_.between(1, 2'000) : everything;
    const auto found = read_all(world_.engine().journal(), wanted, piece);
    ASSERT_EQ(found.size(), expected.size()) << "filter " << at;
    for (std::size_t i = 0; i < found.size(); ++i) {
      ASSERT_EQ(found[i].record.sequence, expected[i]->record.sequence) << "filter " << at;
      ASSERT_EQ(found[i].fact, expected[i]->fact);
      ASSERT_EQ(found[i].payload, expected[i]->payload);
    }
    passed += found.size();
  }
  EXPECT_GT(passed, 0U);
}

}  // namespace
}  // namespace daybook::test

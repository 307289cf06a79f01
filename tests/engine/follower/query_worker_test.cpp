// QueryWorker: what it answers about holds, whatever became of them, and the trial balance.
//
// Method: an engine fills a journal in memory; a follower reads it to the end and the worker
// answers from that, all on this thread: both return when the journaler is done.

#include "engine/follower/query_worker.hpp"

#include <cstring>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "tests/engine/ledger/ledger_fixture.hpp"

namespace daybook::test {
namespace {

namespace flag = transfer_flag;
constexpr std::uint16_t keep = flag::keep_remainder;
constexpr std::uint64_t payer = 1;
constexpr std::uint64_t payee = 2;

class MemorySource final : public EntrySource {
 public:
  explicit MemorySource(const MemoryJournal& journal) : journal_{journal} {}
  Result<std::optional<EntryView>> next() override {
    if (next_ == journal_.count()) return std::optional<EntryView>{};
    return std::optional{journal_.at(next_++)};
  }
  void release() override {}

 private:
  const MemoryJournal& journal_;
  std::size_t next_ = 0;
};

class MemoryLookup final : public EntryLookup {
 public:
  explicit MemoryLookup(const MemoryJournal& journal) : journal_{journal} {}
  Result<void> with_entry(Sequence sequence,
                          const std::function<void(const EntryView&)>& use) override {
    const EntryView* const found = journal_.find(sequence);
    if (found == nullptr) return Failure{FailureKind::not_found, "no entry holds the sequence"};
    use(*found);
    return {};
  }
  Result<void> with_entry_at_time(std::uint64_t,
                                  const std::function<void(const EntryView&)>&) override {
    return Failure{FailureKind::not_found, "not asked for here"};
  }

 private:
  const MemoryJournal& journal_;
};

class NoTime final : public TimeSource {
 public:
  std::uint64_t wall_ns() override { return 0; }
  std::uint64_t monotonic_ns() override { return 0; }
};

class QueryWorkerTest : public LedgerTest {
 protected:
  static constexpr std::uint64_t start = 1'000'000;

  QueryWorkerTest() {
    set_clock(start);
    open_accounts({payer, payee});
  }

  /// Has the worker answer `slot` as of now.
  void answer(RequestSlot& slot) {
    engine()->close_entry();
    const MemoryJournal& journal = engine()->journal();
    const auto fail = [](const Failure& failure) { ADD_FAILURE() << failure.what; };
    MemorySource source{journal};
    MemoryLookup lookup{journal};
    NoTime time;
    FutexSleeper sleeper;
    Progress progress;
    const EntryHeader& last = journal.at(journal.count() - 1).header;
    EXPECT_TRUE(progress.acknowledge(last.last()));
    progress.journaler_done.store(true, std::memory_order_release);
    Follower follower{StateSettings{},
                      {.source = &source,
                       .progress = progress,
                       .sleeper = sleeper,
                       .on_followed = [] {},
                       .on_fatal = fail}};
    follower.run();
    EXPECT_EQ(progress.followed(), last.last());

    std::vector<std::unique_ptr<IoChannel>> channels;
    channels.push_back(std::make_unique<IoChannel>(4));
    ASSERT_TRUE(channels[0]->queries.try_push(&slot));
    QueryWorker{{.follower = follower,
                 .journal = lookup,
                 .progress = progress,
                 .channels = {channels[0].get()},
                 .time = time,
                 .sleeper = sleeper,
                 .on_fatal = fail}}
        .run();
    ASSERT_NE(channels[0]->query_replies.front(), nullptr);
    EXPECT_EQ(slot.status, RequestStatus::ok);
    EXPECT_EQ(slot.first_sequence, last.last());
  }

  template <typename Item>
  static std::vector<Item> items_of(const RequestSlot& slot) {
    std::vector<Item> items(slot.item_count);
    EXPECT_EQ(slot.query_items.size(), items.size() * sizeof(Item));
    if (!items.empty()) std::memcpy(items.data(), slot.query_items.data(), slot.query_items.size());
    return items;
  }

  std::vector<HoldView> holds(std::initializer_list<std::uint64_t> numbers) {
    std::vector<TransferId> ids;
    for (const std::uint64_t number : numbers) ids.push_back(transfer_id(number));
    RequestSlot slot;
    slot.kind = RequestKind::lookup_holds;
    slot.events = reinterpret_cast<const std::byte*>(ids.data());
    slot.event_count = static_cast<std::uint32_t>(ids.size());
    answer(slot);
    return items_of<HoldView>(slot);
  }

  std::vector<Name> names(const std::vector<NameKey>& keys) {
    RequestSlot slot;
    slot.kind = RequestKind::lookup_names;
    slot.events = reinterpret_cast<const std::byte*>(keys.data());
    slot.event_count = static_cast<std::uint32_t>(keys.size());
    answer(slot);
    return items_of<Name>(slot);
  }

  HoldView hold(std::uint64_t number) {
    const auto found = holds({number});
    EXPECT_EQ(found.size(), 1U);
    return found.empty() ? HoldView{} : found[0];
  }

  static void expect_view(const HoldView& view, HoldState state, std::uint64_t posted,
                          std::uint64_t held, std::uint64_t resolved_by) {
    EXPECT_EQ(to_string(view.state), to_string(state));
    EXPECT_EQ(view.amount, amount_of(10));
    EXPECT_EQ(view.posted, amount_of(posted));
    EXPECT_EQ(view.held, amount_of(held));
    EXPECT_EQ(view.resolved_by, transfer_id(resolved_by));
  }
};

TEST_P(QueryWorkerTest, ShowsAllOfAnOpenHoldAndOfOneThatIsResolved) {
  Transfer event = make_pending(50, payer, payee, 10, 3);
  event.code = Code{25};
  EXPECT_EQ(transfer_by_coordinator(event, 0xc0), "created");
  const HoldView open = hold(50);
  expect_view(open, HoldState::open, 0, 10, 0);
  EXPECT_EQ(open.id, event.id);
  EXPECT_EQ(open.debit_account_id, account_id(payer));
  EXPECT_EQ(open.credit_account_id, account_id(payee));
  EXPECT_EQ(open.owner, (Uint128{0xc0, 0}));
  EXPECT_EQ(open.ledger, LedgerId{1});
  EXPECT_EQ(open.code, Code{25});
  const RecordedTransfer recorded = journaled(50);
  EXPECT_EQ(open.expires_at, deadline_of(recorded.transfer));
  EXPECT_NE(open.sequence, Sequence{});

  EXPECT_EQ(transfer_by_coordinator(make_post(51, 50, 7), 0xc0), "created");
  const HoldView posted = hold(50);
  expect_view(posted, HoldState::posted, 7, 0, 51);
  EXPECT_EQ(posted.id, open.id);
  EXPECT_EQ(posted.debit_account_id, open.debit_account_id);
  EXPECT_EQ(posted.credit_account_id, open.credit_account_id);
  EXPECT_EQ(posted.owner, open.owner);
  EXPECT_EQ(posted.ledger, open.ledger);
  EXPECT_EQ(posted.code, open.code);
  EXPECT_EQ(posted.expires_at, open.expires_at);
  EXPECT_EQ(posted.sequence, open.sequence);
}

TEST_P(QueryWorkerTest, AddsUpTheCapturesOfAHold) {
  expect_created({make_pending(50, payer, payee, 10), make_post(51, 50, 4, keep)});
  expect_view(hold(50), HoldState::open, 4, 6, 0);
  EXPECT_EQ(hold(50).expires_at, Timestamp{});
  expect_created({make_post(52, 50, 1, keep)});
  expect_view(hold(50), HoldState::open, 5, 5, 0);
  expect_created({make_post(53, 50, 2)});
  expect_view(hold(50), HoldState::posted, 7, 0, 53);
}

TEST_P(QueryWorkerTest, ShowsWhatWasPostedBeforeAVoid) {
  expect_created({make_pending(50, payer, payee, 10), make_void(51, 50)});
  expect_view(hold(50), HoldState::voided, 0, 0, 51);
  expect_created(
      {make_pending(60, payer, payee, 10), make_post(61, 60, 4, keep), make_void(62, 60)});
  expect_view(hold(60), HoldState::voided, 4, 0, 62);
}

TEST_P(QueryWorkerTest, ShowsAnExpiredHoldOnceItIsReleased) {
  expect_created({make_pending(50, payer, payee, 10, 1), make_pending(60, payer, payee, 10, 1),
                  make_post(61, 60, 4, keep)});
  set_clock(start + 2 * second);
  expect_view(hold(50), HoldState::open, 0, 10, 0);
  EXPECT_EQ(ledger_->release_due(10).size(), 2U);
  expect_view(hold(50), HoldState::expired, 0, 0, 0);
  expect_view(hold(60), HoldState::expired, 4, 0, 0);
  EXPECT_NE(hold(50).expires_at, Timestamp{});
}

TEST_P(QueryWorkerTest, WhatIsReversedAfterwardsLeavesTheHoldPosted) {
  expect_created({make_pending(50, payer, payee, 10), make_post(51, 50, 7), make_reversal(52, 51)});
  expect_view(hold(50), HoldState::posted, 7, 0, 51);
}

TEST_P(QueryWorkerTest, AnswersOnlyForHoldsInTheOrderAsked) {
  expect_created({make_pending(50, payer, payee, 10), make_pending(60, payer, payee, 10),
                  make_void(51, 50), make_transfer(70, payer, payee, 1), make_reversal(71, 70)});
  EXPECT_EQ(transfer(make_pending(80, payer, 900, 1)), "credit_account_not_found");
  const auto found = holds({70, 60, 51, 50, 999, 80, 71, 60});
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].id, transfer_id(60));
  EXPECT_EQ(found[1].id, transfer_id(50));
  EXPECT_EQ(found[2].id, transfer_id(60));
  EXPECT_TRUE(holds({70, 999}).empty());
}

TEST_P(QueryWorkerTest, FindsHoldsInManyEntries) {
  for (std::uint64_t id = 100; id < 200; ++id) {
    expect_created({make_pending(id, payer, payee, 10)});
  }
  for (std::uint64_t id = 100; id < 200; id += 2) {
    expect_created({make_post(id + 1'000, id, 3)});
  }
  for (std::uint64_t id = 100; id < 200; id += 7) {
    if (id % 2 == 0) expect_view(hold(id), HoldState::posted, 3, 0, id + 1'000);
    if (id % 2 == 1) expect_view(hold(id), HoldState::open, 0, 10, 0);
  }
}

// ---- The trial balance. ----

TEST_P(QueryWorkerTest, TheTrialBalanceAddsUpEachLedgerInOrderOfRegistration) {
  ledger_->put_ledgers(std::vector{make_ledger(9, "POINTS", 0)});
  open_accounts(std::vector{make_account(11, 2), make_account(12, 2), make_account(13, 2)});
  expect_created({make_transfer(50, payer, payee, 10), make_transfer(51, payee, payer, 4),
                  make_pending(52, payer, payee, 5), make_transfer(53, 11, 12, 7, 2),
                  make_transfer(54, 12, 13, 7, 2), make_reversal(55, 50, 1)});
  RequestSlot slot;
  slot.kind = RequestKind::trial_balance;
  slot.limit = 100;
  answer(slot);
  const auto ledgers = items_of<LedgerBalance>(slot);
  ASSERT_EQ(ledgers.size(), 3U);
  EXPECT_FALSE(slot.more);
  const auto expect_sums = [](const LedgerBalance& sums, std::uint32_t ledger, std::uint64_t posted,
                              std::uint64_t pending, std::uint64_t accounts) {
    EXPECT_EQ(sums.ledger, LedgerId{ledger});
    EXPECT_EQ(sums.debits_posted, amount_of(posted));
    EXPECT_EQ(sums.credits_posted, amount_of(posted));
    EXPECT_EQ(sums.debits_pending, amount_of(pending));
    EXPECT_EQ(sums.credits_pending, amount_of(pending));
    EXPECT_EQ(sums.accounts, accounts);
  };
  expect_sums(ledgers[0], 1, 15, 5, 2);
  expect_sums(ledgers[1], 2, 14, 0, 3);
  expect_sums(ledgers[2], 9, 0, 0, 0);
}

TEST_P(QueryWorkerTest, TheTrialBalanceComesInPages) {
  ledger_->put_ledgers(std::vector{make_ledger(9, "POINTS", 0)});
  RequestSlot slot;
  slot.kind = RequestKind::trial_balance;
  slot.limit = 2;
  answer(slot);
  EXPECT_EQ(slot.item_count, 2U);
  EXPECT_TRUE(slot.more);
  slot.argument = slot.cursor;
  answer(slot);
  const auto ledgers = items_of<LedgerBalance>(slot);
  ASSERT_EQ(ledgers.size(), 1U);
  EXPECT_EQ(ledgers[0].ledger, LedgerId{9});
  EXPECT_FALSE(slot.more);
  slot.argument = 1'000;
  answer(slot);
  EXPECT_EQ(slot.item_count, 0U);
  EXPECT_FALSE(slot.more);
}

TEST_P(QueryWorkerTest, AnswersWithTheNamesThereAreInTheOrderAsked) {
  const Name a = make_name(NameKind::account, Uint128{1, 0}, "till-1");
  const Name b = make_name(NameKind::transfer, Uint128{1, 0}, "sale-1");
  const Name c = make_name(NameKind::business, Uint128{3, 0}, "order-3");
  WriteRequest with_events;
  with_events.kind = RequestKind::create_transfers;
  with_events.transfers = {make_transfer(1, payer, payee, 1)};
  with_events.names = {a, b};
  submit(with_events);
  WriteRequest put;
  put.kind = RequestKind::put_names;
  put.names = {c};
  submit(put);
  const NameKey nobody{.id = Uint128{9, 0}, .kind = NameKind::account};
  const NameKey other_kind{.id = Uint128{3, 0}, .kind = NameKind::account};
  EXPECT_EQ(names({c.key(), nobody, a.key(), other_kind, b.key(), c.key()}),
            (std::vector<Name>{c, a, b, c}));
  EXPECT_EQ(names({nobody}), std::vector<Name>{});
}

/// The model answers no queries.
INSTANTIATE_TEST_SUITE_P(Engine, QueryWorkerTest, ::testing::Values(ledgers_under_test().front()),
                         [](const auto& test) { return name_of_maker(test.param); });

}  // namespace
}  // namespace daybook::test

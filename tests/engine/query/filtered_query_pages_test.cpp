// FilteredQuery's pages: where they end, how they go on, and what is refused; and balances after
// transfers, case by case.
//
// Method: ledgers made for one thing each, large where a bound is large.

#include <algorithm>

#include <gtest/gtest.h>

#include "engine/follower/balance_walk.hpp"
#include "tests/engine/query/query_world.hpp"
#include "tests/support/rounds.hpp"

namespace daybook::test {
namespace {

constexpr std::uint16_t both = query_flag::debits | query_flag::credits;

QueryFilter filter_of(std::uint32_t limit, std::uint64_t account = 0, std::uint16_t flags = 0) {
  QueryFilter filter;
  filter.limit = limit;
  filter.account_id = account_id(account);
  filter.flags = flags;
  return filter;
}

// A ledger with two accounts and more, written by the test.
class FilteredQueryPagesTest : public testing::Test {
 protected:
  void create_accounts(std::uint64_t first, std::uint64_t last) {
    std::vector<Account> accounts;
    for (std::uint64_t id = first; id <= last; ++id) {
      accounts.push_back(make_account(id));
    }
    ASSERT_TRUE(world_.engine().create_accounts(accounts).refused.empty());
  }

  // Transfers between accounts 1 and 2, to and fro, of amounts 1, 2, 3 and again.
  void create_transfers(std::uint64_t count, std::uint64_t batch = 1'000) {
    while (count > 0) {
      std::vector<Transfer> transfers;
      for (; count > 0 && transfers.size() < batch; --count) {
        const std::uint64_t id = next_transfer_++;
        transfers.push_back(make_transfer(id, 1 + id % 2, 2 - id % 2, 1 + id % 3));
        transfers.back().code = Code{static_cast<std::uint16_t>(id % 1'000 == 0 ? 2 : 1)};
      }
      ASSERT_TRUE(world_.engine().create_transfers(transfers).refused.empty());
      world_.close();
    }
  }

  void follow() {
    world_.close();
    world_.follow_all();
    ASSERT_EQ(world_.failure(), "");
  }

  // One after the other: the numbers of items, and all of them.
  template <typename Item>
  std::vector<Item> ask_all(RequestKind kind, QueryFilter filter, std::vector<std::size_t>& sizes) {
    std::vector<Item> all;
    for (;;) {
      const Page page = world_.ask(kind, filter);
      EXPECT_EQ(page.status, RequestStatus::ok) << page.detail;
      const auto items = page.as<Item>();
      sizes.push_back(items.size());
      all.insert(all.end(), items.begin(), items.end());
      if (!page.more || sizes.size() > 10'000) return all;
      EXPECT_NE(page.cursor, filter.cursor);
      filter.cursor = page.cursor;
    }
  }

  void expect_refused(RequestKind kind, const QueryFilter& filter, const std::string& words) {
    const Page page = world_.ask(kind, filter);
    EXPECT_EQ(page.status, RequestStatus::filter_invalid);
    EXPECT_NE(page.detail.find(words), std::string::npos) << page.detail;
    EXPECT_TRUE(page.items.empty());
  }

  QueryWorld world_{1};
  std::uint64_t next_transfer_ = 1;
};

TEST_F(FilteredQueryPagesTest, RefusesInWords) {
  create_accounts(1, 2);
  follow();
  for (const RequestKind kind :
       {RequestKind::get_account_transfers, RequestKind::get_account_balances}) {
    expect_refused(kind, filter_of(1, 3, both), "there is no account");
    expect_refused(kind, filter_of(0, 1, both), "limit is 0");
    expect_refused(kind, filter_of(1, 1, 0), "neither debits nor credits");
  }
  expect_refused(RequestKind::query_transfers, filter_of(1, 1, 0), "account_id");
  expect_refused(RequestKind::query_accounts, filter_of(8'193), "above 8,192");
}

TEST_F(FilteredQueryPagesTest, AnswersWhereThereIsNothing) {
  for (const RequestKind kind : {RequestKind::query_transfers, RequestKind::query_accounts}) {
    for (const std::uint16_t flags : {std::uint16_t{0}, query_flag::newest_first}) {
      const Page page = world_.ask(kind, filter_of(10, 0, flags));
      EXPECT_EQ(page.status, RequestStatus::ok);
      EXPECT_EQ(page.count, 0U);
      EXPECT_FALSE(page.more);
    }
  }
  create_accounts(1, 2);
  follow();
  for (const std::uint16_t order : {std::uint16_t{0}, query_flag::newest_first}) {
    const auto flags = static_cast<std::uint16_t>(both | order);
    EXPECT_EQ(world_.ask(RequestKind::get_account_transfers, filter_of(1, 1, flags)).count, 0U);
    EXPECT_EQ(world_.ask(RequestKind::get_account_balances, filter_of(1, 1, flags)).count, 0U);
  }
}

TEST_F(FilteredQueryPagesTest, EndsAFullPageWithoutMoreWhereNothingFollows) {
  create_accounts(1, 2);
  create_transfers(10);
  follow();
  for (const std::uint16_t order : {std::uint16_t{0}, query_flag::newest_first}) {
    const auto flags = static_cast<std::uint16_t>(both | order);
    const Page page = world_.ask(RequestKind::get_account_transfers, filter_of(10, 1, flags));
    EXPECT_EQ(page.count, 10U);
    EXPECT_FALSE(page.more);
    const Page shorter = world_.ask(RequestKind::get_account_transfers, filter_of(9, 1, flags));
    EXPECT_EQ(shorter.count, 9U);
    EXPECT_TRUE(shorter.more);
    EXPECT_EQ(world_.ask(RequestKind::query_accounts, filter_of(2, 0, order)).more, false);
    EXPECT_EQ(world_.ask(RequestKind::query_accounts, filter_of(1, 0, order)).more, true);
  }
}

// Each of two fields is common, together they are met once: a page ends when so many were looked
// at, and may be empty.
TEST_F(FilteredQueryPagesTest, EndsAPageWhenTooManyTransfersWereLookedAt) {
  create_accounts(1, 2);
  constexpr std::uint64_t count = FilteredQuery::looked_at_max * 2 + 5'000;
  std::vector<Transfer> transfers;
  for (std::uint64_t id = 1; id <= count; ++id) {
    transfers.push_back(make_transfer(id, 1, 2, 1));
    transfers.back().tag = Tag{static_cast<std::uint32_t>(id % 2 + 1)};
    transfers.back().code = Code{static_cast<std::uint16_t>(id % 2 + 1)};
    if (id == count / 2) transfers.back().code = Code{2};
    if (transfers.size() < 8'000 && id < count) continue;
    ASSERT_TRUE(world_.engine().create_transfers(transfers).refused.empty());
    world_.close();
    transfers.clear();
  }
  follow();
  for (const std::uint16_t order : {std::uint16_t{0}, query_flag::newest_first}) {
    QueryFilter filter = filter_of(10, 0, order);
    filter.tag = Tag{1};
    filter.code = Code{2};
    std::vector<std::size_t> sizes;
    const auto found = ask_all<Transfer>(RequestKind::query_transfers, filter, sizes);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].id, transfer_id(count / 2));
    EXPECT_EQ(sizes, (std::vector<std::size_t>{0, 1, 0}));
  }
}

TEST_F(FilteredQueryPagesTest, EndsAPageWhenTooManyAccountsWereLookedAt) {
  constexpr std::uint64_t count = FilteredQuery::accounts_looked_at_max * 4 + 100;
  std::vector<Account> accounts;
  for (std::uint64_t id = 1; id <= count; ++id) {
    accounts.push_back(make_account(id));
    accounts.back().tag = Tag{static_cast<std::uint32_t>(id % 2 + 1)};
    accounts.back().code = Code{static_cast<std::uint16_t>(id % 2 + 1)};
    if (id == count / 2) accounts.back().code = Code{2};
    if (accounts.size() < 8'000 && id < count) continue;
    ASSERT_TRUE(world_.engine().create_accounts(accounts).refused.empty());
    world_.close();
    accounts.clear();
  }
  follow();
  for (const std::uint16_t order : {std::uint16_t{0}, query_flag::newest_first}) {
    QueryFilter filter = filter_of(10, 0, order);
    filter.tag = Tag{1};
    filter.code = Code{2};
    std::vector<std::size_t> sizes;
    const auto found = ask_all<Account>(RequestKind::query_accounts, filter, sizes);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].id, account_id(count / 2));
    EXPECT_EQ(sizes, (std::vector<std::size_t>{0, 1, 0}));
  }
}

TEST_F(FilteredQueryPagesTest, EndsAPageAfterManyEntriesWithoutTransfers) {
  create_accounts(1, 2);
  create_transfers(1);
  world_.close();
  for (std::uint64_t account = 3; account < 9'000; ++account) {
    create_accounts(account, account);
    world_.close();
  }
  create_transfers(1);
  follow();
  for (const std::uint16_t order : {std::uint16_t{0}, query_flag::newest_first}) {
    std::vector<std::size_t> sizes;
    const auto found =
        ask_all<Transfer>(RequestKind::query_transfers, filter_of(5, 0, order), sizes);
    EXPECT_EQ(found.size(), 2U);
    EXPECT_EQ(sizes, (std::vector<std::size_t>{1, 0, 1}));
  }
}

TEST_F(FilteredQueryPagesTest, FindsTimesInALongJournal) {
  world_.grow(3'000);
  follow();
  const auto& transfers = world_.plain().all_transfers();
  ASSERT_GT(transfers.back().sequence.value(), 15'000U);
  Random random{3};
  const std::uint64_t questions = rounds(400, 4'000);
  for (std::uint64_t question = 0; question < questions; ++question) {
    QueryFilter filter = filter_of(8'192, 0, random.chance(50) ? query_flag::newest_first : 0);
    const auto time = [&] {
      const auto& one = transfers[random.below(transfers.size())].transfer;
      return Timestamp{one.timestamp.value() + random.below(3) - 1};
    };
    if (random.chance(80)) filter.timestamp_min = time();
    if (random.chance(80)) filter.timestamp_max = time();
    if (filter.timestamp_max.value() != 0 && filter.timestamp_max < filter.timestamp_min) {
      std::swap(filter.timestamp_min, filter.timestamp_max);
    }
    if (random.chance(50)) filter.trace_id = TraceId{Uint128{random.below(50), 0}};
    std::vector<std::size_t> sizes;
    const auto found = ask_all<Transfer>(RequestKind::query_transfers, filter, sizes);
    const auto expected = world_.plain().transfers(filter, world_.followed());
    ASSERT_EQ(found.size(), expected.size()) << "question " << question;
    for (std::size_t at = 0; at < found.size(); ++at) {
      ASSERT_EQ(found[at].id, expected[at].transfer.id) << "question " << question;
    }
  }
}

// Oldest first, pages go on into what came meanwhile; newest first they never see it.
TEST_F(FilteredQueryPagesTest, PagesGoOnWhileTheLedgerGrows) {
  create_accounts(1, 2);
  create_transfers(10);
  follow();
  QueryFilter oldest = filter_of(3, 1, both);
  QueryFilter newest = filter_of(3, 1, both | query_flag::newest_first);
  std::vector<TransferId> up;
  std::vector<TransferId> down;
  for (int page = 0; page < 6; ++page) {
    const Page above = world_.ask(RequestKind::get_account_transfers, oldest);
    for (const Transfer& each : above.as<Transfer>()) up.push_back(each.id);
    oldest.cursor = above.cursor;
    const Page below = world_.ask(RequestKind::get_account_transfers, newest);
    if (page < 4) {
      for (const Transfer& each : below.as<Transfer>()) down.push_back(each.id);
    }
    newest.cursor = below.cursor;
    create_transfers(1);
    follow();
  }
  std::vector<TransferId> expected;
  for (std::uint64_t id = 1; id <= 15; ++id) expected.push_back(transfer_id(id));
  EXPECT_EQ(up, expected);
  expected.resize(10);
  std::reverse(expected.begin(), expected.end());
  EXPECT_EQ(down, expected);
}

// ---- Balances. ----

using AccountBalancesTest = FilteredQueryPagesTest;

std::vector<std::uint64_t> numbers_of(const AccountBalance& balance) {
  return {balance.transfer_id.value().lo, balance.debits_pending.value().lo,
          balance.debits_posted.value().lo, balance.credits_pending.value().lo,
          balance.credits_posted.value().lo};
}

TEST_F(AccountBalancesTest, FollowAHoldThroughItsPartsAndItsRelease) {
  create_accounts(1, 3);
  EngineUnderTest& engine = world_.engine();
  const auto pending = [](std::uint64_t id, std::uint64_t amount, std::uint32_t timeout) {
    Transfer transfer = make_transfer(id, 1, 2, amount, 1, transfer_flag::pending);
    transfer.timeout = timeout;
    return transfer;
  };
  const auto resolve = [](std::uint64_t id, std::uint64_t hold, std::uint64_t amount,
                          unsigned flags) {
    Transfer transfer = make_transfer(id, 0, 0, amount, 0, static_cast<std::uint16_t>(flags));
    transfer.pending_id = transfer_id(hold);
    transfer.code = Code{};
    return transfer;
  };
  constexpr unsigned post = transfer_flag::post_pending_transfer;
  engine.set_clock(1'000'000'000);
  const std::vector<Transfer> first{pending(10, 100, 0),
                                    resolve(11, 10, 30, post | transfer_flag::keep_remainder),
                                    resolve(12, 10, 20, post),  // 70 were held: 50 go back.
                                    pending(20, 40, 1),
                                    pending(30, 5, 0),
                                    resolve(31, 30, 0, transfer_flag::void_pending_transfer)};
  ASSERT_TRUE(engine.create_transfers(first).refused.empty());
  engine.set_clock(5'000'000'000);
  ASSERT_EQ(engine.release_due(10), std::vector<TransferId>{transfer_id(20)});
  // Another account's transfer, and then one of this account's.
  ASSERT_TRUE(engine.create_transfers(std::vector{make_transfer(40, 3, 2, 7)}).refused.empty());
  ASSERT_TRUE(engine.create_transfers(std::vector{make_transfer(41, 2, 1, 9)}).refused.empty());
  follow();
  std::vector<std::size_t> sizes;
  std::vector<std::vector<std::uint64_t>> rows;
  for (const AccountBalance& balance :
       ask_all<AccountBalance>(RequestKind::get_account_balances, filter_of(3, 1, both), sizes)) {
    rows.push_back(numbers_of(balance));
  }
  const std::vector<std::vector<std::uint64_t>> expected{
      {10, 100, 0, 0, 0}, {11, 70, 30, 0, 0}, {12, 0, 50, 0, 0}, {20, 40, 50, 0, 0},
      {30, 45, 50, 0, 0}, {31, 40, 50, 0, 0}, {41, 0, 50, 0, 9}};
  EXPECT_EQ(rows, expected);
}

// A long history of one account: `facts_read` says what a page costs.
TEST_F(AccountBalancesTest, OfAPageCostTheirOwnFactsAndFewMore) {
  create_accounts(1, 2);
  constexpr std::uint64_t count = 100'000;
  constexpr std::uint64_t entry = 500;
  create_transfers(count, entry);
  follow();
  const auto with_facts = [this](Sequence sequence,
                                 const std::function<void(const EntryFacts&)>& use) {
    const auto facts = read_facts(*world_.engine().journal().find(sequence));
    use(facts.value());
    return Result<void>{};
  };
  const auto& transfers = world_.plain().all_transfers();
  const WithFacts facts{with_facts};
  constexpr std::uint64_t page = 2'000;
  // A distance of 16 checkpoints comes once in e^16.
  constexpr std::uint64_t more = entry + 16 * BalanceCheckpoints::interval;
  for (const bool newest_first : {false, true}) {
    for (std::uint64_t first = 0; first + page <= count; first += 7'777) {
      BalanceWalk walk{world_.follower(), facts, account_id(1), world_.followed(), newest_first};
      for (std::uint64_t each = 0; each < page; ++each) {
        const auto& moved = transfers[newest_first ? first + page - 1 - each : first + each];
        const auto after = walk.after(moved.sequence);
        ASSERT_TRUE(after.ok());
        if (each % 500 != 0) continue;
        QueryFilter one = filter_of(1, 1, both);
        one.timestamp_min = one.timestamp_max = moved.transfer.timestamp;
        const auto expected = world_.plain().balances(one, world_.followed());
        ASSERT_EQ(after.value().debits_posted, expected.at(0).debits_posted);
        ASSERT_EQ(after.value().credits_posted, expected.at(0).credits_posted);
      }
      EXPECT_LE(walk.facts_read(), page + more) << first << (newest_first ? " newest first" : "");
    }
    // Of transfers that lie far apart, each costs no more than what leads to it from a checkpoint.
    constexpr std::uint64_t apart = 10'000;
    BalanceWalk walk{world_.follower(), facts, account_id(1), world_.followed(), newest_first};
    for (std::uint64_t each = 1; each <= count / apart; ++each) {
      const std::uint64_t at = newest_first ? count - each * apart : each * apart - 1;
      ASSERT_TRUE(walk.after(transfers[at].sequence).ok());
    }
    EXPECT_LE(walk.facts_read(), count / apart * (entry + more)) << newest_first;
  }
}

// Rows that lie far apart: from checkpoint to checkpoint, and the page ends when it costs too much.
TEST_F(AccountBalancesTest, OfRareRowsLeapAndEndTheirPageInTime) {
  create_accounts(1, 2);
  constexpr std::uint64_t count = 300'000;
  create_transfers(count, 1'000);
  follow();
  for (const std::uint16_t order : {std::uint16_t{0}, query_flag::newest_first}) {
    QueryFilter filter = filter_of(8'192, 1, static_cast<std::uint16_t>(both | order));
    filter.code = Code{2};  // Every thousandth.
    std::vector<std::size_t> sizes;
    const auto found = ask_all<AccountBalance>(RequestKind::get_account_balances, filter, sizes);
    const auto expected = world_.plain().balances(filter, world_.followed());
    ASSERT_EQ(found.size(), expected.size());
    ASSERT_EQ(found.size(), count / 1'000);
    for (std::size_t at = 0; at < found.size(); ++at) {
      ASSERT_EQ(std::memcmp(&found[at], &expected[at], sizeof(found[at])), 0) << at;
    }
    EXPECT_GE(sizes.size(), 2U);
  }
}

TEST_F(AccountBalancesTest, AreWrittenDownForOneFactIn128) {
  constexpr std::uint64_t facts = 1'000'000;
  std::uint64_t marked = 0;
  std::uint64_t longest = 0;
  std::uint64_t since = 0;
  for (std::uint64_t sequence = 1; sequence <= facts; ++sequence) {
    ++since;
    if (!BalanceCheckpoints::is_marked(Sequence{sequence})) continue;
    ++marked;
    longest = std::max(longest, std::exchange(since, 0));
  }
  EXPECT_NEAR(static_cast<double>(marked), facts / 128.0, 500);
  EXPECT_LE(longest, 16 * BalanceCheckpoints::interval);
  // Nor do accounts that are touched at a steady pace go without.
  for (std::uint64_t pace = 2; pace <= 300; ++pace) {
    std::uint64_t of_pace = 0;
    for (std::uint64_t sequence = pace; sequence <= 30'000 * pace; sequence += pace) {
      if (BalanceCheckpoints::is_marked(Sequence{sequence})) ++of_pace;
    }
    ASSERT_GT(of_pace, 100U) << pace;
  }
}

}  // namespace
}  // namespace daybook::test

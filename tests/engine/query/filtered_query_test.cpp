// FilteredQuery against a full scan: for random ledgers and random filters, all pages together are
// exactly what looking at everything finds, in order, as of the sequence that the answer names.
//
// Method: random requests go through a real sequencer into a journal in memory, a real follower
// follows some of it, and a plain reading of the same journal says what is right. Indexes are made
// small, so that tails, blocks and runs all take part. Every seed is printed when it fails.

#include "engine/follower/filtered_query.hpp"

#include <gtest/gtest.h>

#include "tests/engine/query/query_world.hpp"
#include "tests/support/rounds.hpp"

namespace daybook::test {
namespace {

constexpr RequestKind query_kinds[] = {RequestKind::get_account_transfers,
                                       RequestKind::get_account_balances,
                                       RequestKind::query_transfers, RequestKind::query_accounts};

template <typename Item>
bool is_same(const Item& a, const Item& b) {
  return std::memcmp(&a, &b, sizeof(a)) == 0;
}

// Flags change with time; the rest of an account is as it was created, or a balance.
bool is_same(const Account& a, const Account& b) {
  Account with_flags = b;
  with_flags.flags = a.flags;
  return std::memcmp(&a, &with_flags, sizeof(a)) == 0;
}

std::string to_text(RequestKind kind, const QueryFilter& filter) {
  const auto number = [](const char* name, std::uint64_t value) {
    return value == 0 ? std::string{} : std::string{" "} + name + " " + std::to_string(value);
  };
  return std::string{to_string(kind)} + number("account", filter.account_id.value().lo) +
         number("business", filter.business_id.value().lo) +
         number("trace", filter.trace_id.value().lo) + number("user", filter.user_id.value()) +
         number("tag", filter.tag.value()) + number("code", filter.code.value()) +
         number("ledger", filter.ledger.value()) + number("from", filter.timestamp_min.value()) +
         number("to", filter.timestamp_max.value()) + number("cursor", filter.cursor) +
         number("limit", filter.limit) + number("flags", filter.flags);
}

// All pages from the filter's cursor on; `pages` counts them.
template <typename Item>
void ask_all(const QueryWorld& world, RequestKind kind, QueryFilter filter,
             std::vector<Item>& found, std::uint64_t& pages) {
  for (;;) {
    const Page page = world.ask(kind, filter);
    ++pages;
    ASSERT_EQ(page.status, RequestStatus::ok) << page.detail;
    ASSERT_EQ(page.as_of, world.followed());
    const auto items = page.as<Item>();
    ASSERT_EQ(items.size(), page.count);
    ASSERT_LE(items.size(), filter.limit);
    found.insert(found.end(), items.begin(), items.end());
    if (!page.more) return;
    // These ledgers are small: a page that goes on is full.
    ASSERT_EQ(items.size(), filter.limit);
    const bool newest_first = (filter.flags & query_flag::newest_first) != 0;
    ASSERT_TRUE(filter.cursor == 0 ||
                (newest_first ? page.cursor < filter.cursor : page.cursor > filter.cursor));
    filter.cursor = page.cursor;
  }
}

template <typename Item>
void expect_found(const QueryWorld& world, RequestKind kind, const QueryFilter& filter,
                  const std::vector<Item>& expected, std::uint64_t& pages) {
  std::vector<Item> found;
  ASSERT_NO_FATAL_FAILURE(ask_all(world, kind, filter, found, pages));
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t at = 0; at < found.size(); ++at) {
    ASSERT_TRUE(is_same(found[at], expected[at])) << "item " << at << " of " << found.size();
  }
}

void expect_right(const QueryWorld& world, RequestKind kind, const QueryFilter& filter,
                  std::uint64_t& pages) {
  const PlainFacts& plain = world.plain();
  const Sequence as_of = world.followed();
  if (kind == RequestKind::query_accounts) {
    return expect_found(world, kind, filter, plain.accounts(filter, as_of), pages);
  }
  if (kind == RequestKind::get_account_balances) {
    return expect_found(world, kind, filter, plain.balances(filter, as_of), pages);
  }
  std::vector<Transfer> expected;
  for (const auto& moved : plain.transfers(filter, as_of)) expected.push_back(moved.transfer);
  expect_found(world, kind, filter, expected, pages);
}

bool exists(const QueryWorld& world, AccountId id) {
  bool found = false;
  world.follower().with_accounts(
      [&](const AccountTable& accounts, Sequence) { found = accounts.find(id) != no_account; });
  return found;
}

// One random ledger, asked while it grows.
void run_world(std::uint64_t seed, std::uint64_t questions, std::uint64_t& pages) {
  Random shape{seed ^ 0x5eed};
  const PairIndex::Sizes sizes{.pairs_a_block = shape.between(1, 1'000),
                               .blocks_a_run = shape.between(1, 5)};
  QueryWorld world{seed, sizes};
  Random random{~seed};
  constexpr std::uint64_t stages = 12;
  for (std::uint64_t stage = 0; stage < stages; ++stage) {
    world.grow(25);
    world.close();
    // Now and then only a part is followed.
    random.chance(30) ? world.follow(random.below(10)) : world.follow_all();
    ASSERT_EQ(world.failure(), "");
    for (std::uint64_t question = 0; question < questions / stages; ++question) {
      const RequestKind kind = query_kinds[random.below(std::size(query_kinds))];
      const QueryFilter filter = world.random_filter(kind, random);
      const bool of_account = !filter.account_id.value().is_zero();
      if (of_account && !exists(world, filter.account_id)) continue;
      SCOPED_TRACE("question " + std::to_string(question) + " of stage " + std::to_string(stage) +
                   ": " + to_text(kind, filter));
      ASSERT_NO_FATAL_FAILURE(expect_right(world, kind, filter, pages));
    }
  }
}

TEST(FilteredQueryTest, FindsWhatAFullScanFinds) {
  const std::uint64_t worlds = rounds(40, 400);
  constexpr std::uint64_t questions = 1'200;
  std::uint64_t pages = 0;
  const std::uint64_t first = wanted_seed().value_or(1);
  for (std::uint64_t seed = first; seed < first + (wanted_seed() ? 1 : worlds); ++seed) {
    SCOPED_TRACE("DAYBOOK_TEST_SEED=" + std::to_string(seed));
    ASSERT_NO_FATAL_FAILURE(run_world(seed, questions, pages));
  }
  RecordProperty("pages", std::to_string(pages));
  std::printf("%llu pages\n", static_cast<unsigned long long>(pages));
}

TEST(FilteredQueryTest, MeetsEveryKindOfFactInItsRandomLedgers) {
  QueryWorld world{1};
  world.grow(600);
  world.close();
  std::map<std::uint16_t, int> flags;
  for (const auto& moved : world.plain().all_transfers()) {
    for (unsigned bit = 0; bit < 16; ++bit) {
      if ((moved.transfer.flags >> bit & 1U) != 0) ++flags[static_cast<std::uint16_t>(1U << bit)];
    }
  }
  for (const std::uint16_t flag :
       {transfer_flag::linked, transfer_flag::pending, transfer_flag::post_pending_transfer,
        transfer_flag::void_pending_transfer, transfer_flag::imported,
        transfer_flag::keep_remainder, transfer_flag::reversal}) {
    EXPECT_GT(flags[flag], 20) << "flag " << flag;
  }
  EXPECT_GT(world.plain().releases(), 20U);
  world.follow_all();
  EXPECT_EQ(world.failure(), "");
  // The plain reading agrees with the engine, or it would prove nothing.
  const EngineUnderTest& engine = world.engine();
  const auto accounts = world.plain().accounts({}, world.followed());
  ASSERT_EQ(accounts.size(), engine.state().accounts.count());
  for (const Account& account : accounts) {
    const Account& live = engine.state().accounts.at(engine.state().accounts.find(account.id));
    EXPECT_TRUE(is_same(account, live));
  }
}

}  // namespace
}  // namespace daybook::test

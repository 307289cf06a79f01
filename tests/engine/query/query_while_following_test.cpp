// Queries while the follower goes on: each answer is exactly what is true of the sequence that it
// names, whatever the follower adds meanwhile. For ThreadSanitizer, too.
//
// Method: a random ledger is written first, so that what is right at each sequence is known; then
// one thread follows it entry by entry, never faster than questions are asked, and others ask.

#include <atomic>
#include <cstring>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sched.h>

#include "tests/engine/query/query_world.hpp"
#include "tests/support/rounds.hpp"

namespace daybook::test {
namespace {

// Lets an entry be followed only when enough questions were asked since the one before.
class PacedSource final : public EntrySource {
 public:
  PacedSource(const MemoryJournal& journal, const std::atomic<std::uint64_t>& questions)
      : journal_{journal}, questions_{questions} {}

  Result<std::optional<EntryView>> next() override {
    if (next_ == journal_.count()) return std::optional<EntryView>{};
    while (questions_.load(std::memory_order_relaxed) < next_ * questions_an_entry) ::sched_yield();
    return std::optional{journal_.at(next_++)};
  }
  void release() override {}

  static constexpr std::uint64_t questions_an_entry = 20;

 private:
  const MemoryJournal& journal_;
  const std::atomic<std::uint64_t>& questions_;
  std::size_t next_ = 0;
};

template <typename Item>
bool is_prefix(const std::vector<Item>& found, const std::vector<Item>& expected, bool more) {
  if (found.size() > expected.size() || (!more && found.size() != expected.size())) return false;
  for (std::size_t at = 0; at < found.size(); ++at) {
    if (std::memcmp(&found[at], &expected[at], sizeof(Item)) != 0) return false;
  }
  return true;
}

class QueryWhileFollowingTest : public testing::Test {
 protected:
  void SetUp() override {
    world_.grow(static_cast<std::size_t>(rounds(400, 2'000)));
    world_.close();
    ASSERT_EQ(world_.failure(), "");
    progress_.journaler_done.store(true);
  }

  [[nodiscard]] bool is_right(RequestKind kind, const QueryFilter& filter, const Page& page) {
    const PlainFacts& plain = world_.plain();
    if (page.status == RequestStatus::filter_invalid) {
      // The account was not there yet; that is all that can be wrong with these.
      return !filter.account_id.value().is_zero();
    }
    if (page.status != RequestStatus::ok) return false;
    if (kind == RequestKind::query_accounts) {
      auto expected = plain.accounts(filter, page.as_of);
      const auto found = page.as<Account>();
      for (std::size_t at = 0; at < std::min(found.size(), expected.size()); ++at) {
        expected[at].flags = found[at].flags;
      }
      return is_prefix(found, expected, page.more);
    }
    if (kind == RequestKind::get_account_balances) {
      return is_prefix(page.as<AccountBalance>(), plain.balances(filter, page.as_of), page.more);
    }
    std::vector<Transfer> expected;
    for (const auto& moved : plain.transfers(filter, page.as_of)) {
      expected.push_back(moved.transfer);
    }
    return is_prefix(page.as<Transfer>(), expected, page.more);
  }

  void ask_until_done(std::uint64_t seed) {
    Random random{seed};
    constexpr RequestKind kinds[] = {RequestKind::get_account_transfers,
                                     RequestKind::get_account_balances,
                                     RequestKind::query_transfers, RequestKind::query_accounts};
    while (!done_.load(std::memory_order_acquire)) {
      const RequestKind kind = kinds[random.below(std::size(kinds))];
      const QueryFilter filter = world_.random_filter(kind, random);
      const Page page =
          test::ask(*follower_, world_.engine().journal(), progress_.followed(), kind, filter);
      if (!is_right(kind, filter, page)) wrong_.fetch_add(1);
      questions_.fetch_add(1, std::memory_order_relaxed);
    }
  }

  QueryWorld world_{4711};
  Progress progress_;
  FutexSleeper sleeper_;
  std::atomic<std::uint64_t> questions_{0};
  std::atomic<std::uint64_t> wrong_{0};
  std::atomic<bool> done_{false};
  std::unique_ptr<Follower> follower_;
};

TEST_F(QueryWhileFollowingTest, EachAnswerIsTrueOfTheSequenceItNames) {
  PacedSource source{world_.engine().journal(), questions_};
  std::string failure;
  StateSettings settings;
  settings.accounts_max = 100'000;
  settings.transfer_ids_max = 1'000'000;
  settings.holds_max = 100'000;
  follower_ = std::make_unique<Follower>(
      settings,
      Follower::Links{.source = &source,
                      .progress = progress_,
                      .sleeper = sleeper_,
                      .on_followed = [] {},
                      .on_fatal = [&failure](const Failure& what) { failure = what.what; }},
      PairIndex::Sizes{.pairs_a_block = 100, .blocks_a_run = 3});
  std::vector<std::thread> askers;
  for (std::uint64_t seed = 1; seed <= 2; ++seed) {
    askers.emplace_back([this, seed] { ask_until_done(seed); });
  }
  follower_->run();
  done_.store(true, std::memory_order_release);
  for (std::thread& asker : askers) asker.join();
  EXPECT_EQ(failure, "");
  EXPECT_EQ(wrong_.load(), 0U);
  EXPECT_EQ(progress_.followed(), world_.plain().last());
  EXPECT_GE(questions_.load(),
            (world_.engine().journal().count() - 1) * PacedSource::questions_an_entry);
}

}  // namespace
}  // namespace daybook::test

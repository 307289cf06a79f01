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

#include "engine/follower/as_of_query.hpp"
#include "engine/follower/operation_query.hpp"
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

// Moments are asked for by sequence here.
class NoLookup final : public EntryLookup {
 public:
  Result<void> with_entry(Sequence, const std::function<void(const EntryView&)>&) override {
    return Failure{FailureKind::not_found, "not asked for here"};
  }
  Result<void> with_entry_at_time(std::uint64_t,
                                  const std::function<void(const EntryView&)>&) override {
    return Failure{FailureKind::not_found, "not asked for here"};
  }
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

  // Accounts as of some sequence that was followed: the balances are those of the naive fold.
  [[nodiscard]] bool past_is_right(Random& random) {
    const std::uint64_t followed = progress_.followed().value();
    if (followed == 0) return true;
    std::vector<AccountId> ids;
    for (std::uint64_t id = 1; id <= 8; ++id) ids.push_back(account_id(id));
    RequestSlot slot;
    slot.kind = RequestKind::lookup_accounts_at;
    slot.at_sequence = random.between(1, followed);
    slot.events = reinterpret_cast<const std::byte*>(ids.data());
    slot.event_count = static_cast<std::uint32_t>(ids.size());
    const WithFacts reader = reader_of(world_.engine().journal());
    NoLookup lookup;
    AsOfQuery query{{.follower = *follower_,
                     .with_facts = reader,
                     .journal = lookup,
                     .as_of = Sequence{followed}},
                    slot};
    if (!query.lookup_accounts().ok() || slot.status != RequestStatus::ok) return false;
    std::vector<AccountAsOf> found(slot.item_count);
    if (!found.empty()) {
      std::memcpy(found.data(), slot.query_items.data(), slot.query_items.size());
    }
    std::size_t at = 0;
    for (const Account& account : world_.plain().accounts({}, slot.first_sequence)) {
      if (account.id.value().lo > 8) continue;
      if (at == found.size()) return false;
      const Account& one = found[at++].account;
      if (one.id != account.id || one.debits_pending != account.debits_pending ||
          one.debits_posted != account.debits_posted ||
          one.credits_pending != account.credits_pending ||
          one.credits_posted != account.credits_posted) {
        return false;
      }
    }
    return at == found.size();
  }

  // A page of operations in order, none younger than the answer.
  [[nodiscard]] bool log_is_right(Random& random) {
    OperationFilter filter;
    filter.limit = 20;
    filter.flags = operation_flag::with_facts;
    if (random.chance(50)) filter.kind = RequestKind::create_transfers;
    filter.cursor = random.below(progress_.followed().value() + 1);
    RequestSlot slot;
    slot.kind = RequestKind::query_operations;
    slot.events = reinterpret_cast<const std::byte*>(&filter);
    const WithFacts reader = reader_of(world_.engine().journal());
    if (!OperationQuery{*follower_, reader, progress_.followed(), slot}.run().ok()) return false;
    const auto operations = read_operation_log(slot.query_items);
    if (!operations.ok()) return false;
    std::uint64_t before = filter.cursor;
    for (const LoggedOperation& operation : operations.value()) {
      const std::uint64_t sequence = operation.sequence.value();
      if (sequence <= before || operation.sequence > slot.first_sequence) return false;
      before = sequence;
    }
    return true;
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
      if (random.chance(20) && !past_is_right(random)) wrong_.fetch_add(1);
      if (random.chance(20) && !log_is_right(random)) wrong_.fetch_add(1);
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

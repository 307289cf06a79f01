// AsOfQuery: accounts and trial balances of the past are those of a replay that stops there, field
// by field, and the balances those of a naive fold.
//
// Method: a random ledger with holds, partial posts, reversals, expiries, closing holds, limits,
// freezing, closing; the follower is anywhere in it. At random sequences and times, all accounts
// are asked for and compared with a fresh state into which the journal was replayed up to there.

#include "engine/follower/as_of_query.hpp"

#include <cstdio>
#include <map>

#include <gtest/gtest.h>

#include "engine/ledger/account_state.hpp"
#include "engine/replay/replayer.hpp"
#include "engine/state/open_hold_view.hpp"
#include "tests/engine/query/query_world.hpp"
#include "tests/support/rounds.hpp"

namespace daybook::test {
namespace {

class ConstLookup final : public EntryLookup {
 public:
  explicit ConstLookup(const MemoryJournal& journal) : journal_{journal} {}
  Result<void> with_entry(Sequence sequence,
                          const std::function<void(const EntryView&)>& use) override {
    const EntryView* const entry = journal_.find(sequence);
    if (entry == nullptr) return Failure{FailureKind::not_found, "no entry holds the sequence"};
    use(*entry);
    return {};
  }
  Result<void> with_entry_at_time(std::uint64_t time_ns,
                                  const std::function<void(const EntryView&)>& use) override {
    for (std::size_t at = journal_.count(); at-- > 0;) {
      if (journal_.at(at).header.commit_time > time_ns) continue;
      use(journal_.at(at));
      return {};
    }
    return Failure{FailureKind::not_found, "no entry is so old"};
  }

 private:
  const MemoryJournal& journal_;
};

struct Moment {
  std::uint64_t sequence = 0;
  std::uint64_t time = 0;
};

template <typename Item>
struct Answer {
  RequestStatus status = RequestStatus::ok;
  std::string detail;
  Sequence sequence;
  std::uint64_t cursor = 0;
  bool more = false;
  std::vector<Item> items;
};

template <typename Item>
Answer<Item> ask(const QueryWorld& world, RequestSlot& slot) {
  const MemoryJournal& journal = world.engine().journal();
  const WithFacts reader = reader_of(journal);
  ConstLookup lookup{journal};
  AsOfQuery query{{.follower = world.follower(),
                   .with_facts = reader,
                   .journal = lookup,
                   .as_of = world.followed()},
                  slot};
  const auto answered = slot.kind == RequestKind::lookup_accounts_at ? query.lookup_accounts()
                        : slot.kind == RequestKind::lookup_holds     ? query.lookup_holds()
                                                                     : query.trial_balance();
  EXPECT_TRUE(answered.ok()) << (answered.ok() ? "" : answered.error().what);
  Answer<Item> answer{
      slot.status, std::string{slot.detail}, slot.first_sequence, slot.cursor, slot.more, {}};
  EXPECT_EQ(slot.item_count * sizeof(Item), slot.query_items.size());
  answer.items.resize(slot.item_count);
  if (slot.item_count > 0) {
    std::memcpy(answer.items.data(), slot.query_items.data(), slot.query_items.size());
  }
  return answer;
}

Answer<AccountAsOf> ask_accounts(const QueryWorld& world, const Moment& moment,
                                 const std::vector<AccountId>& ids) {
  RequestSlot slot;
  slot.kind = RequestKind::lookup_accounts_at;
  slot.at_sequence = moment.sequence;
  slot.at_time = Timestamp{moment.time};
  slot.events = reinterpret_cast<const std::byte*>(ids.data());
  slot.event_count = static_cast<std::uint32_t>(ids.size());
  return ask<AccountAsOf>(world, slot);
}

Answer<HoldView> ask_holds(const QueryWorld& world, const Moment& moment,
                           const std::vector<TransferId>& ids) {
  RequestSlot slot;
  slot.kind = RequestKind::lookup_holds;
  slot.at_sequence = moment.sequence;
  slot.at_time = Timestamp{moment.time};
  slot.events = reinterpret_cast<const std::byte*>(ids.data());
  slot.event_count = static_cast<std::uint32_t>(ids.size());
  return ask<HoldView>(world, slot);
}

Answer<LedgerBalance> ask_trial_balance(const QueryWorld& world, const Moment& moment,
                                        std::uint64_t after = 0, std::uint32_t limit = 8'192) {
  RequestSlot slot;
  slot.kind = RequestKind::trial_balance_at;
  slot.at_sequence = moment.sequence;
  slot.at_time = Timestamp{moment.time};
  slot.argument = after;
  slot.limit = limit;
  return ask<LedgerBalance>(world, slot);
}

/// The journal up to a moment, in a state of its own.
class Past {
 public:
  Past(const MemoryJournal& journal, const Moment& moment, Sequence followed) : state_{small()} {
    Replayer replayer{state_};
    for (std::size_t at = 0; at < journal.count(); ++at) {
      const EntryHeader& header = journal.at(at).header;
      if (header.last() > followed) break;
      if (moment.time != 0 && header.commit_time > moment.time) break;
      if (moment.sequence != 0 && header.first().value() > moment.sequence) break;
      const bool part = moment.sequence != 0 && header.last().value() > moment.sequence;
      const auto applied = part ? replayer.apply_until(journal.at(at), Sequence{moment.sequence})
                                : replayer.apply(journal.at(at));
      EXPECT_TRUE(applied.ok()) << (applied.ok() ? "" : applied.error().what);
    }
  }

  [[nodiscard]] const State& state() const { return state_; }

  [[nodiscard]] std::map<std::uint32_t, LedgerBalance> trial_balance() const {
    std::map<std::uint32_t, LedgerBalance> balances;
    for (std::size_t place = 0; place < state_.ledgers.count(); ++place) {
      const LedgerId id = state_.ledgers.at(place).id;
      balances[id.value()].ledger = id;
    }
    const auto add = [](Amount& sum, Amount more) {
      sum = Amount{Uint128{sum.value().wide() + more.value().wide()}};
    };
    for (AccountSlot slot = 0; slot < state_.accounts.count(); ++slot) {
      const Account& account = state_.accounts.at(slot);
      LedgerBalance& balance = balances[account.ledger.value()];
      ++balance.accounts;
      add(balance.debits_pending, account.debits_pending);
      add(balance.debits_posted, account.debits_posted);
      add(balance.credits_pending, account.credits_pending);
      add(balance.credits_posted, account.credits_posted);
    }
    return balances;
  }

 private:
  static StateSettings small() {
    StateSettings settings;
    settings.accounts_max = 10'000;
    settings.transfer_ids_max = 100'000;
    settings.holds_max = 100'000;
    settings.names_max = 1'000;
    return settings;
  }

  State state_;
};

template <typename Item>
bool same_bytes(const Item& a, const Item& b) {
  return std::memcmp(&a, &b, sizeof(Item)) == 0;
}

class AsOfQueryTest : public testing::Test {
 protected:
  void grow(QueryWorld& world, std::size_t requests) {
    Random& random = world.random();
    for (std::size_t request = 0; request < requests; ++request) {
      world.grow(1);
      if (random.chance(15)) change_account(world);
      if (random.chance(15)) close_by_hold(world);
    }
    world.close();
  }

  void expect_right(const QueryWorld& world, const Moment& moment) {
    const Past past{world.engine().journal(), moment, world.followed()};
    const State& state = past.state();
    std::vector<AccountId> ids;
    for (std::uint64_t id = 1; id <= world.plain().all_accounts().size() + 2; ++id) {
      ids.push_back(account_id(id));
    }
    const auto answer = ask_accounts(world, moment, ids);
    ASSERT_EQ(answer.status, RequestStatus::ok) << answer.detail;
    EXPECT_EQ(answer.sequence, state.last_sequence());
    ASSERT_EQ(answer.items.size(), state.accounts.count());
    const auto plain = world.plain().accounts({}, state.last_sequence());
    ASSERT_EQ(plain.size(), answer.items.size());
    std::map<AccountId, Account> folded;
    for (const Account& account : plain) folded.emplace(account.id, account);
    for (const AccountAsOf& found : answer.items) {
      const AccountSlot slot = state.accounts.find(found.account.id);
      ASSERT_NE(slot, no_account);
      const Account& replayed = state.accounts.at(slot);
      EXPECT_TRUE(same_bytes(found.account, shown(replayed)));
      const bool limited = (replayed.flags & account_state::limited) != 0;
      const AccountLimits& limits = state.accounts.limits(slot);
      EXPECT_EQ(found.minimum, limited ? limits.minimum : AccountAsOf::no_minimum);
      EXPECT_EQ(found.maximum, limited ? limits.maximum : AccountAsOf::no_maximum);
      const Account& naive = folded.at(found.account.id);
      EXPECT_EQ(found.account.debits_pending, naive.debits_pending);
      EXPECT_EQ(found.account.debits_posted, naive.debits_posted);
      EXPECT_EQ(found.account.credits_pending, naive.credits_pending);
      EXPECT_EQ(found.account.credits_posted, naive.credits_posted);
      if (found.account.flags != flags_as_created(replayed)) ++changed_;
      ++compared_;
    }
    const auto balances = ask_trial_balance(world, moment);
    EXPECT_EQ(balances.sequence, state.last_sequence());
    const auto wanted = past.trial_balance();
    ASSERT_EQ(balances.items.size(), wanted.size());
    for (std::size_t place = 0; place < balances.items.size(); ++place) {
      const LedgerBalance& found = balances.items[place];
      EXPECT_EQ(found.ledger, state.ledgers.at(place).id);
      EXPECT_TRUE(same_bytes(found, wanted.at(found.ledger.value())));
    }
  }

  // One that is open is as the replay has it; one that was resolved by then has not changed since.
  void expect_right_holds(QueryWorld& world, const Moment& moment) {
    const Past past{world.engine().journal(), moment, world.followed()};
    std::vector<TransferId> ids;
    std::size_t pending = 0;
    for (const auto& moved : world.plain().all_transfers()) {
      if (moved.sequence > past.state().last_sequence()) continue;
      ids.push_back(moved.transfer.id);
      if ((moved.transfer.flags & transfer_flag::pending) != 0) ++pending;
    }
    if (ids.empty()) return;
    const auto answer = ask_holds(world, moment, ids);
    ASSERT_EQ(answer.status, RequestStatus::ok) << answer.detail;
    ASSERT_EQ(answer.items.size(), pending);
    for (const HoldView& found : answer.items) {
      const HoldSlot slot = past.state().holds.find(found.id);
      if (slot != no_hold) {
        const HoldView open = view_of_open(past.state().holds.at(slot), past.state().accounts);
        EXPECT_TRUE(same_bytes(found, open)) << found.id.value().lo;
        ++open_holds_;
      } else {
        const auto resolved = world.engine().lookup_hold(found.id);
        ASSERT_TRUE(resolved.has_value());
        EXPECT_TRUE(same_bytes(found, *resolved)) << found.id.value().lo;
        ++resolved_holds_;
      }
    }
  }

  Moment random_moment(const QueryWorld& world, Random& random) const {
    const MemoryJournal& journal = world.engine().journal();
    if (random.chance(60))
      return {.sequence = random.between(1, world.followed().value()), .time = 0};
    const EntryHeader& header = journal.at(random.below(journal.count())).header;
    return {.sequence = 0, .time = header.commit_time + random.below(3) - 1};
  }

  std::uint64_t compared_ = 0;
  std::uint64_t changed_ = 0;
  std::uint64_t open_holds_ = 0;
  std::uint64_t resolved_holds_ = 0;

 private:
  void change_account(QueryWorld& world) {
    Random& random = world.random();
    WriteRequest request;
    request.kind = RequestKind::change_accounts;
    request.client = ClientId{Uint128{78, 0}};
    request.number = ++number_;
    request.role = Role::operator_;
    request.reason = "a test";
    for (std::uint64_t each = random.between(1, 4); each > 0; --each) {
      AccountChange change;
      change.account_id = account_id(random.between(1, 12));
      change.kind = static_cast<AccountChangeKind>(random.between(1, 6));
      const bool sided =
          change.kind == AccountChangeKind::freeze || change.kind == AccountChangeKind::unfreeze;
      if (sided) change.sides = static_cast<std::uint16_t>(random.between(1, 3));
      if (change.kind == AccountChangeKind::set_limits) {
        change.minimum =
            Int128{.lo = ~std::uint64_t{0} - random.below(900'000), .hi = ~std::uint64_t{0}};
        change.maximum = random.chance(50) ? AccountAsOf::no_maximum
                                           : Int128{.lo = random.between(1, 900'000), .hi = 0};
      }
      request.account_changes.push_back(change);
    }
    world.engine().submit(request);
  }

  // A pending transfer that closes, or the end of one: posted, posted in part, voided.
  void close_by_hold(QueryWorld& world) {
    Random& random = world.random();
    WriteRequest request;
    request.client = ClientId{Uint128{79, 0}};
    request.number = ++number_;
    const auto pending = [&] {
      const std::uint64_t debit = random.between(1, 9);
      Transfer transfer = make_transfer(next_++, debit, debit + 3, random.between(1, 50),
                                        static_cast<std::uint32_t>(1 + debit % 3));
      transfer.flags = transfer_flag::pending;
      if (random.chance(70)) transfer.flags |= transfer_flag::closing_debit;
      if (random.chance(40)) transfer.flags |= transfer_flag::closing_credit;
      if (random.chance(30)) transfer.timeout = static_cast<std::uint32_t>(random.between(1, 20));
      closing_.push_back(transfer.id);
      return transfer;
    };
    if (closing_.empty() || random.chance(60)) request.transfers.push_back(pending());
    for (std::uint64_t each = random.below(3); each > 0 && !closing_.empty(); --each) {
      Transfer end = make_transfer(next_++, 0, 0, 0);
      end.ledger = LedgerId{};
      end.code = Code{};
      end.pending_id =
          closing_[closing_.size() - 1 - random.below(std::min<std::size_t>(4, closing_.size()))];
      if (random.chance(50)) {
        end.flags = transfer_flag::void_pending_transfer;
      } else {
        end.flags = transfer_flag::post_pending_transfer;
        if (random.chance(50)) end.flags |= transfer_flag::keep_remainder;
        end.amount = amount_of(random.between(1, 30));
      }
      request.transfers.push_back(end);
    }
    if (!request.transfers.empty()) world.engine().submit(request);
  }

  std::uint64_t number_ = 0;
  std::uint64_t next_ = 5'000'000;
  std::vector<TransferId> closing_;
};

// Fault 49: the state at any sequence and time.
TEST_F(AsOfQueryTest, IsWhatAReplayThatStopsThereHas) {
  const std::uint64_t worlds = rounds(20, 200);
  const std::uint64_t first = wanted_seed().value_or(1);
  for (std::uint64_t seed = first; seed < first + (wanted_seed() ? 1 : worlds); ++seed) {
    SCOPED_TRACE("DAYBOOK_TEST_SEED=" + std::to_string(seed));
    QueryWorld world{seed, {.pairs_a_block = 32, .blocks_a_run = 2}};
    Random random{seed ^ 0xa5};
    grow(world, 400);
    world.follow(random.between(2, 100));
    for (int stage = 0; stage < 2; ++stage) {
      ASSERT_EQ(world.failure(), "");
      for (int question = 0; question < 12; ++question) {
        const Moment moment = random_moment(world, random);
        SCOPED_TRACE("sequence " + std::to_string(moment.sequence) + ", time " +
                     std::to_string(moment.time));
        ASSERT_NO_FATAL_FAILURE(expect_right(world, moment));
        ASSERT_NO_FATAL_FAILURE(expect_right_holds(world, moment));
        ASSERT_FALSE(HasFailure());
      }
      world.follow_all();
    }
  }
  EXPECT_GT(changed_, compared_ / 100);  // Or flags were not tested.
  EXPECT_GT(open_holds_, 1'000U);
  EXPECT_GT(resolved_holds_, 1'000U);
  std::printf("%llu accounts compared, %llu of them changed\n",
              static_cast<unsigned long long>(compared_),
              static_cast<unsigned long long>(changed_));
}

TEST_F(AsOfQueryTest, BeforeEverythingThereIsNothing) {
  QueryWorld world{3};
  grow(world, 20);
  world.follow_all();
  const auto accounts = ask_accounts(world, {.sequence = 0, .time = 1}, {account_id(1)});
  EXPECT_EQ(accounts.status, RequestStatus::ok);
  EXPECT_EQ(accounts.sequence, Sequence{});
  EXPECT_TRUE(accounts.items.empty());
  EXPECT_TRUE(ask_trial_balance(world, {.sequence = 0, .time = 1}).items.empty());
}

TEST_F(AsOfQueryTest, ATimeAfterTheLastEntryIsWhatTheFollowerHas) {
  QueryWorld world{4};
  grow(world, 60);
  world.follow(5);
  ASSERT_NO_FATAL_FAILURE(expect_right(world, {.sequence = 0, .time = limits::timestamp_max}));
  const auto accounts =
      ask_accounts(world, {.sequence = 0, .time = limits::timestamp_max}, {account_id(1)});
  EXPECT_EQ(accounts.sequence, world.followed());
}

TEST_F(AsOfQueryTest, WantsASequenceOrATime) {
  QueryWorld world{5};
  grow(world, 5);
  world.follow_all();
  for (const Moment& moment :
       {Moment{.sequence = 0, .time = 0}, Moment{.sequence = 1, .time = 1}}) {
    const auto accounts = ask_accounts(world, moment, {account_id(1)});
    EXPECT_EQ(accounts.status, RequestStatus::filter_invalid);
    EXPECT_EQ(accounts.detail, "say as of when: a sequence or a time, one of them");
    EXPECT_EQ(ask_trial_balance(world, moment).status, RequestStatus::filter_invalid);
  }
}

TEST_F(AsOfQueryTest, DoesNotAnswerBeforeTheFollowerIsThere) {
  QueryWorld world{8};
  grow(world, 60);
  world.follow(4);
  const std::uint64_t ahead = world.followed().value() + 1;
  EXPECT_EQ(ask_accounts(world, {.sequence = ahead, .time = 0}, {account_id(1)}).status,
            RequestStatus::index_behind);
}

TEST_F(AsOfQueryTest, PagesOfLedgersJoinToTheWhole) {
  QueryWorld world{6};
  grow(world, 100);
  world.follow_all();
  const Moment moment{.sequence = world.followed().value() / 2, .time = 0};
  const auto whole = ask_trial_balance(world, moment);
  ASSERT_GT(whole.items.size(), 1U);
  std::vector<LedgerBalance> joined;
  bool more = true;
  for (std::uint64_t after = 0; more;) {
    const auto page = ask_trial_balance(world, moment, after, 1);
    joined.insert(joined.end(), page.items.begin(), page.items.end());
    after = page.cursor;
    more = page.more;
    ASSERT_LE(joined.size(), whole.items.size());
  }
  ASSERT_EQ(joined.size(), whole.items.size());
  for (std::size_t at = 0; at < joined.size(); ++at) {
    EXPECT_TRUE(same_bytes(joined[at], whole.items[at]));
  }
}

// Far more facts than lie between two checkpoints of the ledgers' totals.
TEST_F(AsOfQueryTest, StartsFromCheckpointsOfTheTotals) {
  QueryWorld world{7};
  std::vector<Account> accounts;
  for (std::uint64_t id = 1; id <= 6; ++id) {
    accounts.push_back(make_account(id, static_cast<std::uint32_t>(1 + id % 2)));
  }
  ASSERT_TRUE(world.engine().create_accounts(accounts).refused.empty());
  std::uint64_t next = 1;
  for (int batch = 0; batch < 30; ++batch) {
    std::vector<Transfer> transfers;
    for (int each = 0; each < 1'000; ++each, ++next) {
      const std::uint64_t debit = 1 + next % 4;
      transfers.push_back(make_transfer(next, debit, debit + 2, 1 + next % 9,
                                        static_cast<std::uint32_t>(1 + debit % 2)));
      if (next % 3 == 0) transfers.back().flags = transfer_flag::pending;
      if (next % 3 == 1 && next > 900) {
        // A part of a hold of this entry or of the one before; the rest is given back.
        Transfer& post = transfers.back();
        post = make_transfer(next, 0, 0, 1);
        post.ledger = LedgerId{};
        post.code = Code{};
        post.pending_id = transfer_id((next - 898) / 3 * 3);
        post.flags = transfer_flag::post_pending_transfer;
      }
    }
    world.engine().create_transfers(transfers);
    world.close();
  }
  world.follow_all();
  ASSERT_EQ(world.failure(), "");
  EXPECT_GT(world.follower().totals().newest(world.followed()).sequence, Sequence{16'000});
  Random random{1};
  for (int question = 0; question < 12; ++question) {
    const Moment moment{.sequence = random.between(1, world.followed().value()), .time = 0};
    ASSERT_NO_FATAL_FAILURE(expect_right(world, moment));
    ASSERT_FALSE(HasFailure()) << moment.sequence;
  }
}

}  // namespace
}  // namespace daybook::test

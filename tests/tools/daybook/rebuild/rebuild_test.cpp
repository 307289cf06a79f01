// rebuild: the fold agrees with what the engine's own apply made of everything there is; where a
// derived store was changed, with all of its checksums made new, it names the field, both values
// and the fact from which on they differ, online and offline, and --repair puts it right and leaves
// the journal alone.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include <gtest/gtest.h>

#include "engine/codec/entry_facts.hpp"
#include "net/client/commands.hpp"
#include "storage/journal/journal_reader.hpp"
#include "storage/snapshots/snapshot_directory.hpp"
#include "tests/support/scratch_directory.hpp"
#include "tests/tools/daybook/rebuild/damaged_stores.hpp"
#include "tests/tools/daybook/serve/running_process.hpp"
#include "tools/daybook/rebuild/offline_rebuild.hpp"

namespace daybook {
namespace {

AccountId account_id(std::uint64_t id) { return AccountId{Uint128{id, 0}}; }

class RebuildTest : public ::testing::Test {
 protected:
  RebuildTest() { layout_.root = directory_; }

  static void small_indexes(EngineProcessSettings& settings) {
    settings.snapshots.facts = 2'000;
    settings.snapshots.journal_share = 0;
    settings.engine.index_sizes = {.pairs_a_block = 500, .blocks_a_run = 4};
  }

  static void expect_done(const Result<BatchResult>& result) {
    ASSERT_TRUE(result.ok()) << result.error().what;
    EXPECT_EQ(result.value().status, RequestStatus::ok) << result.value().words;
    for (const Refusal& refusal : result.value().refusals) {
      ADD_FAILURE() << "event " << refusal.index << ": " << refusal.status;
    }
  }

  static Transfer transfer(std::uint64_t id, std::uint64_t amount, std::uint16_t flags = 0) {
    Transfer made;
    made.id = TransferId{Uint128{id, 0}};
    made.debit_account_id = account_id(1 + id % 4);
    made.credit_account_id = account_id(5 + id % 3);
    made.amount = Amount{Uint128{amount, 0}};
    made.ledger = LedgerId{9};
    made.code = Code{1};
    made.flags = flags;
    return made;
  }
  /// A post, void or reversal of `about`.
  static Transfer following(std::uint64_t id, std::uint64_t about, std::uint64_t amount,
                            unsigned flags) {
    Transfer made;
    made.id = TransferId{Uint128{id, 0}};
    made.pending_id = TransferId{Uint128{about, 0}};
    made.amount = Amount{Uint128{amount, 0}};
    made.flags = static_cast<std::uint16_t>(flags);
    return made;
  }

  static void load_order_and_payment(Client& client) {
    EventList orders;
    CommandDraft draft;
    draft.command = Command::order_create;
    draft.aggregate_id = {71, 0};
    draft.text = "tea";
    draft.details.amount = Amount{Uint128{500, 0}};
    draft.details.quantity = 3;
    draft.details.ledger = LedgerId{77};
    ASSERT_TRUE(add_command(orders, draft).ok());
    expect_done(client.order_commands(orders));
    EventList payments;
    draft.command = Command::payment_initiate;
    draft.aggregate_id = {91, 0};
    draft.details.quantity = 0;
    draft.details.subject_id = {71, 0};
    draft.text = "card";
    ASSERT_TRUE(add_command(payments, draft).ok());
    expect_done(client.payment_commands(payments));
  }

  /// Every kind of fact that an aggregate is made of.
  static void load_kinds(Client& client) {
    Ledger ledger;
    ledger.id = LedgerId{77};
    ledger.scale = 2;
    ledger.set_name("EUR");
    expect_done(client.put_ledgers(std::vector{ledger}));
    std::vector<Account> accounts(8);
    for (std::uint64_t at = 0; at < accounts.size(); ++at) {
      accounts[at].id = account_id(at + 1);
      accounts[at].ledger = LedgerId{9};  // Registers itself.
      accounts[at].code = Code{3};
      accounts[at].tag = Tag{static_cast<std::uint32_t>(at)};
    }
    const std::vector<Name> names{make_name(NameKind::account, {1, 0}, "till")};
    expect_done(client.create_accounts(accounts, {}, names));
    expect_done(client.put_names(std::vector{make_name(NameKind::user, {5, 0}, "Ada")}));
    const std::vector<Transfer> holds{transfer(1, 100, transfer_flag::pending),
                                      transfer(2, 50, transfer_flag::pending),
                                      transfer(3, 70, transfer_flag::pending), transfer(4, 10)};
    expect_done(client.create_transfers(holds));
    using namespace transfer_flag;
    expect_done(client.create_transfers(
        std::vector{following(11, 1, 30, post_pending_transfer | keep_remainder),
                    following(12, 2, 20, post_pending_transfer),  // Gives 30 back.
                    following(13, 3, 0, void_pending_transfer), following(14, 4, 4, reversal)}));
    Transfer closing = transfer(5, 1, pending);
    closing.credit_account_id = account_id(8);
    closing.flags = pending | closing_credit;
    expect_done(client.create_transfers(std::vector{closing}));
    AccountChange change;
    change.account_id = account_id(2);
    change.kind = AccountChangeKind::freeze;
    change.sides = account_side::debits;
    AccountChange limit;
    limit.account_id = account_id(3);
    limit.kind = AccountChangeKind::set_limits;
    limit.minimum = {static_cast<std::uint64_t>(-1'000'000), ~std::uint64_t{0}};
    limit.maximum = {1'000'000, 0};
    expect_done(client.change_accounts(std::vector{change, limit}, "as a test"));
    change.kind = AccountChangeKind::unfreeze;
    expect_done(client.change_accounts(std::vector{change}, "as a test"));
    EventList events;
    for (std::uint64_t each = 1; each <= 3; ++each) {
      DomainEvent event;
      event.id = Uint128{each, 7};
      event.aggregate_type = event.event_type = Uint128{1, 0};
      event.aggregate_id = Uint128{each == 3 ? 2U : 1U, 0};
      events.add(event, {});
    }
    expect_done(client.append_events(events));
    load_order_and_payment(client);
  }

  static void load_transfers(Client& client, std::uint64_t first, std::uint64_t count) {
    std::vector<Transfer> batch;
    for (std::uint64_t id = first; id < first + count; ++id) {
      Transfer made = transfer(id, 1 + id % 9);
      if (made.debit_account_id == account_id(3)) made.debit_account_id = account_id(1);
      batch.push_back(made);
      if (batch.size() < 250 && id + 1 < first + count) continue;
      expect_done(client.create_transfers(batch));
      batch.clear();
    }
  }

  /// All pages of an online rebuild.
  struct Found {
    std::vector<RebuildDifference> differences;
    RebuildPage last;
    std::size_t pages = 0;
  };
  static Found rebuild(Client& client, RebuildFilter filter) {
    const auto now = client.state_digest().value().sequence;
    Found found;
    do {
      const auto page = client.rebuild(filter, {.min_sequence = now});
      EXPECT_TRUE(page.ok());
      found.last = page.value();
      EXPECT_EQ(found.last.status, RequestStatus::ok) << found.last.words;
      const auto& items = found.last.items;
      found.differences.insert(found.differences.end(), items.begin(), items.end());
      filter.cursor = found.last.cursor;
      ++found.pages;
    } while (found.last.more && found.last.status == RequestStatus::ok);
    return found;
  }
  static RebuildFilter one(AggregateKind kind, const Uint128& id, const Uint128& type = {}) {
    RebuildFilter filter;
    filter.kind = kind;
    filter.id = id;
    filter.type = type;
    return filter;
  }

  std::vector<Sequence> snapshots() const {
    return SnapshotDirectory::read_only(layout_.snapshots())->list().value();
  }

  RebuildReport rebuild_offline_now(bool indexes = true) const {
    auto report = rebuild_offline(
        {.place = directory_.string(),
         .selection = {},
         .room = {.accounts_max = 10'000, .transfer_ids_max = 1'000'000, .holds_max = 10'000},
         .indexes = indexes});
    EXPECT_TRUE(report.ok()) << report.error().what;
    return std::move(report).value();
  }

  /// The last two facts up to `until` that credited the account, and what the last one moved.
  struct Credits {
    Sequence last;
    std::uint64_t amount = 0;
  };
  Credits credits_of(AccountId id, Sequence until) const {
    Credits credits;
    auto reader = JournalReader::open(directory_).value();
    for (;;) {
      const auto entry = reader->next().value();
      if (!entry) return credits;
      const auto facts = read_facts(*entry).value();
      RunWalker walker{facts};
      for (PlacedRun placed; walker.next(placed);) {
        if (placed.run.kind != FactKind::transfer) continue;
        for (std::uint32_t each = 0; each < placed.run.count; ++each) {
          const Transfer& made = facts.transfers[placed.run.first + each];
          const Sequence at{placed.first_sequence.value() + each};
          if (made.credit_account_id != id || at > until) continue;
          credits = {at, made.amount.value().lo};
        }
      }
    }
  }

  std::map<std::string, std::string> journal_bytes() const {
    std::map<std::string, std::string> files;
    for (const auto& each : std::filesystem::directory_iterator{layout_.journal()}) {
      if (each.path().extension() != ".mdb") continue;
      std::ifstream in{each.path(), std::ios::binary};
      files[each.path().filename()] = {std::istreambuf_iterator<char>{in}, {}};
    }
    return files;
  }

  test::ScratchDirectory scratch_;
  std::filesystem::path directory_ = scratch_.path();
  JournalLayout layout_;
};

TEST_F(RebuildTest, ARunningEngineAgreesWithItsJournal) {
  RunningProcess engine{directory_};
  Client client{engine.client_settings()};
  load_kinds(client);
  const Found all = rebuild(client, {});
  EXPECT_TRUE(all.differences.empty());
  EXPECT_EQ(all.last.mismatching, 0U);
  // Accounts, two holds (one that closes an account), streams, ledgers, names, order, payment.
  EXPECT_EQ(all.last.compared, 8U + 2 + 4 + 2 + 2 + 1 + 1);
  const std::vector<RebuildFilter> each{
      one(AggregateKind::account, {1, 0}), one(AggregateKind::account, {3, 0}),
      one(AggregateKind::hold, {1, 0}),    one(AggregateKind::stream, {1, 0}, {1, 0}),
      one(AggregateKind::ledger, {77, 0}), one(AggregateKind::name, {5, 0}, {3, 0}),
      one(AggregateKind::order, {71, 0}),  one(AggregateKind::payment, {91, 0})};
  for (const RebuildFilter& filter : each) {
    const Found found = rebuild(client, filter);
    EXPECT_EQ(found.last.compared, 1U) << to_string(filter.kind);
    EXPECT_TRUE(found.differences.empty()) << to_string(filter.kind);
  }
  EXPECT_EQ(rebuild(client, one(AggregateKind::hold, {2, 0})).last.compared, 0U);  // It is over.
}

TEST_F(RebuildTest, ARangeOfTimeComparesWhatWasChangedInIt) {
  RunningProcess engine{directory_};
  Client client{engine.client_settings()};
  load_kinds(client);
  RebuildFilter later;
  const auto found = client.lookup_accounts(std::vector{account_id(1)});
  later.from = Timestamp{found.value().accounts[0].timestamp.value() + 3'600'000'000'000};
  EXPECT_EQ(rebuild(client, later).last.compared, 0U);
  RebuildFilter until_now;
  until_now.until = later.from;
  EXPECT_EQ(rebuild(client, until_now).last.compared, 20U);
}

TEST_F(RebuildTest, RefusesWhatCannotBeAskedInWords) {
  RunningProcess engine{directory_};
  Client client{engine.client_settings()};
  load_kinds(client);
  const auto refused = [&](const RebuildFilter& filter) {
    const auto page = client.rebuild(filter);
    EXPECT_TRUE(page.ok());
    EXPECT_FALSE(page.value().words.empty());
    return page.value().status;
  };
  EXPECT_EQ(refused(one(AggregateKind{11}, {1, 0})), RequestStatus::filter_invalid);
  EXPECT_EQ(refused(one(AggregateKind::account, {})), RequestStatus::filter_invalid);
  RebuildFilter range = one(AggregateKind::account, {1, 0});
  range.from = Timestamp{5};
  EXPECT_EQ(refused(range), RequestStatus::filter_invalid);
  RebuildFilter backwards;
  backwards.from = Timestamp{5};
  backwards.until = Timestamp{4};
  EXPECT_EQ(refused(backwards), RequestStatus::filter_invalid);
  RebuildFilter reserved;
  reserved.reserved_end = 1;
  EXPECT_EQ(refused(reserved), RequestStatus::filter_invalid);
  RebuildFilter newer = one(AggregateKind::account, {1, 0});
  newer.looked_up.id = account_id(1);
  newer.looked_up_at = 1'000'000;
  EXPECT_EQ(refused(newer), RequestStatus::index_behind);
  RebuildFilter nowhere;
  nowhere.cursor = 12'345;
  EXPECT_EQ(refused(nowhere), RequestStatus::cursor_unknown);
}

TEST_F(RebuildTest, WhatTheSequencerAnsweredIsComparedAsOfThatAnswer) {
  RunningProcess engine{directory_};
  Client client{engine.client_settings()};
  load_kinds(client);
  RebuildFilter filter = one(AggregateKind::account, {6, 0});
  const auto looked = client.lookup_accounts(std::vector{account_id(6)});
  filter.looked_up = looked.value().accounts[0];
  filter.looked_up_at = looked.value().sequence.value();
  load_transfers(client, 1'000, 50);  // The account goes on meanwhile.
  EXPECT_TRUE(rebuild(client, filter).differences.empty());
  filter.looked_up.credits_posted = Amount{Uint128{12'345, 0}};
  const Found found = rebuild(client, filter);
  ASSERT_EQ(found.differences.size(), 1U);
  EXPECT_EQ(found.differences[0].with, ComparedWith::lookup);
  EXPECT_EQ(found.differences[0].field(), "credits_posted");
  EXPECT_EQ(found.differences[0].found, (Uint128{12'345, 0}));
  EXPECT_EQ(found.differences[0].expected, looked.value().accounts[0].credits_posted.value());
  EXPECT_EQ(found.differences[0].as_of, filter.looked_up_at);
}

TEST_F(RebuildTest, ALargeJournalTakesPagesAndTheSecondOfTwoRebuildsEndsTheFirst) {
  RunningProcess engine{directory_};
  Client client{engine.client_settings()};
  load_kinds(client);
  load_transfers(client, 1'000, limits::rebuild_page_facts + 1'000);
  const Found all = rebuild(client, {});
  EXPECT_GE(all.pages, 2U);
  EXPECT_EQ(all.last.compared, 20U);
  EXPECT_TRUE(all.differences.empty());
  const auto now = client.state_digest().value().sequence;
  const auto first = client.rebuild({}, {.min_sequence = now});
  ASSERT_TRUE(first.value().more);
  ASSERT_TRUE(client.rebuild({}).value().more);
  RebuildFilter go_on;
  go_on.cursor = first.value().cursor;
  EXPECT_EQ(client.rebuild(go_on).value().status, RequestStatus::cursor_unknown);
}

TEST_F(RebuildTest, ASnapshotOnDemandIsOnDiskWhenItIsAnswered) {
  Sequence taken;
  {
    RunningProcess engine{directory_, [](auto& settings) { settings.snapshots.facts = 0; }};
    Client client{engine.client_settings()};
    load_kinds(client);
    const auto before = client.state_digest().value();
    const auto answer = client.take_snapshot();
    ASSERT_TRUE(answer.ok());
    ASSERT_EQ(answer.value().status, RequestStatus::ok) << answer.value().words;
    EXPECT_EQ(answer.value().sequence, before.sequence);  // What this client was told of is in it.
    taken = answer.value().sequence;
    EXPECT_EQ(answer.value().digest, before.digest);
    ASSERT_EQ(snapshots().front(), taken);
    // Nothing is written twice.
    EXPECT_EQ(client.take_snapshot().value().sequence, taken);
  }
  RunningProcess engine{directory_};
  EXPECT_EQ(engine.process().recovered().snapshot, taken);
}

TEST_F(RebuildTest, OfflineEverythingAgreesWithTheJournal) {
  {
    RunningProcess engine{directory_, small_indexes};
    Client client{engine.client_settings()};
    load_kinds(client);
    load_transfers(client, 1'000, 9'000);
  }
  const RebuildReport report = rebuild_offline_now();
  EXPECT_TRUE(report.agrees());
  ASSERT_EQ(report.stores.size(), 3U);  // Two snapshots, and the replayed state.
  for (std::size_t at = 0; at < 2; ++at) {
    const RebuiltStore& store = report.stores[at];
    EXPECT_EQ(store.aggregates.compared, 20U) << store.place;
    EXPECT_GT(store.indexes.pairs, 4'000U);
    EXPECT_GT(store.indexes.checkpoints, 10U);
    for (const std::string& words : store.trouble) ADD_FAILURE() << words;
  }
}

TEST_F(RebuildTest, AChangedSnapshotIsNamedFieldByFieldAndRepaired) {
  {
    RunningProcess engine{directory_, small_indexes};
    Client client{engine.client_settings()};
    load_kinds(client);
    load_transfers(client, 1'000, 9'000);
  }
  const auto journal = journal_bytes();
  const Sequence at = snapshots().front();
  const Credits credits = credits_of(account_id(6), at);
  Account right;
  test::change_account_in_snapshot(
      layout_.snapshots(), at, account_id(6),
      [&](Account& account) {
        right = account;
        // As if its last transfer had never been.
        account.credits_posted =
            Amount{Uint128{account.credits_posted.value().lo - credits.amount, 0}};
      },
      false);
  test::change_stream_in_snapshot(layout_.snapshots(), at, 41);
  test::change_order_in_snapshot(layout_.snapshots(), at, 501);
  const RebuildReport report = rebuild_offline_now();
  EXPECT_FALSE(report.agrees());
  EXPECT_TRUE(report.stores[0].agrees());
  EXPECT_TRUE(report.stores[2].agrees());  // The journal is good, so the replayed state is.
  const RebuiltStore& store = report.stores[1];
  EXPECT_EQ(store.trouble.size(), 1U);  // The digest.
  ASSERT_EQ(store.aggregates.mismatching, 3U);
  ASSERT_EQ(store.aggregates.mismatches.size(), 3U);
  for (const Mismatch& each : store.aggregates.mismatches) {
    if (each.kind == AggregateKind::account) {
      EXPECT_EQ(each.key.id, (Uint128{6, 0}));
      EXPECT_EQ(each.expected.name, "credits_posted");
      EXPECT_EQ(each.expected.value, right.credits_posted.value());
      EXPECT_EQ(each.found.value.lo, right.credits_posted.value().lo - credits.amount);
      EXPECT_EQ(each.first, credits.last);
    } else if (each.kind == AggregateKind::order) {
      EXPECT_EQ(each.key.id, (Uint128{71, 0}));
      EXPECT_EQ(each.expected.name, "amount");
      EXPECT_EQ(each.expected.value.lo, 500U);
      EXPECT_EQ(each.found.value.lo, 501U);
    } else {
      EXPECT_EQ(each.kind, AggregateKind::stream);
      EXPECT_EQ(each.expected.name, "version");
      EXPECT_EQ(each.expected.value.lo, 2U);
      EXPECT_EQ(each.found.value.lo, 41U);
    }
  }

  const StateRoom room{.accounts_max = 10'000, .transfer_ids_max = 1'000'000, .holds_max = 10'000};
  {
    auto locked = DataDirectory::open_or_create(directory_);
    ASSERT_TRUE(locked.ok());
    const auto rewritten = rewrite_derived(locked.value(), room);
    ASSERT_TRUE(rewritten.ok()) << rewritten.error().what;
    EXPECT_EQ(rewritten.value(), report.last);
  }
  EXPECT_TRUE(journal_bytes() == journal);
  const RebuildReport after = rebuild_offline_now();
  EXPECT_TRUE(after.agrees());
  ASSERT_EQ(after.stores.size(), 2U);
  RunningProcess engine{directory_};
  EXPECT_EQ(engine.process().recovered().snapshot, report.last);
  Client client{engine.client_settings()};
  EXPECT_TRUE(rebuild(client, {}).differences.empty());
}

TEST_F(RebuildTest, AnIndexRunWithWrongPairsIsFoundWhateverItsChecksumSays) {
  {
    RunningProcess engine{directory_, small_indexes};
    Client client{engine.client_settings()};
    load_kinds(client);
    load_transfers(client, 1'000, 9'000);
  }
  std::string changed;
  for (const auto& run : std::filesystem::directory_iterator{layout_.index()}) {
    const std::string name = run.path().filename().string();
    if (!name.starts_with("history") || (!changed.empty() && name > changed)) continue;
    changed = name;
  }
  ASSERT_FALSE(changed.empty());
  test::change_pairs_of_run(layout_.index() / changed, "history");
  const RebuildReport report = rebuild_offline_now();
  EXPECT_FALSE(report.agrees());
  ASSERT_FALSE(report.stores[0].indexes.indexes.empty());
  const IndexMismatch& mismatch = report.stores[0].indexes.indexes[0];
  EXPECT_EQ(mismatch.index, "history");
  EXPECT_EQ(mismatch.run, changed);
  EXPECT_GT(mismatch.missing, 0U);
  EXPECT_EQ(mismatch.missing, mismatch.unexpected);
  EXPECT_EQ(report.stores[0].aggregates.mismatching, 0U);
}

TEST_F(RebuildTest, AnEngineThatBeganWithAWrongBalanceSaysSo) {
  {
    RunningProcess engine{directory_, small_indexes};
    Client client{engine.client_settings()};
    load_kinds(client);
    load_transfers(client, 1'000, 9'000);
  }
  // Nobody could tell: every checksum is right, and so is the digest.
  const Credits credits = credits_of(account_id(6), snapshots().front());
  test::change_account_in_snapshot(
      layout_.snapshots(), snapshots().front(), account_id(6),
      [&](Account& account) {
        account.credits_posted =
            Amount{Uint128{account.credits_posted.value().lo - credits.amount, 0}};
      },
      true);
  RunningProcess engine{directory_, small_indexes};
  ASSERT_NE(engine.process().recovered().snapshot, Sequence{});
  Client client{engine.client_settings()};
  const Found all = rebuild(client, {});
  EXPECT_EQ(all.last.mismatching, 1U);
  ASSERT_EQ(all.differences.size(), 1U);
  const RebuildDifference& found = all.differences[0];
  EXPECT_EQ(found.kind, AggregateKind::account);
  EXPECT_EQ(found.id, (Uint128{6, 0}));
  EXPECT_EQ(found.with, ComparedWith::state);
  EXPECT_EQ(found.field(), "credits_posted");
  EXPECT_EQ(found.expected.lo - found.found.lo, credits.amount);
  EXPECT_EQ(found.as_of, client.state_digest().value().sequence.value());
  EXPECT_GE(found.first_sequence, credits.last.value());
  EXPECT_LE(found.first_sequence, found.as_of);
  EXPECT_EQ(rebuild(client, one(AggregateKind::account, {6, 0})).differences.size(), 1U);
  EXPECT_TRUE(rebuild(client, one(AggregateKind::account, {7, 0})).differences.empty());
}

TEST_F(RebuildTest, ManyDifferencesComeInPages) {
  constexpr std::uint64_t many = limits::rebuild_differences_page_max + 1;
  {
    RunningProcess engine{directory_};
    Client client{engine.client_settings()};
    std::vector<Account> accounts(many);
    std::vector<Transfer> transfers;
    for (std::uint64_t at = 0; at < many; ++at) {
      accounts[at].id = account_id(at + 1);
      accounts[at].ledger = LedgerId{9};
      accounts[at].code = Code{3};
      Transfer made = transfer(at + 1, 5);
      made.debit_account_id = account_id(at + 1);
      made.credit_account_id = account_id((at + 1) % many + 1);
      transfers.push_back(made);
    }
    expect_done(client.create_accounts(accounts));
    expect_done(client.create_transfers(transfers));
    ASSERT_EQ(client.take_snapshot().value().status, RequestStatus::ok);
  }
  test::change_account_in_snapshot(
      layout_.snapshots(), snapshots().front(), AccountId{},
      [](Account& account) {
        account.credits_posted = Amount{Uint128{6, 0}};
      },
      true);
  RunningProcess engine{directory_};
  Client client{engine.client_settings()};
  RebuildFilter filter;
  std::vector<std::size_t> pages;
  RebuildPage page;
  do {
    page = client.rebuild(filter).value();
    ASSERT_EQ(page.status, RequestStatus::ok) << page.words;
    filter.cursor = page.cursor;
    if (!page.items.empty()) pages.push_back(page.items.size());
  } while (page.more);
  EXPECT_EQ(pages, (std::vector<std::size_t>{limits::rebuild_differences_page_max, 1}));
  EXPECT_EQ(page.mismatching, many);
}

TEST_F(RebuildTest, MoreAggregatesThanTheLimitAreRefusedTogetherAndComparedOneByOne) {
  RunningProcess engine{directory_, [](EngineProcessSettings& settings) {
                          settings.engine.state.accounts_max =
                              limits::rebuild_online_aggregates_max + 1;
                        }};
  Client client{engine.client_settings()};
  const auto create = [&](std::uint64_t first, std::uint64_t last) {
    std::vector<Account> accounts;
    for (std::uint64_t id = first; id <= last; ++id) {
      accounts.emplace_back();
      accounts.back().id = account_id(id);
      accounts.back().ledger = LedgerId{9};
      accounts.back().code = Code{3};
      if (accounts.size() < limits::batch_events_max && id < last) continue;
      expect_done(client.create_accounts(accounts));
      accounts.clear();
    }
  };
  // With their ledger just as many as are allowed.
  create(1, limits::rebuild_online_aggregates_max - 1);
  const auto wait = [&] {
    while (client.trial_balance(0, 10).value().status == RequestStatus::index_behind) {
    }
  };
  wait();
  const Found all = rebuild(client, {});
  EXPECT_EQ(all.last.compared, limits::rebuild_online_aggregates_max);
  EXPECT_TRUE(all.differences.empty());
  create(limits::rebuild_online_aggregates_max, limits::rebuild_online_aggregates_max);
  wait();
  const auto refused = client.rebuild({});
  ASSERT_TRUE(refused.ok());
  EXPECT_EQ(refused.value().status, RequestStatus::too_large);
  EXPECT_EQ(rebuild(client, one(AggregateKind::account, {1, 0})).last.compared, 1U);
}

}  // namespace
}  // namespace daybook

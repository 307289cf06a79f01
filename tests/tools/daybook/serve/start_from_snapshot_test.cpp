// A start from a snapshot: the newest good one, an older one, or the whole journal, whatever is
// damaged, and always with the digest and the answers that were there before. A journal that is not
// the one that a snapshot was taken of does not start.

#include <array>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/base/hash.hpp"
#include "storage/journal/data_directory.hpp"
#include "storage/snapshots/snapshot_directory.hpp"
#include "tests/support/scratch_directory.hpp"
#include "tests/tools/daybook/serve/running_process.hpp"
#include "tools/daybook/exit_code.hpp"
#include "tools/daybook/offline/archive_command.hpp"
#include "tools/daybook/offline/offline_replay.hpp"
#include "tools/daybook/offline/offline_verify.hpp"
#include "tools/daybook/offline/recovery_needs.hpp"

namespace daybook {
namespace {

constexpr std::uint64_t facts_a_snapshot = 2'000;

void small_snapshots(EngineProcessSettings& settings) {
  settings.snapshots.facts = facts_a_snapshot;
  settings.snapshots.journal_share = 0;
  settings.engine.state.ids_a_generation = 3'000;
  settings.engine.index_sizes = {.pairs_a_block = 500, .blocks_a_run = 4};
}

class StartFromSnapshotTest : public ::testing::Test {
 protected:
  static AccountId account_id(std::uint64_t id) { return AccountId{Uint128{id, 0}}; }

  static Transfer transfer(std::uint64_t id) {
    Transfer made;
    made.id = TransferId{Uint128{id, 0}};
    made.debit_account_id = account_id(1 + id % 7);
    made.credit_account_id = account_id(8 + id % 5);
    made.amount = Amount{Uint128{1 + id % 100, 0}};
    made.ledger = LedgerId{1};
    made.code = Code{static_cast<std::uint16_t>(1 + id % 3)};
    made.business_id = BusinessId{Uint128{id / 10, 1}};
    // Some stay on hold, some are captured: what came after a transfer is in the tables, too.
    if (id % 11 == 0) made.flags = transfer_flag::pending;
    if (id % 22 == 1 && id > 22) {
      made.flags = transfer_flag::post_pending_transfer;
      made.pending_id = TransferId{Uint128{id - 1, 0}};
      made.debit_account_id = made.credit_account_id = AccountId{};
      made.amount = Amount{Uint128{~std::uint64_t{0}, ~std::uint64_t{0}}};
      made.ledger = LedgerId{};
      made.code = Code{};
    }
    return made;
  }

  /// Ids from `first`, as many as make some snapshots.
  void load(RunningProcess& engine, std::uint64_t first, std::uint64_t count) {
    Client client{engine.client_settings()};
    if (first == 1) {
      std::vector<Account> accounts(12);
      for (std::uint64_t at = 0; at < accounts.size(); ++at) {
        accounts[at].id = account_id(at + 1);
        accounts[at].ledger = LedgerId{1};
        accounts[at].code = Code{1};
      }
      ASSERT_TRUE(client.create_accounts(accounts).ok());
    }
    std::vector<Transfer> batch;
    for (std::uint64_t id = first; id < first + count; ++id) {
      batch.push_back(transfer(id));
      if (batch.size() == 250 || id + 1 == first + count) {
        const auto created = client.create_transfers(batch);
        ASSERT_TRUE(created.ok());
        ASSERT_EQ(created.value().refusals.size(), 0U);
        append_events(client, id);
        batch.clear();
      }
    }
  }

  /// A few for each batch of transfers, the last of which is `last`: to one old stream and a new
  /// one.
  static void append_events(Client& client, std::uint64_t last) {
    EventList events;
    for (std::uint64_t each = 1; each <= 3; ++each) {
      DomainEvent event;
      event.id = Uint128{last, each};
      event.aggregate_type = event.event_type = Uint128{each, 0};
      event.aggregate_id = Uint128{each == 3 ? last : 1, 0};
      const std::string payload(last % 50, 'p');
      events.add(event, std::as_bytes(std::span{payload}));
    }
    const auto appended = client.append_events(events);
    ASSERT_TRUE(appended.ok());
    ASSERT_EQ(appended.value().refusals.size(), 0U);
  }

  struct Answers {
    std::vector<FoundEvent> events;
    std::vector<FoundEvent> streams;
    std::uint64_t digest = 0;
    std::vector<Transfer> history;
    std::vector<AccountBalance> balances;
    std::vector<Transfer> by_reference;
    std::vector<Transfer> looked_up;
    std::vector<HoldView> holds;
    std::vector<TransferId> missing;
  };

  static Answers ask(RunningProcess& engine, std::uint64_t last) {
    Client client{engine.client_settings()};
    Answers answers;
    const auto digest = client.state_digest();
    EXPECT_TRUE(digest.ok());
    answers.digest = digest.value().digest;
    // Queries wait until the follower is there, a second at a time.
    const QueryOptions now{.min_sequence = digest.value().sequence};
    while (client.trial_balance(0, 10, now).value().status == RequestStatus::index_behind) {
    }
    QueryFilter filter;
    filter.account_id = account_id(3);
    filter.flags = query_flag::debits | query_flag::credits;
    filter.limit = 8'000;
    answers.history = client.get_account_transfers(filter, now).value().items;
    answers.balances = client.get_account_balances(filter, now).value().items;
    EventFilter events;
    events.limit = 8'000;
    answers.events = client.read_events(events, now).value().items;
    events.flags = event_filter_flag::heads;
    answers.streams = client.read_events(events, now).value().items;
    QueryFilter reference;
    reference.business_id = BusinessId{Uint128{last / 20, 1}};
    reference.limit = 8'000;
    answers.by_reference = client.query_transfers(reference, now).value().items;
    std::vector<TransferId> ids;
    for (std::uint64_t id = 1; id <= last; id += 1 + last / 1'000)
      ids.push_back(TransferId{Uint128{id, 0}});
    auto found = client.lookup_transfers(ids, now);
    answers.looked_up = found.value().transfers;
    answers.missing = found.value().missing;
    std::vector<TransferId> pending;
    for (std::uint64_t id = 11; id <= last && pending.size() < 1'000; id += 33)
      pending.push_back(TransferId{Uint128{id, 0}});
    answers.holds = client.lookup_holds(pending, now).value().holds;
    return answers;
  }

  template <typename T>
  static bool same_bytes(const std::vector<T>& a, const std::vector<T>& b) {
    return a.size() == b.size() &&
           (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0);
  }
  static bool same_events(const std::vector<FoundEvent>& a, const std::vector<FoundEvent>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const FoundEvent& x, const FoundEvent& y) {
                        return std::memcmp(&x.event, &y.event, sizeof x.event) == 0 &&
                               x.sequence == y.sequence && x.payload == y.payload;
                      });
  }
  static void expect_same(const Answers& a, const Answers& b) {
    EXPECT_FALSE(a.events.empty());
    EXPECT_TRUE(same_events(a.events, b.events));
    EXPECT_FALSE(a.streams.empty());
    EXPECT_TRUE(same_events(a.streams, b.streams));
    EXPECT_EQ(a.digest, b.digest);
    EXPECT_FALSE(a.history.empty());
    EXPECT_FALSE(a.by_reference.empty());
    EXPECT_FALSE(a.holds.empty());
    EXPECT_TRUE(a.missing.empty());
    EXPECT_TRUE(same_bytes(a.history, b.history));
    EXPECT_TRUE(same_bytes(a.balances, b.balances));
    EXPECT_TRUE(same_bytes(a.by_reference, b.by_reference));
    EXPECT_TRUE(same_bytes(a.looked_up, b.looked_up));
    EXPECT_TRUE(same_bytes(a.holds, b.holds));
  }

  /// An engine that has run, with its snapshots, and what it answered.
  Answers run_first(std::uint64_t transfers) {
    RunningProcess engine{directory_, small_snapshots};
    load(engine, 1, transfers);
    return ask(engine, transfers);
  }

  std::vector<Sequence> snapshots() const {
    return SnapshotDirectory::read_only(layout_.snapshots())->list().value();
  }
  std::filesystem::path path_of(Sequence at) const {
    return SnapshotDirectory::read_only(layout_.snapshots())->path_of(at);
  }

  static void flip_byte(const std::filesystem::path& path, std::uint64_t offset) {
    std::fstream file{path, std::ios::in | std::ios::out | std::ios::binary};
    file.seekg(static_cast<std::streamoff>(offset));
    const int byte = file.get();
    file.seekp(static_cast<std::streamoff>(offset));
    file.put(static_cast<char>(byte ^ 0x20));
  }

  /// The words of a start that is refused.
  std::string refusal() {
    EngineProcessSettings settings;
    settings.data = directory_;
    settings.engine.state.accounts_max = 10'000;
    settings.engine.state.transfer_ids_max = 1'000'000;
    settings.engine.state.holds_max = 10'000;
    small_snapshots(settings);
    auto opened = EngineProcess::open(
        settings, [](const Failure&) {}, [](std::uint64_t) {});
    return opened.ok() ? "" : opened.error().what;
  }

  test::ScratchDirectory scratch_;
  std::filesystem::path directory_ = scratch_.path();
  JournalLayout layout_{directory_};
};

constexpr std::uint64_t many = 9'000;

// Fault 37: keys that were used before the snapshot.
TEST_F(StartFromSnapshotTest, AnswersAsBeforeAndGoesOn) {
  const Answers before = run_first(many);
  ASSERT_EQ(snapshots().size(), 2U);
  std::uint64_t last = many;
  for (int start = 0; start < 4; ++start) {
    RunningProcess engine{directory_, small_snapshots};
    EXPECT_EQ(engine.process().recovered().snapshot, snapshots()[0]);
    if (start == 0) {
      EXPECT_EQ(engine.process().recovered().transfers, many);
      expect_same(ask(engine, last), before);
    }
    // Ids are known for ever, wherever they stand; and new ones are taken.
    Client client{engine.client_settings()};
    for (std::uint64_t id = 3; id <= last; id += 500) {
      const auto again = client.create_transfers(std::vector{transfer(id)});
      ASSERT_TRUE(again.ok());
      ASSERT_EQ(again.value().refusals.size(), 1U) << id;
      EXPECT_EQ(again.value().refusals[0].status,
                static_cast<std::uint16_t>(CreateTransferStatus::exists));
    }
    load(engine, last + 1, many);
    last += many;
    EXPECT_TRUE(ask(engine, last).missing.empty());
  }
}

// Fault 20: a damaged snapshot.
TEST_F(StartFromSnapshotTest, ADamagedOneGivesWayToTheOlderOneAndThatToTheJournal) {
  const Answers before = run_first(many);
  const auto taken = snapshots();
  ASSERT_EQ(taken.size(), 2U);
  const auto size = std::filesystem::file_size(path_of(taken[0]));
  flip_byte(path_of(taken[0]), size / 2);
  {
    RunningProcess engine{directory_, small_snapshots};
    EXPECT_EQ(engine.wait_for_alarms(1)[0].kind, Alarm::Kind::derived_trouble);
    EXPECT_EQ(engine.process().recovered().snapshot, taken[1]);
    expect_same(ask(engine, many), before);
  }
  for (const Sequence each : snapshots()) std::filesystem::resize_file(path_of(each), 5'000);
  RunningProcess engine{directory_, small_snapshots};
  EXPECT_EQ(engine.process().recovered().snapshot, Sequence{});
  expect_same(ask(engine, many), before);
}

TEST_F(StartFromSnapshotTest, ADamagedIndexIsMadeAgainFromTheJournal) {
  const Answers before = run_first(many);
  int flipped = 0;
  for (const auto& run : std::filesystem::directory_iterator{layout_.index()}) {
    const std::string name = run.path().filename().string();
    if (!name.starts_with("history")) continue;
    flip_byte(run.path(), std::filesystem::file_size(run.path()) - 1);
    ++flipped;
  }
  ASSERT_GT(flipped, 0);
  RunningProcess engine{directory_, small_snapshots};
  // The state is good: it is the indexes that have to be made again.
  EXPECT_NE(engine.process().recovered().snapshot, Sequence{});
  EXPECT_NE(engine.wait_for_alarms(1)[0].words.find("history"), std::string::npos);
  expect_same(ask(engine, many), before);
}

TEST_F(StartFromSnapshotTest, ADamagedRunOfIdsIsFoundBeforeItIsAsked) {
  const Answers before = run_first(many);
  int flipped = 0;
  for (const auto& run : std::filesystem::directory_iterator{layout_.index()}) {
    if (!run.path().filename().string().starts_with("transfer-ids")) continue;
    flip_byte(run.path(), 4'096 + 100);  // In its first block.
    ++flipped;
  }
  ASSERT_GT(flipped, 0);
  RunningProcess engine{directory_, small_snapshots};
  EXPECT_NE(engine.wait_for_alarms(1)[0].words.find("transfer-ids"), std::string::npos);
  EXPECT_EQ(engine.process().recovered().snapshot, Sequence{});
  expect_same(ask(engine, many), before);
}

// Fault 46: a newer format of snapshots, an older binary.
TEST_F(StartFromSnapshotTest, OneOfANewerFormatIsRefusedWithBothVersionsAndTheOlderOneTaken) {
  const Answers before = run_first(many);
  const auto taken = snapshots();
  ASSERT_EQ(taken.size(), 2U);
  {
    // The page's version, and its checksum made new.
    std::fstream file{path_of(taken[0]), std::ios::in | std::ios::out | std::ios::binary};
    std::array<char, 152> page;
    file.read(page.data(), page.size());
    page[4] = 2;
    const std::uint64_t checksum = xxh3_64(std::as_bytes(std::span{page}).first(144));
    std::memcpy(page.data() + 144, &checksum, sizeof checksum);
    file.seekp(0);
    file.write(page.data(), page.size());
  }
  RunningProcess engine{directory_, small_snapshots};
  const std::string words = engine.wait_for_alarms(1)[0].words;
  EXPECT_NE(words.find("has format version 2, this build reads 1"), std::string::npos) << words;
  EXPECT_EQ(engine.process().recovered().snapshot, taken[1]);
  expect_same(ask(engine, many), before);
}

// Fault 48: with a snapshot, without, offline, and offline again.
TEST_F(StartFromSnapshotTest, EveryWayOfReplayingGivesTheSameDigest) {
  const Answers before = run_first(many);
  const auto offline = [&] {
    State state{settings_for({.accounts_max = 10'000, .transfer_ids_max = 1'000'000})};
    const auto counts = replay_directory(directory_.string(), state, {});
    EXPECT_TRUE(counts.ok());
    return state.digest();
  };
  EXPECT_EQ(offline(), before.digest);
  EXPECT_EQ(offline(), before.digest);
  const auto online = [&] {
    RunningProcess engine{directory_, small_snapshots};
    Client client{engine.client_settings()};
    return client.state_digest().value().digest;
  };
  EXPECT_EQ(online(), before.digest);
  std::filesystem::remove_all(layout_.snapshots());
  std::filesystem::remove_all(layout_.index());
  EXPECT_EQ(online(), before.digest);
}

// Fault 32: a second engine in the process that has the directory open.
TEST_F(StartFromSnapshotTest, ASecondEngineInThisProcessIsRefused) {
  RunningProcess engine{directory_, small_snapshots};
  EngineProcessSettings settings;
  settings.data = directory_;
  const auto second = EngineProcess::open(
      settings, [](const Failure&) {}, [](std::uint64_t) {});
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().kind, FailureKind::locked);
  load(engine, 1, 250);
}

TEST_F(StartFromSnapshotTest, WhatIsOfNoUseTakesNoPlace) {
  static_cast<void>(run_first(many));
  const Sequence damaged = snapshots()[0];
  flip_byte(path_of(damaged), 5'000);
  // As if it had been copied here from a journal that is far ahead.
  auto store = SnapshotDirectory::open(layout_.snapshots()).value();
  const SnapshotBytes good = store->open(snapshots()[1]).value();
  SnapshotHeader foreign = good.header;
  foreign.journal_id.lo ^= 1;
  foreign.sequence = 1'000'000'000;
  auto forged = store->create().value();
  ASSERT_TRUE(forged->append(good.bytes).ok());
  ASSERT_TRUE(forged->finish(foreign).ok());
  {
    RunningProcess engine{directory_, small_snapshots};
    load(engine, many + 1, many);
  }
  const auto now = snapshots();
  ASSERT_EQ(now.size(), 3U);  // Two of its own, and the one that is not its to remove.
  EXPECT_EQ(now[0], Sequence{1'000'000'000});
  EXPECT_GT(now[2], damaged);
  EXPECT_FALSE(std::filesystem::exists(path_of(damaged)));
}

TEST_F(StartFromSnapshotTest, WithoutARunOfIdsTheJournalIsReplayed) {
  const Answers before = run_first(many);
  for (const auto& run : std::filesystem::directory_iterator{layout_.index()}) {
    std::filesystem::remove(run.path());
  }
  RunningProcess engine{directory_, small_snapshots};
  EXPECT_EQ(engine.wait_for_alarms(1)[0].kind, Alarm::Kind::derived_trouble);
  EXPECT_EQ(engine.process().recovered().snapshot, Sequence{});
  expect_same(ask(engine, many), before);
}

// Fault 21: a snapshot of another journal.
TEST_F(StartFromSnapshotTest, OneOfAnotherJournalIsPassedOver) {
  const Answers before = run_first(many);
  const auto other = directory_ / "other";
  {
    RunningProcess engine{other, small_snapshots};
    load(engine, 1, 3 * many);
  }
  for (const auto& each : std::filesystem::directory_iterator{other / "snapshots"}) {
    std::filesystem::copy(each.path(), layout_.snapshots());
  }
  std::filesystem::remove_all(other);
  RunningProcess engine{directory_, small_snapshots};
  EXPECT_NE(engine.wait_for_alarms(1)[0].words.find("of another journal"), std::string::npos);
  EXPECT_NE(engine.process().recovered().snapshot, Sequence{});
  expect_same(ask(engine, many), before);
}

// Fault 21: a snapshot ahead of the journal.
TEST_F(StartFromSnapshotTest, AJournalThatEndsBeforeItDoesNotStart) {
  static_cast<void>(run_first(60'000));
  const auto listed = list_segments(layout_);
  ASSERT_TRUE(listed.ok());
  ASSERT_GT(listed.value().ordinals.size(), 1U);
  for (const std::uint64_t ordinal : listed.value().ordinals) {
    if (ordinal > 1) std::filesystem::remove(layout_.segment(ordinal));
  }
  std::filesystem::remove(layout_.head());
  const std::string words = refusal();
  EXPECT_NE(words.find("lost"), std::string::npos) << words;
  EXPECT_NE(words.find(std::to_string(snapshots()[0].value())), std::string::npos) << words;
}

// Fault 22: a good snapshot with another digest.
TEST_F(StartFromSnapshotTest, OneWithAnotherDigestStopsTheStartAndNamesTheSequences) {
  static_cast<void>(run_first(many));
  // A header with another digest and a checksum that fits: no accident.
  const Sequence newest = snapshots()[0];
  auto store = SnapshotDirectory::open(layout_.snapshots()).value();
  const SnapshotBytes bytes = store->open(newest).value();
  SnapshotHeader header = bytes.header;
  header.state_digest ^= 1;
  auto forged = store->create().value();
  ASSERT_TRUE(forged->append(bytes.bytes).ok());
  ASSERT_TRUE(forged->finish(header).ok());
  const std::string words = refusal();
  EXPECT_NE(words.find("has digest"), std::string::npos) << words;
  EXPECT_NE(words.find(std::to_string(newest.value())), std::string::npos) << words;
}

TEST_F(StartFromSnapshotTest, NothingIsTakenWhereNothingIsWanted) {
  {
    RunningProcess engine{directory_,
                          [](EngineProcessSettings& settings) { settings.snapshots.facts = 0; }};
    load(engine, 1, many);
  }
  EXPECT_TRUE(snapshots().empty());
}

void small_segments(EngineProcessSettings& settings) {
  small_snapshots(settings);
  settings.journal.segment_bytes = settings.journal.first_segment_bytes = std::uint64_t{256} << 10;
}

// Fault 9: what only an older start needed is elsewhere.
TEST_F(StartFromSnapshotTest, SegmentsBeforeItMayStandInAnArchive) {
  Answers before;
  {
    RunningProcess engine{directory_, small_segments};
    load(engine, 1, many);
    before = ask(engine, many);
  }
  const std::filesystem::path archive = directory_.string() + "-archive";
  ArchiveOptions moving;
  moving.directory = directory_.string();
  moving.to = archive.string();
  moving.room = {.accounts_max = 10'000, .transfer_ids_max = 1'000'000};
  const auto needed = first_sequence_needed(directory_);
  ASSERT_TRUE(needed.ok());
  EXPECT_EQ(needed.value(), snapshots()[1]);
  const auto moved = archive_segments(moving, needed.value());
  ASSERT_TRUE(moved.ok()) << moved.error().what;
  ASSERT_GT(moved.value().size(), 1U);
  EXPECT_FALSE(std::filesystem::exists(layout_.segment(1)));
  {
    RunningProcess engine{directory_, small_segments};
    Answers after = ask(engine, many);
    after.digest = before.digest;  // The hash of a sealed segment may have come in between.
    expect_same(after, before);
    Client client{engine.client_settings()};
    // The original is in the archive, and is compared in full.
    std::vector again{transfer(3), transfer(4)};
    again[1].amount = Amount{Uint128{777, 0}};
    const auto refused = client.create_transfers(again);
    ASSERT_TRUE(refused.ok());
    ASSERT_EQ(refused.value().refusals.size(), 2U);
    EXPECT_EQ(refused.value().refusals[0].status,
              static_cast<std::uint16_t>(CreateTransferStatus::exists));
    EXPECT_EQ(refused.value().refusals[1].status,
              static_cast<std::uint16_t>(CreateTransferStatus::exists_with_different_amount));
    load(engine, many + 1, many);
  }
  // Everything offline reads both places by itself; and what came since may follow.
  EXPECT_EQ(verify_directory(directory_.string(), moving.room).value().exit_code(),
            exit_code::good);
  ArchiveOptions elsewhere = moving;
  elsewhere.to = archive.string() + "-2";
  EXPECT_NE(archive_segments(elsewhere, snapshots()[1]).error().what.find(archive.string()),
            std::string::npos);
  ASSERT_TRUE(archive_segments(moving, snapshots()[1]).ok());
  // Without snapshots the whole journal is replayed, from both.
  std::filesystem::remove_all(layout_.snapshots());
  {
    RunningProcess engine{directory_, small_segments};
    EXPECT_EQ(engine.process().recovered().transfers, 2 * many);
    EXPECT_TRUE(ask(engine, 2 * many).missing.empty());
  }
  std::filesystem::rename(archive, archive.string() + "-away");
  EXPECT_NE(refusal().find(archive.string()), std::string::npos) << refusal();
  std::filesystem::remove_all(archive.string() + "-away");
}

TEST_F(StartFromSnapshotTest, EventsAreSentFromAnArchiveAndRefusedWithoutIt) {
  {
    RunningProcess engine{directory_, small_segments};
    load(engine, 1, many);
  }
  const std::filesystem::path archive = directory_.string() + "-archive";
  ArchiveOptions moving;
  moving.directory = directory_.string();
  moving.to = archive.string();
  moving.room = {.accounts_max = 10'000, .transfer_ids_max = 1'000'000};
  ASSERT_TRUE(archive_segments(moving, snapshots()[1]).ok());
  Subscription wanted;
  wanted.from = 1;
  for (const bool archived : {true, false}) {
    if (!archived) std::filesystem::remove(layout_.archive_note());
    RunningProcess engine{directory_, small_segments};
    Client client{engine.client_settings()};
    std::optional<Sequence> first;
    std::optional<SubscriptionEnd> end;
    client.subscribe(
        wanted,
        [&](const EventBatch& batch) {
          if (!first && !batch.events.empty()) first = batch.events.front().record.sequence;
        },
        [&](const SubscriptionEnd& why) { end = why; });
    ASSERT_TRUE(client.loop().run_until([&] { return first || end; }).ok());
    EXPECT_EQ(first.has_value(), archived);
    if (archived) {
      EXPECT_EQ(first, Sequence{1});
    } else {
      EXPECT_EQ(end->status, RequestStatus::events_not_here);
    }
  }
  std::filesystem::remove_all(archive);
}

TEST_F(StartFromSnapshotTest, ANoteThatNamesNoArchiveIsRefused) {
  static_cast<void>(run_first(many));
  for (const std::string& note : {std::string{"not/absolute"}, std::string(5'000, '/')}) {
    std::ofstream{layout_.archive_note()} << note;
    EXPECT_NE(refusal().find("ARCHIVE does not name a directory"), std::string::npos) << refusal();
  }
}

}  // namespace
}  // namespace daybook

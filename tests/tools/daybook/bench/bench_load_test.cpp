// The bench's load against a real engine in this process, small: every kind ends with every answer
// right and every balance as sent, and a balance that is not as sent is found out.
//
// Method: run_load() as the command calls it. What it must report follows from the settings.

#include "tools/daybook/bench/bench_load.hpp"

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

#include "tests/support/scratch_directory.hpp"
#include "tests/tools/daybook/serve/running_process.hpp"
#include "tools/daybook/bench/bench_generator.hpp"

namespace daybook {
namespace {

class BenchLoadTest : public ::testing::Test {
 protected:
  BenchLoadTest() { engine_ = std::make_unique<RunningProcess>(directory_); }

  [[nodiscard]] LoadSettings small(LoadKind kind) const {
    LoadSettings settings;
    settings.port = engine_->client_settings().port;
    settings.kind = kind;
    settings.transfers = 3'000;
    settings.accounts = 40;
    settings.batch = 70;
    settings.clients = 2;
    settings.in_flight = 3;
    return settings;
  }

  static LoadOutcome run(const LoadSettings& settings) {
    Result<LoadOutcome> outcome = run_load(settings, [](const LoadProgress&) {});
    if (!outcome.ok()) {
      ADD_FAILURE() << outcome.error().what;
      return {};
    }
    return std::move(outcome).value();
  }

  test::ScratchDirectory scratch_;
  std::filesystem::path directory_ = scratch_.path();
  std::unique_ptr<RunningProcess> engine_;
};

TEST_F(BenchLoadTest, EveryKindIsCreatedToTheLastAndLeavesNoHoldOpen) {
  std::uint64_t seed = 10;
  for (const std::string& name : load_kind_names()) {
    LoadSettings settings = small(*load_kind_of(name));
    settings.seed = ++seed;
    const LoadOutcome outcome = run(settings);
    EXPECT_EQ(outcome.wrong, std::nullopt) << name;
    EXPECT_EQ(outcome.acknowledged, settings.transfers) << name;
    EXPECT_EQ(outcome.latency_ns.count(), outcome.requests) << name;
    EXPECT_GT(outcome.sent.posted_amount, 0) << name;
    EXPECT_EQ(outcome.sent.pending_amount, 0) << name;
    EXPECT_EQ(outcome.sent.open_holds(), 0U) << name;
    const std::uint64_t holds = name == "holds" ? 1'500 : name == "pending-30" ? 900 : 0;
    EXPECT_EQ(outcome.sent.holds, holds) << name;
    EXPECT_EQ(outcome.sent.voids, name == "pending-30" ? 300U : 0U) << name;
  }
}

TEST_F(BenchLoadTest, ASeedThatTheEngineHasSeenIsWrong) {
  ASSERT_EQ(run(small(LoadKind::holds)).wrong, std::nullopt);
  const auto wrong = run(small(LoadKind::holds)).wrong;
  ASSERT_TRUE(wrong.has_value());
  EXPECT_NE(wrong->find("the seed a new one"), std::string::npos) << *wrong;
}

TEST_F(BenchLoadTest, AHoldThatSomebodyElseLeavesOpenIsFoundInTheSums) {
  const LoadSettings settings = small(LoadKind::plain);
  const BenchGenerator generator{settings};
  Client other{engine_->client_settings()};
  bool held = false;
  const auto disturb = [&](const LoadProgress& progress) {
    if (held || std::string{progress.phase} != "transfers") return;
    held = true;
    Transfer hold = generator.transfer(settings.transfers);
    hold.flags = transfer_flag::pending;
    const auto created = other.create_transfers({&hold, 1});
    ASSERT_TRUE(created.ok() && created.value().refusals.empty());
  };
  const Result<LoadOutcome> outcome = run_load(settings, disturb);
  ASSERT_TRUE(outcome.ok());
  ASSERT_TRUE(held && outcome.value().wrong.has_value());
  EXPECT_NE(outcome.value().wrong->find("pending should be 0"), std::string::npos)
      << *outcome.value().wrong;
}

TEST_F(BenchLoadTest, HoldsThatExpireDuringTheLoadAreAllReleased) {
  LoadSettings settings = small(LoadKind::plain);
  settings.expiring = 500;
  const LoadOutcome outcome = run(settings);
  ASSERT_EQ(outcome.wrong, std::nullopt);
  ASSERT_TRUE(outcome.storm.has_value());
  EXPECT_EQ(outcome.storm->holds, 500U);
  EXPECT_GT(outcome.storm->due_within_seconds, 0);
  EXPECT_GT(outcome.storm->late_seconds, 0);
  EXPECT_GT(outcome.storm->release_seconds, outcome.storm->due_within_seconds);
  EXPECT_LE(outcome.storm->latency_ns.count(), outcome.requests);
  EXPECT_EQ(outcome.acknowledged, settings.transfers);
  EXPECT_EQ(outcome.sent.holds, 0U);
}

/// Resolves one of the expiring holds when the run tells of `phase` for the first time.
class Meddler {
 public:
  Meddler(const ClientSettings& client, const LoadSettings& settings, std::string phase)
      : client_{client}, generator_{settings}, phase_{std::move(phase)} {}

  void operator()(const LoadProgress& progress) {
    if (done_ || progress.phase != phase_) return;
    done_ = true;
    Transfer resolution;
    resolution.id = TransferId{Uint128{1, 1'000}};
    resolution.pending_id = generator_.expiring_hold(0, 1).id;
    resolution.flags = transfer_flag::void_pending_transfer;
    const auto created = client_.create_transfers({&resolution, 1});
    succeeded_ = created.ok() && created.value().refusals.empty();
  }
  [[nodiscard]] bool succeeded() const { return succeeded_; }

 private:
  Client client_;
  BenchGenerator generator_;
  std::string phase_;
  bool done_ = false;
  bool succeeded_ = false;
};

TEST_F(BenchLoadTest, AnExpiringHoldThatIsVoidedBeforeTheLoadIsFoundInWhatIsPending) {
  LoadSettings settings = small(LoadKind::plain);
  settings.expiring = 50;
  Meddler meddler{engine_->client_settings(), settings, "holds"};
  const Result<LoadOutcome> outcome = run_load(settings, std::ref(meddler));
  ASSERT_TRUE(meddler.succeeded() && outcome.ok());
  ASSERT_TRUE(outcome.value().wrong.has_value());
  EXPECT_NE(outcome.value().wrong->find("what is pending went from 0"), std::string::npos)
      << *outcome.value().wrong;
}

TEST_F(BenchLoadTest, AnExpiringHoldThatIsVoidedDuringTheLoadIsNotTakenForExpired) {
  LoadSettings settings = small(LoadKind::plain);
  settings.expiring = 50;
  Meddler meddler{engine_->client_settings(), settings, "transfers"};
  const Result<LoadOutcome> outcome = run_load(settings, std::ref(meddler));
  // The load begins a second before the hold falls due: only a machine that stands still is late.
  if (!meddler.succeeded()) GTEST_SKIP() << "the hold had expired before it could be voided";
  ASSERT_TRUE(outcome.ok()) << outcome.error().what;
  ASSERT_TRUE(outcome.value().wrong.has_value());
  EXPECT_NE(outcome.value().wrong->find("only 49 are expired"), std::string::npos)
      << *outcome.value().wrong;
}

TEST_F(BenchLoadTest, ReadsOfEverySortFindWhatEachKindHasSent) {
  std::uint64_t seed = 20;
  for (const LoadKind kind : {LoadKind::plain, LoadKind::hot, LoadKind::pending_30}) {
    LoadSettings settings = small(kind);
    settings.seed = ++seed;
    settings.accounts = 4;
    settings.reads = 15;
    const LoadOutcome outcome = run(settings);
    ASSERT_EQ(outcome.wrong, std::nullopt) << name_of(kind);
    ASSERT_EQ(outcome.reads.size(), read_sorts);
    std::map<std::string_view, std::uint64_t> rows;
    for (const ReadOutcome& read : outcome.reads) {
      EXPECT_EQ(read.latency_ns.count(), settings.reads) << read.name;
      rows[read.name] = read.rows;
    }
    ASSERT_EQ(rows.size(), read_sorts);
    EXPECT_EQ(rows["lookup_transfers_1"], 15U);
    EXPECT_EQ(rows["lookup_transfers_100"], 1'500U);
    EXPECT_GE(rows["query_business_id"], 15U);
    EXPECT_GE(rows["query_user_id_and_tag"], 15U);
    EXPECT_GE(rows["account_at_sequence"], 1U);
    EXPECT_EQ(rows["account_at_time"], 15U);
    // The hot account has all 3,000 transfers, of which a read asks for 2,000.
    if (kind == LoadKind::hot) {
      EXPECT_EQ(rows["account_transfers_2000"], 30'000U);
      EXPECT_EQ(rows["account_balances_2000"], 30'000U);
    }
  }
}

TEST_F(BenchLoadTest, ATransferThatCannotBeReadBackIsWrong) {
  LoadSettings settings = small(LoadKind::plain);
  ASSERT_EQ(run(settings).wrong, std::nullopt);
  Client client{engine_->client_settings()};
  ASSERT_TRUE(await_indexes(client).ok());
  settings.transfers *= 10;  // Nine of ten are not there.
  settings.reads = 20;
  std::uint64_t made = 0;
  const auto reads = run_reads(client, settings, [&made](std::uint64_t now) { made = now; });
  ASSERT_TRUE(reads.ok());
  ASSERT_TRUE(reads.value().wrong.has_value());
  EXPECT_NE(reads.value().wrong->find("lookup_transfers_1"), std::string::npos);
  EXPECT_GE(made, 40U);  // The histories before were right.
}

TEST_F(BenchLoadTest, AnEngineThatRefusesAReadIsAFailure) {
  LoadSettings settings = small(LoadKind::plain);
  settings.reads = 1;
  Client client{engine_->client_settings()};
  const auto reads = run_reads(client, settings, [](std::uint64_t) {});  // No account is there.
  ASSERT_FALSE(reads.ok());
  EXPECT_NE(reads.error().what.find("filter_invalid"), std::string::npos) << reads.error().what;
}

}  // namespace
}  // namespace daybook

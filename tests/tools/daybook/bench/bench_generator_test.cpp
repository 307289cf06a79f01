// The bench's load as a function of its settings: what the kinds promise, transfer by transfer.
//
// Method: every transfer of small loads of awkward sizes is made, and what is claimed of a kind is
// counted over all of them. Nothing is sent.

#include "tools/daybook/bench/bench_generator.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace daybook {
namespace {

LoadSettings settings_of(LoadKind kind, std::uint64_t transfers, std::uint32_t batch) {
  LoadSettings settings;
  settings.kind = kind;
  settings.transfers = transfers;
  settings.batch = batch;
  settings.accounts = 50;
  settings.seed = 3;
  return settings;
}

std::vector<Transfer> all_of(const LoadSettings& settings) {
  const BenchGenerator generator{settings};
  std::vector<Transfer> all;
  for (std::uint64_t i = 0; i < settings.transfers; ++i) all.push_back(generator.transfer(i));
  return all;
}

std::uint64_t count_of(const std::vector<Transfer>& all, std::uint16_t flags) {
  return static_cast<std::uint64_t>(std::count_if(
      all.begin(), all.end(), [flags](const Transfer& each) { return each.flags == flags; }));
}

const std::vector<LoadKind> every_kind = {LoadKind::plain, LoadKind::holds,   LoadKind::pending_30,
                                          LoadKind::hot,   LoadKind::chain_2, LoadKind::chain_10};

TEST(BenchPlanTest, RoundsCoverEveryTransferOnceAndRespectTheBatch) {
  for (const LoadKind kind : every_kind) {
    for (const std::uint32_t batch : {10U, 70U, 1'000U}) {
      const LoadSettings settings = settings_of(kind, 730, batch);
      const LoadPlan plan{settings};
      std::uint64_t next = 0;
      for (std::uint64_t number = 0; number < plan.rounds(); ++number) {
        const LoadRound round = plan.round(number);
        ASSERT_EQ(round.first.first, next);
        ASSERT_EQ(round.second.first, next + round.first.count);
        ASSERT_GT(round.first.count, 0U);
        ASSERT_LE(round.first.count, batch);
        ASSERT_EQ(round.second.count, resolves_holds(kind) ? round.first.count : 0);
        next += round.first.count + round.second.count;
        ASSERT_EQ(plan.round_of(next - 1), number);
      }
      EXPECT_EQ(next, 730U) << name_of(kind) << " by " << batch;
    }
  }
}

TEST(BenchGeneratorTest, TheSameSettingsMakeTheSameLoadAndNoIdTwice) {
  for (const LoadKind kind : every_kind) {
    for (const IdOrder ids : {IdOrder::sequential, IdOrder::random}) {
      LoadSettings settings = settings_of(kind, 1'000, 30);
      settings.ids = ids;
      const std::vector<Transfer> all = all_of(settings);
      const std::vector<Transfer> again = all_of(settings);
      std::set<Uint128> seen;
      const BenchGenerator generator{settings};
      for (std::size_t i = 0; i < all.size(); ++i) {
        ASSERT_EQ(std::memcmp(&all[i], &again[i], sizeof(Transfer)), 0);
        ASSERT_EQ(all[i].id, generator.transfer_id(i));
        ASSERT_TRUE(seen.insert(all[i].id.value()).second);
        ASSERT_NE(all[i].debit_account_id, all[i].credit_account_id);
      }
    }
  }
}

TEST(BenchGeneratorTest, HoldsAreHalfAndEachHasItsPostInALaterRequest) {
  for (const std::uint32_t batch : {1U, 7U, 100U}) {
    const LoadSettings settings = settings_of(LoadKind::holds, 1'050, batch);
    const LoadPlan plan{settings};
    std::map<Uint128, std::uint64_t> open;
    const std::vector<Transfer> all = all_of(settings);
    EXPECT_EQ(count_of(all, transfer_flag::pending), 525U);
    EXPECT_EQ(count_of(all, transfer_flag::post_pending_transfer), 525U);
    for (std::uint64_t i = 0; i < all.size(); ++i) {
      const LoadRound round = plan.round(plan.round_of(i));
      if (all[i].flags == transfer_flag::pending) {
        ASSERT_LT(i, round.second.first);
        ASSERT_GT(all[i].timeout, 0U);
        open.emplace(all[i].id.value(), i);
        continue;
      }
      ASSERT_GE(i, round.second.first);
      const auto hold = open.find(all[i].pending_id.value());
      ASSERT_NE(hold, open.end());
      ASSERT_GE(hold->second, round.first.first);
      ASSERT_EQ(all[i].amount, all[hold->second].amount);
      ASSERT_EQ(all[i].debit_account_id, all[hold->second].debit_account_id);
      ASSERT_EQ(all[i].timeout, 0U);
      open.erase(hold);
    }
    EXPECT_TRUE(open.empty());
  }
}

TEST(BenchGeneratorTest, Pending30HasItsMixAndResolvesEveryHoldOnce) {
  for (const std::uint32_t batch : {1U, 7U, 100U}) {
    const std::vector<Transfer> all = all_of(settings_of(LoadKind::pending_30, 1'400, batch));
    EXPECT_EQ(count_of(all, transfer_flag::pending), 420U) << batch;
    EXPECT_EQ(count_of(all, transfer_flag::post_pending_transfer), 280U) << batch;
    EXPECT_EQ(count_of(all, transfer_flag::void_pending_transfer), 140U) << batch;
    EXPECT_EQ(count_of(all, 0), 560U) << batch;
    std::set<Uint128> open;
    for (const Transfer& each : all) {
      if (each.flags == transfer_flag::pending) open.insert(each.id.value());
      if (!each.pending_id.value().is_zero()) {
        ASSERT_EQ(open.erase(each.pending_id.value()), 1U);
      }
    }
    EXPECT_TRUE(open.empty());
  }
}

TEST(BenchGeneratorTest, HotDebitsOneAccountAndSpreadsTheCredits) {
  const LoadSettings settings = settings_of(LoadKind::hot, 2'000, 100);
  const AccountId hot = BenchGenerator{settings}.account_id(0);
  std::set<Uint128> credited;
  for (const Transfer& each : all_of(settings)) {
    ASSERT_EQ(each.debit_account_id, hot);
    credited.insert(each.credit_account_id.value());
  }
  EXPECT_EQ(credited.size(), settings.accounts - 1);
}

TEST(BenchGeneratorTest, ChainsHaveTheirLengthAndEndWithTheirRequest) {
  for (const LoadKind kind : {LoadKind::chain_2, LoadKind::chain_10}) {
    const LoadSettings settings = settings_of(kind, 500, 30);
    const std::vector<Transfer> all = all_of(settings);
    for (std::size_t i = 0; i < all.size(); ++i) {
      const bool last = (i + 1) % chain_length(kind) == 0;
      ASSERT_EQ(all[i].flags, last ? 0 : transfer_flag::linked) << i;
    }
    const LoadPlan plan{settings};
    for (std::uint64_t number = 0; number < plan.rounds(); ++number) {
      const LoadSpan span = plan.round(number).first;
      ASSERT_EQ(all[span.first + span.count - 1].flags, 0);
    }
  }
}

TEST(BenchGeneratorTest, ExpiringHoldsAndTheLoadShareNoId) {
  for (const IdOrder ids : {IdOrder::sequential, IdOrder::random}) {
    LoadSettings settings = settings_of(LoadKind::plain, 500, 30);
    settings.ids = ids;
    settings.expiring = 300;
    const BenchGenerator generator{settings};
    std::set<Uint128> seen;
    for (const Transfer& each : all_of(settings)) seen.insert(each.id.value());
    for (std::uint64_t i = 0; i < settings.expiring; ++i) {
      const Transfer hold = generator.expiring_hold(i, 7);
      ASSERT_EQ(hold.flags, transfer_flag::pending);
      ASSERT_EQ(hold.timeout, 7U);
      seen.insert(hold.id.value());
    }
    EXPECT_EQ(seen.size(), 800U);
  }
}

TEST(BenchGeneratorTest, EveryKindIsFoundByItsName) {
  for (const LoadKind kind : every_kind) EXPECT_EQ(load_kind_of(name_of(kind)), kind);
  EXPECT_EQ(load_kind_names().size(), every_kind.size());
  EXPECT_EQ(load_kind_of("chain-3"), std::nullopt);
}

}  // namespace
}  // namespace daybook

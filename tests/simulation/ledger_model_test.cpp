// The engine against the naive model: a million random requests (ten million with
// DAYBOOK_TEST_LONG=1), every answer, sequence and balance compared, every entry replayed into a
// second state with the same digest, with group commits, segment rotations and restarts in between.
//
// Method: episodes of some thousand requests, each from a seed of its own, all seeds from one fixed
// list. A failing episode is shrunk and printed as the steps that fail. DAYBOOK_TEST_SEED=N runs
// the episode of seed N alone.

#include <map>
#include <set>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/simulation/episode_writer.hpp"
#include "tests/simulation/ledger_comparison.hpp"
#include "tests/simulation/ledger_steps.hpp"
#include "tests/support/rounds.hpp"

namespace daybook::test {
namespace {

constexpr std::uint64_t requests_per_episode = 4'000;

/// False when the episode failed, with everything said that is needed to look into it.
bool agrees(std::uint64_t seed, std::uint64_t request_count, Coverage& coverage) {
  const Episode episode = EpisodeWriter{seed}.write(request_count);
  const auto difference = compare(episode, coverage);
  if (!difference) return true;
  const Episode shorter = shrink(episode);
  Coverage unused;
  const auto remaining = compare(shorter, unused);
  ADD_FAILURE() << "seed " << seed << ", step " << difference->step << ": " << difference->what
                << "\nrun it alone with DAYBOOK_TEST_SEED=" << seed << "\nshrunk:\n"
                << to_text(shorter) << "=> "
                << (remaining ? remaining->what : "does not fail any more");
  return false;
}

template <typename Status>
void expect_seen(const std::map<Status, std::uint64_t>& seen,
                 const std::set<Status>& not_expected) {
  for (std::uint16_t number = 0; number < 4'096; ++number) {
    const Status status{number};
    if (to_string(status) == "unknown_status" || not_expected.contains(status)) continue;
    EXPECT_TRUE(seen.contains(status)) << to_string(status) << " was never answered";
  }
}

void expect_everything_happened(const Coverage& coverage) {
  // Nothing is unsupported any more: no event can get not_supported_yet.
  expect_seen(coverage.accounts, {CreateAccountStatus::not_supported_yet});
  expect_seen(coverage.transfers, {CreateTransferStatus::not_supported_yet});
  expect_seen(coverage.changes, {});
  expect_seen(coverage.names, {});
  // So many captures of one payment, and so many disputes or refunds, are a test of their own; so
  // are sagas.
  std::set<AppendEventStatus> elsewhere{AppendEventStatus::too_many_captures,
                                        AppendEventStatus::too_many_refunds,
                                        AppendEventStatus::too_many_disputes};
  constexpr auto first = static_cast<std::uint16_t>(AppendEventStatus::saga_payload_malformed);
  constexpr auto last = static_cast<std::uint16_t>(AppendEventStatus::saga_is_owned);
  for (std::uint16_t each = first; each <= last; ++each) elsewhere.insert(AppendEventStatus{each});
  expect_seen(coverage.events, elsewhere);
  // So are 1,024 checkpoints.
  expect_seen(coverage.checkpoints, {PutCheckpointStatus::too_many_checkpoints});
  // 65,536 ledgers are a test of their own.
  expect_seen(coverage.ledgers, {PutLedgerStatus::too_many_ledgers});
  for (const RequestStatus status :
       {RequestStatus::ok, RequestStatus::request_number_reused, RequestStatus::request_too_old,
        RequestStatus::malformed, RequestStatus::not_authorised, RequestStatus::clock_not_manual,
        RequestStatus::clock_not_held, RequestStatus::clock_out_of_range,
        RequestStatus::too_many_accounts, RequestStatus::too_many_transfers,
        RequestStatus::too_many_holds, RequestStatus::name_conflict,
        RequestStatus::too_many_names}) {
    EXPECT_TRUE(coverage.requests.contains(status)) << to_string(status) << " was never answered";
  }
  EXPECT_EQ(coverage.flags_created, transfer_flag::known);
  EXPECT_EQ(coverage.flags_existed, transfer_flag::known);
  EXPECT_GT(coverage.bundles_done, 0U);
  EXPECT_GT(coverage.bundles_known, 0U);
  EXPECT_GT(coverage.bundles_failed_in_transfers, 0U);
  EXPECT_GT(coverage.bundles_failed_in_events, 0U);
  EXPECT_GT(coverage.repeats, 0U);
  EXPECT_GT(coverage.evictions, 0U);
  EXPECT_GT(coverage.restarts, 0U);
  EXPECT_GT(coverage.releases, 0U);
  EXPECT_EQ(coverage.overrode, overrode::closed_debit | overrode::closed_credit |
                                   overrode::frozen_debit | overrode::frozen_credit |
                                   overrode::limits);
}

// Fault 54: random commands against a model. Fault 37: requests repeated, over restarts and
// snapshots. Fault 49: a naive fold.
TEST(LedgerModelTest, TheEngineAnswersAsTheModelDoes) {
  Coverage coverage;
  if (const auto seed = wanted_seed()) {
    EXPECT_TRUE(agrees(*seed, requests_per_episode, coverage));
    return;
  }
  const std::uint64_t requests = rounds(1'000'000, 10'000'000);
  const std::uint64_t episodes = (requests + requests_per_episode - 1) / requests_per_episode;
  fmt::print("seeds 1 to {}, {} requests each\n", episodes, requests_per_episode);
  for (std::uint64_t seed = 1; seed <= episodes; ++seed) {
    // Before the episode: an ENSURE of the engine would end the process without another word.
    fmt::print(stderr, "seed {}\n", seed);
    ASSERT_TRUE(agrees(seed, requests_per_episode, coverage));
  }
  fmt::print("{} repeats, {} evictions, {} restarts, {} entries\n", coverage.repeats,
             coverage.evictions, coverage.restarts, coverage.entries);
  // Short runs (slow builds) cannot see everything.
  if (episodes >= 100) expect_everything_happened(coverage);
}

// The comparison must be able to fail: with a lie about one kind of transfer it does, and what is
// left after shrinking is little more than that transfer.
TEST(LedgerModelTest, FindsAPlantedLieAndShrinksItToItsCause) {
  const Planted lie = [](const WriteRequest& request, BatchReply& reply) {
    for (const Transfer& transfer : request.transfers) {
      if (transfer.amount == amount_of(13) && reply.status == RequestStatus::ok) {
        reply.first_timestamp = Timestamp{reply.first_timestamp.value() + 1};
      }
    }
  };
  const Episode episode = EpisodeWriter{2}.write(500);
  Coverage coverage;
  ASSERT_TRUE(compare(episode, coverage, lie).has_value());
  const Episode shorter = shrink(episode, lie);
  ASSERT_EQ(shorter.steps.size(), 1U) << to_text(shorter);
  ASSERT_EQ(shorter.steps[0].request.transfers.size(), 1U);
  EXPECT_EQ(shorter.steps[0].request.transfers[0].amount, amount_of(13));
  EXPECT_EQ(compare(shorter, coverage), std::nullopt);
}

TEST(LedgerModelTest, AnEpisodeIsTheSameForTheSameSeed) {
  EXPECT_EQ(to_text(EpisodeWriter{7}.write(200)), to_text(EpisodeWriter{7}.write(200)));
  EXPECT_NE(to_text(EpisodeWriter{7}.write(200)), to_text(EpisodeWriter{8}.write(200)));
}

}  // namespace
}  // namespace daybook::test

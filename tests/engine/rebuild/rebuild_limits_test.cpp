// Rebuild: how much of what differs it names, and what it says of aggregates that only one side
// has. That it agrees with apply is the model test's and tools/daybook/rebuild's.

#include <gtest/gtest.h>

#include "engine/base/limits.hpp"
#include "engine/rebuild/rebuild.hpp"

namespace daybook {
namespace {

StateSettings small_state() {
  StateSettings settings;
  settings.accounts_max = 2'000;
  settings.transfer_ids_max = 1'000;
  settings.holds_max = 10;
  settings.names_max = 10;
  settings.streams_max = 10;
  settings.event_ids_max = 10;
  return settings;
}

void create_accounts(State& state, std::uint64_t count) {
  state.accounts.prepare(count);
  for (std::uint64_t id = 1; id <= count; ++id) {
    Account account;
    account.id = AccountId{Uint128{id, 0}};
    account.ledger = LedgerId{1};
    account.code = Code{1};
    account.timestamp = Timestamp{id};
    state.create_account(account);
  }
}

TEST(RebuildTest, NamesAsManyAsTheLimitAndCountsTheOthers) {
  for (const std::size_t more : {std::size_t{0}, std::size_t{1}}) {
    // The accounts, and the ledger that came with them: of none the journal says anything.
    State state{small_state()};
    create_accounts(state, limits::rebuild_aggregates_max - 1 + more);
    const auto found = Rebuild{}.compare(state);
    EXPECT_EQ(found.compared, limits::rebuild_aggregates_max + more);
    EXPECT_EQ(found.mismatching, limits::rebuild_aggregates_max + more);
    EXPECT_EQ(found.mismatches.size(), limits::rebuild_aggregates_max);
    const Mismatch& first = found.mismatches.front();
    EXPECT_EQ(first.expected.name, "exists");
    EXPECT_EQ(first.expected.text, "no");
    EXPECT_EQ(first.found.text, "yes");
    EXPECT_EQ(first.first, Sequence{});
  }
}

TEST(RebuildTest, OneAggregateIsComparedAlone) {
  State state{small_state()};
  create_accounts(state, 5);
  RebuildSelection selection;
  selection.one = {.kind = AggregateKind::account, .key = {.id = {3, 0}, .type = {}}};
  EXPECT_EQ(Rebuild{selection}.compare(state).mismatching, 1U);
  selection.one->key.id = {6, 0};
  EXPECT_EQ(Rebuild{selection}.compare(state).compared, 0U);
}

}  // namespace
}  // namespace daybook

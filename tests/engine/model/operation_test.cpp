// Kinds of requests: each has a name, and is journaled, a query, or answered by the sequencer.

#include "engine/model/operation.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace daybook {
namespace {

struct Row {
  RequestKind kind;
  std::uint16_t number;
  const char* name;
  bool journaled;
  bool query;
};

constexpr Row rows[] = {
    {RequestKind::create_accounts, 16, "create_accounts", true, false},
    {RequestKind::create_transfers, 17, "create_transfers", true, false},
    {RequestKind::put_ledgers, 18, "put_ledgers", true, false},
    {RequestKind::change_accounts, 19, "change_accounts", true, false},
    {RequestKind::put_names, 20, "put_names", true, false},
    {RequestKind::append_events, 21, "append_events", true, false},
    {RequestKind::order_commands, 22, "order_commands", true, false},
    {RequestKind::payment_commands, 23, "payment_commands", true, false},
    {RequestKind::bundle, 24, "bundle", true, false},
    {RequestKind::put_checkpoints, 25, "put_checkpoints", true, false},
    {RequestKind::tcc_commands, 26, "tcc_commands", true, false},
    {RequestKind::reconciliation_commands, 30, "reconciliation_commands", true, false},
    {RequestKind::review_corrections, 31, "review_corrections", true, false},
    {RequestKind::post_automatically, 32, "post_automatically", true, false},
    {RequestKind::start_corrections, 33, "start_corrections", true, false},
    {RequestKind::lookup_accounts, 40, "lookup_accounts", false, false},
    {RequestKind::lookup_transfers, 41, "lookup_transfers", false, true},
    {RequestKind::list_accounts, 42, "list_accounts", false, true},
    {RequestKind::list_ledgers, 43, "list_ledgers", false, true},
    {RequestKind::list_transfers, 44, "list_transfers", false, true},
    {RequestKind::lookup_holds, 45, "lookup_holds", false, true},
    {RequestKind::get_account_transfers, 46, "get_account_transfers", false, true},
    {RequestKind::get_account_balances, 47, "get_account_balances", false, true},
    {RequestKind::query_accounts, 48, "query_accounts", false, true},
    {RequestKind::query_transfers, 49, "query_transfers", false, true},
    {RequestKind::trial_balance, 50, "trial_balance", false, true},
    {RequestKind::lookup_names, 51, "lookup_names", false, true},
    {RequestKind::read_events, 53, "read_events", false, true},
    {RequestKind::query_operations, 52, "query_operations", false, true},
    {RequestKind::lookup_accounts_at, 54, "lookup_accounts_at", false, true},
    {RequestKind::trial_balance_at, 55, "trial_balance_at", false, true},
    {RequestKind::subscribe, 56, "subscribe", false, false},
    {RequestKind::lookup_orders, 57, "lookup_orders", false, true},
    {RequestKind::lookup_payments, 58, "lookup_payments", false, true},
    {RequestKind::lookup_checkpoints, 59, "lookup_checkpoints", false, true},
    {RequestKind::rebuild, 60, "rebuild", false, true},
    {RequestKind::acknowledge_events, 61, "acknowledge_events", false, false},
    {RequestKind::unsubscribe, 62, "unsubscribe", false, false},
    {RequestKind::take_snapshot, 68, "take_snapshot", false, true},
    {RequestKind::advance_clock, 64, "advance_clock", true, false},
    {RequestKind::accept_clock, 65, "accept_clock", true, false},
    {RequestKind::state_digest, 66, "state_digest", false, false},
    {RequestKind::open_session, 67, "open_session", false, false},
    {RequestKind::release_holds, 80, "release_holds", false, false},
    {RequestKind::expire_tccs, 81, "expire_tccs", false, false},
    {RequestKind::prune_tccs, 82, "prune_tccs", false, false},
    {RequestKind::lookup_tccs, 100, "lookup_tccs", false, true},
    {RequestKind::list_tccs, 101, "list_tccs", false, true},
    {RequestKind::saga_commands, 27, "saga_commands", true, false},
    {RequestKind::operate_sagas, 28, "operate_sagas", true, false},
    {RequestKind::drive_sagas, 83, "drive_sagas", false, false},
    {RequestKind::forget_sagas, 84, "forget_sagas", false, false},
    {RequestKind::answer_steps, 29, "answer_steps", true, false},
    {RequestKind::take_work, 103, "take_work", false, false},
    {RequestKind::list_participants, 104, "list_participants", false, false},
    {RequestKind::list_waiting_work, 107, "list_waiting_work", false, false},
    {RequestKind::seal_secrets, 105, "seal_secrets", false, false},
    {RequestKind::forget_secrets, 106, "forget_secrets", false, false},
    {RequestKind::list_sagas, 102, "list_sagas", false, true},
};

TEST(RequestKindTest, KeepsItsNumbersNamesAndTreatment) {
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    EXPECT_EQ(static_cast<std::uint16_t>(row.kind), row.number);
    EXPECT_EQ(to_string(row.kind), row.name);
    EXPECT_EQ(is_journaled(row.kind), row.journaled);
    EXPECT_EQ(is_query(row.kind), row.query);
  }
}

TEST(RequestKindTest, TheKeeperIsAskedForSecretsAndNothingElse) {
  for (const Row& row : rows) {
    EXPECT_EQ(asks_keeper(row.kind), std::string_view{row.name}.ends_with("_secrets")) << row.name;
  }
}

TEST(RequestKindTest, TheTableHoldsEveryKindThatHasAName) {
  std::set<std::uint16_t> known;
  for (const Row& row : rows) known.insert(row.number);
  for (std::uint16_t number = 0; number < 1'000; ++number) {
    const bool has_name = to_string(RequestKind{number}) != "unknown_kind";
    EXPECT_EQ(has_name, known.contains(number)) << number;
  }
}

}  // namespace
}  // namespace daybook

// Roles: the whole table of who may ask for what, and the names of the roles.

#include "engine/model/principal.hpp"

#include <gtest/gtest.h>

namespace daybook {
namespace {

constexpr Role roles[] = {Role::gateway,   Role::reader,  Role::participant,
                          Role::operator_, Role::checker, Role::admin};

struct Row {
  RequestKind kind;
  bool allowed[6];  // In the order of `roles`.
};
constexpr bool y = true;
constexpr bool n = false;
constexpr Row rows[] = {
    {RequestKind::create_accounts, {y, n, n, y, n, y}},
    {RequestKind::create_transfers, {y, n, n, y, n, y}},
    {RequestKind::put_ledgers, {y, n, n, y, n, y}},
    {RequestKind::change_accounts, {n, n, n, y, n, y}},
    {RequestKind::put_names, {y, n, n, y, n, y}},
    {RequestKind::append_events, {y, n, n, y, n, y}},
    {RequestKind::order_commands, {y, n, n, y, n, y}},
    {RequestKind::payment_commands, {y, n, n, y, n, y}},
    {RequestKind::lookup_orders, {y, y, y, y, y, y}},
    {RequestKind::lookup_payments, {y, y, y, y, y, y}},
    {RequestKind::bundle, {y, n, n, y, n, y}},
    {RequestKind::reconciliation_commands, {n, n, n, y, n, y}},
    {RequestKind::review_corrections, {n, n, n, n, y, y}},
    {RequestKind::post_automatically, {n, n, n, y, n, y}},
    {RequestKind::start_corrections, {n, n, n, y, y, y}},
    {RequestKind::seal_secrets, {y, n, n, y, n, y}},
    {RequestKind::forget_secrets, {n, n, n, y, n, y}},
    {RequestKind::put_checkpoints, {y, n, n, y, n, y}},
    {RequestKind::saga_commands, {y, n, n, y, n, y}},
    {RequestKind::operate_sagas, {n, n, n, y, n, y}},
    {RequestKind::list_sagas, {y, y, y, y, y, y}},
    {RequestKind::answer_steps, {n, n, y, n, n, y}},
    {RequestKind::take_work, {n, n, y, n, n, y}},
    {RequestKind::list_participants, {y, y, y, y, y, y}},
    {RequestKind::list_waiting_work, {y, y, y, y, y, y}},
    {RequestKind::tcc_commands, {y, n, n, y, n, y}},
    {RequestKind::lookup_tccs, {y, y, y, y, y, y}},
    {RequestKind::list_tccs, {y, y, y, y, y, y}},
    {RequestKind::query_operations, {y, y, y, y, y, y}},
    {RequestKind::lookup_accounts_at, {y, y, y, y, y, y}},
    {RequestKind::trial_balance_at, {y, y, y, y, y, y}},
    {RequestKind::release_holds, {n, n, n, n, n, y}},  // And these nobody can ask for.
    {RequestKind::expire_tccs, {n, n, n, n, n, y}},
    {RequestKind::prune_tccs, {n, n, n, n, n, y}},
    {RequestKind::drive_sagas, {n, n, n, n, n, y}},
    {RequestKind::forget_sagas, {n, n, n, n, n, y}},
    {RequestKind::subscribe, {y, y, y, y, y, y}},
    {RequestKind::lookup_checkpoints, {y, y, y, y, y, y}},
    {RequestKind::acknowledge_events, {y, y, y, y, y, y}},
    {RequestKind::unsubscribe, {y, y, y, y, y, y}},
    {RequestKind::lookup_accounts, {y, y, y, y, y, y}},
    {RequestKind::lookup_transfers, {y, y, y, y, y, y}},
    {RequestKind::list_accounts, {y, y, y, y, y, y}},
    {RequestKind::list_ledgers, {y, y, y, y, y, y}},
    {RequestKind::list_transfers, {y, y, y, y, y, y}},
    {RequestKind::lookup_holds, {y, y, y, y, y, y}},
    {RequestKind::get_account_transfers, {y, y, y, y, y, y}},
    {RequestKind::get_account_balances, {y, y, y, y, y, y}},
    {RequestKind::query_accounts, {y, y, y, y, y, y}},
    {RequestKind::query_transfers, {y, y, y, y, y, y}},
    {RequestKind::trial_balance, {y, y, y, y, y, y}},
    {RequestKind::lookup_names, {y, y, y, y, y, y}},
    {RequestKind::read_events, {y, y, y, y, y, y}},
    {RequestKind::state_digest, {y, y, y, y, y, y}},
    {RequestKind::open_session, {y, y, y, y, y, y}},
    {RequestKind::rebuild, {n, n, n, y, n, y}},
    {RequestKind::take_snapshot, {n, n, n, y, n, y}},
    {RequestKind::advance_clock, {n, n, n, n, n, y}},
    {RequestKind::accept_clock, {n, n, n, n, n, y}},
    {RequestKind{9'999}, {n, n, n, n, n, y}},  // Refused elsewhere as unknown_kind.
};

TEST(RoleTest, AllowsWhatTheTableAllows) {
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < std::size(roles); ++i) {
      EXPECT_EQ(may(roles[i], row.kind), row.allowed[i])
          << to_string(roles[i]) << " " << to_string(row.kind);
    }
  }
}

TEST(RoleTest, ARoleThatDoesNotExistMayWriteNothing) {
  EXPECT_FALSE(may(Role{0}, RequestKind::create_transfers));
  EXPECT_FALSE(may(Role{7}, RequestKind::advance_clock));
}

TEST(RoleTest, HasNamesThatAreReadBack) {
  for (const Role role : roles) EXPECT_EQ(parse_role(to_string(role)), role);
  EXPECT_EQ(to_string(Role::operator_), "operator");
  EXPECT_EQ(to_string(Role{0}), "unknown_role");
  for (const char* text : {"", "Admin", "operator_", "unknown_role", "root"}) {
    EXPECT_EQ(parse_role(text), std::nullopt) << text;
  }
}

TEST(PrincipalTest, LocalIsAnAdministratorWithTheIdOfItsName) {
  const Principal local = local_principal();
  EXPECT_EQ(local.name, "local");
  EXPECT_EQ(local.role, Role::admin);
  EXPECT_EQ(local.id, PrincipalId{id_of("local")});
}

}  // namespace
}  // namespace daybook

#include "engine/model/principal.hpp"

namespace daybook {

std::string_view to_string(Role role) noexcept {
  switch (role) {
    case Role::gateway:
      return "gateway";
    case Role::reader:
      return "reader";
    case Role::participant:
      return "participant";
    case Role::operator_:
      return "operator";
    case Role::checker:
      return "checker";
    case Role::admin:
      return "admin";
  }
  return "unknown_role";
}

std::optional<Role> parse_role(std::string_view text) noexcept {
  for (const auto role : {Role::gateway, Role::reader, Role::participant, Role::operator_,
                          Role::checker, Role::admin}) {
    if (to_string(role) == text) return role;
  }
  return std::nullopt;
}

namespace {

// An operator starts what a checker has approved, where that one did not come to it.
bool goes_on(Role role, RequestKind kind) noexcept {
  return role == Role::operator_ && kind == RequestKind::start_corrections;
}

// Of roles but admin.
bool is_for(Role role, RequestKind kind) noexcept {
  switch (kind) {
    case RequestKind::create_accounts:
    case RequestKind::create_transfers:
    case RequestKind::put_ledgers:
    case RequestKind::put_names:
    case RequestKind::append_events:
    case RequestKind::order_commands:
    case RequestKind::payment_commands:
    case RequestKind::bundle:
    case RequestKind::put_checkpoints:
    case RequestKind::tcc_commands:
    case RequestKind::saga_commands:
    case RequestKind::seal_secrets:
      return role == Role::gateway || role == Role::operator_;
    case RequestKind::answer_steps:
    case RequestKind::take_work:
      return role == Role::participant;
    case RequestKind::review_corrections:
    case RequestKind::start_corrections:
      return role == Role::checker || goes_on(role, kind);
    case RequestKind::reconciliation_commands:
    case RequestKind::post_automatically:
    case RequestKind::change_accounts:
    case RequestKind::operate_sagas:
    case RequestKind::forget_secrets:
    case RequestKind::rebuild:
    case RequestKind::take_snapshot:
      return role == Role::operator_;
    case RequestKind::lookup_accounts:
    case RequestKind::lookup_transfers:
    case RequestKind::list_accounts:
    case RequestKind::list_ledgers:
    case RequestKind::list_transfers:
    case RequestKind::lookup_holds:
    case RequestKind::trial_balance:
    case RequestKind::lookup_names:
    case RequestKind::read_events:
    case RequestKind::query_operations:
    case RequestKind::lookup_accounts_at:
    case RequestKind::trial_balance_at:
    case RequestKind::lookup_orders:
    case RequestKind::lookup_payments:
    case RequestKind::subscribe:
    case RequestKind::lookup_checkpoints:
    case RequestKind::lookup_tccs:
    case RequestKind::list_tccs:
    case RequestKind::list_sagas:
    case RequestKind::list_participants:
    case RequestKind::list_waiting_work:
    case RequestKind::acknowledge_events:
    case RequestKind::unsubscribe:
    case RequestKind::get_account_transfers:
    case RequestKind::get_account_balances:
    case RequestKind::query_accounts:
    case RequestKind::query_transfers:
    case RequestKind::state_digest:
    case RequestKind::open_session:
      return true;
    case RequestKind::advance_clock:
    case RequestKind::accept_clock:
    case RequestKind::release_holds:
    case RequestKind::expire_tccs:
    case RequestKind::prune_tccs:
    case RequestKind::drive_sagas:
    case RequestKind::forget_sagas:
      return false;
  }
  return false;
}

}  // namespace

bool may(Role role, RequestKind kind) noexcept { return role == Role::admin || is_for(role, kind); }

Principal local_principal() { return {PrincipalId{id_of("local")}, "local", Role::admin}; }

}  // namespace daybook

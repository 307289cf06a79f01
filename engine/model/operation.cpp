#include "engine/model/operation.hpp"

namespace daybook {

std::string_view to_string(RequestKind kind) noexcept {
  switch (kind) {
    case RequestKind::create_accounts:
      return "create_accounts";
    case RequestKind::create_transfers:
      return "create_transfers";
    case RequestKind::put_ledgers:
      return "put_ledgers";
    case RequestKind::change_accounts:
      return "change_accounts";
    case RequestKind::put_names:
      return "put_names";
    case RequestKind::append_events:
      return "append_events";
    case RequestKind::bundle:
      return "bundle";
    case RequestKind::lookup_accounts:
      return "lookup_accounts";
    case RequestKind::lookup_transfers:
      return "lookup_transfers";
    case RequestKind::list_accounts:
      return "list_accounts";
    case RequestKind::list_ledgers:
      return "list_ledgers";
    case RequestKind::list_transfers:
      return "list_transfers";
    case RequestKind::lookup_holds:
      return "lookup_holds";
    case RequestKind::get_account_transfers:
      return "get_account_transfers";
    case RequestKind::get_account_balances:
      return "get_account_balances";
    case RequestKind::query_accounts:
      return "query_accounts";
    case RequestKind::query_transfers:
      return "query_transfers";
    case RequestKind::trial_balance:
      return "trial_balance";
    case RequestKind::lookup_names:
      return "lookup_names";
    case RequestKind::read_events:
      return "read_events";
    case RequestKind::query_operations:
      return "query_operations";
    case RequestKind::lookup_accounts_at:
      return "lookup_accounts_at";
    case RequestKind::trial_balance_at:
      return "trial_balance_at";
    case RequestKind::rebuild:
      return "rebuild";
    case RequestKind::take_snapshot:
      return "take_snapshot";
    case RequestKind::advance_clock:
      return "advance_clock";
    case RequestKind::accept_clock:
      return "accept_clock";
    case RequestKind::state_digest:
      return "state_digest";
    case RequestKind::open_session:
      return "open_session";
    case RequestKind::release_holds:
      return "release_holds";
  }
  return "unknown_kind";
}

}  // namespace daybook

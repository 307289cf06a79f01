#include "engine/model/operation.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace daybook {
namespace {

constexpr std::pair<RequestKind, std::string_view> kind_names[] = {
    {RequestKind::create_accounts, "create_accounts"},
    {RequestKind::create_transfers, "create_transfers"},
    {RequestKind::put_ledgers, "put_ledgers"},
    {RequestKind::change_accounts, "change_accounts"},
    {RequestKind::put_names, "put_names"},
    {RequestKind::append_events, "append_events"},
    {RequestKind::order_commands, "order_commands"},
    {RequestKind::payment_commands, "payment_commands"},
    {RequestKind::bundle, "bundle"},
    {RequestKind::put_checkpoints, "put_checkpoints"},
    {RequestKind::tcc_commands, "tcc_commands"},
    {RequestKind::saga_commands, "saga_commands"},
    {RequestKind::operate_sagas, "operate_sagas"},
    {RequestKind::lookup_accounts, "lookup_accounts"},
    {RequestKind::lookup_transfers, "lookup_transfers"},
    {RequestKind::list_accounts, "list_accounts"},
    {RequestKind::list_ledgers, "list_ledgers"},
    {RequestKind::list_transfers, "list_transfers"},
    {RequestKind::lookup_holds, "lookup_holds"},
    {RequestKind::get_account_transfers, "get_account_transfers"},
    {RequestKind::get_account_balances, "get_account_balances"},
    {RequestKind::query_accounts, "query_accounts"},
    {RequestKind::query_transfers, "query_transfers"},
    {RequestKind::trial_balance, "trial_balance"},
    {RequestKind::lookup_names, "lookup_names"},
    {RequestKind::read_events, "read_events"},
    {RequestKind::query_operations, "query_operations"},
    {RequestKind::lookup_accounts_at, "lookup_accounts_at"},
    {RequestKind::trial_balance_at, "trial_balance_at"},
    {RequestKind::subscribe, "subscribe"},
    {RequestKind::lookup_orders, "lookup_orders"},
    {RequestKind::lookup_payments, "lookup_payments"},
    {RequestKind::lookup_checkpoints, "lookup_checkpoints"},
    {RequestKind::expire_tccs, "expire_tccs"},
    {RequestKind::prune_tccs, "prune_tccs"},
    {RequestKind::drive_sagas, "drive_sagas"},
    {RequestKind::forget_sagas, "forget_sagas"},
    {RequestKind::answer_steps, "answer_steps"},
    {RequestKind::reconciliation_commands, "reconciliation_commands"},
    {RequestKind::review_corrections, "review_corrections"},
    {RequestKind::post_automatically, "post_automatically"},
    {RequestKind::start_corrections, "start_corrections"},
    {RequestKind::take_work, "take_work"},
    {RequestKind::list_participants, "list_participants"},
    {RequestKind::list_waiting_work, "list_waiting_work"},
    {RequestKind::seal_secrets, "seal_secrets"},
    {RequestKind::forget_secrets, "forget_secrets"},
    {RequestKind::lookup_tccs, "lookup_tccs"},
    {RequestKind::list_tccs, "list_tccs"},
    {RequestKind::list_sagas, "list_sagas"},
    {RequestKind::acknowledge_events, "acknowledge_events"},
    {RequestKind::rebuild, "rebuild"},
    {RequestKind::unsubscribe, "unsubscribe"},
    {RequestKind::take_snapshot, "take_snapshot"},
    {RequestKind::advance_clock, "advance_clock"},
    {RequestKind::accept_clock, "accept_clock"},
    {RequestKind::state_digest, "state_digest"},
    {RequestKind::open_session, "open_session"},
    {RequestKind::release_holds, "release_holds"},
};

}  // namespace

std::string_view to_string(RequestKind kind) noexcept {
  const auto found = std::find_if(std::begin(kind_names), std::end(kind_names),
                                  [&](const auto& each) { return each.first == kind; });
  return found == std::end(kind_names) ? std::string_view{"unknown_kind"} : found->second;
}

}  // namespace daybook

// The server's readers: the first byte of the input chooses the message, the rest is its body.

#include "engine/model/domain_event.hpp"
#include "engine/model/participant_work.hpp"
#include "engine/model/rebuild.hpp"
#include "net/protocol/requests.hpp"
#include "net/protocol/saga_messages.hpp"
#include "net/protocol/subscription_messages.hpp"
#include "net/protocol/tcc_messages.hpp"
#include "tests/fuzz/fuzz_input.hpp"

namespace daybook {
namespace {

constexpr RequestKind kinds[] = {
    RequestKind::create_accounts,
    RequestKind::create_transfers,
    RequestKind::put_ledgers,
    RequestKind::lookup_accounts,
    RequestKind::lookup_transfers,
    RequestKind::list_accounts,
    RequestKind::list_ledgers,
    RequestKind::list_transfers,
    RequestKind::advance_clock,
    RequestKind::accept_clock,
    RequestKind::state_digest,
    RequestKind::open_session,
    RequestKind::change_accounts,
    RequestKind::lookup_holds,
    RequestKind::get_account_transfers,
    RequestKind::get_account_balances,
    RequestKind::query_accounts,
    RequestKind::query_transfers,
    RequestKind::trial_balance,
    RequestKind::put_names,
    RequestKind::lookup_names,
    RequestKind::append_events,
    RequestKind::read_events,
    RequestKind::bundle,
    RequestKind::query_operations,
    RequestKind::lookup_accounts_at,
    RequestKind::trial_balance_at,
    RequestKind::order_commands,
    RequestKind::payment_commands,
    RequestKind::reconciliation_commands,
    RequestKind::review_corrections,
    RequestKind::post_automatically,
    RequestKind::start_corrections,
    RequestKind::lookup_orders,
    RequestKind::lookup_payments,
    RequestKind::put_checkpoints,
    RequestKind::subscribe,
    RequestKind::lookup_checkpoints,
    RequestKind::acknowledge_events,
    RequestKind::unsubscribe,
    RequestKind::rebuild,
    RequestKind::take_snapshot,
    RequestKind::tcc_commands,
    RequestKind::lookup_tccs,
    RequestKind::list_tccs,
    RequestKind::saga_commands,
    RequestKind::operate_sagas,
    RequestKind::list_sagas,
    RequestKind::answer_steps,
    RequestKind::take_work,
    RequestKind::list_participants,
    RequestKind::list_waiting_work,
    RequestKind::seal_secrets,
    RequestKind::forget_secrets,
};

std::size_t event_bytes(RequestKind kind) {
  if (kind == RequestKind::create_accounts) return sizeof(Account);
  if (kind == RequestKind::create_transfers) return sizeof(Transfer);
  if (kind == RequestKind::put_ledgers) return sizeof(Ledger);
  if (kind == RequestKind::change_accounts) return sizeof(AccountChange);
  if (kind == RequestKind::put_names) return sizeof(Name);
  if (kind == RequestKind::lookup_names) return sizeof(NameKey);
  if (appends_events(kind) || commands_sagas(kind)) return sizeof(DomainEvent);
  if (kind == RequestKind::bundle) return sizeof(Transfer);
  if (kind == RequestKind::put_checkpoints) return sizeof(EventCheckpoint);
  if (kind == RequestKind::tcc_commands) return sizeof(TccCommand);
  if (kind == RequestKind::answer_steps) return sizeof(StepAnswer);
  if (kind == RequestKind::take_work) return sizeof(WorkCredit);
  return sizeof(Uint128);
}

void read(std::uint8_t choice, std::span<const std::byte> body) {
  constexpr std::size_t choices = std::size(kinds) + 1;
  if (choice % choices == std::size(kinds)) {
    const auto hello = read_hello(body);
    if (hello.ok()) touch(hello.value().token.data(), hello.value().token.size());
    return;
  }
  const RequestKind kind = kinds[choice % choices];
  const auto request = read_request(kind, body);
  if (!request.ok()) {
    touch(request.error().words.data(), request.error().words.size());
    return;
  }
  if (request.value().event_count > limits::batch_events_max) std::abort();
  if (reinterpret_cast<std::uintptr_t>(request.value().events) % 8 != 0) std::abort();
  const std::size_t events = request.value().event_count - request.value().bundled.size();
  std::size_t bytes = events * event_bytes(kind);
  if (kind == RequestKind::read_events) bytes = sizeof(EventFilter);
  if (is_filtered(kind)) bytes = sizeof(QueryFilter);
  if (kind == RequestKind::query_operations) bytes = sizeof(OperationFilter);
  if (kind == RequestKind::subscribe) bytes = sizeof(Subscription);
  if (kind == RequestKind::rebuild) bytes = sizeof(RebuildFilter);
  if (kind == RequestKind::list_sagas) bytes = sizeof(SagaFilter);
  if (kind == RequestKind::seal_secrets) bytes = 0;  // Its texts are the payloads.
  touch(request.value().events, bytes);
  if (request.value().names.size() > limits::request_names_max) std::abort();
  if (reinterpret_cast<std::uintptr_t>(request.value().names.data()) % 8 != 0) std::abort();
  touch(request.value().names.data(), request.value().names.size_bytes());
  if (reinterpret_cast<std::uintptr_t>(request.value().bundled.data()) % 8 != 0) std::abort();
  touch(request.value().bundled.data(), request.value().bundled.size_bytes());
  touch(request.value().payloads.data(), request.value().payloads.size());
  touch(request.value().reason.data(), request.value().reason.size());
}

}  // namespace
}  // namespace daybook

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1 || size > daybook::fuzz_bytes_max) return -1;
  const daybook::AlignedInput body{{data + 1, size - 1}};
  daybook::read(data[0], body.bytes());
  return 0;
}

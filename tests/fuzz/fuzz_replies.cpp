// The client's readers: the first byte of the input chooses the message, the rest is its body.

#include "net/protocol/aggregate_messages.hpp"
#include "net/protocol/event_messages.hpp"
#include "net/protocol/participant_messages.hpp"
#include "net/protocol/rebuild_messages.hpp"
#include "net/protocol/replies.hpp"
#include "net/protocol/saga_messages.hpp"
#include "net/protocol/secret_messages.hpp"
#include "net/protocol/subscription_messages.hpp"
#include "net/protocol/tcc_messages.hpp"
#include "tests/fuzz/fuzz_input.hpp"

namespace daybook {
namespace {

template <typename Item>
void look_at(const Result<ItemsReplyMessage<Item>, BodyFault>& reply) {
  if (!reply.ok()) return;
  if (reinterpret_cast<std::uintptr_t>(reply.value().items.data()) % 8 != 0) std::abort();
  touch(reply.value().items.data(), reply.value().items.size_bytes());
  touch(reply.value().words.data(), reply.value().words.size());
}

// What a client makes of the records, too.
void look_at_operations(const Result<ItemsReplyMessage<std::uint64_t>, BodyFault>& reply) {
  look_at(reply);
  if (!reply.ok()) return;
  auto operations = read_operation_log(std::as_bytes(reply.value().items));
  if (!operations.ok()) return;
  std::vector<LoggedOperation> joined;
  join_pages(joined, std::move(operations).value());
  for (const LoggedOperation& operation : joined) {
    for (const LoggedFact& fact : operation.facts) {
      if (fact.bytes.size() < fact_bytes(fact.kind)) std::abort();
      touch(fact.bytes.data(), fact.bytes.size());
    }
    for (const LoggedRefusal& refusal : operation.refusals) {
      touch(refusal.event.data(), refusal.event.size());
    }
  }
}

void look_at_events(const Result<ItemsReplyMessage<std::uint64_t>, BodyFault>& reply) {
  look_at(reply);
  if (!reply.ok()) return;
  const auto events = read_event_records(std::as_bytes(reply.value().items));
  if (!events.ok()) return;
  for (const EventView& event : events.value()) {
    const std::size_t known =
        event.is_operation() ? sizeof(Operation) : fact_bytes(event.record.kind);
    if (event.fact.size() < known) std::abort();
    touch(event.fact.data(), event.fact.size());
    touch(event.payload.data(), event.payload.size());
  }
}

// As a participant does.
void look_at_work(const Result<ItemsReplyMessage<std::uint64_t>, BodyFault>& reply) {
  look_at(reply);
  if (!reply.ok()) return;
  const auto commands = read_work_records(std::as_bytes(reply.value().items));
  if (!commands) return;
  for (const WorkRecord& each : *commands) {
    touch(each.payload.data(), each.payload.size());
    const auto payload = read_work_payload(each.payload);
    if (!payload) continue;
    for (const WorkValue& value : payload->arguments) touch(value.text.data(), value.text.size());
    for (const WorkValue& value : payload->outputs) touch(value.text.data(), value.text.size());
  }
}

void look_at_rest(std::uint8_t choice, std::span<const std::byte> body);

void read(std::uint8_t choice, std::span<const std::byte> body) {
  switch (choice % 24) {
    case 0:
      return look_at(read_accounts_reply(body));
    case 1:
      return look_at(read_transfers_reply(body));
    case 2:
      return look_at(read_ledgers_reply(body));
    case 6:
      return look_at(read_holds_reply(body));
    case 7:
      return look_at(read_account_balances_reply(body));
    case 8:
      return look_at(read_trial_balance_reply(body));
    case 9:
      return look_at(read_names_reply(body));
    case 11:
      return look_at(read_accounts_at_reply(body));
    case 12:
      return look_at_operations(read_operations_reply(body));
    case 14:
      return look_at_events(read_event_batch(body));
    case 15:
      return look_at(read_checkpoints_reply(body));
    case 16:
      return look_at(read_orders_reply(body));
    case 21:
      return look_at_work(read_work_reply(body));
    case 22:
      return look_at(read_participants_reply(body));
    case 23:
      return look_at(read_secrets_reply(body));
    default:
      return look_at_rest(choice % 24, body);
  }
}

void look_at_rest(std::uint8_t choice, std::span<const std::byte> body) {
  switch (choice) {
    case 3:
      if (const auto reply = read_batch_reply(body); reply.ok()) {
        touch(reply.value().refusals.data(), reply.value().refusals.size_bytes());
        touch(reply.value().words.data(), reply.value().words.size());
      }
      return;
    case 4:
      if (const auto reply = read_digest_reply(body); reply.ok()) {
        touch(reply.value().words.data(), reply.value().words.size());
      }
      return;
    case 5:
      if (const auto reply = read_hello_reply(body); reply.ok()) {
        touch(reply.value().principal.data(), reply.value().principal.size());
        touch(reply.value().engine_version.data(), reply.value().engine_version.size());
      }
      return;
    case 10:
      if (const auto reply = read_events_reply(body); reply.ok()) {
        if (reinterpret_cast<std::uintptr_t>(reply.value().events.data()) % 8 != 0) std::abort();
        touch(reply.value().events.data(), reply.value().events.size_bytes());
        touch(reply.value().payloads.data(), reply.value().payloads.size());
        touch(reply.value().words.data(), reply.value().words.size());
      }
      return;
    case 13:
      if (const auto reply = read_rebuild_reply(body); reply.ok()) {
        const auto& differences = reply.value().differences;
        if (reinterpret_cast<std::uintptr_t>(differences.data()) % 8 != 0) std::abort();
        touch(differences.data(), differences.size_bytes());
        for (const RebuildDifference& each : differences) {
          touch(each.field().data(), each.field().size());
        }
        touch(reply.value().words.data(), reply.value().words.size());
      }
      return;
    case 17:
      if (const auto reply = read_payments_reply(body); reply.ok()) {
        if (reinterpret_cast<std::uintptr_t>(reply.value().payments.data()) % 8 != 0) std::abort();
        touch(reply.value().payments.data(), reply.value().payments.size_bytes());
        touch(reply.value().claims.data(), reply.value().claims.size_bytes());
        std::size_t claims = 0;
        for (const PaymentView& each : reply.value().payments) claims += each.claims;
        if (claims != reply.value().claims.size()) std::abort();  // The client trusts it.
      }
      return;
    case 19:
      if (const auto reply = read_tccs_reply(body); reply.ok()) {
        if (reinterpret_cast<std::uintptr_t>(reply.value().tccs.data()) % 8 != 0) std::abort();
        touch(reply.value().tccs.data(), reply.value().tccs.size_bytes());
        touch(reply.value().branches.data(), reply.value().branches.size_bytes());
        std::size_t branches = 0;
        for (const TccView& each : reply.value().tccs) branches += each.branch_count;
        const bool listed = reply.value().branches.empty();
        if (!listed && branches != reply.value().branches.size()) std::abort();  // As above.
      }
      return;
    case 20:
      return look_at(read_sagas_reply(body));
    default:
      if (const auto reply = read_error(body); reply.ok()) {
        touch(reply.value().words.data(), reply.value().words.size());
      }
  }
}

}  // namespace
}  // namespace daybook

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1 || size > daybook::fuzz_bytes_max) return -1;
  const daybook::AlignedInput body{{data + 1, size - 1}};
  daybook::read(data[0], body.bytes());
  return 0;
}

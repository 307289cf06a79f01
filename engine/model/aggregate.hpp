#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include "engine/base/limits.hpp"
#include "engine/model/domain_event.hpp"
#include "engine/model/ids.hpp"
#include "engine/model/operation.hpp"

/// Orders, payments and reconciliations: aggregates whose rules the engine keeps. A command is the
/// domain event that it asks for: the stream says which order, payment, run or difference, the
/// event's type what is to be done, and the payload how. So a command that is accepted stands in
/// the journal as it was asked for, with its version, and is read as any other event is.
///
/// Payload: CommandDetails (64 bytes, little-endian), then its text, which has no end mark:
///
///     0  subject_id   16 bytes    16  amount    16 bytes    32  transfer_id  16 bytes
///     48 quantity      8 bytes    56  ledger     4 bytes    60  flags         2 bytes
///     62 text_bytes    2 bytes    64  the text
///
/// Example, an order of 3 pieces of "tea" for 12.50 in ledger 978 (0x3d2): 16 zeros; e2 04 and 14
/// zeros; 16 zeros; 03 and 7 zeros; d2 03 00 00; 00 00; 03 00; 74 65 61: 67 bytes.

namespace daybook {

/// id_of("order") and id_of("payment").
[[nodiscard]] const Uint128& order_type() noexcept;
[[nodiscard]] const Uint128& payment_type() noexcept;
/// id_of("reconciliation"), of "reconciliation_run" and of "difference".
[[nodiscard]] const Uint128& reconciliation_type() noexcept;
[[nodiscard]] const Uint128& reconciliation_run_type() noexcept;
[[nodiscard]] const Uint128& difference_type() noexcept;

/// What may be asked of an aggregate. Numbers of this process only: elsewhere the event
/// type says it, id_of() of the name that to_string() gives.
enum class Command : std::uint8_t {
  order_create,
  order_pay,
  order_ship,
  order_complete,
  order_cancel,
  order_refund,  ///< What paid it was given back: it is no longer paid.
  payment_initiate,
  payment_authorise,
  payment_capture,
  payment_void,
  payment_fail,
  payment_settle,
  refund_request,
  refund_succeed,
  refund_fail,
  dispute_open,
  dispute_win,
  dispute_lose,
  reconciliation_define,
  approval_limit_set,
  run_create,
  run_import,  ///< This and the next ones: that the phase is done.
  run_validate,
  run_cut,
  run_sort,
  run_match,
  run_prove,
  run_review,
  run_close,
  run_fail,
  run_cancel,
  correction_propose,
  correction_approve,
  correction_reject,
  correction_fail,  ///< It was to be posted, and the ledger refused, or its saga did not do it.
  difference_assign,
  difference_reopen,
  correction_post,  ///< What was approved is done: its saga has come to its end.
};
inline constexpr std::size_t command_count = 38;

/// "OrderCreated" and so on: the text of its event type.
[[nodiscard]] std::string_view to_string(Command command) noexcept;
[[nodiscard]] const Uint128& event_type_of(Command command) noexcept;
[[nodiscard]] const Uint128& aggregate_type_of(Command command) noexcept;
/// Nothing where the aggregate of this type knows no such event.
[[nodiscard]] std::optional<Command> command_of(const Uint128& aggregate_type,
                                                const Uint128& event_type) noexcept;

/// Bits of CommandDetails::flags. Frozen: on the wire and in the journal.
namespace command_flag {
inline constexpr std::uint16_t final_capture = 1U << 0;  ///< Nothing more will be captured.
/// Of a limit: for corrections that nobody approves. Of an approval: nobody did.
inline constexpr std::uint16_t automatic = 1U << 1;
/// Of a proposal: it posts nothing, the difference is explained.
inline constexpr std::uint16_t accepts = 1U << 2;
/// Of a proposal: it posts nothing, the difference is only closed.
inline constexpr std::uint16_t force_closes = 1U << 3;
/// Of a proposal: what posts is a saga, which is started once the proposal is approved.
inline constexpr std::uint16_t starts_saga = 1U << 4;
inline constexpr std::uint16_t known =
    final_capture | automatic | accepts | force_closes | starts_saga;
}  // namespace command_flag

/// The beginning of a command's payload. 64 bytes. What a command does not use is 0.
///
/// Of reconciliations. `subject_id`: of a new run its reconciliation; of run_cut the run that it
/// carries on; of a proposal, its approval and its posting legs_hash() of what is posted, or
/// saga_start_hash() of the saga that posts it. `quantity`: of a limit
/// and a proposal the difference's code; of a new run the day, as 20260131; of run_cut the
/// sequence; of run_prove how many differences have to be dealt with. A proposal's, an assignment's
/// and an approval's run is the event's business_id.
struct CommandDetails {
  Uint128 subject_id{};  ///< Of pay: the payment; of initiate: the order; or the refund, dispute.
  Amount amount{};       ///< In the ledger's minor unit.
  TransferId
      transfer_id{};  ///< What of the same bundle moves what this is about; 0 = nothing does.
  std::uint64_t quantity = 0;
  LedgerId ledger{};
  std::uint16_t flags = 0;
  std::uint16_t text_bytes = 0;
};
static_assert(sizeof(CommandDetails) == 64 && std::is_trivially_copyable_v<CommandDetails>);
/// Of orders and payments.
inline constexpr std::size_t command_payload_bytes_max =
    sizeof(CommandDetails) + limits::command_text_bytes_max;
[[nodiscard]] std::size_t text_bytes_max_of(Command command) noexcept;

/// A command, taken out of its event.
struct ReadCommand {
  Command command{};
  CommandDetails details;
  std::string_view text;  ///< In the payload.
};
/// Nothing where the payload is none of a command's, or the event is of no aggregate of the
/// engine's. Any bytes are safe.
[[nodiscard]] std::optional<ReadCommand> read_command(const DomainEvent& event,
                                                      std::span<const std::byte> payload);

/// What is wrong with the payload of a command by itself; `created` if nothing. Requires:
/// fault_of(event) is created, and the event is of an aggregate of the engine's.
[[nodiscard]] AppendEventStatus fault_of_command(const DomainEvent& event,
                                                 std::span<const std::byte> payload);

/// Of whose streams a request may append events.
enum class EventScope : std::uint8_t {
  own,
  orders,
  payments,
  any,    ///< Of users, orders and payments.
  sagas,  ///< And of sagas: by their operations, which append all that their steps are about.
  reconciliations,  ///< What an operator may of reconciliations: runs and proposals.
  reviews,          ///< What a checker may: definitions, limits, approvals.
  automatic,        ///< Approvals that nobody gave.
};
[[nodiscard]] EventScope scope_of(RequestKind kind) noexcept;
/// Their events are commands.
[[nodiscard]] bool is_engine_aggregate(const Uint128& aggregate_type) noexcept;

/// As fault_of() of an event, and whether the request may append it: what is wrong with it without
/// a look into its payload.
[[nodiscard]] AppendEventStatus fault_of(const DomainEvent& event, EventScope scope);

/// The id that a command which creates something should have, so that it is good for one creation:
/// the first half of SHA-256 of the event type, the aggregate's id and the subject's (16 bytes
/// each, little-endian; the subject is 0 for orders and payments).
[[nodiscard]] Uint128 creation_id(Command command, const Uint128& aggregate_id,
                                  const Uint128& subject_id = {});

/// Appends the payload of a command to `payload` and says so in `event`, whose type and aggregate
/// type are set. Requires: text.size() <= text_bytes_max_of(command).
void put_command(Command command, CommandDetails details, std::string_view text, DomainEvent& event,
                 std::vector<std::byte>& payload);

}  // namespace daybook

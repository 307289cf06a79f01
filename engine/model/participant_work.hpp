#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include "engine/base/uint128.hpp"
#include "engine/model/ids.hpp"

/// What goes between the engine and participants: those who do the remote steps of sagas. A
/// participant asks for work (TakeWork), gets commands once they are durable as dispatched, and
/// answers each (AnswerSteps); an answer that was answered to is durable. All numbers are
/// little-endian. Frozen: on the wire.
///
/// Threads. Pure functions and values.

namespace daybook {

/// What is asked about a step.
enum class WorkOperation : std::uint8_t {
  do_ = 1,      ///< Do it; of a try: hold it ready.
  undo = 2,     ///< Undo what was done under `target`; of a try: let go of it.
  query = 3,    ///< What has become of `target`? Nothing is to be done.
  confirm = 4,  ///< Make final what was held ready under `target`.
};
[[nodiscard]] std::string_view to_string(WorkOperation operation) noexcept;

/// What has become of it. The first nine are as StepOutcome; which may answer which operation:
///
///     succeeded    do, confirm, undo, query   It has had its effect.
///     failed       do, confirm, undo, query   No effect, and there never will be one.
///     retry_later  do, confirm, undo          No effect, and it may be tried again later.
///     unknown      do, confirm, undo, query   The participant cannot tell.
///     lost         do, confirm, undo, query   It cannot, and has forgotten the key.
///     ok_empty     undo                       There was nothing to undo; a late do is refused.
///     never_seen   query
///     in_progress  query
///     cancelled    query                      It was undone before it was done.
///     released     do, confirm, undo          Given back, not begun: does not count as a try.
///     heartbeat    do, confirm, undo          It is at it: its time to answer begins anew.
enum class WorkOutcome : std::uint8_t {
  succeeded,
  failed,
  retry_later,
  unknown,
  lost,
  ok_empty,
  never_seen,
  in_progress,
  cancelled,
  released,
  heartbeat,
};
inline constexpr std::size_t work_outcome_count = 11;
[[nodiscard]] std::string_view to_string(WorkOutcome outcome) noexcept;
[[nodiscard]] std::optional<WorkOutcome> parse_work_outcome(std::string_view text) noexcept;
/// May this outcome answer this operation?
[[nodiscard]] bool may_answer(WorkOperation operation, WorkOutcome outcome) noexcept;

/// Bits of WorkCommand::flags.
namespace work_flag {
/// Of an undo: what it is about may never have been done. Then the answer is ok_empty, and `target`
/// must never be done afterwards, even if it comes late.
inline constexpr std::uint8_t allow_empty = 1U << 0;
inline constexpr std::uint8_t known = allow_empty;
}  // namespace work_flag

/// One thing that a participant is asked for. 128 bytes; its payload stands beside it, as with
/// domain events.
struct WorkCommand {
  /// The idempotency key: the same for each sending of the same thing, never used for another. Of a
  /// query it is that of `target`.
  Uint128 key;
  Uint128 target;  ///< Of undo, query and confirm: the key of what it is about; else 0.
  Uint128 saga;
  Uint128 type;  ///< id_of() the type, "bank.payout.v1".
  BusinessId business_id;
  TraceId trace_id;
  UserId user_id;
  /// When no answer counts as unknown: the lease. An answer may come later all the same.
  Timestamp due_at;
  std::uint32_t attempt = 0;  ///< Which sending it is, from 1.
  std::uint32_t payload_bytes = 0;
  std::uint8_t step = 0;  ///< Its place in the definition.
  WorkOperation operation = WorkOperation::do_;
  std::uint8_t flags = 0;
  std::uint8_t reserved[5] = {};
};
static_assert(sizeof(WorkCommand) == 128 && alignof(WorkCommand) == 8);
static_assert(std::is_trivially_copyable_v<WorkCommand>);

/// What a participant says of one command. 48 bytes; its payload stands beside it.
struct StepAnswer {
  Uint128 saga;  ///< This and the following as in the command.
  Uint128 key;
  std::uint32_t attempt = 0;
  std::uint32_t payload_bytes = 0;
  std::uint16_t code = 0;  ///< The participant's own, for people.
  std::uint8_t step = 0;
  WorkOperation operation = WorkOperation::do_;
  WorkOutcome outcome = WorkOutcome::succeeded;
  std::uint8_t reserved[3] = {};
};
static_assert(sizeof(StepAnswer) == 48 && alignof(StepAnswer) == 8);
static_assert(std::is_trivially_copyable_v<StepAnswer>);

/// How many commands of a type a participant would take now. 24 bytes.
struct WorkCredit {
  Uint128 type;
  std::uint32_t count = 0;
  std::uint32_t reserved = 0;
};
static_assert(sizeof(WorkCredit) == 24 && std::is_trivially_copyable_v<WorkCredit>);

/// How a participant is doing. 64 bytes.
struct ParticipantView {
  Uint128 id;                       ///< id_of() its name.
  std::uint64_t registered_at = 0;  ///< Nanoseconds since 1970: the newest registration.
  std::uint64_t waiting = 0;        ///< Commands that wait for it and nobody else.
  std::uint32_t in_flight = 0;      ///< Commands that it has and has not answered.
  std::uint32_t in_flight_max = 0;
  std::uint32_t credit = 0;       ///< Commands that it would take now.
  std::uint32_t unanswered = 0;   ///< Leases that ended, one after the other, without any answer.
  std::uint64_t rests_until = 0;  ///< Its circuit breaker is open until then; 0 = closed.
  std::uint8_t is_paused = 0;     ///< 1 = by an operator.
  std::uint8_t reserved[7] = {};
};
static_assert(sizeof(ParticipantView) == 64 && std::is_trivially_copyable_v<ParticipantView>);

/// How many commands of a type wait. 48 bytes.
struct WaitingWork {
  Uint128 type;  ///< 0: of types that the participants they must go to do no more.
  /// Who alone may have them, because they were sent there before; 0 = whoever does the type.
  Uint128 participant;
  std::uint64_t waiting = 0;
  /// Participants that may have them and do the type; of them, each counted once at most, those
  /// that an operator paused, whose circuit breaker is open, and who have as much as they may. The
  /// others do not ask for the type now.
  std::uint16_t doers = 0;
  std::uint16_t paused = 0;
  std::uint16_t resting = 0;
  std::uint16_t full = 0;
};
static_assert(sizeof(WaitingWork) == 48 && std::is_trivially_copyable_v<WaitingWork>);

/// StepAnswer::code of a participant whose step has a secret that was forgotten: its argument is
/// still sealed, so nothing was done. Its message begins with secret_forgotten_word.
inline constexpr std::uint16_t work_code_secret_forgotten = 65'001;
inline constexpr std::string_view secret_forgotten_word = "secret_forgotten";

/// What a value is. Numbers are those of the definition's ValueType.
enum class WorkValueType : std::uint8_t { account, money, secret, text, u64, id, timestamp, truth };
[[nodiscard]] std::string_view to_string(WorkValueType type) noexcept;

/// A named value: an argument, an output. Texts are somebody else's bytes.
struct WorkValue {
  std::string_view name;
  WorkValueType type = WorkValueType::u64;
  Uint128 id;                ///< Of account and id; of money: the amount.
  std::uint32_t ledger = 0;  ///< Of money.
  std::uint64_t number = 0;  ///< Of u64, timestamp and truth.
  std::string_view text;     ///< Of text and secret. A secret that is forgotten is still sealed.
};

/// A command's payload:
///
///     1 byte the length, then the text: the step's id; likewise its type; likewise the definition
///     4 bytes  the definition's version
///     values   the arguments
///     values   of undo, query and confirm: the outputs of what it is about, as far as it has any
///
/// values: 1 byte how many; each 1 byte the length of its name, the name, 1 byte the WorkValueType,
/// the value. account, id: 16 bytes. money: 16 bytes the amount, 4 the ledger. u64, timestamp,
/// truth: 8 bytes. text, secret: 2 bytes the length, then as many.
struct WorkPayload {
  std::string_view step;
  std::string_view type;
  std::string_view definition;
  std::uint32_t version = 0;
  std::vector<WorkValue> arguments;
  std::vector<WorkValue> outputs;
};
/// Any bytes are safe; nothing for bytes that are no such payload. Views are into `bytes`.
[[nodiscard]] std::optional<WorkPayload> read_work_payload(std::span<const std::byte> bytes);

/// An answer's payload:
///
///     2 bytes the length, then the text: the participant's own reference; likewise its message
///     values  of what succeeded: the outputs that the step declares, by name, in any order
///
/// or nothing at all.
struct AnswerPayload {
  std::string_view reference;          ///< At most limits::saga_text_bytes_max, as the next.
  std::string_view message;            ///< Why, for people.
  std::span<const std::byte> outputs;  ///< Values, or nothing at all.

  /// The output of this name; nothing where there is none.
  [[nodiscard]] std::optional<WorkValue> output(std::string_view name) const;
};
/// Any bytes are safe; nothing for bytes that are no such payload. Views are into `bytes`. Cost: no
/// allocation.
[[nodiscard]] std::optional<AnswerPayload> read_answer_payload(std::span<const std::byte> bytes);
/// Requires: texts within their limits; at most limits::saga_outputs_max outputs.
[[nodiscard]] std::vector<std::byte> answer_payload(std::string_view reference,
                                                    std::string_view message,
                                                    std::span<const WorkValue> outputs);

/// Walks the values of a payload one after the other, without memory of its own. Any bytes are
/// safe.
class WorkValueWalk {
 public:
  explicit WorkValueWalk(std::span<const std::byte> bytes) : left_{bytes} {}
  /// Of a list of values: how many follow. Nothing where there is none.
  [[nodiscard]] std::optional<std::uint8_t> count();
  [[nodiscard]] std::optional<WorkValue> next();
  /// A text behind its length in `length_bytes` (1 or 2).
  [[nodiscard]] std::optional<std::string_view> text(std::size_t length_bytes);
  [[nodiscard]] std::optional<std::uint32_t> number();
  [[nodiscard]] std::span<const std::byte> left() const { return left_; }

 private:
  template <typename T>
  [[nodiscard]] bool take(T& into);

  std::span<const std::byte> left_;
};

/// Appends one value as it stands in a list of values.
void put_work_value(std::vector<std::byte>& into, const WorkValue& value);

}  // namespace daybook

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/limits.hpp"
#include "engine/base/result.hpp"
#include "engine/base/uint128.hpp"
#include "engine/model/aggregate.hpp"
#include "engine/saga/document.hpp"

/// What a saga does, as it was written, checked and compiled: steps, their order, what undoes them.
/// README.md beside this file says how the JSON is written and what is refused.

namespace daybook {

/// A set of steps: bit i is the i-th step of the definition.
using StepSet = std::uint64_t;
static_assert(limits::saga_steps_max == 64, "a set of steps is one word");
[[nodiscard]] constexpr StepSet set_of(std::size_t step) { return StepSet{1} << step; }
[[nodiscard]] constexpr bool has(StepSet set, std::size_t step) {
  return (set & set_of(step)) != 0;
}

/// Where a step's index is meant and there is no such step.
inline constexpr std::uint8_t no_step = 0xff;

enum class StepKind : std::uint8_t {
  ledger_post,
  ledger_hold,
  ledger_capture,
  ledger_release,
  order_command,    ///< SagaStep::command says which.
  payment_command,  ///< Likewise.
  remote_call,
  remote_try,      ///< "remote.tcc" with a type: the try of a branch that somebody else keeps.
  remote_confirm,  ///< "remote.tcc" with `confirms`: what makes a try final.
  timer_wait,
  signal_wait,
  tcc_wait,  ///< For the decision of the TCC transaction that the saga is a branch of.
};

/// Ledger, order and payment steps: done with their entry, so their outcome is never unknown.
[[nodiscard]] constexpr bool is_local(StepKind kind) { return kind <= StepKind::payment_command; }
[[nodiscard]] constexpr bool is_remote(StepKind kind) {
  return kind >= StepKind::remote_call && kind <= StepKind::remote_confirm;
}
[[nodiscard]] constexpr bool is_wait(StepKind kind) { return kind >= StepKind::timer_wait; }

enum class StepClass : std::uint8_t {
  compensatable,  ///< Undone when the saga is.
  readonly,       ///< Has no effect, so nothing to undo.
  pivot,          ///< Cannot be undone; after it the saga only goes forward.
  retriable,      ///< After the pivot: tried until it is done, and may not fail.
};
[[nodiscard]] std::string_view to_string(StepClass step_class) noexcept;

/// What undoes a step.
enum class UndoAct : std::uint8_t {
  none,
  release_hold,      ///< Of a hold: void it.
  reverse_transfer,  ///< Of a post or a capture: the reversal.
  cancel_order,      ///< Of order.create.
  refund_order,      ///< Of order.pay: the order is no longer paid. One that is cancelled is done.
  end_payment,       ///< Of initiate and authorise: void it. One that has ended is done.
  refund_payment,    ///< Of payment.capture: a refund of what was captured.
  fail_refund,       ///< Of payment.refund_request.
  remote_undo,       ///< The participant's UNDO.
  remote_cancel,     ///< Of a try: the participant's CANCEL.
};
[[nodiscard]] std::string_view to_string(UndoAct act) noexcept;

/// What may be done when a step's tries are used up and its outcome is not known.
enum class OnExhausted : std::uint8_t { compensate, stuck };

/// How often and when something is tried. Milliseconds.
struct RetryPolicy {
  std::uint64_t initial_ms = 1'000;
  std::uint64_t cap_ms = 60'000;
  std::uint32_t factor = 2;
  std::uint32_t max = 1;  ///< Tries in all; 0 = without end.
  OnExhausted on_exhausted = OnExhausted::compensate;

  friend bool operator==(const RetryPolicy&, const RetryPolicy&) = default;
};

enum class ValueType : std::uint8_t {
  account,    ///< An account's id.
  money,      ///< An amount and its ledger.
  secret,     ///< A sealed text (model/sealed_text.hpp), which participants get opened.
  text,       ///< At most saga_text_bytes_max.
  u64,        ///< At most 2^63-1.
  id,         ///< 128 bits.
  timestamp,  ///< Nanoseconds since 1970.
  truth,      ///< Constants only.
};
[[nodiscard]] std::string_view to_string(ValueType type) noexcept;

struct SagaField {
  std::string name;
  ValueType type = ValueType::text;
};

enum class ArgumentSource : std::uint8_t {
  input,   ///< `$.name`: SagaDefinition::inputs[field].
  output,  ///< `$.step.name`: outputs[field] of steps[step], which is done before.
  name,    ///< `@name`: id_of(text).
  number,
  text,
  truth,  ///< `number` is 0 or 1.
};

/// One argument of a step: a constant, or where it comes from.
struct SagaArgument {
  std::string name;
  ArgumentSource source = ArgumentSource::number;
  ValueType type = ValueType::u64;
  std::uint8_t step = no_step;
  std::uint8_t field = 0;
  std::uint64_t number = 0;
  std::string text;
  Uint128 id;  ///< Of a name: id_of(text).
};

struct SagaStep {
  std::string id;
  std::string_view kind_text;  ///< "order.create"; lives as long as the program.
  StepKind kind = StepKind::ledger_post;
  StepClass step_class = StepClass::compensatable;
  UndoAct undo = UndoAct::none;  ///< What could undo it, whether or not its class asks for that.
  Command command = Command::order_create;  ///< Of order and payment steps.
  bool is_pending_credit = false;           ///< Of a hold: the other side is what it is for.
  std::uint8_t subject = no_step;      ///< The hold of a capture or release, the try of a confirm.
  std::uint8_t resolved_by = no_step;  ///< Of a hold or a try: the step whose subject it is.
  std::uint64_t timeout_ms = 0;        ///< Of remote steps and signals; 0 = none.
  std::uint64_t undo_timeout_ms = 0;
  std::uint64_t delay_ms = 0;  ///< Of a timer; 0 = it has an argument `until`.
  RetryPolicy retry;
  RetryPolicy undo_retry;
  std::string type;       ///< Of remote steps: what is asked for, "bank.payout.v1".
  std::string undo_type;  ///< Of remote steps that can be undone.
  Uint128 type_id;        ///< id_of() the type; of a confirmation, of its try's.
  Uint128 undo_type_id;
  std::string signal;
  std::vector<SagaField> outputs;  ///< Those of its kind, then those declared, by name.
  std::vector<SagaArgument> arguments;
  StepSet after = 0;        ///< Directly.
  StepSet ancestors = 0;    ///< All that is done before it.
  StepSet descendants = 0;  ///< All that waits for it.
};

/// A definition without faults.
///
/// Threads. Immutable once made; any may read.
struct SagaDefinition {
  std::string name;
  std::uint32_t version = 0;
  std::uint64_t deadline_ms = 0;  ///< 0 = none, which only sagas of local steps may have.
  bool is_all_local = false;      ///< Ledger, order and payment steps only: one entry.
  std::uint8_t pivot = no_step;
  std::string completed_event;    ///< Type of the domain event of a completed saga; may be empty.
  std::vector<SagaField> inputs;  ///< By name.
  std::vector<std::string> internal_accounts;
  std::vector<SagaStep> steps;
  std::vector<std::uint8_t> order;  ///< All steps, each behind those that it waits for.
  std::string canonical;            ///< The definition in its one way of writing.
  Uint128 hash;                     ///< XXH3-128 of it. (name, version, hash) pins a definition.
};

/// Reads, checks and compiles a definition. Any bytes are safe; no exception leaves.
/// Errors: every fault that could be found, in the order in which they were; never empty.
[[nodiscard]] Result<SagaDefinition, SagaFaults> read_definition(std::string_view json);

/// Outputs of type secret: what participants and signals bring stands in the journal as it came, so
/// no definition that has one is stored. One that was stored earlier can be read all the same.
[[nodiscard]] SagaFaults faults_of_secrets(const SagaDefinition& definition);

/// The same of a document that is read already.
[[nodiscard]] Result<SagaDefinition, SagaFaults> compile_definition(const DocumentValue& document);

/// The outputs that a step of this kind always has; remote steps and signals declare theirs.
[[nodiscard]] std::vector<SagaField> own_outputs(StepKind kind);

}  // namespace daybook

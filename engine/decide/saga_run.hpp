#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/model/aggregate.hpp"
#include "engine/model/status.hpp"
#include "engine/model/transfer.hpp"
#include "engine/saga/instance_machine.hpp"
#include "engine/saga/remote_ask.hpp"
#include "engine/saga/saga_payload.hpp"
#include "engine/saga/saga_table.hpp"

namespace daybook {

/// A command to an order or a payment that a step makes.
struct SagaCommand {
  Command command{};
  Uint128 aggregate_id;
  CommandDetails details;
  std::string_view text;
};

/// Up to two of them, in their order.
struct SagaCommands {
  std::array<SagaCommand, 2> items{};
  std::size_t count = 0;
};

/// One saga while the sequencer works on it: its progress as far as it has come, what happened
/// since it was begun with as records, and what its local steps ask for. The table stays as it is
/// until all of that is applied as one event.
///
/// Threads.  One.
/// Cost.     No allocation after construction.
class SagaRun {
 public:
  SagaRun();

  /// `at`: the timestamp of all that happens now. The table outlives the run, and does not change
  /// in between.
  void begin(const SagaTable& table, SagaSlot slot, Timestamp at);

  [[nodiscard]] const StoredDefinition& stored() const { return *stored_; }
  [[nodiscard]] const SagaStep& step(std::uint8_t at) const {
    return stored_->definition.steps[at];
  }
  [[nodiscard]] const SagaView& view() const { return table_->at(slot_); }
  [[nodiscard]] const SagaProgress& progress() const { return progress_; }
  [[nodiscard]] Timestamp at() const { return at_; }
  [[nodiscard]] std::span<const std::byte> records() const { return records_; }

  /// Something happened. `code`: as SagaRecord::code. `outputs`: of a step that succeeded.
  /// `created`, or why the machine does not take it, and nothing is changed.
  [[nodiscard]] AppendEventStatus try_take(SagaEvent event, std::uint16_t code,
                                           std::span<const std::byte> outputs);
  [[nodiscard]] bool take(const SagaEvent& event, std::uint16_t code,
                          std::span<const std::byte> outputs) {
    return try_take(event, code, outputs) == AppendEventStatus::created;
  }

  /// An event of a step that happens now.
  [[nodiscard]] SagaEvent event_of(SagaEventKind kind, std::uint8_t step) const;

  /// What is to be done now by somebody else, one action a step.
  [[nodiscard]] SagaActions remote_actions() const;

  /// What comes first of all that is due: things happen in the order in which they fell due, also
  /// where all of that is long past.
  enum class Next : std::uint8_t {
    nothing,  ///< It waits for others, or has ended.
    deadline,
    wait,        ///< A timer is over, or a signal has not come.
    lease,       ///< No answer of a participant has come.
    undo_lease,  ///< The same of an undo.
    action,
  };
  struct Due {
    Next what = Next::nothing;
    std::uint8_t step = no_step;  ///< Of waits and leases.
    SagaAction action;
  };
  /// And from then on it is the time at which that fell due. `sendable`: the remote steps that
  /// somebody would take now.
  [[nodiscard]] Due take_next_due(StepSet sendable);
  /// Of a wait that begins: when it is over; 0 = when somebody says so. Nothing: it cannot be told.
  [[nodiscard]] std::optional<std::uint64_t> wait_until(std::uint8_t step) const;

  /// What a step asks for. Nothing where it names an output that an operator did without.
  [[nodiscard]] std::optional<Transfer> transfer_of(std::uint8_t step) const;
  [[nodiscard]] std::optional<SagaCommand> command_of(std::uint8_t step) const;
  /// What undoes a step that has succeeded. Nothing as above.
  [[nodiscard]] std::optional<Transfer> undo_transfer_of(std::uint8_t step) const;
  [[nodiscard]] std::optional<SagaCommands> undo_commands_of(std::uint8_t step) const;
  /// What a participant gets with a command: WorkPayload's bytes. An argument that names an output
  /// which an operator did without is left out.
  void put_work_payload(const RemoteAsk& ask, std::uint8_t step,
                        std::vector<std::byte>& into) const;

 private:
  /// The first thing that can be done now.
  [[nodiscard]] std::optional<SagaAction> next_action(StepSet sendable) const;
  /// Of all that is waited for, what is over first; `what` is nothing when nothing is.
  [[nodiscard]] Due due_wait(std::uint64_t& due_at) const;
  [[nodiscard]] bool deadline_is_due() const;
  [[nodiscard]] const SagaArgument* argument(std::uint8_t step, std::string_view name) const;
  [[nodiscard]] std::optional<SagaValue> value_of(const SagaArgument& argument) const;
  [[nodiscard]] std::optional<SagaValue> value(std::uint8_t step, std::string_view name) const;
  [[nodiscard]] std::span<const std::byte> outputs_of(std::uint8_t step) const;
  [[nodiscard]] std::optional<TransferId> made_by(std::uint8_t step) const;
  [[nodiscard]] Transfer blank_transfer() const;
  [[nodiscard]] bool fill(std::uint8_t step, SagaCommand& command) const;

  const SagaTable* table_ = nullptr;
  const StoredDefinition* stored_ = nullptr;
  SagaSlot slot_ = no_saga;
  Timestamp at_;
  std::uint64_t reached_ = 0;  // When what happens now fell due.
  SagaProgress progress_;
  std::vector<std::byte> records_;
};

}  // namespace daybook

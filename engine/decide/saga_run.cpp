#include "engine/decide/saga_run.hpp"

#include <algorithm>
#include <cstring>

#include "engine/base/hash.hpp"
#include "engine/decide/decide_saga_command.hpp"
#include "engine/model/participant_work.hpp"

namespace daybook {
namespace {

// Of the largest definition: four records a step and their outputs.
constexpr std::size_t records_bytes_max =
    (4 * limits::saga_steps_max + 2) * sizeof(SagaRecord) +
    limits::saga_steps_max * (limits::saga_outputs_max + 4) * saga_value_bytes_max;

constexpr std::uint64_t ns_per_ms = 1'000'000;
constexpr std::uint16_t default_code = 1;

// In the journal's records; nobody can foresee it, and replay reads it.
std::uint32_t jitter_of(const Uint128& saga, std::uint64_t version, std::uint8_t step) {
  const std::uint64_t mixed = mix(saga, version * limits::saga_steps_max + step);
  return static_cast<std::uint32_t>(mixed >> 32U);
}

bool is_text_name(std::string_view name) {
  return name == "sku" || name == "tracking" || name == "reason" || name == "method" ||
         name == "reference";
}

}  // namespace

SagaRun::SagaRun() { records_.reserve(records_bytes_max); }

void SagaRun::begin(const SagaTable& table, SagaSlot slot, Timestamp at) {
  table_ = &table;
  slot_ = slot;
  at_ = at;
  reached_ = at.value();
  stored_ = &table.definition_of(slot);
  table.load(slot, progress_);
  records_.clear();
}

SagaEvent SagaRun::event_of(SagaEventKind kind, std::uint8_t step) const {
  SagaEvent event;
  event.kind = kind;
  event.step = step;
  event.at = at_.value();
  if (step == no_step) return event;
  const bool undoes = kind == SagaEventKind::undo_result;
  const TryProgress& tried = undoes ? progress_.steps[step].undo : progress_.steps[step].forward;
  event.attempt = kind == SagaEventKind::dispatched || kind == SagaEventKind::undo_dispatched
                      ? 0
                      : tried.attempts;
  return event;
}

AppendEventStatus SagaRun::try_take(SagaEvent event, std::uint16_t code,
                                    std::span<const std::byte> outputs) {
  const bool waits = event.outcome == StepOutcome::retry_later ||
                     event.outcome == StepOutcome::unknown ||
                     event.outcome == StepOutcome::in_progress;
  if (waits) {
    event.jitter = jitter_of(view().id, view().version + 1, event.step);
  }
  const auto decided = decide_saga(stored_->definition, progress_, event);
  if (!decided.ok()) return status_of(decided.error().kind);
  if (decided.value().effect != SagaTransition::Effect::changed) {
    return AppendEventStatus::saga_unchanged;
  }
  apply_transition(progress_, decided.value());
  SagaRecord record = record_of(event);
  if (code != 0) record.code = code;
  record.output_bytes = static_cast<std::uint16_t>(outputs.size());
  const auto head = std::as_bytes(std::span{&record, 1});
  records_.insert(records_.end(), head.begin(), head.end());
  records_.insert(records_.end(), outputs.begin(), outputs.end());
  return AppendEventStatus::created;
}

std::optional<SagaAction> SagaRun::next_action(StepSet sendable) const {
  const SagaActions actions = list_actions(stored_->definition, progress_);
  const auto all = actions.all();
  const auto found = std::find_if(all.begin(), all.end(), [&](const SagaAction& action) {
    const bool is_possible = !is_remote(step(action.step).kind) || has(sendable, action.step);
    return is_possible && action.not_before <= at_.value();
  });
  return found == all.end() ? std::nullopt : std::optional{*found};
}

SagaActions SagaRun::remote_actions() const {
  SagaActions remote;
  const SagaActions actions = list_actions(stored_->definition, progress_);
  for (const SagaAction& action : actions.all()) {
    if (is_remote(step(action.step).kind) && action.not_before <= at_.value()) remote.add(action);
  }
  return remote;
}

SagaRun::Due SagaRun::due_wait(std::uint64_t& due_at) const {
  Due first;
  const auto consider = [&](Next what, std::uint8_t at, std::uint64_t when) {
    if (when == 0 || when > at_.value() || when >= due_at) return;
    first = {.what = what, .step = at, .action = {}};
    due_at = when;
  };
  for (std::uint8_t at = 0; at < progress_.head.step_count; ++at) {
    const StepProgress& each = progress_.steps[at];
    const StepKind kind = step(at).kind;
    const bool is_out = each.state == StepState::dispatched || each.is(step_flag::asking);
    if (is_out && is_wait(kind)) consider(Next::wait, at, each.forward.next_at);
    if (!is_remote(kind)) continue;
    if (is_out) consider(Next::lease, at, each.forward.next_at);
    if (each.compensation == CompensationState::dispatched) {
      consider(Next::undo_lease, at, each.undo.next_at);
    }
  }
  return first;
}

bool SagaRun::deadline_is_due() const {
  const SagaHead& head = progress_.head;
  return head.status == SagaStatus::running && head.deadline_at != 0 &&
         head.deadline_at <= at_.value() && !head.is(saga_flag::deadline_passed);
}

SagaRun::Due SagaRun::take_next_due(StepSet sendable) {
  constexpr std::uint64_t never = ~std::uint64_t{0};
  if (is_end(progress_.head.status)) return {};
  std::uint64_t wait_at = never;
  const Due wait = due_wait(wait_at);
  const auto action = next_action(sendable);
  const std::uint64_t action_at = !action                   ? never
                                  : action->not_before == 0 ? reached_
                                                            : action->not_before;
  const std::uint64_t deadline_at = deadline_is_due() ? progress_.head.deadline_at : never;
  const std::uint64_t first = std::min({wait_at, action_at, deadline_at});
  if (first == never) return {};
  reached_ = first;
  if (deadline_at == first) return {.what = Next::deadline, .step = no_step, .action = {}};
  if (wait_at == first) return wait;
  return {.what = Next::action, .step = no_step, .action = *action};
}

std::optional<std::uint64_t> SagaRun::wait_until(std::uint8_t at) const {
  const SagaStep& waits = step(at);
  if (waits.kind == StepKind::tcc_wait) return 0;
  const auto in = [&](std::uint64_t ms) {
    return std::min(at_.value() + ms * ns_per_ms, limits::timestamp_max);
  };
  if (waits.kind == StepKind::signal_wait) return waits.timeout_ms == 0 ? 0 : in(waits.timeout_ms);
  if (waits.delay_ms != 0) return in(waits.delay_ms);
  const auto until = value(at, "until");
  if (!until) return std::nullopt;
  return std::max<std::uint64_t>(until->number, 1);
}

const SagaArgument* SagaRun::argument(std::uint8_t at, std::string_view name) const {
  const auto& arguments = step(at).arguments;
  const auto found = std::find_if(arguments.begin(), arguments.end(),
                                  [name](const SagaArgument& each) { return each.name == name; });
  return found == arguments.end() ? nullptr : &*found;
}

// What happened now is not in the table yet.
std::span<const std::byte> SagaRun::outputs_of(std::uint8_t at) const {
  SagaRecordReader reader{records_};
  while (const auto read = reader.next()) {
    if (read->record.step == at && brings_outputs(read->record) && !read->outputs.empty()) {
      return read->outputs;
    }
  }
  return table_->outputs(slot_, at);
}

std::optional<SagaValue> SagaRun::value_of(const SagaArgument& argument) const {
  SagaValue value;
  value.type = argument.type;
  switch (argument.source) {
    case ArgumentSource::input:
      return value_at(stored_->definition.inputs, table_->inputs(slot_), argument.field);
    case ArgumentSource::output: {
      const auto outputs = outputs_of(argument.step);
      if (outputs.empty()) return std::nullopt;
      return value_at(step(argument.step).outputs, outputs, argument.field);
    }
    case ArgumentSource::name:
      value.id = argument.id;
      return value;
    case ArgumentSource::number:
    case ArgumentSource::truth:
      value.number = argument.number;
      return value;
    case ArgumentSource::text:
      value.text = argument.text;
      return value;
  }
  return std::nullopt;
}

std::optional<SagaValue> SagaRun::value(std::uint8_t at, std::string_view name) const {
  const SagaArgument* const found = argument(at, name);
  return found == nullptr ? std::nullopt : value_of(*found);
}

std::optional<TransferId> SagaRun::made_by(std::uint8_t at) const {
  const auto outputs = outputs_of(at);
  if (outputs.empty()) return std::nullopt;
  return TransferId{value_at(step(at).outputs, outputs, 0).id};
}

Transfer SagaRun::blank_transfer() const {
  Transfer transfer;
  transfer.business_id = view().business_id;
  transfer.trace_id = view().trace_id;
  transfer.user_id = view().user_id;
  return transfer;
}

std::optional<Transfer> SagaRun::transfer_of(std::uint8_t at) const {
  const SagaStep& asks = step(at);
  Transfer transfer = blank_transfer();
  if (asks.kind == StepKind::ledger_capture || asks.kind == StepKind::ledger_release) {
    const auto hold = made_by(asks.subject);
    if (!hold) return std::nullopt;
    transfer.pending_id = *hold;
    transfer.flags = transfer_flag::void_pending_transfer;
    if (asks.kind == StepKind::ledger_capture) {
      transfer.flags = transfer_flag::post_pending_transfer;
      transfer.amount = Amount{Uint128{u128_max}};  // All that is held.
    }
    return transfer;
  }
  const auto from = value(at, "from");
  const auto to = value(at, "to");
  const auto amount = value(at, "amount");
  if (!from || !to || !amount) return std::nullopt;
  transfer.debit_account_id = AccountId{from->id};
  transfer.credit_account_id = AccountId{to->id};
  const bool is_money = amount->type == ValueType::money;
  transfer.amount = Amount{is_money ? amount->id : Uint128{u128{amount->number}}};
  transfer.ledger = amount->ledger;
  if (argument(at, "ledger") != nullptr) {
    const auto ledger = value(at, "ledger");
    if (!ledger) return std::nullopt;
    transfer.ledger = LedgerId{static_cast<std::uint32_t>(ledger->number)};
  }
  transfer.code = Code{default_code};
  if (argument(at, "code") != nullptr) {
    const auto code = value(at, "code");
    if (!code) return std::nullopt;
    transfer.code = Code{static_cast<std::uint16_t>(code->number)};
  }
  if (asks.kind == StepKind::ledger_hold) transfer.flags = transfer_flag::pending;
  return transfer;
}

std::optional<Transfer> SagaRun::undo_transfer_of(std::uint8_t at) const {
  const auto made = made_by(at);
  if (!made) return std::nullopt;
  Transfer transfer = blank_transfer();
  transfer.pending_id = *made;
  transfer.flags = step(at).undo == UndoAct::release_hold ? transfer_flag::void_pending_transfer
                                                          : transfer_flag::reversal;
  return transfer;
}

// By the names of the arguments: what a command is about is one of them.
bool SagaRun::fill(std::uint8_t at, SagaCommand& command) const {
  const bool of_order = aggregate_type_of(command.command) == order_type();
  CommandDetails& details = command.details;
  for (const SagaArgument& each : step(at).arguments) {
    const auto found = value_of(each);
    if (!found) return false;
    if (each.name == "order" || each.name == "payment") {
      const bool is_its_own = of_order == (each.name == "order");
      (is_its_own ? command.aggregate_id : details.subject_id) = found->id;
    } else if (each.name == "refund" || each.name == "dispute") {
      details.subject_id = found->id;
    } else if (each.name == "amount") {
      const bool is_money = found->type == ValueType::money;
      details.amount = Amount{is_money ? found->id : Uint128{u128{found->number}}};
      const bool names_ledger =
          command.command == Command::order_create || command.command == Command::payment_initiate;
      if (is_money && names_ledger) details.ledger = found->ledger;
    } else if (each.name == "ledger") {
      details.ledger = LedgerId{static_cast<std::uint32_t>(found->number)};
    } else if (each.name == "quantity") {
      details.quantity = found->number;
    } else if (each.name == "transfer") {
      details.transfer_id = TransferId{found->id};
    } else if (each.name == "final") {
      details.flags = found->number != 0 ? command_flag::final_capture : std::uint16_t{0};
    } else if (is_text_name(each.name)) {
      command.text = found->text;
    }
  }
  return true;
}

std::optional<SagaCommand> SagaRun::command_of(std::uint8_t at) const {
  SagaCommand command;
  command.command = step(at).command;
  return fill(at, command) ? std::optional{command} : std::nullopt;
}

std::optional<SagaCommands> SagaRun::undo_commands_of(std::uint8_t at) const {
  const auto done = command_of(at);
  if (!done) return std::nullopt;
  SagaCommand undo;
  undo.aggregate_id = done->aggregate_id;
  undo.text = "its saga went back";
  SagaCommands commands;
  switch (step(at).undo) {
    case UndoAct::cancel_order:
      undo.command = Command::order_cancel;
      break;
    case UndoAct::refund_order:
      undo.command = Command::order_refund;
      undo.details.subject_id = done->details.subject_id;
      break;
    case UndoAct::end_payment:
      undo.command = Command::payment_void;
      break;
    case UndoAct::fail_refund:
      undo.command = Command::refund_fail;
      undo.details.subject_id = done->details.subject_id;
      break;
    case UndoAct::refund_payment:
      // Nothing was captured by a capture that only ended the capturing.
      if (done->details.amount.value().is_zero()) return commands;
      undo.command = Command::refund_request;
      undo.details.subject_id =
          saga_made_id(view().id, at, SagaOperation::undo, progress_.steps[at].undo.round, ~0U);
      undo.details.amount = done->details.amount;
      commands.items[commands.count++] = undo;
      undo.command = Command::refund_succeed;
      undo.details.amount = {};
      break;
    case UndoAct::none:
    case UndoAct::release_hold:
    case UndoAct::reverse_transfer:
    case UndoAct::remote_undo:
    case UndoAct::remote_cancel:
      return std::nullopt;
  }
  commands.items[commands.count++] = undo;
  return commands;
}

namespace {

WorkValue work_value(std::string_view name, const SagaValue& value) {
  return {.name = name,
          .type = static_cast<WorkValueType>(value.type),
          .id = value.id,
          .ledger = value.ledger.value(),
          .number = value.number,
          .text = value.text};
}

void put_short_text(std::vector<std::byte>& into, std::string_view text) {
  into.push_back(static_cast<std::byte>(text.size()));
  const auto bytes = std::as_bytes(std::span{text.data(), text.size()});
  into.insert(into.end(), bytes.begin(), bytes.end());
}

}  // namespace

void SagaRun::put_work_payload(const RemoteAsk& ask, std::uint8_t at,
                               std::vector<std::byte>& into) const {
  into.clear();
  const SagaDefinition& definition = stored_->definition;
  put_short_text(into, step(at).id);
  put_short_text(into, ask.type_text);
  put_short_text(into, definition.name);
  const std::uint32_t version = definition.version;
  const auto version_bytes = std::as_bytes(std::span{&version, 1});
  into.insert(into.end(), version_bytes.begin(), version_bytes.end());
  const std::size_t count_at = into.size();
  into.push_back(std::byte{0});
  std::uint8_t count = 0;
  for (const SagaArgument& each : step(ask.arguments_of).arguments) {
    const auto value = value_of(each);
    if (!value) continue;
    put_work_value(into, work_value(each.name, *value));
    ++count;
  }
  into[count_at] = static_cast<std::byte>(count);
  const auto outputs = outputs_of(ask.arguments_of);
  const auto& fields = step(ask.arguments_of).outputs;
  const bool has_outputs = ask.operation != WorkOperation::do_ && !outputs.empty();
  into.push_back(static_cast<std::byte>(has_outputs ? fields.size() : 0));
  if (!has_outputs) return;
  SagaValueReader reader{outputs};
  for (const SagaField& field : fields) {
    const auto value = reader.next(field.type);
    if (value) put_work_value(into, work_value(field.name, *value));
  }
}

}  // namespace daybook

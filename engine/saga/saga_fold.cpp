#include "engine/saga/saga_fold.hpp"

#include "engine/base/hash.hpp"
#include "engine/base/utf8.hpp"
#include "engine/saga/instance_machine.hpp"
#include "engine/saga/saga_payload.hpp"

namespace daybook {
namespace {

constexpr const char* out_of_turn = "something happens to a saga out of turn";

const char* take(const SagaDefinition& definition, const SagaEvent& event, SagaProgress& progress) {
  const auto decided = decide_saga(definition, progress, event);
  if (!decided.ok()) return out_of_turn;
  if (decided.value().effect != SagaTransition::Effect::changed) {
    return "a saga is told what it knows";
  }
  apply_transition(progress, decided.value());
  return nullptr;
}

const char* fold_start(const SagaDefinition& definition, const DomainEvent& event,
                       std::span<const std::byte> payload, SagaProgress& progress) {
  const auto started = read_started(payload);
  if (!started || started->definition != definition.hash ||
      !are_values_of(definition.inputs, started->inputs)) {
    return "a saga starts with what its definition does not ask for";
  }
  return take(definition, start_event(definition, xxh3_128(payload), event.timestamp), progress);
}

const char* fold_signal(const SagaDefinition& definition, const DomainEvent& event,
                        std::span<const std::byte> payload, SagaProgress& progress) {
  const auto signalled = read_signalled(payload);
  if (!signalled) return "a signal has no name";
  StepSet awaited = steps_awaiting(definition, progress, signalled->signal);
  if (awaited == 0) return "a signal comes that nothing waits for";
  for (; awaited != 0; awaited &= awaited - 1) {
    const auto step = static_cast<std::uint8_t>(__builtin_ctzll(awaited));
    if (!are_values_of(outputs_of_signal(definition.steps[step]), signalled->outputs)) {
      return "a signal brings what its step does not declare";
    }
    const auto fault = take(definition, signal_event(progress, step, event.timestamp), progress);
    if (fault != nullptr) return fault;
  }
  return nullptr;
}

// Behind a record of a step: its outputs where it has succeeded, which a participant may have
// failed to bring; a participant's words where it has not.
bool may_follow(const SagaStep& step, const SagaEvent& event, std::span<const std::byte> bytes) {
  const bool of_remote = is_remote(step.kind);
  if (brings_outputs(event.kind, event.outcome)) {
    return are_values_of(step.outputs, bytes) || (of_remote && bytes.empty());
  }
  if (bytes.empty()) return true;
  const bool answers = event.kind == SagaEventKind::result ||
                       event.kind == SagaEventKind::answered ||
                       event.kind == SagaEventKind::undo_result;
  return of_remote && answers && bytes.size() <= limits::saga_text_bytes_max &&
         is_printable_utf8({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

const char* fold_advance(const SagaDefinition& definition, const DomainEvent& event,
                         std::span<const std::byte> payload, SagaProgress& progress) {
  if (payload.empty()) return "a saga advances by nothing";
  SagaRecordReader reader{payload};
  while (const auto read = reader.next()) {
    const auto happened = event_of(read->record, event.timestamp);
    if (!happened) return "a record of a saga has no meaning";
    if (happened->step != no_step && happened->step >= definition.steps.size()) return out_of_turn;
    const bool outputs_fit =
        happened->step == no_step
            ? read->outputs.empty()
            : may_follow(definition.steps[happened->step], *happened, read->outputs);
    if (!outputs_fit) return "a step brings what it does not declare";
    if (const auto fault = take(definition, *happened, progress)) return fault;
  }
  return reader.at_end() ? nullptr : "a record of a saga ends too early";
}

}  // namespace

StepSet steps_awaiting(const SagaDefinition& definition, const SagaProgress& progress,
                       std::string_view signal) {
  StepSet awaiting = 0;
  for (std::size_t at = 0; at < progress.head.step_count; ++at) {
    const SagaStep& step = definition.steps[at];
    if (step.kind == StepKind::signal_wait && step.signal == signal &&
        progress.steps[at].state == StepState::dispatched) {
      awaiting |= set_of(at);
    }
  }
  return awaiting;
}

SagaEvent signal_event(const SagaProgress& progress, std::uint8_t step, Timestamp at) {
  SagaEvent event;
  event.kind = SagaEventKind::result;
  event.step = step;
  event.attempt = progress.steps[step].forward.attempts;
  event.at = at.value();
  return event;
}

bool may_bring(const SagaDefinition& definition, const SagaProgress& progress, const SagaEvent& act,
               std::span<const std::byte> outputs) {
  if (outputs.empty()) return true;
  if (act.step >= definition.steps.size()) return false;
  const SagaStep& step = definition.steps[act.step];
  const bool is_of_others = is_remote(step.kind) || step.kind == StepKind::signal_wait;
  return is_of_others && progress.head.stuck != StuckReason::backward &&
         are_values_of(step.outputs, outputs);
}

const char* fold_saga(const SagaDefinition& definition, const DomainEvent& event,
                      std::span<const std::byte> payload, SagaProgress& progress) {
  const auto news = saga_news_of(event.aggregate_type, event.event_type);
  if (!news || *news == SagaNews::defined || is_of_participants(*news)) {
    return "a saga has an event of no kind of its own";
  }
  if ((*news == SagaNews::started) != (progress.head.status == SagaStatus::none)) {
    return "a saga starts twice, or never";
  }
  SagaEvent asked;
  asked.at = event.timestamp.value();
  switch (*news) {
    case SagaNews::defined:
    case SagaNews::participant_put:
    case SagaNews::participant_paused:
    case SagaNews::participant_resumed:
      break;
    case SagaNews::started:
      return fold_start(definition, event, payload, progress);
    case SagaNews::cancel_requested:
      asked.kind = SagaEventKind::cancel;
      return payload.empty() ? take(definition, asked, progress) : "a cancelling has a payload";
    case SagaNews::signalled:
      return fold_signal(definition, event, payload, progress);
    case SagaNews::operated: {
      const auto operated = read_operated(payload);
      if (!operated) return "an operator's act has no meaning";
      if (!may_bring(definition, progress, *operated, operated_outputs(payload))) {
        return "an operator brings what the step does not declare";
      }
      asked = *operated;
      asked.at = event.timestamp.value();
      return take(definition, asked, progress);
    }
    case SagaNews::advanced:
      return fold_advance(definition, event, payload, progress);
    case SagaNews::forgotten:
      return is_end(progress.head.status) && payload.empty() ? nullptr
                                                             : "a saga is forgotten that goes on";
  }
  return out_of_turn;
}

}  // namespace daybook

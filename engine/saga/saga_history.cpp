#include "engine/saga/saga_history.hpp"

#include <fmt/format.h>

#include "engine/model/status.hpp"
#include "engine/saga/saga_fold.hpp"
#include "engine/saga/saga_payload.hpp"

namespace daybook {
namespace {

bool is_of_undo(SagaEventKind kind) {
  return kind == SagaEventKind::undo_dispatched || kind == SagaEventKind::undo_released ||
         kind == SagaEventKind::undo_result || kind == SagaEventKind::undo_extended;
}

SagaUntil until(std::uint64_t at, std::string_view what) {
  return at == 0 ? SagaUntil{} : SagaUntil{Timestamp{at}, what};
}

std::string dispatch_words(const SagaStep& step) {
  if (step.kind == StepKind::timer_wait) return "its time runs";
  if (step.kind == StepKind::signal_wait) return fmt::format("waits for signal {}", step.signal);
  if (step.kind == StepKind::tcc_wait) return "waits for its transaction's decision";
  return is_remote(step.kind) ? "sent" : "begun";
}

std::string_view unheard(StepKind kind) {
  if (kind == StepKind::timer_wait) return "over";
  return kind == StepKind::signal_wait ? "given up" : "counts as unknown";
}

bool goes_wrong(const SagaEvent& event) {
  const bool is_answer = event.kind == SagaEventKind::result ||
                         event.kind == SagaEventKind::answered ||
                         event.kind == SagaEventKind::undo_result;
  return is_answer && event.outcome != StepOutcome::succeeded &&
         event.outcome != StepOutcome::ok_empty && event.outcome != StepOutcome::in_progress;
}

// Why it is so: by the engine's rules, or in a participant's own words.
std::string with_reason(const SagaStep& step, std::string_view words, std::uint16_t code,
                        std::string_view message) {
  std::string all{words};
  if (!is_remote(step.kind)) {
    return code == 0 ? all : fmt::format("{}: {}", words, refusal_text(step.kind, code));
  }
  if (!message.empty()) all += fmt::format(": {}", message);
  return code == 0 ? all : fmt::format("{} (code {})", all, code);
}

std::string outcome_words(const SagaStep& step, StepOutcome outcome, std::uint16_t code,
                          std::string_view message) {
  const auto with_code = [&](std::string_view words) {
    return with_reason(step, words, code, message);
  };
  if (step.kind == StepKind::tcc_wait) {
    return outcome == StepOutcome::succeeded ? "its transaction is confirmed"
                                             : "its transaction is cancelled";
  }
  switch (outcome) {
    case StepOutcome::succeeded:
      return "succeeded";
    case StepOutcome::failed:
      return with_code("failed");
    case StepOutcome::retry_later:
      return with_code("not done");
    case StepOutcome::unknown:
      return message.empty() && code == 0 ? "no answer in time"
                                          : with_code("its participant cannot tell");
    case StepOutcome::lost:
      return "no answer, and its participant no longer knows it";
    case StepOutcome::ok_empty:
      return "there was nothing to undo";
    case StepOutcome::never_seen:
      return "its participant has never seen it";
    case StepOutcome::in_progress:
      return "its participant is still at it";
    case StepOutcome::cancelled:
      return "undone before it was done";
  }
  return "unknown outcome";
}

std::string undo_words(const SagaStep& step, StepOutcome outcome, std::uint16_t code,
                       std::string_view message) {
  if (outcome == StepOutcome::succeeded) return fmt::format("undone: {}", to_string(step.undo));
  if (outcome == StepOutcome::ok_empty) return outcome_words(step, outcome, code, message);
  if (outcome == StepOutcome::failed) {
    return with_reason(step, "its undo was refused", code, message);
  }
  return "its undo: " + outcome_words(step, outcome, code, message);
}

std::string record_words(const SagaStep& step, const SagaEvent& event, std::uint16_t code,
                         std::string_view message) {
  std::string words;
  switch (event.kind) {
    case SagaEventKind::dispatched:
      words = dispatch_words(step);
      break;
    case SagaEventKind::undo_dispatched:
      words = is_remote(step.kind) ? "its undo is sent" : "its undo is begun";
      break;
    case SagaEventKind::released:
    case SagaEventKind::undo_released:
      words = "given back by its participant, not begun";
      break;
    case SagaEventKind::asked:
      words = "its participant is asked what became of it";
      break;
    case SagaEventKind::result:
    case SagaEventKind::answered:
      words = outcome_words(step, event.outcome, code, message);
      break;
    case SagaEventKind::undo_result:
      words = undo_words(step, event.outcome, code, message);
      break;
    case SagaEventKind::extended:
    case SagaEventKind::undo_extended:
      words = "its participant is still at it";
      break;
    case SagaEventKind::started:
    case SagaEventKind::deadline:
    case SagaEventKind::cancel:
    case SagaEventKind::operator_retry:
    case SagaEventKind::operator_resolve:
    case SagaEventKind::operator_skip:
    case SagaEventKind::operator_force:
    case SagaEventKind::operator_close:
    case SagaEventKind::operator_kick:
      return std::string{to_string(event.kind)};
  }
  if (event.attempt > 1) words += fmt::format(", attempt {}", event.attempt);
  return words;
}

std::string act_words(const SagaEvent& act, bool brings_outputs) {
  if (act.kind == SagaEventKind::operator_resolve) {
    return fmt::format("an operator knows that it {}{}", to_string(act.outcome),
                       brings_outputs ? ", and what it has brought" : "");
  }
  if (act.kind == SagaEventKind::operator_retry) return "an operator has it tried again";
  if (act.kind == SagaEventKind::operator_skip) return "an operator skips it";
  if (act.kind == SagaEventKind::operator_kick) return "an operator ends the wait";
  if (act.kind == SagaEventKind::operator_force) return "an operator has it undone";
  return "an operator closes it";
}

std::string change_words(const SagaHead& head) {
  switch (head.status) {
    case SagaStatus::none:
      break;
    case SagaStatus::running:
      return "goes on";
    case SagaStatus::compensating:
      return fmt::format("goes back: {}", in_words(head.abort));
    case SagaStatus::stuck:
      return fmt::format("is stuck, {}: {}", to_string(head.stuck), in_words(head.stuck));
    case SagaStatus::completed:
      return "completed";
    case SagaStatus::compensated:
      return fmt::format("undone: {}", in_words(head.abort));
    case SagaStatus::closed_manual:
      return "closed by hand";
  }
  return "not started";
}

// What is out, or waited for, after an event that was about the step.
SagaUntil until_of(const SagaStep& step, const StepProgress& progress, bool of_undo) {
  const TryProgress& tries = of_undo ? progress.undo : progress.forward;
  const bool waits = of_undo ? progress.compensation == CompensationState::retry_wait
                             : progress.state == StepState::retry_wait;
  if (waits) {
    return until(tries.next_at,
                 !of_undo && progress.is(step_flag::ask_first) ? "asked about" : "tried again");
  }
  const bool out = of_undo
                       ? progress.compensation == CompensationState::dispatched
                       : progress.state == StepState::dispatched || progress.is(step_flag::asking);
  return out ? until(tries.next_at, of_undo ? "counts as unknown" : unheard(step.kind))
             : SagaUntil{};
}

std::string forward_wait(const SagaStep& step, const StepProgress& progress, bool may_begin) {
  switch (progress.state) {
    case StepState::not_started:
      if (!may_begin || !is_remote(step.kind)) return {};
      return fmt::format("waits for a participant that does {}", step.type);
    case StepState::dispatched:
      return is_remote(step.kind) ? "sent, and there is no answer yet" : dispatch_words(step);
    case StepState::unknown:
      return progress.is(step_flag::asking) ? "its participant is asked what became of it"
                                            : "nobody knows what became of it";
    case StepState::retry_wait:
      return fmt::format(
          "waits after {} of {} tries", progress.forward.tries,
          step.retry.max == 0 ? "endlessly many" : fmt::format("{}", step.retry.max));
    case StepState::failed:
      return "failed";
    case StepState::succeeded:
    case StepState::skipped:
      break;
  }
  return {};
}

std::string undo_wait(const StepProgress& progress) {
  switch (progress.compensation) {
    case CompensationState::ready:
      return "is still to be undone";
    case CompensationState::dispatched:
      return "its undo is begun, and there is no answer yet";
    case CompensationState::retry_wait:
      return fmt::format("its undo waits after {} tries", progress.undo.tries);
    case CompensationState::refused:
      return "its undo was refused";
    case CompensationState::unknown:
      return "nobody knows what became of its undo";
    case CompensationState::not_needed:
    case CompensationState::succeeded:
    case CompensationState::skipped:
      break;
  }
  return {};
}

bool is_done(StepState state) {
  return state == StepState::succeeded || state == StepState::skipped;
}

bool may_begin(const SagaStep& step, const SagaProgress& progress) {
  for (std::size_t at = 0; at < progress.head.step_count; ++at) {
    if (has(step.after, at) && !is_done(progress.steps[at].state)) return false;
  }
  return progress.head.status == SagaStatus::running;
}

}  // namespace

SagaHistory::SagaHistory(const SagaDefinition& definition)
    : definition_{definition}, outputs_(definition.steps.size()) {}

void SagaHistory::tell(const DomainEvent& event, SagaNews news, std::uint8_t step, std::string what,
                       SagaUntil until) {
  SagaMoment moment{.at = event.timestamp,
                    .version = event.version,
                    .news = news,
                    .step = step,
                    .what = std::move(what),
                    .until = until,
                    .user_id = event.user_id,
                    .trace_id = event.trace_id};
  moments_.push_back(std::move(moment));
}

// A local step is begun and done in one entry: one line says both.
void SagaHistory::tell_advance(const DomainEvent& event, std::span<const std::byte> payload) {
  std::vector<ReadSagaRecord> records;
  SagaRecordReader reader{payload};
  while (const auto read = reader.next()) records.push_back(*read);
  for (std::size_t at = 0; at < records.size(); ++at) {
    const SagaRecord& record = records[at].record;
    const auto happened = event_of(record, event.timestamp);
    if (!happened) return;  // fold_saga() has looked at all of them.
    if (happened->kind == SagaEventKind::deadline) {
      tell(event, SagaNews::advanced, no_step, "its deadline has passed");
      continue;
    }
    const SagaStep& step = definition_.steps[record.step];
    bool is_last = true;
    for (std::size_t later = at + 1; later < records.size(); ++later) {
      if (records[later].record.step == record.step) is_last = false;
    }
    const bool brings = brings_outputs(record);
    // As in the engine, the first ones stay.
    if (brings && outputs_[record.step].empty()) {
      outputs_[record.step].assign(records[at].outputs.begin(), records[at].outputs.end());
    }
    if (sends(happened->kind) && !is_last) continue;
    const std::string_view message =
        brings ? std::string_view{}
               : std::string_view{reinterpret_cast<const char*>(records[at].outputs.data()),
                                  records[at].outputs.size()};
    tell(event, SagaNews::advanced, record.step,
         record_words(step, *happened, record.code, message),
         is_last ? until_of(step, progress_.steps[record.step], is_of_undo(happened->kind))
                 : SagaUntil{});
    moments_.back().went_wrong = goes_wrong(*happened);
  }
}

void SagaHistory::tell_signal(const DomainEvent& event, std::span<const std::byte> payload,
                              const SagaProgress& before) {
  const auto signalled = read_signalled(payload);
  if (!signalled) return;
  const StepSet awaiting = steps_awaiting(definition_, before, signalled->signal);
  for (std::size_t at = 0; at < definition_.steps.size(); ++at) {
    if (!has(awaiting, at)) continue;
    outputs_[at].clear();
    put_value(outputs_[at], {ValueType::timestamp, {}, {}, event.timestamp.value(), {}});
    outputs_[at].insert(outputs_[at].end(), signalled->outputs.begin(), signalled->outputs.end());
    tell(event, SagaNews::signalled, static_cast<std::uint8_t>(at),
         fmt::format("signal {} has come", signalled->signal));
  }
}

void SagaHistory::tell_act(const DomainEvent& event, std::span<const std::byte> payload) {
  const auto act = read_operated(payload);
  if (!act) return;
  const auto outputs = operated_outputs(payload);
  if (!outputs.empty() && outputs_[act->step].empty()) {
    outputs_[act->step].assign(outputs.begin(), outputs.end());
  }
  tell(event, SagaNews::operated, act->step, act_words(*act, !outputs.empty()));
}

void SagaHistory::tell_change(const DomainEvent& event, SagaNews news, const SagaHead& before) {
  const SagaHead& now = progress_.head;
  if (now.status == before.status && now.stuck == before.stuck) return;
  tell(event, news, no_step, change_words(now));
}

const char* SagaHistory::take(const DomainEvent& event, std::span<const std::byte> payload) {
  const SagaProgress before = progress_;
  SagaProgress after = progress_;
  if (const char* const fault = fold_saga(definition_, event, payload, after)) return fault;
  progress_ = after;
  const SagaNews news = *saga_news_of(event.aggregate_type, event.event_type);
  switch (news) {
    case SagaNews::defined:
    case SagaNews::participant_put:
    case SagaNews::participant_paused:
    case SagaNews::participant_resumed:
      break;
    case SagaNews::started: {
      const auto given = payload.subspan(sizeof(Uint128));
      inputs_.assign(given.begin(), given.end());
      tell(event, news, no_step,
           fmt::format("started as {}, version {}", definition_.name, definition_.version),
           until(after.head.deadline_at, "undone unless it is done"));
      return nullptr;
    }
    case SagaNews::cancel_requested:
      tell(event, news, no_step, "it shall be cancelled");
      break;
    case SagaNews::signalled:
      tell_signal(event, payload, before);
      break;
    case SagaNews::operated:
      tell_act(event, payload);
      break;
    case SagaNews::advanced:
      tell_advance(event, payload);
      break;
    case SagaNews::forgotten:
      tell(event, news, no_step, "has left the engine's memory");
      break;
  }
  tell_change(event, news, before.head);
  return nullptr;
}

std::vector<SagaWait> waits_of(const SagaDefinition& definition, const SagaProgress& progress) {
  std::vector<SagaWait> waits;
  if (is_end(progress.head.status)) return waits;
  const bool undoing = progress.head.is(saga_flag::undoing);
  for (const std::uint8_t at : definition.order) {
    const SagaStep& step = definition.steps[at];
    const StepProgress& now = progress.steps[at];
    std::string why = undoing ? undo_wait(now) : std::string{};
    const bool of_undo = !why.empty();
    const bool counts = !undoing || now.state == StepState::dispatched;
    if (!of_undo && counts) why = forward_wait(step, now, may_begin(step, progress));
    if (why.empty()) continue;
    waits.push_back({.step = at, .why = std::move(why), .until = until_of(step, now, of_undo)});
  }
  return waits;
}

std::string_view in_words(StuckReason reason) noexcept {
  switch (reason) {
    case StuckReason::none:
      return "it is not";
    case StuckReason::pivot_in_doubt:
      return "nobody knows whether the pivot has happened";
    case StuckReason::forward:
      return "a step that must be done is not";
    case StuckReason::backward:
      return "something that must be undone is not";
    case StuckReason::contradiction:
      return "a participant has said both that it was done and that it was not";
  }
  return "unknown";
}

std::string_view in_words(AbortReason reason) noexcept {
  switch (reason) {
    case AbortReason::none:
      return "it does not";
    case AbortReason::step_failed:
      return "a step failed";
    case AbortReason::exhausted:
      return "the tries of a step are used up";
    case AbortReason::deadline:
      return "its deadline has passed";
    case AbortReason::cancelled:
      return "it was cancelled";
    case AbortReason::forced:
      return "an operator wanted it";
  }
  return "unknown";
}

std::string_view refusal_text(StepKind kind, std::uint16_t code) noexcept {
  if (code == saga_output_missing) return "it needs an output that is not there";
  const bool of_event = kind == StepKind::order_command || kind == StepKind::payment_command;
  return of_event ? to_string(static_cast<AppendEventStatus>(code))
                  : to_string(static_cast<CreateTransferStatus>(code));
}

}  // namespace daybook

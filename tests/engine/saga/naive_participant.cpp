#include "tests/engine/saga/naive_participant.hpp"

namespace daybook::test {

std::optional<WorkOutcome> NaiveParticipant::take(const WorkCommand& command) {
  switch (command.operation) {
    case WorkOperation::do_:
    case WorkOperation::confirm:
      return act(command);
    case WorkOperation::undo:
      return undo(command);
    case WorkOperation::query:
      return tell(command.target);
  }
  return std::nullopt;
}

std::optional<WorkOutcome> NaiveParticipant::put_off(const WorkCommand& command) {
  const std::pair sending{command.key, command.attempt};
  if (const auto known = put_off_.find(sending); known != put_off_.end()) return known->second;
  if (behaves_) return std::nullopt;
  const bool is_do = command.operation != WorkOperation::undo;
  std::optional<WorkOutcome> outcome;
  if (random_.chance(10)) {
    outcome = WorkOutcome::retry_later;
  } else if (is_do && random_.chance(5)) {
    outcome = WorkOutcome::released;
  }
  if (outcome) put_off_.emplace(sending, *outcome);
  return outcome;
}

std::optional<WorkOutcome> NaiveParticipant::act(const WorkCommand& command) {
  const auto known = done_.find(command.key);
  if (known != done_.end()) {
    ++known->second.received;
    return known->second.outcome == WorkOutcome::succeeded ? WorkOutcome::succeeded
                                                           : WorkOutcome::failed;
  }
  if (const auto later = put_off(command)) return later;
  Done& done = done_[command.key];
  done.saga = command.saga;
  done.step = command.step;
  done.received = 1;
  if (!behaves_ && random_.chance(12)) done.outcome = WorkOutcome::failed;
  if (!behaves_ && random_.chance(15)) return std::nullopt;
  return done.outcome;
}

std::optional<WorkOutcome> NaiveParticipant::undo(const WorkCommand& command) {
  const auto known = undos_.find(command.key);
  if (known != undos_.end()) return known->second;
  if (const auto later = put_off(command)) return later;
  const auto target = done_.find(command.target);
  WorkOutcome outcome = WorkOutcome::ok_empty;
  if (target == done_.end()) {
    // Whatever comes of it later is refused.
    Done& never = done_[command.target];
    never.outcome = WorkOutcome::cancelled;
    never.saga = command.saga;
    never.step = command.step;
  } else if (target->second.outcome == WorkOutcome::succeeded) {
    if (!behaves_ && random_.chance(4)) return WorkOutcome::failed;
    target->second.is_undone = true;
    outcome = WorkOutcome::succeeded;
  }
  undos_[command.key] = outcome;
  if (!behaves_ && random_.chance(15)) return std::nullopt;
  return outcome;
}

WorkOutcome NaiveParticipant::tell(const Uint128& target) const {
  const auto known = done_.find(target);
  return known == done_.end() ? WorkOutcome::never_seen : known->second.outcome;
}

}  // namespace daybook::test

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

std::optional<WorkOutcome> NaiveParticipant::act(const WorkCommand& command) {
  const auto known = done_.find(command.key);
  if (known != done_.end()) {
    ++known->second.received;
    return known->second.outcome == WorkOutcome::succeeded ? WorkOutcome::succeeded
                                                           : WorkOutcome::failed;
  }
  if (!behaves_ && random_.chance(10)) return WorkOutcome::retry_later;
  if (!behaves_ && random_.chance(5)) return WorkOutcome::released;
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
  if (!behaves_ && random_.chance(10)) return WorkOutcome::retry_later;
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

#include "tests/engine/saga/saga_world.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace daybook::test {
namespace {

using Kind = SagaEventKind;
constexpr std::uint64_t ms = 1'000'000;
constexpr int turns_max = 5'000;
constexpr std::uint64_t lease_ms = 50;

}  // namespace

StepOutcome StepBooks::do_it(bool refuses, bool keeps_keys) {
  was_seen_ = true;
  if (keeps_keys && done_ != 0) return StepOutcome::succeeded;
  if (undo_came_) return StepOutcome::failed;  // It must not happen after its undo.
  if (keeps_keys && was_refused_) return StepOutcome::failed;
  if (refuses && done_ == 0) {
    was_refused_ = true;
    return StepOutcome::failed;
  }
  ++done_;
  return StepOutcome::succeeded;
}

bool StepBooks::puts_off(std::uint32_t attempt, bool wants_to) {
  if (wants_to && done_ == 0) put_off_.insert(attempt);
  return put_off_.contains(attempt);
}

StepOutcome StepBooks::undo_it() {
  if (!undo_came_) {
    undo_came_ = true;
    undo_was_empty_ = done_ == 0;
    undone_ = done_;
  }
  return undo_was_empty_ ? StepOutcome::ok_empty : StepOutcome::succeeded;
}

StepOutcome StepBooks::query() const {
  if (undo_came_ && undo_was_empty_) return StepOutcome::cancelled;
  if (done_ != 0) return StepOutcome::succeeded;
  if (was_refused_) return StepOutcome::failed;
  return was_seen_ ? StepOutcome::in_progress : StepOutcome::never_seen;
}

SagaWorld::SagaWorld(const SagaDefinition& definition, std::uint64_t seed)
    : definition_{definition},
      random_{seed},
      books_(definition.steps.size()),
      skipped_(definition.steps.size()) {
  for (std::size_t at = 0; at < definition.steps.size(); ++at) {
    const bool is_remote_step = is_remote(definition.steps[at].kind);
    safety_.push_back(is_remote_step ? static_cast<RetrySafety>(random_.below(3))
                                     : RetrySafety::idempotent);
    can_query_.push_back(random_.chance(70));
  }
  losses_ = random_.chance(30) ? 0 : random_.below(60);
}

bool SagaWorld::fail(std::string why) {
  what_ = std::move(why);
  return false;
}

bool SagaWorld::tell(SagaEvent event) {
  event.at = now_;
  event.jitter = static_cast<std::uint32_t>(random_.next());
  const auto decided = decide_saga(definition_, progress_, event);
  if (!decided.ok()) return false;
  apply_transition(progress_, decided.value());
  apply_transition(replayed_, decided.value());
  was_stuck_ |= progress_.head.status == SagaStatus::stuck;
  return true;
}

// A message may be lost, come twice, and overtake others. Only what is sent to a participant that
// keeps no keys comes once: the connection's word is all that it has.
void SagaWorld::post(Message message) {
  const bool may_double = message.is_reply || keeps_keys(message.step);
  const int copies = random_.chance(losses_) ? 0 : may_double && random_.chance(15) ? 2 : 1;
  for (int copy = 0; copy < copies; ++copy) {
    message.arrives_at = now_ + random_.below(random_.chance(10) ? 1'000 : 20) * ms;
    on_the_way_.push_back(message);
  }
}

// Written down first, sent after: a crash between the two sends nothing, and the lease ends.
void SagaWorld::begin(const SagaAction& action) {
  const std::uint8_t at = action.step;
  const Kind kind = action.kind == SagaActionKind::undo  ? Kind::undo_dispatched
                    : action.kind == SagaActionKind::ask ? Kind::asked
                                                         : Kind::dispatched;
  SagaEvent event;
  event.kind = kind;
  event.step = at;
  event.safety = safety_[at];
  event.can_query = can_query_[at];
  if (!is_local(definition_.steps[at].kind)) event.due_at = now_ + lease_ms * ms;
  if (!tell(event)) {
    what_ = "an action that is listed cannot be begun";
    return;
  }
  const bool is_undo = action.kind == SagaActionKind::undo;
  Message message;
  message.about = is_undo                              ? Kind::undo_result
                  : action.kind == SagaActionKind::ask ? Kind::answered
                                                       : Kind::result;
  message.step = at;
  message.attempt =
      is_undo ? progress_.steps[at].undo.attempts : progress_.steps[at].forward.attempts;
  if (is_local(definition_.steps[at].kind)) {
    // Done in the same entry.
    SagaEvent result;
    result.kind = message.about;
    result.step = at;
    result.attempt = message.attempt;
    const bool may_fail = definition_.steps[at].step_class == StepClass::compensatable;
    result.outcome =
        is_undo ? books_[at].undo_it() : books_[at].do_it(may_fail && random_.chance(8), true);
    if (!tell(result)) what_ = "the result of a local step is refused";
    return;
  }
  if (!random_.chance(3)) post(message);
}

void SagaWorld::arrive(const Message& message) {
  const std::uint8_t at = message.step;
  if (message.is_reply) {
    SagaEvent event;
    event.kind = message.about;
    event.step = at;
    event.attempt = message.attempt;
    event.outcome = message.outcome;
    tell(event);
    return;
  }
  Message reply = message;
  reply.is_reply = true;
  const bool may_fail = definition_.steps[at].step_class != StepClass::retriable;
  const bool gives_back = random_.chance(4);
  if (message.about == Kind::undo_result && gives_back) {
    reply.about = Kind::undo_released;
  } else if (message.about == Kind::result && gives_back &&
             books_[at].puts_off(message.attempt, true)) {
    reply.about = Kind::released;
  } else if (message.about == Kind::undo_result) {
    reply.outcome = random_.chance(5) ? StepOutcome::retry_later : books_[at].undo_it();
  } else if (message.about == Kind::answered) {
    reply.outcome = books_[at].query();
  } else {
    reply.outcome = books_[at].puts_off(message.attempt, random_.chance(8))
                        ? StepOutcome::retry_later
                        : books_[at].do_it(may_fail && random_.chance(10), keeps_keys(at));
  }
  post(reply);
}

// Whatever is out says in the bytes when it counts as unknown.
void SagaWorld::end_leases() {
  const std::uint64_t wake = next_wake(progress_);
  bool is_any_due = false;
  for (std::uint8_t at = 0; at < definition_.steps.size(); ++at) {
    const StepProgress& step = progress_.steps[at];
    SagaEvent event;
    event.step = at;
    event.outcome = StepOutcome::unknown;
    const bool is_asked = step.is(step_flag::asking);
    const bool is_out = (step.state == StepState::dispatched || is_asked) &&
                        step.forward.next_at != 0 && step.forward.next_at <= now_;
    const bool is_undo_out = step.compensation == CompensationState::dispatched &&
                             step.undo.next_at != 0 && step.undo.next_at <= now_;
    is_any_due |= is_out || is_undo_out;
    if (is_out) {
      event.kind = is_asked ? Kind::answered : Kind::result;
      event.attempt = step.forward.attempts;
      tell(event);
    }
    if (is_undo_out) {
      event.kind = Kind::undo_result;
      event.attempt = step.undo.attempts;
      tell(event);
    }
  }
  const bool was_woken = wake != 0 && wake <= now_;
  if (is_any_due && !was_woken && !is_end(progress_.head.status)) {
    what_ = "something is due, and nobody was to be woken";
  }
}

// Nothing is kept but the bytes.
void SagaWorld::crash() {
  const auto read = progress_of(to_bytes(progress_));
  if (!read.ok() || digest_of(read.value()) != digest_of(replayed_)) {
    what_ = "the bytes do not read as what was applied";
    return;
  }
  progress_ = read.value();
}

void SagaWorld::act() {
  const SagaActions actions = list_actions(definition_, progress_);
  std::vector<SagaAction> due;
  for (const SagaAction& action : actions.all()) {
    if (action.not_before <= now_) due.push_back(action);
  }
  if (!due.empty()) begin(due[random_.below(due.size())]);
}

void SagaWorld::pass() {
  now_ += random_.below(30) * ms;
  end_leases();
  for (std::size_t place = 0; place < on_the_way_.size();) {
    if (on_the_way_[place].arrives_at > now_) {
      ++place;
      continue;
    }
    const Message message = on_the_way_[place];
    on_the_way_.erase(on_the_way_.begin() + static_cast<std::ptrdiff_t>(place));
    arrive(message);
  }
  SagaEvent event;
  event.kind = Kind::deadline;
  const SagaHead& head = progress_.head;
  const bool is_due = head.status == SagaStatus::running && now_ >= head.deadline_at &&
                      !head.is(saga_flag::deadline_passed);
  if (is_due) tell(event);
  event.kind = Kind::cancel;
  if (random_.chance(1)) tell(event);
}

// An operator who looks into the participant's books before saying what is so.
bool SagaWorld::help_forward(std::uint8_t at) {
  const StepProgress& step = progress_.steps[at];
  SagaEvent event;
  event.step = at;
  const bool is_settled = step.state == StepState::succeeded || step.state == StepState::skipped;
  if (is_settled) return false;
  if (books_[at].times_done() != 0) {
    event.kind = Kind::operator_resolve;
  } else if (random_.chance(50) && keeps_keys(at) && step.state != StepState::failed) {
    event.kind = Kind::operator_retry;
  } else {
    event.kind = Kind::operator_skip;
    // What is on its way to a step that is left out is thrown away: the operator saw to that.
    std::erase_if(on_the_way_, [at](const Message& message) { return message.step == at; });
    skipped_[at] = true;
  }
  if (tell(event)) return true;
  if (event.kind == Kind::operator_skip) skipped_[at] = false;
  return false;
}

bool SagaWorld::help() {
  const StuckReason stuck = progress_.head.stuck;
  SagaEvent event;
  if (stuck == StuckReason::pivot_in_doubt) {
    const std::uint8_t pivot = definition_.pivot;
    // Whoever says that it failed sees to it that it never happens.
    std::erase_if(on_the_way_, [pivot](const Message& message) { return message.step == pivot; });
    event.kind = Kind::operator_resolve;
    event.step = pivot;
    event.outcome = books_[pivot].times_done() != 0 ? StepOutcome::succeeded : StepOutcome::failed;
    return tell(event) || fail("honest evidence is refused");
  }
  for (std::uint8_t at = 0; at < definition_.steps.size(); ++at) {
    if (stuck == StuckReason::forward && help_forward(at)) return true;
    if (stuck != StuckReason::backward) continue;
    event.kind = Kind::operator_retry;
    event.step = at;
    const CompensationState undo = progress_.steps[at].compensation;
    const bool hangs = undo == CompensationState::refused || undo == CompensationState::unknown;
    if (hangs && tell(event)) return true;
  }
  if (stuck == StuckReason::contradiction) return fail("honest participants contradict themselves");
  // What it lacked has arrived while it was stuck: it goes on without another try.
  for (std::uint8_t at = 0; at < definition_.steps.size(); ++at) {
    event.kind = Kind::operator_retry;
    event.step = at;
    if (tell(event) && progress_.head.status != SagaStatus::stuck) return true;
  }
  return fail("nothing helps");
}

bool SagaWorld::check_end() {
  const SagaStatus status = progress_.head.status;
  for (std::size_t at = 0; at < definition_.steps.size(); ++at) {
    const SagaStep& step = definition_.steps[at];
    const bool has_effect = step.step_class != StepClass::readonly && !is_wait(step.kind);
    if (!has_effect) continue;
    const int wanted = status == SagaStatus::completed && !skipped_[at] ? 1 : 0;
    const bool is_held_and_captured =
        status == SagaStatus::compensated && step.resolved_by != no_step;
    if (books_[at].times_done() > 1) return fail(fmt::format("{} happened twice", step.id));
    if (!is_held_and_captured && !skipped_[at] && books_[at].effects() != wanted) {
      return fail(fmt::format("{} has {} effects instead of {} at {}", step.id,
                              books_[at].effects(), wanted, to_string(status)));
    }
  }
  return digest_of(progress_) == digest_of(replayed_) ||
         fail("the transitions alone lead elsewhere");
}

bool SagaWorld::run() {
  SagaEvent start;
  start.definition = definition_.hash;
  start.deadline_at = random_.between(1, 4'000) * ms;
  if (!tell(start)) return fail("it cannot be started");
  int turns = 0;
  while (!is_end(progress_.head.status)) {
    if (++turns > turns_max) return fail("it comes to no end");
    if (random_.chance(70)) act();
    if (random_.chance(50)) pass();
    if (random_.chance(2)) crash();
    // Once in a while, so that late answers meet a saga that is stuck.
    if (progress_.head.status == SagaStatus::stuck && random_.chance(10) && !help()) return false;
    if (!what_.empty()) return false;
  }
  // Whatever is still on its way arrives, and changes nothing any more.
  const SagaProgress ended = progress_;
  while (!on_the_way_.empty()) {
    now_ += 1'000 * ms;
    pass();
  }
  if (progress_ != ended) return fail("an end was left");
  return check_end();
}

std::string random_definition(Random& random) {
  const std::size_t before = random.between(1, 5);
  const bool has_pivot = random.chance(60);
  const std::size_t count = before + (has_pivot ? 1 + random.below(4) : 0);
  std::string steps;
  for (std::size_t at = 0; at < count; ++at) {
    const bool is_pivot = has_pivot && at == before;
    const bool is_after = has_pivot && at > before;
    std::string after;
    if (is_pivot) {
      for (std::size_t other = 0; other < before; ++other) {
        after += fmt::format("{}\"s{}\"", other == 0 ? "" : ", ", other);
      }
    } else {
      const std::size_t first = is_after ? before : 0;
      for (std::size_t other = first; other < at; ++other) {
        const bool must = is_after && other == before;
        if (!must && !random.chance(40)) continue;
        after += fmt::format("{}\"s{}\"", after.empty() ? "" : ", ", other);
      }
    }
    const bool is_readonly = !is_pivot && !is_after && random.chance(15);
    const bool is_local_step = !is_pivot && !is_readonly && random.chance(25);
    const std::string of_class = is_pivot      ? "pivot"
                                 : is_after    ? "retriable"
                                 : is_readonly ? "readonly"
                                               : "compensatable";
    const std::uint64_t max = is_pivot && random.chance(30) ? 0 : random.between(1, 5);
    const bool sticks = is_pivot || is_after || random.chance(20);
    const std::string retry = fmt::format(
        R"("retry": {{"initial_ms": {}, "factor": {}, "cap_ms": 200, "max": {}, "on_exhausted": "{}"}})",
        random.between(1, 100), random.between(1, 3), max, sticks ? "stuck" : "compensate");
    const std::string undo =
        of_class == "compensatable" ? R"("undo": {"type": "t", "retry": {"max": 4}},)" : "";
    steps += at == 0 ? "" : ",\n";
    steps += is_local_step ? fmt::format(R"({{"id": "s{}", "kind": "ledger.post", "class": "{}",
          "args": {{"from": "@in", "to": "@in", "amount": 1, "ledger": 1}}, "after": [{}]}})",
                                         at, of_class, after)
                           : fmt::format(R"({{"id": "s{}", "kind": "remote.call", "type": "t",
          "class": "{}", "timeout_ms": 50, {} {}, "after": [{}]}})",
                                         at, of_class, undo, retry, after);
  }
  return fmt::format(R"({{"name": "r", "version": 1, "deadline_ms": 4000,
      "internal_accounts": ["in"], "steps": [{}]}})",
                     steps);
}

}  // namespace daybook::test

#include <algorithm>

#include <fmt/format.h>

#include "engine/saga/definition_draft.hpp"

namespace daybook {
namespace {

/// The rules that need more than one step to be told.
class Rules {
 public:
  explicit Rules(DefinitionDraft& draft) : draft_{draft}, definition_{draft.definition} {}

  void check();

 private:
  void find_pivot();
  void check_place(std::size_t at);
  void check_after_pivot(std::size_t at);
  void check_exhaustion(std::size_t at);
  void check_settled(std::size_t at);
  void check_credit(std::size_t at);
  [[nodiscard]] bool names_internal_account(const SagaStep& step, std::string_view argument) const;
  [[nodiscard]] const SagaStep& pivot() const { return definition_.steps[definition_.pivot]; }
  [[nodiscard]] bool has_pivot() const { return definition_.pivot != no_step; }
  [[nodiscard]] bool is_after_pivot(std::size_t at) const {
    return has_pivot() && has(pivot().descendants, at);
  }

  DefinitionDraft& draft_;
  SagaDefinition& definition_;
};

// The first in the order of the steps is the pivot; any other is one too many.
void Rules::find_pivot() {
  for (const std::uint8_t at : definition_.order) {
    const SagaStep& step = definition_.steps[at];
    if (draft_.drafts[at].shape == nullptr || step.step_class != StepClass::pivot) continue;
    if (!has_pivot()) {
      definition_.pivot = at;
    } else if (has(step.ancestors, definition_.pivot)) {
      draft_.fault(at, "class",
                   fmt::format("two pivots on a path: '{}' is one before it", pivot().id));
    } else {
      draft_.fault(at, "class",
                   fmt::format("'{}' is a pivot too: whichever is done first, the other one could "
                               "still fail",
                               pivot().id));
    }
  }
}

void Rules::check_place(std::size_t at) {
  SagaStep& step = definition_.steps[at];
  if (!has_pivot()) {
    if (step.step_class == StepClass::retriable) {
      draft_.fault(at, "class", "only a step after a pivot is retriable, and there is no pivot");
    }
    return;
  }
  if (at == definition_.pivot || step.step_class == StepClass::pivot) return;
  if (is_after_pivot(at)) return check_after_pivot(at);
  if (!has(pivot().ancestors, at)) {
    return draft_.fault(at, "after",
                        fmt::format("this step is neither before nor after the pivot '{}', so it "
                                    "could fail when nothing can be undone any more",
                                    pivot().id));
  }
  if (step.step_class == StepClass::retriable) {
    draft_.fault(at, "class",
                 fmt::format("only a step after a pivot is retriable, and this one is before "
                             "'{}'",
                             pivot().id));
  }
}

void Rules::check_after_pivot(std::size_t at) {
  SagaStep& step = definition_.steps[at];
  const auto can_fail = [this, at](std::string_view key, std::string_view why) {
    draft_.fault(
        at, key,
        fmt::format("this step comes after the pivot '{}' and can fail: {}", pivot().id, why));
  };
  if (is_wait(step.kind) && !draft_.drafts[at].has_class) step.step_class = StepClass::retriable;
  if (step.kind == StepKind::ledger_hold) return can_fail("kind", "a hold can be refused");
  if (step.kind == StepKind::remote_try) return can_fail("kind", "a try can be refused");
  if (step.step_class != StepClass::retriable) {
    return can_fail("class", "it must be retriable");
  }
  if (step.kind == StepKind::signal_wait && step.timeout_ms != 0) {
    return can_fail("timeout_ms", "the signal may not come in time");
  }
  if (step.kind == StepKind::ledger_post && !names_internal_account(step, "from")) {
    can_fail("args.from",
             "the account may not have the amount; it must be one that is named in "
             "internal_accounts");
  }
}

void Rules::check_exhaustion(std::size_t at) {
  SagaStep& step = definition_.steps[at];
  const bool must_go_forward =
      step.step_class == StepClass::pivot || step.step_class == StepClass::retriable;
  if (!must_go_forward) return;
  if (draft_.drafts[at].has_on_exhausted && step.retry.on_exhausted == OnExhausted::compensate) {
    draft_.fault(at, "retry.on_exhausted",
                 "a pivot, or a step after it, whose tries are used up can only be 'stuck'");
  }
  step.retry.on_exhausted = OnExhausted::stuck;
}

// A hold has no time-out and nobody else may settle it: one that no step settles stays for ever.
void Rules::check_settled(std::size_t at) {
  const SagaStep& step = definition_.steps[at];
  const bool is_hold = step.kind == StepKind::ledger_hold;
  if ((is_hold || step.kind == StepKind::remote_try) && step.resolved_by == no_step) {
    draft_.fault(at, "id",
                 is_hold ? "no step captures or releases this hold, so it would stay "
                           "when the saga is complete"
                         : "no step confirms this try");
  }
  if (step.subject == no_step || has(step.ancestors, step.subject) || draft_.has_circle) return;
  draft_.fault(at, step.kind == StepKind::remote_confirm ? "confirms" : "hold",
               fmt::format("the step '{}' need not be done before this one",
                           definition_.steps[step.subject].id));
}

bool Rules::names_internal_account(const SagaStep& step, std::string_view argument) const {
  const auto found =
      std::find_if(step.arguments.begin(), step.arguments.end(),
                   [argument](const SagaArgument& each) { return each.name == argument; });
  // What is not there, or not good, has been told.
  if (found == step.arguments.end()) return true;
  const std::vector<std::string>& internal = definition_.internal_accounts;
  return found->source == ArgumentSource::name &&
         std::find(internal.begin(), internal.end(), found->text) != internal.end();
}

// What is credited can be spent at once, and then nothing brings it back.
void Rules::check_credit(std::size_t at) {
  const SagaStep& step = definition_.steps[at];
  if (!has_pivot() || definition_.is_all_local || at == definition_.pivot || is_after_pivot(at)) {
    return;
  }
  if (step.kind == StepKind::ledger_post && !names_internal_account(step, "to")) {
    draft_.fault(at, "args.to",
                 fmt::format("before the pivot '{}' a post may credit only an account that is "
                             "named in internal_accounts; use a ledger.hold with the direction "
                             "'credit'",
                             pivot().id));
  }
  if (step.kind == StepKind::ledger_capture && step.subject != no_step &&
      !names_internal_account(definition_.steps[step.subject], "to")) {
    draft_.fault(at, "hold",
                 fmt::format("before the pivot '{}' a capture may credit only an account that is "
                             "named in internal_accounts",
                             pivot().id));
  }
}

void Rules::check() {
  // Nobody knows what comes before what in a circle.
  if (!draft_.has_circle) find_pivot();
  for (std::size_t at = 0; at < definition_.steps.size(); ++at) {
    if (draft_.drafts[at].shape == nullptr) continue;
    if (!draft_.has_circle) check_place(at);
    check_exhaustion(at);
    check_settled(at);
    if (!draft_.has_circle) check_credit(at);
  }
}

}  // namespace

void check_rules(DefinitionDraft& draft) { Rules{draft}.check(); }

}  // namespace daybook

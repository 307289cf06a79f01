#include "tests/engine/saga/saga_driver.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "engine/base/assert.hpp"

namespace daybook::test {

std::uint8_t SagaDriver::index_of(std::string_view id) const {
  for (std::size_t at = 0; at < definition_.steps.size(); ++at) {
    if (definition_.steps[at].id == id) return static_cast<std::uint8_t>(at);
  }
  ENSURE(false, "a test names steps that there are");
  return no_step;
}

void SagaDriver::check(const SagaTransition& transition, const SagaProgress& before) {
  apply_transition(progress_, transition);
  const SagaProgress once = progress_;
  apply_transition(progress_, transition);
  ASSERT_EQ(progress_, once) << "applied twice is applied once";
  if (transition.effect != SagaTransition::Effect::changed) {
    ASSERT_EQ(progress_, before);
    ASSERT_TRUE(transition.actions.all().empty());
  } else {
    ASSERT_NE(progress_, before);
  }
  apply_transition(replayed_, transition);
  ASSERT_EQ(digest_of(replayed_), digest_of(progress_));
  const auto read = progress_of(to_bytes(progress_));
  ASSERT_TRUE(read.ok());
  ASSERT_EQ(read.value(), progress_);
  const SagaActions had = list_actions(definition_, before);
  const SagaActions has_now = list_actions(definition_, progress_);
  for (const SagaAction& action : transition.actions.all()) {
    const auto is_in = [&action](const SagaActions& actions) {
      const auto all = actions.all();
      return std::find(all.begin(), all.end(), action) != all.end();
    };
    ASSERT_TRUE(is_in(has_now));
    ASSERT_FALSE(is_in(had));
  }
  progress_ = read.value();
}

std::string SagaDriver::tell(SagaEvent event) {
  if (event.at == 0) event.at = now_;
  const SagaProgress before = progress_;
  const auto transition = decide_saga(definition_, progress_, event);
  EXPECT_EQ(progress_, before) << "to decide changes nothing";
  if (!transition.ok()) {
    last_refusal_ = transition.error();
    return std::string{to_string(transition.error().kind)};
  }
  check(transition.value(), before);
  raised_alarm_ = transition.value().raises_alarm;
  switch (transition.value().effect) {
    case SagaTransition::Effect::changed:
      return "changed";
    case SagaTransition::Effect::duplicate:
      return "duplicate";
    case SagaTransition::Effect::stale:
      return "stale";
  }
  return "";
}

std::string SagaDriver::start() {
  return tell({.kind = SagaEventKind::started,
               .deadline_at = definition_.deadline_ms * ms,
               .definition = definition_.hash,
               .content = {1, 2}});
}

std::string SagaDriver::send(std::string_view step_id, RetrySafety safety, bool can_query) {
  return tell({.kind = SagaEventKind::dispatched,
               .safety = safety,
               .can_query = can_query,
               .step = index_of(step_id)});
}

std::string SagaDriver::result(std::string_view step_id, StepOutcome outcome,
                               std::uint32_t attempt) {
  return tell({.kind = SagaEventKind::result,
               .outcome = outcome,
               .step = index_of(step_id),
               .attempt = attempt != 0 ? attempt : step(step_id).forward.attempts});
}

std::string SagaDriver::ask(std::string_view step_id) {
  return tell({.kind = SagaEventKind::asked, .step = index_of(step_id)});
}

std::string SagaDriver::answer(std::string_view step_id, StepOutcome outcome) {
  return tell({.kind = SagaEventKind::answered,
               .outcome = outcome,
               .step = index_of(step_id),
               .attempt = step(step_id).forward.attempts});
}

std::string SagaDriver::undo(std::string_view step_id) {
  return tell({.kind = SagaEventKind::undo_dispatched, .step = index_of(step_id)});
}

std::string SagaDriver::undone(std::string_view step_id, StepOutcome outcome,
                               std::uint32_t attempt) {
  return tell({.kind = SagaEventKind::undo_result,
               .outcome = outcome,
               .step = index_of(step_id),
               .attempt = attempt != 0 ? attempt : step(step_id).undo.attempts});
}

std::string SagaDriver::deadline() {
  now_ = std::max(now_, progress_.head.deadline_at);
  return tell({.kind = SagaEventKind::deadline});
}

std::string SagaDriver::by_operator(SagaEventKind kind, std::string_view step_id,
                                    StepOutcome outcome) {
  return tell(
      {.kind = kind, .outcome = outcome, .step = step_id.empty() ? no_step : index_of(step_id)});
}

std::string SagaDriver::done(std::string_view step_id) {
  const std::string sent = send(step_id);
  return sent == "changed" ? result(step_id, StepOutcome::succeeded) : sent;
}

std::string SagaDriver::status() const {
  const SagaHead& head = progress_.head;
  return head.stuck == StuckReason::none
             ? std::string{to_string(head.status)}
             : fmt::format("{}({})", to_string(head.status), to_string(head.stuck));
}

const StepProgress& SagaDriver::step(std::string_view id) const {
  return progress_.steps[index_of(id)];
}

std::string SagaDriver::state(std::string_view id) const {
  return fmt::format("{}/{}", to_string(step(id).state), to_string(step(id).compensation));
}

std::string SagaDriver::to_do() const {
  constexpr std::string_view verbs[] = {"start", "send", "ask", "undo"};
  std::string text;
  const SagaActions actions = list_actions(definition_, progress_);
  for (const SagaAction& action : actions.all()) {
    if (action.not_before > now_) continue;
    text += fmt::format("{}{} {}{}", text.empty() ? "" : ", ",
                        verbs[static_cast<std::size_t>(action.kind)],
                        definition_.steps[action.step].id, action.allow_empty ? "?" : "");
  }
  return text;
}

std::uint64_t SagaDriver::waits_ms(std::string_view id) const {
  const StepProgress& of = step(id);
  const bool is_forward = of.state == StepState::retry_wait;
  return ((is_forward ? of.forward.next_at : of.undo.next_at) - now_) / ms;
}

}  // namespace daybook::test

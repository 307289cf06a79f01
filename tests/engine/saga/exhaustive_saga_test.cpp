// Every order of events, up to six of them, from several places in small sagas: each event that
// there is, in each state that can be reached, against a second saga that was written from the
// tables. Also that decide_saga() changes nothing, and that the bytes of what follows read back.

#include <algorithm>
#include <deque>
#include <string>
#include <unordered_set>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "engine/saga/instance_machine.hpp"
#include "tests/engine/saga/definitions.hpp"
#include "tests/engine/saga/naive_saga.hpp"
#include "tests/support/rounds.hpp"

namespace daybook::test {
namespace {

using Kind = SagaEventKind;

constexpr std::uint64_t hour = 3'600'000'000'000;

// One less in slow builds, where a tenth of the work is asked for.
int events_deep() { return rounds(10, 10) < 10 ? 5 : 6; }

std::string text_of(const SagaProgress& progress) {
  const SagaHead& head = progress.head;
  std::string all = fmt::format("{}({}) for {}:", to_string(head.status), to_string(head.stuck),
                                to_string(head.abort));
  for (std::size_t at = 0; at < head.step_count; ++at) {
    const StepProgress& step = progress.steps[at];
    all += fmt::format(" {} {}.{}.{} {} {}.{}.{};", to_string(step.state), step.forward.attempts,
                       step.forward.tries, step.forward.round, to_string(step.compensation),
                       step.undo.attempts, step.undo.tries, step.undo.round);
  }
  return all;
}

std::string text_of(const SagaEvent& event) {
  return fmt::format("{} {} {} of attempt {}", to_string(event.kind), event.step,
                     to_string(event.outcome), event.attempt);
}

/// What a search begins with: so many steps done, then some events.
struct Search {
  const char* name;
  std::string definition;
  RetrySafety safety;
  bool can_query;
  std::vector<Kind> first;  ///< Of the step behind those that are done.
  std::size_t done;
};

class Explorer {
 public:
  explicit Explorer(const Search& search)
      : search_{search}, definition_{definition_of(search.definition)} {}

  void explore();
  [[nodiscard]] std::size_t states() const { return seen_.size(); }
  [[nodiscard]] std::size_t taken() const { return taken_; }
  [[nodiscard]] std::size_t kicks() const { return kicks_; }

 private:
  struct Node {
    SagaProgress progress;
    NaiveSaga naive;
    std::string way;
    int depth = 0;
  };

  /// When the last event was taken; an hour later every wait is over.
  [[nodiscard]] static std::uint64_t now_of(const Node& node) {
    return static_cast<std::uint64_t>(node.depth) * hour;
  }
  [[nodiscard]] std::vector<SagaEvent> events_in(const Node& node) const;
  void add_kicks(const Node& node, std::vector<SagaEvent>& events) const;
  void expect_more_time(const SagaProgress& before, const SagaProgress& after,
                        const SagaEvent& event, const std::string& where) const;
  void add_step_events(const StepProgress& step, std::uint8_t at,
                       std::vector<SagaEvent>& events) const;
  /// Both sagas take it; true where something was changed.
  bool take(Node& node, SagaEvent event);
  bool is_new(const Node& node);

  const Search& search_;
  const SagaDefinition definition_;
  std::unordered_set<std::string> seen_;
  std::size_t taken_ = 0;
  std::size_t kicks_ = 0;  // That ended a wait.
};

void Explorer::add_step_events(const StepProgress& step, std::uint8_t at,
                               std::vector<SagaEvent>& events) const {
  const auto add = [&events, at](Kind kind, StepOutcome outcome, std::uint32_t attempt) {
    SagaEvent event;
    event.kind = kind;
    event.step = at;
    event.outcome = outcome;
    event.attempt = attempt;
    events.push_back(event);
  };
  add(Kind::dispatched, StepOutcome::succeeded, 0);
  add(Kind::asked, StepOutcome::succeeded, 0);
  add(Kind::undo_dispatched, StepOutcome::succeeded, 0);
  for (const Kind kind : {Kind::operator_retry, Kind::operator_resolve, Kind::operator_skip}) {
    add(kind, StepOutcome::succeeded, 0);
  }
  add(Kind::operator_resolve, StepOutcome::failed, 0);
  // Of the last attempt, of the first one, and of one that never was.
  for (const std::uint32_t attempt : {step.forward.attempts, 1U}) {
    add(Kind::released, StepOutcome::succeeded, attempt);
    add(Kind::extended, StepOutcome::succeeded, attempt);
    for (int outcome = 0; outcome < 9; ++outcome) {
      add(Kind::result, static_cast<StepOutcome>(outcome), attempt);
      if (search_.can_query) add(Kind::answered, static_cast<StepOutcome>(outcome), attempt);
    }
    if (step.forward.attempts <= 1) break;
  }
  for (const std::uint32_t attempt : {step.undo.attempts, 1U}) {
    add(Kind::undo_released, StepOutcome::succeeded, attempt);
    add(Kind::undo_extended, StepOutcome::succeeded, attempt);
    for (int outcome = 0; outcome < 9; ++outcome) {
      add(Kind::undo_result, static_cast<StepOutcome>(outcome), attempt);
    }
    if (step.undo.attempts <= 1) break;
  }
  add(Kind::result, StepOutcome::succeeded, step.forward.attempts + 1);
  add(Kind::undo_result, StepOutcome::succeeded, step.undo.attempts + 1);
  add(Kind::extended, StepOutcome::succeeded, step.forward.attempts + 1);
  add(Kind::undo_extended, StepOutcome::succeeded, step.undo.attempts + 1);
}

// Of all steps and of each; when everything is due anyhow, and at once, before any wait is over.
void Explorer::add_kicks(const Node& node, std::vector<SagaEvent>& events) const {
  for (const std::uint64_t at : {std::uint64_t{0}, now_of(node)}) {
    SagaEvent event;
    event.kind = Kind::operator_kick;
    event.at = at;
    event.step = no_step;
    events.push_back(event);
    for (std::size_t step = 0; step <= definition_.steps.size(); ++step) {
      event.step = static_cast<std::uint8_t>(step);
      if (step < definition_.steps.size() || at == 0) events.push_back(event);
    }
  }
}

std::vector<SagaEvent> Explorer::events_in(const Node& node) const {
  const SagaProgress& progress = node.progress;
  std::vector<SagaEvent> events;
  add_kicks(node, events);
  for (const Kind kind :
       {Kind::deadline, Kind::cancel, Kind::operator_force, Kind::operator_close}) {
    SagaEvent event;
    event.kind = kind;
    events.push_back(event);
  }
  for (std::uint64_t content = 1; content <= 2; ++content) {
    SagaEvent event;
    event.content = {content, 0};
    event.deadline_at = 1;
    events.push_back(event);
  }
  for (std::size_t at = 0; at < definition_.steps.size(); ++at) {
    add_step_events(progress.steps[at], static_cast<std::uint8_t>(at), events);
  }
  return events;
}

void Explorer::expect_more_time(const SagaProgress& before, const SagaProgress& after,
                                const SagaEvent& event, const std::string& where) const {
  const auto time_of = [&](const SagaProgress& progress) {
    const StepProgress& step = progress.steps[event.step];
    return event.kind == Kind::extended ? step.forward.next_at : step.undo.next_at;
  };
  EXPECT_EQ(time_of(after), std::max(time_of(before), event.due_at)) << where;
}

bool Explorer::take(Node& node, SagaEvent event) {
  event.safety = search_.safety;
  event.can_query = search_.can_query;
  const bool at_once = event.at != 0;
  if (!at_once) event.at = now_of(node) + hour;
  const bool extends = event.kind == Kind::extended || event.kind == Kind::undo_extended;
  if (extends) event.due_at = event.at + hour;
  const auto decided = decide_saga(definition_, node.progress, event);
  const std::string before = node.naive.memory();
  const std::string expected = node.naive.tell(event, at_once);
  std::string told = "changed";
  if (!decided.ok()) {
    told = to_string(decided.error().kind);
  } else if (decided.value().effect != SagaTransition::Effect::changed) {
    told = decided.value().effect == SagaTransition::Effect::duplicate ? "duplicate" : "stale";
  }
  const auto where = [&] {
    return fmt::format("{}\n{}\n{}\nthen {}", search_.name, node.way, before, text_of(event));
  };
  EXPECT_EQ(told, expected) << where();
  ++taken_;
  // What is refused is thrown away by the caller, with whatever it touched in the naive saga.
  if (told != "changed") return false;
  const SagaProgress old = node.progress;
  apply_transition(node.progress, decided.value());
  if (extends) expect_more_time(old, node.progress, event, where());
  if (event.kind == Kind::operator_kick) ++kicks_;
  EXPECT_EQ(text_of(node.progress), node.naive.text()) << where();
  const auto read = progress_of(to_bytes(node.progress));
  EXPECT_TRUE(read.ok() && read.value() == node.progress) << where();
  ++node.depth;
  node.way += (node.way.empty() ? "" : ", ") + text_of(event);
  return true;
}

// Everything is always due, so when is no difference between states.
bool Explorer::is_new(const Node& node) {
  SagaProgress timeless = node.progress;
  for (StepProgress& step : timeless.steps) step.forward.next_at = step.undo.next_at = 0;
  const std::vector<std::byte> bytes = to_bytes(timeless);
  std::string key{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  return seen_.insert(key + node.naive.memory()).second;
}

void Explorer::explore() {
  Node root{{}, NaiveSaga{definition_}, "", 0};
  SagaEvent start;
  start.content = {1, 0};
  start.deadline_at = 1;
  ASSERT_TRUE(take(root, start));
  for (std::size_t at = 0; at < search_.done + 1; ++at) {
    const bool is_done = at < search_.done;
    const std::vector<Kind> kinds =
        is_done ? std::vector<Kind>{Kind::dispatched, Kind::result} : search_.first;
    for (const Kind kind : kinds) {
      SagaEvent event;
      event.kind = kind;
      event.step = static_cast<std::uint8_t>(at);
      event.attempt = root.progress.steps[at].forward.attempts;
      ASSERT_TRUE(take(root, event));
    }
  }
  const int last = root.depth + events_deep();
  std::deque<Node> open{root};
  is_new(root);
  while (!open.empty() && !testing::Test::HasFailure()) {
    const Node node = std::move(open.front());
    open.pop_front();
    if (node.depth == last) continue;
    for (const SagaEvent& event : events_in(node)) {
      Node next = node;
      if (take(next, event) && is_new(next)) open.push_back(std::move(next));
    }
  }
}

std::string remote(std::string_view id, std::string_view more) {
  return fmt::format(R"({{"id": "{}", "kind": "remote.call", "type": "t", "timeout_ms": 1, {}}})",
                     id, more);
}

std::string saga_of(const std::vector<std::string>& steps) {
  std::string all;
  for (const std::string& step : steps) all += (all.empty() ? "" : ",") + step;
  return fmt::format(R"({{"name": "s", "version": 1, "deadline_ms": 1, "steps": [{}]}})", all);
}

const std::string twice = R"("retry": {"max": 2})";
const std::string undone_twice = R"("undo": {"type": "t", "retry": {"max": 2}}, )" + twice;

std::vector<Search> searches() {
  const std::string chain = saga_of({remote("a", undone_twice), remote("b", undone_twice)});
  const std::string pair =
      saga_of({remote("a", undone_twice), remote("b", undone_twice + R"(, "after": [])")});
  const std::string sticky =
      saga_of({remote("a", R"("undo": "t", "retry": {"max": 1, "on_exhausted": "stuck"})"),
               remote("b", R"("class": "readonly", "retry": {"max": 1})")});
  const std::string pivot =
      saga_of({remote("a", undone_twice), remote("pay", R"("class": "pivot", )" + twice),
               remote("told", R"("class": "retriable", )" + twice)});
  const std::string endless =
      saga_of({remote("a", undone_twice),
               remote("pay", R"("class": "pivot", "undo": {"type": "t", "retry": {"max": 2}},
                        "retry": {"max": 0, "on_exhausted": "stuck"})"),
               remote("told", R"("class": "retriable", "retry": {"max": 1})")});
  constexpr auto idempotent = RetrySafety::idempotent;
  constexpr auto query = RetrySafety::query_then_retry;
  constexpr auto once = RetrySafety::at_most_once;
  const std::vector<Kind> sent{Kind::dispatched};
  const std::vector<Kind> back{Kind::dispatched, Kind::cancel};
  return {
      {"chain", chain, idempotent, false, {}, 0},
      {"chain, going back", chain, idempotent, false, back, 1},
      {"chain, asking", chain, query, true, sent, 1},
      {"pair", pair, idempotent, false, {}, 0},
      {"pair, sent", pair, once, true, sent, 0},
      {"sticky", sticky, once, false, {}, 0},
      {"pivot", pivot, idempotent, false, {}, 1},
      {"pivot, asking", pivot, query, true, sent, 1},
      {"pivot, at most once", pivot, once, true, sent, 1},
      {"past the pivot", pivot, idempotent, false, {}, 2},
      {"endless", endless, idempotent, false, sent, 1},
      {"endless, past the pivot", endless, idempotent, false, sent, 2},
  };
}

TEST(ExhaustiveSagaTest, EveryOrderOfSixEventsIsAsTheTablesSay) {
  for (const Search& search : searches()) {
    Explorer explorer{search};
    explorer.explore();
    EXPECT_GT(explorer.states(), 100U) << search.name;
    EXPECT_GT(explorer.kicks(), 0U) << search.name;
    fmt::print("{}: {} states, {} events\n", search.name, explorer.states(), explorer.taken());
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace daybook::test

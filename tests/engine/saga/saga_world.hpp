#pragma once

#include <deque>
#include <set>
#include <string>
#include <vector>

#include "engine/saga/instance_machine.hpp"
#include "tests/support/random.hpp"

namespace daybook::test {

/// A participant's own books for one step: what it has really done. Its store of keys makes DO and
/// UNDO happen once, refuses a DO whose UNDO came first, and remembers what it has answered. One
/// that promises nothing keeps no keys: each DO that arrives happens.
class StepBooks {
 public:
  /// What arrives; `refuses` is what it would decide of something new.
  StepOutcome do_it(bool refuses, bool keeps_keys);
  /// Puts this attempt off, or has done so before: then it is never done.
  [[nodiscard]] bool puts_off(std::uint32_t attempt, bool wants_to);
  StepOutcome undo_it();
  [[nodiscard]] StepOutcome query() const;

  [[nodiscard]] int effects() const { return done_ - undone_; }
  [[nodiscard]] int times_done() const { return done_; }

 private:
  int done_ = 0;
  int undone_ = 0;
  std::set<std::uint32_t> put_off_;
  bool was_seen_ = false;
  bool was_refused_ = false;
  bool undo_came_ = false;
  bool undo_was_empty_ = false;
};

/// One saga of random steps among participants, over a network that loses, doubles, delays and
/// reorders, with an engine that is killed and starts from its bytes, and an operator at the end.
///
/// Everything that it does follows from list_actions() and the bytes: it keeps nothing else about
/// the saga.
class SagaWorld {
 public:
  SagaWorld(const SagaDefinition& definition, std::uint64_t seed);

  /// Runs to an end, an operator's hand included. False, and what(), where something is wrong.
  bool run();
  [[nodiscard]] const std::string& what() const { return what_; }
  [[nodiscard]] SagaStatus status() const { return progress_.head.status; }
  [[nodiscard]] bool was_stuck() const { return was_stuck_; }

 private:
  struct Message {
    SagaEventKind about = SagaEventKind::result;  ///< Or answered, undo_result.
    std::uint8_t step = 0;
    std::uint32_t attempt = 0;
    bool is_reply = false;
    StepOutcome outcome = StepOutcome::unknown;
    std::uint64_t arrives_at = 0;
  };

  bool tell(SagaEvent event);
  void act();
  void begin(const SagaAction& action);
  void post(Message message);
  void arrive(const Message& message);
  void end_leases();
  void crash();
  void pass();
  bool help();
  bool help_forward(std::uint8_t at);
  bool check_end();
  bool fail(std::string why);
  [[nodiscard]] bool keeps_keys(std::uint8_t at) const {
    return safety_[at] != RetrySafety::at_most_once;
  }

  const SagaDefinition& definition_;
  Random random_;
  SagaProgress progress_;
  SagaProgress replayed_;
  std::vector<StepBooks> books_;
  std::vector<RetrySafety> safety_;
  std::vector<bool> can_query_;
  std::deque<Message> on_the_way_;
  std::vector<bool> skipped_;
  std::uint64_t now_ = 1;
  std::uint64_t losses_ = 0;  ///< Of a hundred messages.
  bool was_stuck_ = false;
  std::string what_;
};

/// A good definition of random steps: a graph, with or without a pivot.
[[nodiscard]] std::string random_definition(Random& random);

}  // namespace daybook::test

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/saga/definition.hpp"
#include "engine/saga/saga_event.hpp"

namespace daybook::test {

/// A saga by the tables of engine/saga/README.md, written down a second time: it keeps what was
/// sent and heard, and says what that makes of each step and of the saga. Shares no code with the
/// machine; of time it only knows that an event comes when every wait is over, but for a kick at
/// the time of the event before it.
class NaiveSaga {
 public:
  explicit NaiveSaga(const SagaDefinition& definition)
      : definition_{definition}, steps_(definition.steps.size()) {}

  /// "changed", "duplicate", "stale" or the name of the refusal. `at_once`: no time has passed
  /// since the last event that was taken.
  std::string tell(const SagaEvent& event, bool at_once = false);

  /// Everything that can be seen: status, why, and each step's states and counts.
  [[nodiscard]] std::string text() const;
  /// The same and what it remembers besides.
  [[nodiscard]] std::string memory() const;

 private:
  enum class Next { nothing, send, ask };
  enum class Undone { no, yes, empty, refused };
  struct Step {
    int sent = 0, sent_before = 0, tries = 0, round = 0;
    bool is_out = false, is_asking = false, in_doubt = false;
    bool worn_out = false, forbidden = false;
    Next next = Next::nothing;
    std::optional<bool> word;  ///< What is taken for true: it succeeded, or never will.
    bool word_is_operators = false, is_skipped = false, lied = false;
    RetrySafety safety = RetrySafety::idempotent;
    bool can_ask = false;

    /// Nothing is open about it any more.
    void forget() {
      is_out = is_asking = in_doubt = worn_out = forbidden = false;
      next = Next::nothing;
    }

    bool undo_wanted = false, undo_is_out = false, undo_waits = false, undo_worn_out = false;
    bool undo_in_doubt = false, undo_is_operators = false, undo_skipped = false;
    int undo_sent = 0, undo_sent_before = 0, undo_tries = 0, undo_round = 0;
    Undone undone = Undone::no;

    bool rests = false, undo_rests = false;  ///< Its wait began with the last event.
  };

  [[nodiscard]] bool succeeded(std::size_t at) const { return steps_[at].word == true; }
  [[nodiscard]] bool failed(std::size_t at) const { return steps_[at].word == false; }
  [[nodiscard]] bool may_have_happened(const Step& step) const;
  [[nodiscard]] bool comes_before(std::size_t first, std::size_t second) const;
  [[nodiscard]] bool has_pivot() const { return definition_.pivot != no_step; }
  [[nodiscard]] bool is_past() const { return has_pivot() && succeeded(definition_.pivot); }
  [[nodiscard]] bool is_wanted_back(std::size_t at) const;
  [[nodiscard]] std::string state_of(std::size_t at) const;
  [[nodiscard]] std::string undo_of(std::size_t at) const;
  [[nodiscard]] bool is_over() const;
  [[nodiscard]] bool is_settled_back(std::size_t at) const;

  std::string on_step(const SagaEvent& event);
  std::string on_dispatch(const SagaEvent& event);
  std::string on_result(const SagaEvent& event);
  std::string on_word(std::size_t at, bool success, bool is_old);
  std::string on_word_at_the_end(std::size_t at, bool success, bool is_old);
  void on_no_word(Step& step, std::size_t at, StepOutcome outcome);
  std::string on_undo_dispatch(std::size_t at);
  std::string on_undo_result(const SagaEvent& event);
  std::string on_undo_without_word(const SagaEvent& event);
  std::string on_operator(const SagaEvent& event);
  std::string on_evidence(const SagaEvent& event);
  std::string on_operator_back(const SagaEvent& event);
  std::string on_operator_forward(const SagaEvent& event);
  std::string on_force();
  std::string on_kick(const SagaEvent& event);
  std::string on_more_time(const SagaEvent& event);
  void look_forward();
  void go_back(const std::string& why);
  void look_back(bool by_operator);
  void word_changes_undo(std::size_t at);
  std::string contradict();
  [[nodiscard]] bool is_worn(int tries, std::uint32_t max) const {
    return max != 0 && tries >= static_cast<int>(max);
  }

  const SagaDefinition& definition_;
  std::string status_ = "NONE";
  std::string stuck_ = "none";
  std::string abort_ = "none";
  bool goes_back_ = false;
  bool is_late_ = false;
  std::vector<Step> steps_;
  Uint128 content_;
};

}  // namespace daybook::test

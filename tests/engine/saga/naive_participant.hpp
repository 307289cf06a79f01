#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "engine/model/participant_work.hpp"
#include "tests/support/random.hpp"

namespace daybook::test {

/// A participant that keeps what it promises, as naively as can be: one table of keys. It may fail,
/// put off, or do a thing and say nothing.
class NaiveParticipant {
 public:
  explicit NaiveParticipant(std::uint64_t seed) : random_{seed} {}

  /// Nothing: it says nothing, whatever it has done.
  std::optional<WorkOutcome> take(const WorkCommand& command);

  /// From now on it does what it is asked, and says so.
  void behave() { behaves_ = true; }

  struct Done {
    WorkOutcome outcome = WorkOutcome::succeeded;  ///< succeeded, failed; cancelled: never to be.
    bool is_undone = false;
    std::uint64_t received = 0;  ///< How often the do was.
    Uint128 saga;
    std::uint8_t step = 0;
  };
  [[nodiscard]] const std::map<Uint128, Done>& done() const { return done_; }

 private:
  /// What it puts off; it says the same of each copy of one sending.
  [[nodiscard]] std::optional<WorkOutcome> put_off(const WorkCommand& command);
  [[nodiscard]] std::optional<WorkOutcome> act(const WorkCommand& command);
  [[nodiscard]] std::optional<WorkOutcome> undo(const WorkCommand& command);
  [[nodiscard]] WorkOutcome tell(const Uint128& target) const;

  Random random_;
  bool behaves_ = false;
  std::map<Uint128, Done> done_;
  std::map<Uint128, WorkOutcome> undos_;
  std::map<std::pair<Uint128, std::uint32_t>, WorkOutcome> put_off_;  ///< By key and attempt.
};

}  // namespace daybook::test

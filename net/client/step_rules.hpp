#pragma once

#include <cstdint>
#include <string_view>

#include "engine/model/participant_work.hpp"
#include "net/client/step_table.hpp"

namespace daybook {

/// What is to be done about a command, by what is remembered.
enum class StepAct : std::uint8_t {
  call,          ///< A handler does it; of a query, it is asked if it can tell.
  answer,        ///< With `outcome` and `words`.
  answer_again,  ///< As the record that was decided by: of the command's key, of a query's target.
};

struct StepVerdict {
  StepAct act = StepAct::call;
  /// Of answer; of a query that is `call`: where no handler can tell.
  WorkOutcome outcome = WorkOutcome::unknown;
  std::string_view words{};
  std::uint16_t code = 0;       ///< Of answer.
  bool cancels_target = false;  ///< From now on `target` must not be done any more.
};

/// `own` and `target`: what is remembered of the command's key and of its target; null: nothing.
/// Of a query only the target counts. `remembers_all` as StepTable. What a handler of this process
/// is at just now is the caller's business.
///
/// Threads. A pure function.
[[nodiscard]] StepVerdict judge_step(const WorkCommand& command, const StepRecord* own,
                                     const StepRecord* target, bool remembers_all);

/// The same of a command that a handler would be called for and cannot: an argument of it is a
/// secret that was forgotten. Failed, but unknown where an earlier attempt may have had its effect.
/// `own` and `remembers_all` as above.
[[nodiscard]] StepVerdict judge_forgotten(const WorkCommand& command, const StepRecord* own,
                                          bool remembers_all);

}  // namespace daybook

#pragma once

#include <cstdint>
#include <string_view>

#include "engine/base/result.hpp"

namespace daybook {

/// Places at which a process can be told to kill itself, so that a test finds it there.
///
/// Only where DAYBOOK_FAULT_POINTS is on, which it never is in what users run: then the point that
/// arm_fault_point() named ends the process by SIGKILL at its N-th hit. Elsewhere everything here
/// is empty: functions without a body, FaultMarks without a member, so that whatever calls them
/// becomes the code that it would be without them.
///
/// Threads.  Any; armed before there is more than one.
enum class FaultPoint : std::uint8_t {
  none,
  // What an entry has in it: `decided` when it is closed and not written yet, `durable` when it has
  // been synced and nobody was told. In the order of FaultMark.
  start_decided,
  dispatch_decided,
  answer_decided,
  abort_decided,
  undo_dispatch_decided,
  undo_answer_decided,
  decision_decided,
  confirm_dispatch_decided,
  confirm_answer_decided,
  end_decided,
  timer_decided,
  start_durable,
  dispatch_durable,
  answer_durable,
  abort_durable,
  undo_dispatch_durable,
  undo_answer_durable,
  decision_durable,
  confirm_dispatch_durable,
  confirm_answer_durable,
  end_durable,
  timer_durable,
  // Of the server: commands were handed to the socket; answers have come, and nothing is decided.
  commands_sent,
  answers_received,
  // Of a participant: a step has had its effect, and nobody knows; it is in the store, and was not
  // answered.
  step_applied,
  step_recorded,
};

/// What an entry has in it, as far as there are fault points for it.
enum class FaultMark : std::uint8_t {
  start,             ///< A saga was started.
  dispatch,          ///< A remote step was sent, forward.
  answer,            ///< A participant has answered one, or a question about one.
  abort,             ///< A saga goes back.
  undo_dispatch,     ///< An undo was sent to a participant.
  undo_answer,       ///< And answered.
  decision,          ///< A TCC transaction was decided.
  confirm_dispatch,  ///< What a remote.tcc step has tried is to be confirmed.
  confirm_answer,    ///< And was.
  end,               ///< A saga has ended by itself.
  timer,             ///< A wait has begun.
};
inline constexpr std::uint8_t fault_mark_count = 11;

#if defined(DAYBOOK_FAULT_POINTS)

inline constexpr bool has_fault_points = true;

/// Counts a hit of `point`; the N-th of the one that is armed does not return.
void fault_point(FaultPoint point) noexcept;

/// "NAME:N", N from 1. Fails with all names when it is not that.
[[nodiscard]] Result<void> arm_fault_point(std::string_view text);

/// The marks of an entry, or of several.
class FaultMarks {
 public:
  void set(FaultMark mark) { bits_ |= 1U << static_cast<unsigned>(mark); }
  void add(const FaultMarks& other) { bits_ |= other.bits_; }
  /// A hit of the point of each mark.
  void hit_decided() const;
  void hit_durable() const;

 private:
  std::uint32_t bits_ = 0;
};

#else

inline constexpr bool has_fault_points = false;

inline void fault_point(FaultPoint /*point*/) noexcept {}
[[nodiscard]] inline Result<void> arm_fault_point(std::string_view /*text*/) { return {}; }

class FaultMarks {
 public:
  void set(FaultMark /*mark*/) {}
  void add(const FaultMarks& /*other*/) {}
  void hit_decided() const {}
  void hit_durable() const {}
};

#endif

}  // namespace daybook

#pragma once

#include <cstdint>
#include <optional>

#include "engine/ports/clock.hpp"

namespace daybook {

/// Engine time: anchored at start, it follows the monotonic clock and is slewed to the wall clock.
///
/// A wall clock that parts from engine time by more than `step_max_ns` (or, at start, from the last
/// entry by more than `gap_max_ns`, or lies before it) is not followed: the clock is *held* and
/// engine time runs on at the monotonic rate until an operator accepts the wall time. So neither a
/// wrong clock nor its repair can move timestamps by more than a slew without somebody's word.
///
/// Threads.  One. Units. Nanoseconds.
class EngineClock {
 public:
  struct Settings {
    std::uint64_t step_max_ns = 10'000'000'000;
    std::uint64_t gap_max_ns = 24ULL * 3'600 * 1'000'000'000;
  };

  /// `last_entry_ns`: commit time of the newest entry, 0 = none. `held`: the journal says that the
  /// clock was held when the engine stopped. `source` outlives the clock.
  EngineClock(const Settings& settings, TimeSource& source, std::uint64_t last_entry_ns, bool held);

  /// Engine time. Never falls.
  [[nodiscard]] std::uint64_t now_ns();

  /// A step that was just detected and has to be journaled: told once.
  struct Step {
    std::uint64_t engine_ns = 0;
    std::uint64_t wall_ns = 0;
  };
  [[nodiscard]] bool has_step() const { return step_.has_value(); }
  [[nodiscard]] std::optional<Step> take_step();

  [[nodiscard]] bool held() const { return held_; }
  [[nodiscard]] std::uint64_t wall_ns() { return source_.wall_ns(); }

  /// An operator accepts the wall time: engine time goes there at once when it lies ahead; behind,
  /// it stands still until the wall clock has caught up.
  void accept();

 private:
  static constexpr std::uint64_t look_every_ns = 10'000'000;
  static constexpr std::int64_t slew_parts = 2'000;  // At most 1/2,000 of elapsed time: 500 ppm.

  void look_at_wall(std::uint64_t monotonic);

  Settings settings_;
  TimeSource& source_;
  std::uint64_t anchor_engine_ = 0;  // Engine time at...
  std::uint64_t anchor_mono_ = 0;    // ... this monotonic time.
  std::uint64_t looked_at_ = 0;      // Monotonic time of the last look at the wall clock.
  std::uint64_t last_now_ = 0;
  bool held_ = false;
  std::optional<Step> step_;
};

}  // namespace daybook

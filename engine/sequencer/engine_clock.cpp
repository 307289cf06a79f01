#include "engine/sequencer/engine_clock.hpp"

#include <algorithm>
#include <utility>

namespace daybook {

EngineClock::EngineClock(const Settings& settings, TimeSource& source, std::uint64_t last_entry_ns,
                         bool held)
    : settings_{settings}, source_{source}, held_{held} {
  const std::uint64_t wall = source_.wall_ns();
  anchor_mono_ = looked_at_ = source_.monotonic_ns();
  const bool behind = wall + settings_.step_max_ns < last_entry_ns;
  const bool ahead = last_entry_ns != 0 && wall > last_entry_ns + settings_.gap_max_ns;
  if (!held_ && (behind || ahead)) {
    held_ = true;
    step_ = Step{last_entry_ns, wall};
  }
  anchor_engine_ = held_ ? last_entry_ns : std::max(wall, last_entry_ns);
  last_now_ = anchor_engine_;
}

std::uint64_t EngineClock::now_ns() {
  const std::uint64_t monotonic = source_.monotonic_ns();
  if (monotonic - looked_at_ >= look_every_ns) look_at_wall(monotonic);
  last_now_ = std::max(last_now_, anchor_engine_ + (monotonic - anchor_mono_));
  return last_now_;
}

void EngineClock::look_at_wall(std::uint64_t monotonic) {
  const std::uint64_t elapsed = monotonic - looked_at_;
  looked_at_ = monotonic;
  if (held_) return;
  const std::uint64_t engine = anchor_engine_ + (monotonic - anchor_mono_);
  const std::uint64_t wall = source_.wall_ns();
  const auto ahead = static_cast<std::int64_t>(wall - engine);  // Negative: the wall is behind.
  const auto step_max = static_cast<std::int64_t>(settings_.step_max_ns);
  if (ahead > step_max || ahead < -step_max) {
    held_ = true;
    step_ = Step{engine, wall};
    return;
  }
  const auto slew_max = static_cast<std::int64_t>(elapsed) / slew_parts;
  anchor_engine_ = engine + static_cast<std::uint64_t>(std::clamp(ahead, -slew_max, slew_max));
  anchor_mono_ = monotonic;
}

std::optional<EngineClock::Step> EngineClock::take_step() { return std::exchange(step_, {}); }

void EngineClock::accept() {
  held_ = false;
  anchor_engine_ = source_.wall_ns();
  anchor_mono_ = looked_at_ = source_.monotonic_ns();
}

}  // namespace daybook

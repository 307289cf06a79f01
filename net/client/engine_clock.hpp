#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "engine/model/ids.hpp"

namespace daybook {

/// What the engine's clock shows, by the clock of this machine, as replies tell that name the
/// engine's time. A reply can only be late, so the one that was least late counts, of those of the
/// last one to two minutes: clocks drift, and are set. Where the engine's clock stands still, as
/// one that is held or moved by hand does, what was heard before says nothing.
///
/// Threads. One.
class EngineClock {
 public:
  /// A reply said that it was `engine`; it was read when the clock of this machine showed
  /// `here_ns`.
  void hear(Timestamp engine, std::uint64_t here_ns) {
    if (engine == Timestamp{}) return;
    if (engine != last_) {
      last_ = engine;
      last_heard_ = here_ns;
    } else if (here_ns - last_heard_ >= still_ns) {
      newest_.reset();
      last_heard_ = here_ns;
    }
    const auto ahead = static_cast<std::int64_t>(here_ns - engine.value());
    if (newest_ && here_ns - window_began_ < window_ns) {
      newest_ = std::min(*newest_, ahead);
      return;
    }
    before_ = newest_;  // None, where that clock stood still.
    newest_ = ahead;
    window_began_ = here_ns;
  }

  /// When the clock of this machine shows what the engine calls `time`; the same where nothing was
  /// heard yet.
  [[nodiscard]] Timestamp here(Timestamp time) const {
    if (!newest_) return time;
    const std::int64_t ahead = before_ ? std::min(*before_, *newest_) : *newest_;
    return Timestamp{time.value() + static_cast<std::uint64_t>(ahead)};
  }

 private:
  static constexpr std::uint64_t window_ns = 60'000'000'000;
  /// A clock that shows the same so long stands still.
  static constexpr std::uint64_t still_ns = 1'000'000'000;

  // Of this machine's clock, as far as it is ahead of the engine's: the least.
  std::optional<std::int64_t> newest_;  // Of the window that goes on.
  std::optional<std::int64_t> before_;  // Of the one before.
  std::uint64_t window_began_ = 0;
  Timestamp last_;                // What the engine said last,
  std::uint64_t last_heard_ = 0;  // and when that was heard first.
};

}  // namespace daybook

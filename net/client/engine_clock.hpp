#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "engine/model/ids.hpp"

namespace daybook {

/// What the engine's clock shows, by the clock of this machine, as replies tell that name the
/// engine's time. A reply can only be late, so the one that was least late counts, of those of the
/// last one to two minutes: clocks drift, and are set.
///
/// Threads. One.
class EngineClock {
 public:
  /// A reply said that it was `engine`; it was read when the clock of this machine showed
  /// `here_ns`.
  void hear(Timestamp engine, std::uint64_t here_ns) {
    if (engine == Timestamp{}) return;
    const auto ahead = static_cast<std::int64_t>(here_ns - engine.value());
    if (newest_ && here_ns - window_began_ < window_ns) {
      newest_ = std::min(*newest_, ahead);
      return;
    }
    before_ = newest_;
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

  // Of this machine's clock, as far as it is ahead of the engine's: the least.
  std::optional<std::int64_t> newest_;  // Of the window that goes on.
  std::optional<std::int64_t> before_;  // Of the one before.
  std::uint64_t window_began_ = 0;
};

}  // namespace daybook

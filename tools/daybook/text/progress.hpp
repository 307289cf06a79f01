#pragma once

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>

namespace daybook {

/// How far some work has come.
struct ProgressState {
  std::uint64_t done = 0;               ///< Things, such as transfers.
  double seconds = 0;                   ///< Since the start.
  std::optional<double> fraction = {};  ///< 0 to 1, where the end is known.
};

/// One line: "12,000 transfers  1.20 M/s  45 %  3.10 s left".
[[nodiscard]] std::string progress_text(const ProgressState& state, std::string_view things);

/// A line on a terminal that is written over as the work goes on.
///
/// Threads. One.
/// Limits.  Writes at most five times a second; writes nothing at all when given no stream.
class ProgressLine {
 public:
  /// `stream` is where the line goes, or null for nowhere (see terminal_or_nothing()).
  ProgressLine(std::ostream* stream, std::string things);
  /// Clears the line.
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  /// Takes the line away again, before other text is written.
  void clear();

  void show(std::uint64_t done, std::optional<double> fraction = std::nullopt);

  [[nodiscard]] double seconds() const;

 private:
  using Clock = std::chrono::steady_clock;

  std::ostream* stream_;
  std::string things_;
  Clock::time_point started_;
  std::optional<Clock::time_point> shown_;
};

/// std::cerr if stderr is a terminal, else null: progress is for people who watch.
[[nodiscard]] std::ostream* terminal_or_nothing();

}  // namespace daybook

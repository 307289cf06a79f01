#pragma once

#include <array>

#include <signal.h>

namespace daybook::demo {

/// While this lives, SIGINT, SIGTERM and SIGHUP are noted instead of ending the process, so that it
/// can clean up, and a reader of its output who leaves is an error of writing. SIGHUP stays ignored
/// where it was, as under nohup.
///
/// Threads. One; one object at a time.
class Interruption {
 public:
  Interruption();
  ~Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

  /// Whether a signal has come since this was made.
  [[nodiscard]] static bool has_come();

 private:
  static constexpr std::array noted{SIGINT, SIGTERM, SIGHUP};

  std::array<struct sigaction, noted.size()> before_{};
  struct sigaction broken_pipe_before_ {};
};

}  // namespace daybook::demo

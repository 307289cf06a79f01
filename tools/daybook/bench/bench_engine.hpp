#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <signal.h>

#include "engine/base/result.hpp"
#include "tools/daybook/process/child_process.hpp"

namespace daybook {

/// How to start an engine to be measured.
struct EngineStart {
  std::string data_directory;
  std::string log_file;              ///< Takes what the engine says on stderr.
  std::vector<std::string> options;  ///< More words for `daybook serve`.
};

/// The most memory that samples saw. Anonymous is what the engine allocated; file is what it maps,
/// which the system may drop at any time.
struct EngineMemory {
  std::uint64_t anonymous_bytes = 0;
  std::uint64_t file_bytes = 0;
  std::uint64_t resident_bytes = 0;  ///< VmHWM: both together, at their common peak.
};

/// An engine of our own: this very binary as `daybook serve`, in a process of its own, listening on
/// a port of the system's choice.
///
/// While it lives an interrupt from the keyboard is for the engine alone: it stops, the load sees
/// its connection end, and the bench cleans up and says so.
///
/// Threads.  One at a time. Start it from the thread that stays: the engine is killed with it.
class MeasuredEngine {
 public:
  /// Returns when the engine has said which port it listens on. A Failure carries the last lines
  /// of its log.
  [[nodiscard]] static Result<std::unique_ptr<MeasuredEngine>> start(const EngineStart& start);

  /// Kills it (SIGKILL) if stop() was not called.
  ~MeasuredEngine();
  MeasuredEngine(const MeasuredEngine&) = delete;
  MeasuredEngine& operator=(const MeasuredEngine&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }

  /// Looks at its memory now, and keeps the highest values. Cost: one read of a file in /proc.
  void sample();
  [[nodiscard]] const EngineMemory& memory() const { return memory_; }

  /// Asks it to stop (SIGTERM) and waits; a Failure when it did not end in good order.
  [[nodiscard]] Result<void> stop();

  /// The end of its log, for people.
  [[nodiscard]] std::string last_words() const;

 private:
  MeasuredEngine(ChildProcess child, Descriptor output, std::string log_file);

  /// Reads its stdout up to the line with the port.
  [[nodiscard]] Result<void> await_port();
  void drain_output();

  ChildProcess child_;
  Descriptor output_;  ///< The engine's stdout, read so that it never fills.
  std::string log_file_;
  std::uint16_t port_ = 0;
  EngineMemory memory_;
  struct sigaction interrupt_ {};  ///< What an interrupt did before.
};

/// Bytes that `directory` takes on its disk. What vanishes while it is looked at counts as nothing.
[[nodiscard]] std::uint64_t bytes_on_disk(const std::string& directory);

/// The same without journal segments that are prepared but not begun. Requires: no engine serves
/// the directory, and its journal holds `some_sequence`, close to the end for speed.
[[nodiscard]] Result<std::uint64_t> bytes_on_disk_without_prepared(const std::string& directory,
                                                                   std::uint64_t some_sequence);

}  // namespace daybook

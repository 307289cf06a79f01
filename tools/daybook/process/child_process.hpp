#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "engine/base/result.hpp"
#include "tools/daybook/process/descriptor.hpp"

namespace daybook {

/// This very program, for ChildStart::program.
inline constexpr const char* own_program = "/proc/self/exe";

/// A program to start. What it may read and write are numbers of open files, which stay the
/// caller's; -1 is what this process has.
struct ChildStart {
  std::string program;             ///< Its file.
  std::vector<std::string> words;  ///< Of its command line; the first is what it is called.
  std::optional<std::vector<std::string>> environment{};  ///< "NAME=value" each; none: ours.
  std::string directory{};                                ///< Where it works; empty: where we do.
  int input = -1;
  int output = -1;
  int errors = -1;
  bool leads_group = false;  ///< What it starts is of a process group of its own, and ends with it.
};

/// A program that runs in a process of its own, and is killed with this object and, by the system,
/// with the thread that started it.
///
/// It begins with no signal blocked, and with those that end a program doing so. A file that cannot
/// be executed is told as its end, with exit code 127. Its number, and that of its group, is nobody
/// else's until end() or the destructor has killed what is left.
///
/// Threads. One at a time.
class ChildProcess {
 public:
  /// A Failure: the system has no process for it.
  [[nodiscard]] static Result<ChildProcess> start(const ChildStart& start);

  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&&) = delete;
  ~ChildProcess() { end(); }

  [[nodiscard]] pid_t id() const { return process_; }
  /// Becomes readable when it has ended; -1 where the system has no such thing.
  [[nodiscard]] int handle() const { return handle_.number(); }

  /// Unless it has ended.
  void signal(int number);
  [[nodiscard]] bool has_ended();
  /// Waits until it has ended, at most so long; less where a signal comes, or where there is no
  /// handle. Whether it has.
  [[nodiscard]] bool wait(std::chrono::milliseconds time);
  /// Kills it, or the whole group that it leads, also where only itself has ended. Its number may
  /// be somebody else's afterwards.
  void end();

  /// Once it has ended: -1 where it did not end by itself, or where the system does not tell, as
  /// where this process ignores SIGCHLD.
  [[nodiscard]] int exit_code() const;
  /// Once it has ended: what ended it; 0 = no signal, or the system does not tell.
  [[nodiscard]] int end_signal() const;

 private:
  ChildProcess(pid_t process, bool leads_group);

  /// For an end, with these options of waitid(). Where the system knows of no such child, it has
  /// ended and is over.
  void look(int options);

  pid_t process_;
  bool leads_group_;
  bool ended_ = false;
  bool over_ = false;  ///< Nothing is left to be killed: the number is not its own any more.
  int exit_code_ = -1;
  int end_signal_ = 0;
  Descriptor handle_;
};

}  // namespace daybook

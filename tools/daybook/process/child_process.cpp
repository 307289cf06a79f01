#include "tools/daybook/process/child_process.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace daybook {
namespace {

/// Between two looks at a process, where nothing tells of its end.
constexpr std::chrono::milliseconds look_again{50};

/// As execve() wants them; they point into `texts`.
std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& each : texts) result.push_back(each.data());
  result.push_back(nullptr);
  return result;
}

/// What the child needs, made before there is one.
struct Role {
  const ChildStart& start;
  char* const* words;
  char* const* environment;
  pid_t parent;
};

bool becomes(int from, int number) { return from < 0 || ::dup2(from, number) >= 0; }

/// Of the child, between fork and exec: only calls that are safe there.
[[noreturn]] void become(const Role& role) {
  if (role.start.leads_group) ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != role.parent) ::_exit(127);  // It has been killed already.
  if (!becomes(role.start.input, STDIN_FILENO) || !becomes(role.start.output, STDOUT_FILENO) ||
      !becomes(role.start.errors, STDERR_FILENO)) {
    ::_exit(127);
  }
  const char* const directory = role.start.directory.c_str();
  if (*directory != '\0' && ::chdir(directory) != 0) ::_exit(127);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  struct sigaction usual {};
  usual.sa_handler = SIG_DFL;
  for (const int number : {SIGPIPE, SIGINT, SIGTERM}) ::sigaction(number, &usual, nullptr);
  ::execve(role.start.program.c_str(), role.words, role.environment);
  constexpr std::string_view words = "the program cannot be executed\n";
  static_cast<void>(::write(STDERR_FILENO, words.data(), words.size()) + 1);
  ::_exit(127);
}

}  // namespace

Result<ChildProcess> ChildProcess::start(const ChildStart& start) {
  std::vector<std::string> words = start.words;
  std::vector<std::string> environment = start.environment.value_or(std::vector<std::string>{});
  const std::vector<char*> word_pointers = pointers(words);
  const std::vector<char*> environment_pointers = pointers(environment);
  const Role role{.start = start,
                  .words = word_pointers.data(),
                  .environment = start.environment ? environment_pointers.data() : environ,
                  .parent = ::getpid()};
  const pid_t process = ::fork();
  if (process < 0) {
    return Failure{FailureKind::io, fmt::format("{} could not be started: no process: {}",
                                                words.empty() ? start.program : words.front(),
                                                std::strerror(errno))};
  }
  if (process == 0) become(role);
  if (start.leads_group) ::setpgid(process, process);  // Both do: whoever comes first.
  return ChildProcess{process, start.leads_group};
}

ChildProcess::ChildProcess(pid_t process, bool leads_group)
    : process_{process},
      leads_group_{leads_group},
      handle_{static_cast<int>(::syscall(SYS_pidfd_open, process, 0))} {}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : process_{other.process_},
      leads_group_{other.leads_group_},
      ended_{other.ended_},
      over_{std::exchange(other.over_, true)},
      exit_code_{other.exit_code_},
      end_signal_{other.end_signal_},
      handle_{std::move(other.handle_)} {}

void ChildProcess::signal(int number) {
  if (!has_ended()) ::kill(process_, number);
}

void ChildProcess::look(int options) {
  siginfo_t how{};
  while (::waitid(P_PID, static_cast<id_t>(process_), &how, WEXITED | options) != 0) {
    if (errno == EINTR) continue;
    // Somebody else was told of its end, or nobody was.
    ended_ = over_ = true;
    return;
  }
  if (how.si_pid != process_) return;
  ended_ = true;
  if (how.si_code == CLD_EXITED) {
    exit_code_ = how.si_status;
  } else {
    end_signal_ = how.si_status;
  }
}

bool ChildProcess::has_ended() {
  // Not taken from the system yet: until end() has killed its group, its number must be its own.
  if (!ended_) look(WNOHANG | WNOWAIT);
  return ended_;
}

bool ChildProcess::wait(std::chrono::milliseconds time) {
  if (has_ended()) return true;
  if (handle_.number() < 0) time = std::min(time, look_again);
  pollfd wait{handle_.number(), POLLIN, 0};
  static_cast<void>(::poll(&wait, 1, static_cast<int>(std::max<long>(time.count(), 0))));
  return has_ended();
}

void ChildProcess::end() {
  if (over_) return;
  look(WNOHANG | WNOWAIT);  // Again: whether the number is still its own.
  if (over_) return;
  // Also a group whose leader has ended: what it left behind could still have its effect.
  ::kill(leads_group_ ? -process_ : process_, SIGKILL);
  look(0);
  over_ = true;
}

int ChildProcess::exit_code() const { return exit_code_; }

int ChildProcess::end_signal() const { return end_signal_; }

}  // namespace daybook

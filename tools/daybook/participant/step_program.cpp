#include "tools/daybook/participant/step_program.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include "engine/base/limits.hpp"
#include "tools/daybook/process/child_process.hpp"

namespace daybook {
namespace {

using Clock = std::chrono::steady_clock;

/// Between two looks at a program, where nothing tells of its end.
constexpr std::chrono::milliseconds look_again{50};

/// The two ends of a pipe: ours does not block.
struct Ends {
  Descriptor ours;
  Descriptor theirs;
  [[nodiscard]] bool open(bool we_write) {
    int numbers[2];
    if (::pipe2(numbers, O_CLOEXEC) != 0) return false;
    ours = Descriptor{numbers[we_write ? 1 : 0]};
    theirs = Descriptor{numbers[we_write ? 0 : 1]};
    return ::fcntl(ours.number(), F_SETFL, O_NONBLOCK) == 0;
  }
};

std::string last_line(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  const std::size_t newline = text.rfind('\n');
  return std::string{newline == std::string_view::npos ? text : text.substr(newline + 1)};
}

class Running {
 public:
  Running(ChildProcess child, Descriptor input, Descriptor output, Descriptor error,
          std::string_view text)
      : child_{std::move(child)},
        input_{std::move(input)},
        output_{std::move(output)},
        error_{std::move(error)},
        left_{text} {}

  ProgramEnd watch(Clock::time_point deadline) {
    while (!child_.has_ended()) {
      const bool too_late = Clock::now() >= deadline;
      if (too_late || end_.said_too_much) {
        end_.was_late = too_late && !end_.said_too_much;
        break;
      }
      wait(std::min<Clock::duration>(look_again, deadline - Clock::now()));
    }
    // The whole group, also where the program itself has ended: what it left behind could still
    // have its effect after the answer.
    child_.end();
    read_all();
    end_.exit_code = child_.exit_code();
    end_.signal = child_.end_signal();
    end_.error_line = last_line(errors_);
    // Its front is cut off, perhaps amid a secret, and half of one nobody can find.
    if (errors_were_cut_ && errors_.starts_with(end_.error_line)) {
      end_.error_line.erase(0, limits::secret_bytes_max);
    }
    return std::move(end_);
  }

 private:
  void wait(Clock::duration time) {
    if (left_.empty()) input_.close();
    std::array<pollfd, 4> waits{{{input_.number(), POLLOUT, 0},
                                 {output_.number(), POLLIN, 0},
                                 {error_.number(), POLLIN, 0},
                                 {child_.handle(), POLLIN, 0}}};
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
    static_cast<void>(::poll(waits.data(), waits.size(), static_cast<int>(std::max<long>(ms, 1))));
    write_some();
    read_all();
  }

  void write_some() {
    while (input_.number() >= 0 && !left_.empty()) {
      const ssize_t sent = ::write(input_.number(), left_.data(), left_.size());
      if (sent < 0 && (errno == EAGAIN || errno == EINTR)) return;
      if (sent < 0) return input_.close();  // It does not want to hear more.
      left_.remove_prefix(static_cast<std::size_t>(sent));
    }
    input_.close();
  }

  void read_all() {
    read_some(output_, end_.output, program_output_bytes_max + 1);
    if (end_.output.size() > program_output_bytes_max) end_.said_too_much = true;
    read_some(error_, errors_, 2 * program_error_bytes_max);
    if (errors_.size() > program_error_bytes_max) {
      errors_.erase(0, errors_.size() - program_error_bytes_max);
      errors_were_cut_ = true;
    }
  }

  static void read_some(Descriptor& from, std::string& into, std::size_t most) {
    std::array<char, 4'096> piece;
    while (from.number() >= 0 && into.size() < most) {
      const ssize_t got = ::read(from.number(), piece.data(), piece.size());
      if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
      if (got <= 0) return from.close();
      into.append(piece.data(), static_cast<std::size_t>(got));
    }
  }

  ChildProcess child_;
  Descriptor input_;
  Descriptor output_;
  Descriptor error_;
  std::string_view left_;
  std::string errors_;
  bool errors_were_cut_ = false;
  ProgramEnd end_;
};

}  // namespace

Result<ProgramEnd> run_program(const std::string& command, std::string_view input,
                               Clock::time_point deadline) {
  // A program that does not read its input must not end this one.
  [[maybe_unused]] static const auto ignored = std::signal(SIGPIPE, SIG_IGN);
  Ends in;
  Ends out;
  Ends err;
  if (!in.open(true) || !out.open(false) || !err.open(false)) {
    return Failure{FailureKind::io,
                   fmt::format("'{}' could not be started: no connection to it: {}", command,
                               std::strerror(errno))};
  }
  auto child = ChildProcess::start({.program = "/bin/sh",
                                    .words = {"sh", "-c", command},
                                    .input = in.theirs.number(),
                                    .output = out.theirs.number(),
                                    .errors = err.theirs.number(),
                                    .leads_group = true});
  if (!child) return child.error();
  in.theirs.close();
  out.theirs.close();
  err.theirs.close();
  Running running{std::move(child).value(), std::move(in.ours), std::move(out.ours),
                  std::move(err.ours), input};
  return running.watch(deadline);
}

}  // namespace daybook

#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "engine/base/result.hpp"

/// A program that does a step: started with `sh -c`, given text on its standard input, and read.

namespace daybook {

/// Of what it prints, on standard output; more ends it. Of its standard error the end is kept.
inline constexpr std::size_t program_output_bytes_max = 64 * 1'024;
inline constexpr std::size_t program_error_bytes_max = 4 * 1'024;

struct ProgramEnd {
  int exit_code = -1;          ///< -1: it did not end by itself.
  int signal = 0;              ///< That ended it; 0 = none.
  bool was_late = false;       ///< It was killed: its time was over.
  bool said_too_much = false;  ///< It was killed: it printed more than is read.
  std::string output;
  std::string error_line;  ///< The last line of its standard error that is not empty.
};

/// Runs `command` until it ends, or kills it and all in its process group at `deadline`. What it
/// left running behind itself in the group is killed as well, and so is it when this process ends.
/// A Failure: it could not be started.
///
/// Threads. Any, also several at a time. From the first call on this process ignores SIGPIPE.
[[nodiscard]] Result<ProgramEnd> run_program(const std::string& command, std::string_view input,
                                             std::chrono::steady_clock::time_point deadline);

}  // namespace daybook

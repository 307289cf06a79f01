#pragma once

#include <cstdint>
#include <string>

namespace daybook {

/// What kind of thing went wrong outside the program. Decides what a caller may do next.
enum class FailureKind : std::uint8_t {
  io,           ///< The system refused a read, write, open or sync. Final for a writer.
  damaged,      ///< Bytes at rest are not what was written.
  no_space,     ///< The disk or the map is full.
  locked,       ///< Another process holds it.
  not_found,    ///< There is no such thing.
  unsupported,  ///< A format or version this build does not know.
  invalid,      ///< The caller's input is wrong: a setting, an argument, a file's text.
  timed_out,    ///< No answer within the time allowed.
  closed,       ///< The other side is gone.
};

/// A failure in words: what happened, where, and what to do next.
struct Failure {
  FailureKind kind = FailureKind::io;
  std::string what;
};

}  // namespace daybook

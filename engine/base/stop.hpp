#pragma once

namespace daybook {

/// For a failure of the world where nobody is left to hand it to: prints "stopped: what" to stderr
/// and ends the process at once with exit code 2, as a kill would. What was acknowledged is on
/// disk.
///
/// Threads.  Any.
[[noreturn]] void stop_on_failure(const char* what) noexcept;

}  // namespace daybook

#pragma once

/// Bugs, as opposed to refusals (the business says no) and failures (the world went wrong).
///
/// ENSURE(condition, why) is on in every build: a ledger that has lost an invariant must not write
/// another byte, so it prints one line and aborts. AUDIT(condition, why) is the same where
/// DAYBOOK_AUDIT is set and is only type-checked elsewhere: for checks too dear for the hot path.

namespace daybook {

/// Prints "file:line: why (condition)" to stderr and aborts. Out of line: the cold path of ENSURE.
[[noreturn]] void stop_on_bug(const char* condition, const char* why, const char* file,
                              int line) noexcept;

}  // namespace daybook

#define ENSURE(condition, why)                                     \
  do {                                                             \
    if (!(condition)) [[unlikely]]                                 \
      ::daybook::stop_on_bug(#condition, why, __FILE__, __LINE__); \
  } while (false)

#if defined(DAYBOOK_AUDIT)
#define AUDIT(condition, why) ENSURE(condition, why)
#else
#define AUDIT(condition, why) static_cast<void>(sizeof((condition) ? 1 : 0))
#endif

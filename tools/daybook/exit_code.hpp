#pragma once

/// What every command's exit code means, so that scripts can tell "no" from "could not".
namespace daybook::exit_code {

inline constexpr int good = 0;  ///< Done, and the answer is yes.
inline constexpr int no = 1;  ///< Done, and the answer is no: refused, missing, different, damaged.
inline constexpr int failed = 2;  ///< Could not be done or could not be told.

}  // namespace daybook::exit_code

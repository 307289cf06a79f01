#pragma once

#include <cstdint>
#include <string>

/// What `daybook demo` does: the day of a payment gateway against an engine of its own.

namespace daybook {

struct DemoOptions {
  std::string directory;                ///< Where to work, which is kept; empty: a temporary one.
  bool keeps = false;                   ///< The temporary one stays.
  std::uint64_t transfers = 5'000'000;  ///< Of the load that the engine is killed in.
};
/// Shows it. The exit code: no where something did not hold, failed where it could not be shown.
int run_demo(const DemoOptions& options);

}  // namespace daybook

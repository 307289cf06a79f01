#pragma once

#include <cstdint>

namespace daybook {

/// Where time comes from. The engine itself reads no clock.
class TimeSource {
 public:
  virtual ~TimeSource() = default;
  /// Nanoseconds since 1970-01-01 UTC; may step.
  virtual std::uint64_t wall_ns() = 0;
  /// Nanoseconds since some moment; never steps.
  virtual std::uint64_t monotonic_ns() = 0;
};

}  // namespace daybook

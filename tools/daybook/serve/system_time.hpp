#pragma once

#include <cstdint>

#include "engine/ports/clock.hpp"

namespace daybook {

/// The system's clocks. Reads take tens of nanoseconds and no system call. Threads. Any.
class SystemTime final : public TimeSource {
 public:
  std::uint64_t wall_ns() override;
  std::uint64_t monotonic_ns() override;
};

}  // namespace daybook

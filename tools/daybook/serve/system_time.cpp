#include "tools/daybook/serve/system_time.hpp"

#include <ctime>

namespace daybook {
namespace {

std::uint64_t read_clock(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 +
         static_cast<std::uint64_t>(now.tv_nsec);
}

}  // namespace

std::uint64_t SystemTime::wall_ns() { return read_clock(CLOCK_REALTIME); }
std::uint64_t SystemTime::monotonic_ns() { return read_clock(CLOCK_MONOTONIC); }

}  // namespace daybook

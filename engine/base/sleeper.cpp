#include "engine/base/sleeper.hpp"

#include <ctime>

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "engine/base/durations.hpp"

namespace daybook {

void FutexSleeper::sleep(std::uint64_t timeout_ns) {
  const timespec timeout{.tv_sec = static_cast<std::time_t>(timeout_ns / second_ns),
                         .tv_nsec = static_cast<long>(timeout_ns % second_ns)};
  ::syscall(SYS_futex, &asleep_, FUTEX_WAIT_PRIVATE, 1, &timeout, nullptr, 0);
}

void FutexSleeper::signal() {
  ::syscall(SYS_futex, &asleep_, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

}  // namespace daybook

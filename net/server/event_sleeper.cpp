#include "net/server/event_sleeper.hpp"

#include <cerrno>
#include <cstdint>

#include <sys/eventfd.h>
#include <unistd.h>

#include "engine/base/assert.hpp"

namespace daybook {

EventSleeper::EventSleeper() : descriptor_{::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)} {
  ENSURE(descriptor_ >= 0, "an io thread needs an eventfd; raise the limit of open files");
}

EventSleeper::~EventSleeper() { ::close(descriptor_); }

void EventSleeper::signal() {
  constexpr std::uint64_t one = 1;
  // EAGAIN would mean a counter near 2^64: the descriptor is readable then, which is all we want.
  const auto written = ::write(descriptor_, &one, sizeof(one));
  ENSURE(written == sizeof(one) || errno == EAGAIN, "an eventfd takes a number");
}

}  // namespace daybook

#pragma once

#include "engine/base/sleeper.hpp"

namespace daybook {

/// The Sleeper of a thread that sleeps in epoll: waking it is writing to an eventfd.
///
/// Threads.  As Sleeper; descriptor() belongs to the sleeping thread.
class EventSleeper final : public Sleeper {
 public:
  /// Stops the process when the system has no descriptor left.
  EventSleeper();
  ~EventSleeper() override;

  /// Readable once the sleeper was woken. Owned here.
  [[nodiscard]] int descriptor() const { return descriptor_; }

 protected:
  void signal() override;

 private:
  int descriptor_;
};

}  // namespace daybook

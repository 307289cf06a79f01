#pragma once

#include <atomic>
#include <cstdint>

namespace daybook {

/// A thread that sleeps when it finds no work, and those who wake it.
///
/// The sleeper:  announce(); look for work once more; if there is none, sleep; retract().
/// A waker:      publish the work; wake().
///
/// Threads.  announce and retract belong to the sleeping thread; wake() to any.
/// Memory.   Both sides meet in read-modify-writes of `asleep_` (acq_rel): either the waker sees
///           the announcement and signals, or the sleeper, which announced later, sees the work
///           that was published before. No fence is needed. Nothing ever stores into `asleep_`: a
///           store between the waker's look and the announcement would break the chain by which
///           the sleeper sees that work.
class Sleeper {
 public:
  virtual ~Sleeper() = default;
  Sleeper(const Sleeper&) = delete;
  Sleeper& operator=(const Sleeper&) = delete;

  void announce() { asleep_.exchange(1, std::memory_order_acq_rel); }
  void retract() { asleep_.exchange(0, std::memory_order_acq_rel); }

  /// Wakes the thread if it sleeps. A system call only then; `signals()` counts them.
  void wake() {
    if (asleep_.fetch_add(0, std::memory_order_acq_rel) == 0) return;
    if (asleep_.exchange(0, std::memory_order_acq_rel) == 0) return;
    signals_.fetch_add(1, std::memory_order_relaxed);
    signal();
  }

  [[nodiscard]] std::uint64_t signals() const { return signals_.load(std::memory_order_relaxed); }

 protected:
  Sleeper() = default;

  /// Makes the sleeping thread run: one system call.
  virtual void signal() = 0;

  std::atomic<std::uint32_t> asleep_{0};

 private:
  std::atomic<std::uint64_t> signals_{0};
};

/// A Sleeper that waits in the kernel's futex: for threads that wait for nothing else.
class FutexSleeper final : public Sleeper {
 public:
  /// Sleeps until wake() or for `timeout_ns`, whichever is first. Requires: announced, and no work
  /// was found since. Returns at once if somebody woke us in between.
  void sleep(std::uint64_t timeout_ns);

 protected:
  void signal() override;
};

}  // namespace daybook

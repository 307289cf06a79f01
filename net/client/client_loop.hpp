#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "engine/base/result.hpp"

namespace daybook {

/// The event loop that one or many Clients share: their sockets, timers and callbacks.
///
/// Nothing happens behind the caller's back: there is no thread inside. Answers are read, callbacks
/// called and lost connections made again only while somebody is inside run_until(), turn() or a
/// blocking call of one of the clients.
///
/// Threads.  One at a time, the loop and its clients together, but for wake(). Must outlive its
///           clients.
class ClientLoop {
 public:
  ClientLoop();
  ~ClientLoop();
  ClientLoop(const ClientLoop&) = delete;
  ClientLoop& operator=(const ClientLoop&) = delete;

  /// Runs events until `done` is true; it is asked before the first and after each one.
  /// Requires: some client has something under way for as long as `done` is false; otherwise
  /// FailureKind::invalid, for nothing could ever happen. Not from inside a callback.
  Result<void> run_until(const std::function<bool()>& done);

  /// Waits at most `wait_max` for something to happen, then runs all that is ready. Zero: does not
  /// wait. True if anything ran. Requires: not from inside a callback.
  bool turn(std::chrono::nanoseconds wait_max);

  /// Ends the wait of a turn() that is under way, or of the next one. Any thread.
  void wake();

  struct State;  ///< Of the implementation.
  [[nodiscard]] State& state() { return *state_; }

 private:
  std::unique_ptr<State> state_;
};

}  // namespace daybook

#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "net/client/participant.hpp"
#include "net/client/step_encoding.hpp"
#include "net/client/step_rules.hpp"
#include "net/client/step_table.hpp"

namespace daybook {

/// Which of the things under a key: its query bears the same key.
using StepPlace = std::pair<Uint128, WorkOperation>;
[[nodiscard]] inline StepPlace place_of(const WorkCommand& command) {
  return {command.key, command.operation};
}

/// Something for a worker: a handler to be called, or an answer to be written down.
struct StepJob {
  StepCommand command;
  StepVerdict verdict;
  const StepHandler* handler = nullptr;  ///< Null: only the verdict's answer is written down.
  std::optional<StepRecord> target;      ///< What was remembered of the command's target.
  /// The newest attempt that has come, which is the one to be answered. The desk writes, the worker
  /// reads; nothing else depends on it, so it is relaxed.
  std::shared_ptr<std::atomic<std::uint32_t>> attempt;
};

/// What has become of a job.
struct StepDone {
  WorkCommand work;
  std::uint32_t attempt = 0;
  EncodedReply reply{};
  bool released = false;             ///< It was too late when its turn came: nothing was begun.
  bool called = false;               ///< A handler was.
  std::optional<Failure> failure{};  ///< Of the table.
};

/// The threads that call handlers.
///
/// Threads. Everything but the threads' own part is for the desk's thread.
class StepWorkers {
 public:
  /// `on_done` is called by any of the threads, after something was added to the done.
  StepWorkers(StepTable& table, std::uint32_t threads, std::function<void()> on_done);
  /// Waits for the handlers that were begun; what waits is dropped.
  ~StepWorkers();
  StepWorkers(const StepWorkers&) = delete;
  StepWorkers& operator=(const StepWorkers&) = delete;

  void add(StepJob job);
  /// Takes it back if it has not begun.
  [[nodiscard]] bool remove(const StepPlace& place);
  /// Takes back all that has not begun.
  [[nodiscard]] std::vector<StepJob> remove_all();
  /// A handler is at it.
  [[nodiscard]] bool has_begun(const StepPlace& place);
  [[nodiscard]] std::vector<StepDone> take_done();
  /// Waits until something is done, but not longer.
  void wait_for_done(std::chrono::milliseconds time);

 private:
  void run();
  [[nodiscard]] StepDone work(const StepJob& job);
  [[nodiscard]] StepReply call(const StepJob& job) const;
  [[nodiscard]] std::vector<StepRecord> before(const StepJob& job) const;

  StepTable* table_;
  std::function<void()> on_done_;
  std::mutex mutex_;
  std::condition_variable added_;
  std::condition_variable finished_;
  std::deque<StepJob> waiting_;
  std::set<StepPlace> begun_;
  std::vector<StepDone> done_;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

/// Nanoseconds since 1970, by this machine's clock.
[[nodiscard]] std::uint64_t wall_clock_ns();

}  // namespace daybook

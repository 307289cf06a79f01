#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.hpp"
#include "net/client/client.hpp"
#include "tools/daybook/bench/bench_answer_check.hpp"
#include "tools/daybook/bench/bench_generator.hpp"
#include "tools/daybook/bench/bench_settings.hpp"
#include "tools/daybook/bench/histogram.hpp"

namespace daybook {

/// What the expiry of many holds at once showed.
///
/// Units. Seconds. When all were released is known from the trial balance, which is asked every
/// 20 ms, or less often where it takes long.
struct StormOutcome {
  std::uint64_t holds = 0;
  double due_within_seconds = 0;      ///< First deadline to last.
  double release_seconds = 0;         ///< First deadline to all released.
  double late_seconds = 0;            ///< Last deadline to all released.
  bool load_covers_releases = false;  ///< The load went on until all were released.
  Histogram latency_ns;  ///< Of the load's requests answered in the seconds of the releases.
};

/// Holds that all fall due in one second of the clock, and what their release does to a load.
///
/// Usage.    create() before the load; during it note_answer() of each request, which also asks how
///           far the releases are; await_released() after it; then outcome().
/// Requires: the engine's clock is this machine's, for the deadlines are chosen by ours.
/// Threads.  One; it is also the loop's.
class ExpiryStorm {
 public:
  ExpiryStorm(ClientLoop& loop, const ClientSettings& client, const LoadSettings& settings,
              const BenchGenerator& generator, AnswerCheck& check)
      : loop_{loop},
        client_{loop, client},
        settings_{settings},
        generator_{generator},
        check_{check} {}

  /// Creates the holds, tells how many there are after each request, and returns a second before
  /// they fall due. A Failure when there was too
  /// little time for that, or no engine.
  [[nodiscard]] Result<void> create(const std::function<void(std::uint64_t)>& tell);

  /// Of one request of the load. Requires: create() has returned.
  void note_answer(std::uint64_t latency_ns);

  /// Call when the load has ended. Returns when all holds are released, and were found expired. A
  /// Failure when they are not within a minute of their deadline.
  [[nodiscard]] Result<void> await_released();

  /// Set: an answer was wrong, in words.
  [[nodiscard]] const std::optional<std::string>& wrong() const { return wrong_; }
  /// Requires: await_released() has returned, and nothing was wrong.
  [[nodiscard]] StormOutcome outcome() const;

 private:
  using Wall = std::chrono::sys_time<std::chrono::nanoseconds>;

  static Wall now();
  Result<void> create_batch(std::uint64_t first);
  /// What is pending on the ledger once the indexes hold everything.
  Result<u128> pending_now();
  void poll(Wall at);
  void polled(const Result<BalancePage>& page);
  Result<void> check_expired();
  [[nodiscard]] Failure too_late() const;

  ClientLoop& loop_;
  Client client_;
  const LoadSettings& settings_;
  const BenchGenerator& generator_;
  AnswerCheck& check_;

  Wall due_;        ///< A whole second: no deadline before it.
  Wall due_first_;  ///< The deadlines, by the engine's timestamps.
  Wall due_last_;
  u128 pending_before_ = 0;
  u128 amount_ = 0;  ///< Of all the holds.
  std::vector<Transfer> batch_;

  bool asking_ = false;
  Wall asked_;
  Wall next_poll_;
  std::optional<Wall> released_;
  bool load_covers_releases_ = false;
  std::map<std::int64_t, Histogram> latency_of_second_;
  std::optional<Failure> failure_;
  std::optional<std::string> wrong_;
};

}  // namespace daybook

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/base/uint128.hpp"
#include "engine/model/transfer.hpp"
#include "tools/daybook/bench/bench_reads.hpp"
#include "tools/daybook/bench/bench_settings.hpp"
#include "tools/daybook/bench/bench_storm.hpp"
#include "tools/daybook/bench/histogram.hpp"

namespace daybook {

/// How far a run is. Told about ten times a second.
struct LoadProgress {
  const char* phase = "";  ///< "accounts", "holds", "transfers", "releases", "balances", "reads".
  std::uint64_t done = 0;
  std::uint64_t all = 0;
  double seconds = 0;  ///< Since the phase began.
};

/// What was sent, and so must be found in the balances.
struct LoadTotals {
  std::uint64_t holds = 0;
  std::uint64_t posts = 0;
  std::uint64_t voids = 0;
  u128 posted_amount = 0;   ///< Of plain transfers and posts.
  u128 pending_amount = 0;  ///< Of holds that are neither posted nor voided.

  void note(const Transfer& transfer);
  [[nodiscard]] std::uint64_t open_holds() const { return holds - posts - voids; }
};

/// What a run showed.
struct LoadOutcome {
  double seconds = 0;    ///< First request sent to last answer received.
  Histogram latency_ns;  ///< Of each request: submitted to answered.
  std::uint64_t requests = 0;
  std::uint64_t acknowledged = 0;  ///< Transfers that the engine said it created.
  LoadTotals sent;
  std::uint64_t last_sequence = 0;  ///< Of the engine, right after the last answer.
  std::uint64_t follower_lag =
      0;  ///< Sequences that the indexes lacked right after the last answer.
  /// Transfers per second of each million of them, in order; a last part is left out.
  std::vector<double> rate_of_million;
  std::optional<StormOutcome> storm;  ///< Where holds expired during the load.
  std::vector<ReadOutcome> reads;     ///< Empty when none were asked for.
  /// Set: an answer or a balance was wrong, in words. The figures then mean nothing.
  std::optional<std::string> wrong;
};

/// Opens the accounts on ledger 1, sends all transfers, checks every answer, and sums the balances.
///
/// Every transfer has all the fields set that one of its kind may have; debit and credit account
/// are a pseudo-random pair. Each answer must say that all events were created, and the sequences
/// of the operations must not overlap; at the end debits and credits, summed over all accounts,
/// must equal what was sent: the posted ones the sum of what was moved, the pending ones the sum of
/// the holds that are open. Expiring holds are created before the transfers, and are awaited before
/// the sums. Last come the reads.
///
/// Threads.  One; it is also the client's. `progress` is called on it.
/// Errors.   A Failure when the run could not be finished: no engine, a lost connection, a full
///           disk under the ack log. What was acknowledged by then is in the ack log.
[[nodiscard]] Result<LoadOutcome> run_load(
    const LoadSettings& settings, const std::function<void(const LoadProgress&)>& progress);

}  // namespace daybook

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/saga/progress.hpp"
#include "tools/daybook/recon/definition/correction_saga.hpp"
#include "tools/daybook/recon/runs/engine_runs.hpp"

namespace daybook::recon {

/// The saga of a correction that was approved, as it is now.
struct CorrectionSaga {
  Uint128 difference;
  SagaCall call;
  SagaStatus status = SagaStatus::none;  ///< `none`: nobody has started it yet.
  bool is_ours = true;      ///< Else what goes by its id is something else than what was approved.
  bool is_refused = false;  ///< It will never be started: `words` say why.
  std::string words;        ///< What it waits for, why it is stuck, or why it did not complete.
  std::vector<TransferId> transfers;  ///< That it has made so far.

  /// "returnMoney@2".
  [[nodiscard]] std::string name() const;
  /// "not started", "running", "stuck", ...
  [[nodiscard]] std::string_view state() const;
  [[nodiscard]] std::string json() const;
};

/// Of all differences that are approved; of one reconciliation, or, where that is 0, of all. Cost:
/// a query each.
[[nodiscard]] Result<std::vector<CorrectionSaga>, Trouble> look_at_sagas(
    EngineRuns& engine, const Uint128& reconciliation);

/// As whom the engine is told how a saga has ended: it hears that from both.
enum class Speaker : std::uint8_t { operator_, checker };

/// What has become of sagas.
struct SettledSagas {
  std::uint64_t started = 0;          ///< That were not yet.
  std::uint64_t posted = 0;           ///< Completed, and the correction is posted.
  std::uint64_t failed = 0;           ///< Did not, and the difference is open to another proposal.
  std::uint64_t under_way = 0;        ///< Go on by themselves.
  std::uint64_t stuck = 0;            ///< Wait for an operator.
  std::vector<CorrectionSaga> sagas;  ///< All of them, as they were found.
  std::vector<std::string> refused;   ///< Why some could not be started now.

  [[nodiscard]] std::string json() const;
  [[nodiscard]] std::string words() const;
};

/// Starts what was approved and is not started, and tells the engine what has ended. Done again, or
/// by several at a time, it does nothing twice: a saga has one id, and a difference one end. The
/// book is read anew where something was told.
[[nodiscard]] Result<SettledSagas, Trouble> settle_sagas(EngineRuns& engine,
                                                         const Uint128& reconciliation,
                                                         Speaker speaker);

}  // namespace daybook::recon

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/aggregates/aggregate_tables.hpp"
#include "engine/base/result.hpp"
#include "net/client/answers.hpp"

namespace daybook::recon {

/// What the events of a run say beside its row.
struct RunTexts {
  std::string header;   ///< JSON: of what it is.
  std::string summary;  ///< JSON: what came of it; empty until it is proved.
  std::string review;   ///< JSON: how much it proposes; empty until it is in review.
  std::string trouble;  ///< Why it failed or was cancelled, last.
  Timestamp created_at;
  Timestamp changed_at;
};

/// A correction that was approved to be posted: at once, or by a saga.
struct ApprovedText {
  std::uint32_t revision = 0;
  std::string correction;  ///< JSON: what was proposed.
  Uint128 run_id;          ///< In which it was.
  Sequence proposed;       ///< Of the proposal, and of the approval.
  Sequence approved;
  Timestamp at;        ///< Of the approval.
  std::string reason;  ///< Of whoever approved it.
  bool is_posted = true;
  bool is_by_saga = false;
  std::string end;  ///< Of a saga: read_saga_end(); empty while it is under way.
  Sequence ended;   ///< When that was told.

  [[nodiscard]] bool is_under_way() const { return is_by_saga && end.empty(); }
};

/// What the events of a difference say beside its row.
struct DifferenceTexts {
  std::string correction;  ///< JSON: what was proposed last.
  Sequence proposed;       ///< When.
  /// More than once where a later run found it again, or a saga did not do it.
  std::vector<ApprovedText> approved;
  std::string words;  ///< Of whoever assigned, reviewed or reopened it last.
  Timestamp changed_at;
};

/// All reconciliations of an engine with their runs and differences, folded from their events by
/// the rules of the engine itself.
///
/// Threads.  One.
/// Memory.   All of them; what was only found and never dealt with has no events.
class RunBook {
 public:
  RunBook();

  /// Folds an event; they come in the order of their sequences. `invalid` where the rules know no
  /// such event: the engine is newer than this program.
  [[nodiscard]] Result<void> fold(const FoundEvent& event);

  [[nodiscard]] const AggregateTables& rows() const { return rows_; }
  /// Of all reconciliations, by id.
  [[nodiscard]] const std::map<Uint128, std::string>& definitions() const { return definitions_; }
  /// The newest definition's text; null where there is none.
  [[nodiscard]] const std::string* definition(const Uint128& reconciliation) const;
  [[nodiscard]] const RunTexts& texts_of(const ReconciliationRun& run) const;
  [[nodiscard]] const DifferenceTexts& texts_of(const DifferenceRow& difference) const;

  /// The run that counts for the newest day before `day`; null where there is none.
  [[nodiscard]] const ReconciliationRun* run_before(const Uint128& reconciliation,
                                                    std::uint64_t day) const;
  /// The run of the day that was begun last and not cancelled; null where there is none.
  [[nodiscard]] const ReconciliationRun* newest_run(const Uint128& reconciliation,
                                                    std::uint64_t day) const;
  /// A text of the run's header, or of its summary; empty where there is none of that name.
  [[nodiscard]] std::string header_member(const ReconciliationRun& run, const char* name) const;
  [[nodiscard]] std::string summary_member(const ReconciliationRun& run, const char* name) const;

 private:
  AggregateTables rows_;
  std::map<Uint128, std::string> definitions_;
  std::map<Uint128, RunTexts> runs_;
  std::map<Uint128, DifferenceTexts> differences_;
};

}  // namespace daybook::recon

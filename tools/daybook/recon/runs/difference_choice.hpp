#pragma once

#include <optional>
#include <set>
#include <vector>

#include "tools/daybook/recon/runs/engine_runs.hpp"
#include "tools/daybook/recon/runs/kept_result.hpp"
#include "tools/daybook/recon/runs/runs_command.hpp"

namespace daybook::recon {

/// A choice of differences, checked.
class ChosenDifferences {
 public:
  /// Errors. `invalid` names what is no id, code or state.
  [[nodiscard]] static Result<ChosenDifferences> of(const DifferenceChoice& choice);

  [[nodiscard]] bool has(const Uint128& id, Code code, std::string_view state) const;
  /// Those asked for by id that has() was never asked about.
  [[nodiscard]] std::vector<Uint128> missing() const;

 private:
  std::set<Uint128> ids_;
  std::set<Code> codes_;
  std::string state_;
  mutable std::set<Uint128> seen_;
};

/// What has become of a difference of a run; "open" where nobody dealt with it.
[[nodiscard]] std::string_view state_of(const RunBook& book, const Uint128& difference);

/// Where the run's result is kept; nothing where its header does not say.
[[nodiscard]] Result<RunDirectory, Trouble> directory_of(const RunBook& book,
                                                         const ReconciliationRun& run);

/// The file of the run's differences, if it is there and what the run has said that it is.
[[nodiscard]] Result<std::filesystem::path, Trouble> differences_of(const RunBook& book,
                                                                    const ReconciliationRun& run);

}  // namespace daybook::recon

#pragma once

#include "tools/daybook/recon/definition/correction.hpp"
#include "tools/daybook/recon/runs/posting_sagas.hpp"
#include "tools/daybook/recon/runs/run_listener.hpp"
#include "tools/daybook/recon/runs/run_plan.hpp"

namespace daybook::recon {

/// What a run proposes about what it found, and what is small enough to be posted at once.
class RunProposals {
 public:
  /// Both outlive this.
  RunProposals(const RunPlan& plan, const RunListener& listener)
      : plan_{plan}, listener_{listener} {}

  /// What is to be proposed; what was already is left as it is. Where a saga is not stored, or asks
  /// for what no difference gives, that is complained of, and nothing is proposed. Cost: a pass
  /// over the journal.
  [[nodiscard]] Result<void, Trouble> make(EngineRuns& engine);
  [[nodiscard]] std::size_t count() const { return proposals_.size(); }
  [[nodiscard]] Result<void, Trouble> send(EngineRuns& engine) const;

 private:
  struct Proposal {
    Uint128 id;
    Correction correction;
    bool is_made = false;  ///< By a process that was killed.
  };

  /// Those of the definition that the differences at hand ask for.
  [[nodiscard]] Result<PostingSagas, Trouble> fetch_sagas(EngineRuns& engine) const;
  [[nodiscard]] RunCommand command_of(const Proposal& proposal) const;
  [[nodiscard]] Result<void, Trouble> post_automatic(EngineRuns& engine,
                                                     const Proposal& proposal) const;

  const RunPlan& plan_;
  const RunListener& listener_;
  std::vector<Proposal> proposals_;
};

}  // namespace daybook::recon

#pragma once

#include "tools/daybook/recon/definition/correction.hpp"
#include "tools/daybook/recon/runs/run_listener.hpp"
#include "tools/daybook/recon/runs/run_plan.hpp"

namespace daybook::recon {

/// What a run proposes about what it found, and what is small enough to be posted at once.
class RunProposals {
 public:
  /// Both outlive this.
  RunProposals(const RunPlan& plan, const RunListener& listener)
      : plan_{plan}, listener_{listener} {}

  /// Those that were proposed already are left as they are.
  [[nodiscard]] Result<void, Trouble> send(EngineRuns& engine) const;

 private:
  struct Proposal {
    Uint128 id;
    Correction correction;
  };

  [[nodiscard]] Result<std::vector<Proposal>> make(const EngineRuns& engine) const;
  [[nodiscard]] RunCommand command_of(const Proposal& proposal) const;
  [[nodiscard]] Result<void, Trouble> post_automatic(EngineRuns& engine,
                                                     const Proposal& proposal) const;

  const RunPlan& plan_;
  const RunListener& listener_;
};

}  // namespace daybook::recon

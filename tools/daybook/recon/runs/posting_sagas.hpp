#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "engine/saga/definition.hpp"
#include "tools/daybook/recon/definition/correction_saga.hpp"
#include "tools/daybook/recon/runs/engine_runs.hpp"

namespace daybook::recon {

/// The sagas that a definition has started, as the engine has them now.
class PostingSagas {
 public:
  /// Of these codes, as far as a saga is what is done about them.
  [[nodiscard]] static Result<PostingSagas, Trouble> fetch(EngineRuns& engine,
                                                           const Reconciliation& definition,
                                                           const std::set<Code>& codes);

  /// Null where the code has none that could be started. Valid as long as this.
  [[nodiscard]] const SagaDefinition* find(Code code) const;
  /// Why there is none, each with its place: "/posting/b_only: ...".
  [[nodiscard]] const std::vector<std::string>& faults() const { return faults_; }

 private:
  std::map<Code, std::shared_ptr<const SagaDefinition>> sagas_;
  std::vector<std::string> faults_;
};

}  // namespace daybook::recon

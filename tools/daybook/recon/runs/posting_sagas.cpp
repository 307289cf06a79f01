#include "tools/daybook/recon/runs/posting_sagas.hpp"

#include <fmt/format.h>

#include "tools/daybook/exit_code.hpp"
#include "tools/daybook/saga/saga_source.hpp"

namespace daybook::recon {

Result<PostingSagas, Trouble> PostingSagas::fetch(EngineRuns& engine,
                                                  const Reconciliation& definition,
                                                  const std::set<Code>& codes) {
  PostingSagas sagas;
  for (const PostingSaga& each : definition.sagas) {
    if (!codes.contains(each.code)) continue;
    const std::string place = fmt::format("/posting/{}", to_string(each.code));
    const auto everything = see_everything(engine.client());
    if (!everything) return everything.error();
    auto found = fetch_definition(engine.client(), everything.value(), each.name);
    if (!found) {
      if (found.error().code != exit_code::no) return found.error();
      sagas.faults_.push_back(fmt::format("{}: {}", place, found.error().what));
      continue;
    }
    const SagaDefinition& saga = *found.value().definition;
    const auto faults = faults_of_saga(definition, each.code, saga);
    for (const std::string& fault : faults) {
      sagas.faults_.push_back(fmt::format("{}: {}@{}: {}", place, saga.name, saga.version, fault));
    }
    if (faults.empty()) sagas.sagas_.emplace(each.code, std::move(found.value().definition));
  }
  return sagas;
}

const SagaDefinition* PostingSagas::find(Code code) const {
  const auto found = sagas_.find(code);
  return found == sagas_.end() ? nullptr : found->second.get();
}

}  // namespace daybook::recon

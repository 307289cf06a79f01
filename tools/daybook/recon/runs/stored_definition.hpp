#pragma once

#include <cstdint>
#include <string>

#include "tools/daybook/recon/definition/reconciliation.hpp"
#include "tools/daybook/recon/runs/engine_runs.hpp"

namespace daybook::recon {

/// What became of a definition.
struct StoredDefinition {
  std::uint64_t version = 0;
  bool is_new = false;  ///< Else the engine had this very text.
};

/// Stores the definition by a checker, with the limits of what may be approved by it, where it says
/// something new. `source`: what people call it, for messages.
[[nodiscard]] Result<StoredDefinition, Trouble> store_definition(EngineRuns& engine,
                                                                 const Reconciliation& definition,
                                                                 const std::string& source);

/// Says which version it is now.
void say_stored(const Reconciliation& definition, const StoredDefinition& stored, bool as_json);

}  // namespace daybook::recon

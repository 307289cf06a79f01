#pragma once

#include "engine/base/result.hpp"
#include "tools/daybook/recon/inspect_command.hpp"
#include "tools/daybook/recon/source_mapping.hpp"

namespace daybook::recon {

/// Says what is in a file whose format needs no columns: statements and accounts, the first
/// entries, control totals, sums, and what cannot be read. Returns the exit code: 0 all of it can
/// be read and every control total agrees, else 1. Requires: `mapping` names a format.
[[nodiscard]] Result<int> inspect_statement(const InspectOptions& options,
                                            const SourceMapping& mapping);

}  // namespace daybook::recon

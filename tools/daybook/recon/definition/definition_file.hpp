#pragma once

#include <cstdint>
#include <string>

#include "engine/model/ledger.hpp"
#include "tools/daybook/recon/definition/reconciliation.hpp"

namespace daybook::recon {

/// The definition in a file. Errors: those of the file; `invalid` with all that is wrong with it.
[[nodiscard]] Result<Reconciliation> read_definition_file(const std::string& path);

/// What stands for the ledger's currency in a comparison: its name where that can be one, else its
/// number; 0 where neither can.
[[nodiscard]] std::uint64_t currency_of_ledger(const Ledger& ledger);

}  // namespace daybook::recon

#pragma once

#include <string>
#include <vector>

#include "tools/daybook/recon/definition/reconciliation.hpp"

namespace daybook::recon {

/// What a definition says, sentence by sentence, and what follows from what it leaves out.
[[nodiscard]] std::vector<std::string> words_of(const Reconciliation& definition);

}  // namespace daybook::recon

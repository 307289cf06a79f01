#pragma once

#include "engine/decide/decide_transfer.hpp"
#include "engine/decide/transfer_rules.hpp"

namespace daybook {

/// A post or void of a new id: from flags_are_mutually_exclusive on.
void decide_resolution(const transfer_rules::Question& question, TransferDecision& decision,
                       Transfer& record);

/// A reversal of a new id: from flags_are_mutually_exclusive on.
void decide_reversal(const transfer_rules::Question& question, TransferDecision& decision,
                     Transfer& record);

}  // namespace daybook

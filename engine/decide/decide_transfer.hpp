#pragma once

#include <cstdint>

#include "engine/decide/batch_rules.hpp"
#include "engine/ledger/fact_reader.hpp"
#include "engine/model/status.hpp"
#include "engine/model/transfer.hpp"
#include "engine/state/state.hpp"

namespace daybook {

/// Where the hot tables keep what a transfer touches; filled for a group of transfers ahead of
/// deciding them, so that the memory is on its way.
struct TransferTags {
  std::uint64_t id = 0;
  std::uint64_t debit = 0;
  std::uint64_t credit = 0;
};

/// What creating one transfer answers; nothing is changed.
struct TransferDecision {
  CreateTransferStatus status = CreateTransferStatus::created;
  Timestamp original;  ///< The existing transfer's, where status is `exists`.
  AccountSlot debit = no_account;
  AccountSlot credit = no_account;
};

/// Checks in the order of CreateTransferStatus, but for the two statuses of chains, which are the
/// executor's. Cost: three prefetched probes; a read of the journal where the id was used before.
[[nodiscard]] TransferDecision decide_transfer(const State& state, FactReader& facts,
                                               const BatchRules& rules, const Transfer& event,
                                               const TransferTags& tags);

}  // namespace daybook

#pragma once

#include <cstdint>
#include <span>

#include "engine/decide/batch_rules.hpp"
#include "engine/ledger/fact_reader.hpp"
#include "engine/model/status.hpp"
#include "engine/model/transfer.hpp"
#include "engine/state/state.hpp"

namespace daybook {

/// Where the hot tables keep what a transfer touches; looked up for a group of transfers ahead of
/// deciding or applying them, so that the memory is on its way.
struct TransferTags {
  std::uint64_t id = 0;
  std::uint64_t debit = 0;
  std::uint64_t credit = 0;
  AccountSlot debit_slot = no_account;   ///< Most likely.
  AccountSlot credit_slot = no_account;  ///< Most likely.
};

/// Fills `tags` for `transfers`: first every index line is asked for, then every account.
/// Requires: as many tags as transfers.
void prefetch_transfers(const State& state, std::span<const Transfer> transfers,
                        std::span<TransferTags> tags);

/// How many transfers are looked ahead: few enough for what they ask for to stay in the cache.
inline constexpr std::size_t prefetch_group = 32;

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

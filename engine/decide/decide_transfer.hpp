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

/// Fills `tags` for `transfers`: first every index line is asked for, then every account, or the
/// hold that a post or void resolves. Requires: as many tags as transfers.
void prefetch_transfers(const State& state, std::span<const Transfer> transfers,
                        std::span<TransferTags> tags);

/// How many transfers are looked ahead: few enough for what they ask for to stay in the cache.
inline constexpr std::size_t prefetch_group = 32;

/// What creating one transfer answers; nothing is changed.
struct TransferDecision {
  CreateTransferStatus status = CreateTransferStatus::created;
  Timestamp original;  ///< The existing transfer's, where status is `exists`.
  TransferPlaces places;
  TransferNote note;
  bool has_note = false;
  /// The journal has other fields than the request: those of `record`.
  bool rewritten = false;
};

/// Checks in the order of CreateTransferStatus, but for the two statuses of chains, which are the
/// executor's. `slot` is the timestamp of the event's slot. Where the decision is `rewritten`,
/// `record` is the transfer as the journal gets it, but for its timestamp.
/// Cost: three prefetched probes; a read of the journal where the id was used before, and for
/// what a reversal, or a post or void of a hold that is not open any more, names.
[[nodiscard]] TransferDecision decide_transfer(const State& state, FactReader& facts,
                                               const BatchRules& rules, const Transfer& event,
                                               Timestamp slot, const TransferTags& tags,
                                               Transfer& record);

}  // namespace daybook

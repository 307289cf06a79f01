#pragma once

#include <array>
#include <cstddef>
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

/// The tags of one transfer that nothing was looked ahead for.
[[nodiscard]] TransferTags look_up_tags(const State& state, const Transfer& transfer);

/// Walks a batch of transfers and asks for the memory that each will touch, well ahead of it. The
/// index lines of a group are asked for while the group before is worked on, because those of the
/// transfer ids come from far away; then, before its own work, every account, or the hold that a
/// post or void resolves.
///
/// Usage.  For each transfer in order, tags_of(). The state may change in between.
class TransferLookahead {
 public:
  TransferLookahead(const State& state, std::span<const Transfer> transfers)
      : state_{state}, transfers_{transfers} {
    ask_for_indexes(0);
  }

  /// The tags of transfer `at`. Requires: called for 0, 1, 2 …
  [[nodiscard]] const TransferTags& tags_of(std::size_t at) {
    if (at % group == 0) begin_group(at);
    return tags_[at % tags_.size()];
  }

 private:
  /// Few enough for what two groups ask for to stay in the cache.
  static constexpr std::size_t group = 32;

  void begin_group(std::size_t begin) {
    ask_for_indexes(begin + group);
    ask_for_places(begin);
  }
  void ask_for_indexes(std::size_t begin);
  void ask_for_places(std::size_t begin);

  const State& state_;
  std::span<const Transfer> transfers_;
  std::array<TransferTags, 2 * group> tags_;
};

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

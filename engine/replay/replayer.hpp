#pragma once

#include <cstdint>
#include <optional>

#include "engine/codec/entry_facts.hpp"
#include "engine/decide/decide_transfer.hpp"
#include "engine/ports/journal.hpp"
#include "engine/state/state.hpp"

namespace daybook {

/// Applies journal entries to a state: the one loop that recovery, the follower and the offline
/// tools share.
///
/// It calls apply and never decides. Entries are hostile: facts that could not have been decided
/// (a transfer between accounts that are not there, a duplicate account, an overflow …) are
/// `damaged`, and so is an entry after which the digest differs from the one it carries.
/// `no_space`: the state's tables are smaller than the journal needs, and nothing is known of what
/// follows.
///
/// Threads.  One.
class Replayer {
 public:
  /// `state` outlives the replayer.
  explicit Replayer(State& state) : state_{state} {}

  /// Applies one entry. After a failure the state is of no use.
  [[nodiscard]] Result<void> apply(const EntryView& entry);

  /// The same for facts that read_facts() has read.
  [[nodiscard]] Result<void> apply(const EntryFacts& facts);

  /// Applies the operations of an entry up to and with `until`, and no digest is compared: for
  /// the state in the middle of an entry. Operations are not cut.
  [[nodiscard]] Result<void> apply_until(const EntryView& entry, Sequence until);

  [[nodiscard]] std::uint64_t transfers() const { return transfers_; }
  [[nodiscard]] std::uint64_t operations() const { return operations_; }
  [[nodiscard]] std::uint64_t entries() const { return entries_; }

 private:
  [[nodiscard]] Result<void> apply_facts(const EntryFacts& facts, Sequence until);
  [[nodiscard]] Result<void> apply_run(const EntryFacts& facts, const PlacedRun& placed);
  [[nodiscard]] Result<void> apply_accounts(const EntryFacts& facts, const PlacedRun& placed);
  [[nodiscard]] Result<void> apply_transfers(const EntryFacts& facts, const PlacedRun& placed);
  [[nodiscard]] Result<void> apply_transfer(const Transfer& transfer, const TransferNote& note,
                                            const TransferTags& tags);
  [[nodiscard]] const char* fault_of_kind(const Transfer& transfer, const TransferNote& note,
                                          TransferPlaces& places) const;
  [[nodiscard]] Result<void> apply_releases(const EntryFacts& facts, const PlacedRun& placed);
  [[nodiscard]] Result<void> apply_changes(const EntryFacts& facts, const PlacedRun& placed);
  [[nodiscard]] Result<void> apply_ledgers(const EntryFacts& facts, const PlacedRun& placed);
  [[nodiscard]] Result<void> apply_evictions(const EntryFacts& facts, const PlacedRun& placed);
  [[nodiscard]] Result<void> finish_operation(const EntryFacts& facts);

  State& state_;
  std::optional<PlacedRun> operation_;  // The run that started the operation under way.
  std::uint64_t transfers_ = 0;
  std::uint64_t operations_ = 0;
  std::uint64_t entries_ = 0;
};

}  // namespace daybook

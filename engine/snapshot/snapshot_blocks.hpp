#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/base/uint128.hpp"
#include "engine/ports/snapshot_store.hpp"

namespace daybook {

/// What the blocks of a snapshot hold. Frozen: they are in files. A block that a reader does not
/// know makes the snapshot `unsupported`: it would restore less than the state.
enum class BlockKind : std::uint32_t {
  totals = 1,              ///< One StateTotals.
  ledgers = 2,             ///< SavedLedger, in order of registration.
  accounts = 3,            ///< Account as the table keeps it, in order of creation.
  account_limits = 4,      ///< SavedLimits.
  holds = 5,               ///< Hold, open ones; the table's own fields are of no account.
  names = 6,               ///< SavedName.
  time_notes = 7,          ///< TransferTimes::Note.
  window_clients = 8,      ///< SavedClient, least recent first; its operations follow
  window_kept = 9,         ///< as KeptOperation, in the order of the clients, oldest first.
  id_generations = 10,     ///< SavedGeneration, oldest first: those that are in memory.
  id_run_set = 13,         ///< One SavedRuns; then
  id_runs = 11,            ///< SavedIdRun, newest first.
  recent_ids = 12,         ///< SavedRun: arrays of IdPair that, with the runs, are all ids.
  streams = 14,            ///< Stream, in the order in which they began.
  event_ids = 15,          ///< SavedEventId.
  orders = 16,             ///< Order, in the order in which they began, as the next two.
  payments = 17,           ///< Payment.
  claims = 18,             ///< Claim: the refunds, then the disputes.
  event_checkpoints = 19,  ///< EventCheckpoint, by name.
  tcc_watermark = 20,      ///< One Timestamp; then
  tccs = 21,               ///< TccView: those that ended, in that order; then the others.
  tcc_branches = 22,       ///< TccTable::SavedBranch, in the order of the transactions and theirs.
  saga_definitions = 23,   ///< One's canonical text each.
  sagas = 24,              ///< SagaTable::Saved, each with its body behind it, padded to 8 bytes.
  participants = 25,  ///< One ParticipantTable::Saved and its text each, by number; before sagas.
  reconciliations = 27,      ///< ReconciliationRow, in the order in which they were defined.
  approval_limits = 28,      ///< ApprovalLimit.
  periods = 29,              ///< Period.
  reconciliation_runs = 30,  ///< ReconciliationRun.
  differences = 31,          ///< DifferenceRow.
  end = 64,                  ///< Empty: nothing is missing.
  // Of the query indexes, which are not state; each index has a number.
  index_runs = 128,          ///< SavedRun, with the index's number: runs in the store.
  index_pairs = 129,         ///< SavedPairs, then packed pairs: a run in memory.
  index_tail = 130,          ///< SavedPairs, then packed pairs in the order in which they came.
  index_marks = 131,         ///< FactIndex::Mark.
  checkpoint_runs = 132,     ///< SavedRun: full chunks of balances.
  checkpoints = 133,         ///< BalanceCheckpoint: those of the last chunk.
  account_count = 134,       ///< How many accounts AccountHistory has seen.
  accounts_created = 135,    ///< AccountHistory::Created.
  attributes_changed = 136,  ///< AccountAttributes.
  closing_holds = 137,       ///< AccountHistory::SavedClosing.
  ledger_totals = 138,       ///< SavedTotals, then LedgerTotal.
  index_end = 192,           ///< Empty: nothing is missing of the indexes.
};

/// In front of each block's bytes. 48 bytes; the bytes follow, padded to 16 with zeros.
struct BlockHeader {
  std::uint32_t kind = 0;
  std::uint32_t number = 0;  ///< Which of several things of this kind; 0 where there is one.
  std::uint64_t bytes = 0;
  Uint128 hash;         ///< XXH3-128 of the bytes.
  Uint128 header_hash;  ///< XXH3-128 of the 32 bytes before.
};
static_assert(sizeof(BlockHeader) == 48);

/// Writes blocks into a snapshot, and remembers the runs that it names.
///
/// Threads.  One.
/// Errors.   The first one stays; nothing is written after it. See finish().
class SnapshotWriter {
 public:
  explicit SnapshotWriter(StoredSnapshot& snapshot) : snapshot_{snapshot} {}

  /// As one block or several: items of a kind may be spread over as many as one likes.
  template <typename T>
  void put(BlockKind kind, std::span<const T> items, std::uint32_t number = 0) {
    constexpr std::size_t items_a_block = std::size_t{4} << 20;
    constexpr std::size_t count = items_a_block / sizeof(T);
    while (!items.empty()) {
      const auto now = items.first(std::min(items.size(), count));
      put_block(kind, number, std::as_bytes(now), {});
      items = items.subspan(now.size());
    }
  }
  template <typename T>
  void put_one(BlockKind kind, const T& item, std::uint32_t number = 0) {
    put_block(kind, number, std::as_bytes(std::span{&item, 1}), {});
  }
  /// One block: an item, then others.
  template <typename T, typename Rest>
  void put_with(BlockKind kind, const T& item, std::span<const Rest> rest, std::uint32_t number) {
    static_assert(sizeof(T) % 16 == 0);
    put_block(kind, number, std::as_bytes(std::span{&item, 1}), std::as_bytes(rest));
  }
  void put_end(BlockKind kind) { put_block(kind, 0, {}, {}); }

  /// The snapshot is good only as long as this run is there.
  void needs_run(const std::string& name) { runs_.push_back(name); }
  [[nodiscard]] const std::vector<std::string>& runs() const { return runs_; }

  void fail(const Failure& failure) {
    if (!failure_) failure_ = failure;
  }
  /// What went wrong, if anything did.
  [[nodiscard]] Result<void> outcome() const;

 private:
  void put_block(BlockKind kind, std::uint32_t number, std::span<const std::byte> first,
                 std::span<const std::byte> second);
  void append(std::span<const std::byte> bytes);

  StoredSnapshot& snapshot_;
  std::vector<std::string> runs_;
  std::optional<Failure> failure_;
};

/// A block of a snapshot, checked.
struct SnapshotBlock {
  BlockKind kind{};
  std::uint32_t number = 0;
  std::span<const std::byte> bytes;  ///< Begins at a multiple of 16.

  /// Nothing when the bytes are no whole number of items.
  template <typename T>
  [[nodiscard]] std::optional<std::span<const T>> items() const {
    static_assert(alignof(T) <= 16);
    if (bytes.size() % sizeof(T) != 0) return std::nullopt;
    return std::span{reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)};
  }
};

/// Reads the blocks of a snapshot in order, each checked before it is shown. The bytes are hostile:
/// none of them leads to reading outside.
///
/// Threads.  One. Keeps the bytes alive.
class SnapshotReader {
 public:
  explicit SnapshotReader(SnapshotBytes snapshot) : snapshot_{std::move(snapshot)} {}

  [[nodiscard]] const SnapshotHeader& header() const { return snapshot_.header; }

  /// Nothing at the end. `damaged`.
  [[nodiscard]] Result<std::optional<SnapshotBlock>> next();

  /// In words, with the snapshot's sequence.
  [[nodiscard]] Failure damaged(const std::string& what) const;

 private:
  SnapshotBytes snapshot_;
  std::size_t at_ = 0;
};

}  // namespace daybook

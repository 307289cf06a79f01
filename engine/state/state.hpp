#pragma once

#include <cstdint>

#include "engine/digest/state_digest.hpp"
#include "engine/ledger/account_table.hpp"
#include "engine/ledger/ledger_registry.hpp"
#include "engine/ledger/transfer_id_table.hpp"
#include "engine/model/facts.hpp"
#include "engine/model/operation.hpp"
#include "engine/windows/reply_windows.hpp"

namespace daybook {

struct StateSettings {
  std::uint64_t accounts_max = limits::accounts_default;
  std::uint64_t transfer_ids_max = limits::transfer_ids_default;
  WindowLimits windows;
  std::uint64_t hash_seed = 0;  ///< Of the hot indexes; changes no answer and no digest.
};

/// Everything the journal says, folded: the accounts, the ids ever used, the ledgers, the reply
/// windows, the clock and the segments, with the digest of it all.
///
/// The functions that change it are the *apply* side: total given their preconditions,
/// deterministic, free of side effects. The live sequencer calls them after deciding, replay calls
/// them after reading; both get the same state and the same digest.
///
/// Threads.    One: the sequencer for the live state, the follower for its copy.
/// Invariant.  Per ledger, debits equal credits: each move is checked as it is made, and
///             audit_balances() adds everything up.
class State {
 public:
  explicit State(const StateSettings& settings);

  // ---- Apply. `sequence` is the one that the fact takes. ----

  /// Requires: decided as created: a new id, room. An unregistered ledger registers itself.
  AccountSlot create_account(const Account& account);

  /// Requires: a new id (`tag` = transfer_ids.tag_of(id)), both accounts exist in the transfer's
  /// ledger, and no balance overflows.
  void move(const Transfer& transfer, Sequence sequence, AccountSlot debit, AccountSlot credit,
            std::uint64_t tag);

  /// The id of a transiently refused transfer is used up. Requires: a new id.
  void burn(TransferId id, Sequence operation);

  /// Requires: ledgers.decide_put() said created.
  void put_ledger(const Ledger& ledger);

  /// The record of an operation, after its facts. Requires: as ReplyWindows::remember(), unless
  /// the client is 0, which is nobody: not remembered.
  void remember(const Operation& operation, Sequence sequence);

  void evict(const ClientEvicted& eviction);
  void change_clock(const ClockChange& change);
  void open_segment(const SegmentOpened& segment);
  void seal_segment(const SegmentSealed& segment);
  void hash_segment(const SegmentHashed& segment);

  // ---- Undo, for chains: the exact reverse of the latest change. ----

  void take_back_account();
  void take_back_move(const Transfer& transfer, Sequence sequence);

  // ---- Reads. ----

  [[nodiscard]] std::uint64_t digest() const { return digest_.value(); }
  [[nodiscard]] Sequence last_sequence() const { return last_sequence_; }
  [[nodiscard]] Timestamp last_timestamp() const { return last_timestamp_; }
  [[nodiscard]] std::uint64_t manual_clock() const { return clock_.manual_now; }
  [[nodiscard]] bool clock_is_held() const { return clock_.held != 0; }
  /// 0 = none yet.
  [[nodiscard]] std::uint64_t segment_opened() const { return segments_.opened; }
  [[nodiscard]] std::uint64_t segment_sealed() const { return segments_.sealed; }
  [[nodiscard]] std::uint64_t segment_hashed() const { return segments_.hashed; }
  [[nodiscard]] const std::array<std::byte, 32>& segment_chain() const { return segments_.chain; }

  /// Takes the next sequence for a fact.
  Sequence take_sequence() { return last_sequence_ = next(last_sequence_); }
  /// Gives the latest sequences back: those of undone facts.
  void give_back_sequences(std::uint64_t count) {
    last_sequence_ = Sequence{last_sequence_.value() - count};
  }

  /// Adds up every account, ledger by ledger, and stops the process where debits differ from
  /// credits. Cost: O(accounts).
  void audit_balances() const;

  AccountTable accounts;
  TransferIdTable transfer_ids;
  LedgerRegistry ledgers;
  ReplyWindows windows;

 private:
  struct ClockState {
    std::uint64_t manual_now = 0;
    std::uint64_t held = 0;
  };
  struct SegmentState {
    std::uint64_t opened = 0;
    std::uint64_t sealed = 0;
    std::uint64_t hashed = 0;
    std::array<std::byte, 32> chain{};
  };

  void register_automatic(LedgerId id);
  template <typename Part>
  void change(Part& part, const Part& after, std::uint64_t kind);

  StateDigest digest_;
  Sequence last_sequence_;
  Timestamp last_timestamp_;
  ClockState clock_;
  SegmentState segments_;
};

}  // namespace daybook

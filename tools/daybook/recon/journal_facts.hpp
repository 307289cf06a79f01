#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/codec/entry_facts.hpp"
#include "storage/journal/journal_reader.hpp"
#include "tools/daybook/offline/offline_replay.hpp"
#include "tools/daybook/recon/correction_folds.hpp"

namespace daybook::recon {

/// Records that are carried on, by where they are, and the keys under which their fees stand.
struct CarriedPlaces {
  std::vector<std::uint64_t> sequences;  ///< Ascending.
  std::vector<KeyWords> keys;            ///< Ascending.
};

/// What is asked of a journal as one side of a comparison.
struct JournalSelection {
  JournalPlace place;
  std::optional<AccountId> account;  ///< The clearing account.
  std::optional<LedgerId> ledger;    ///< Without an account: everything that moves in it.
  ReplayGoal cut;
  std::optional<Timestamp> since;        ///< What moved before is summed and no record.
  std::optional<Timestamp> before = {};  ///< What moved then or later is no record.
  std::vector<daybook::Code> fee_codes;  ///< Transfers with one of them are fees of others.
  /// Records that count although they were before; may be null.
  std::shared_ptr<const CarriedPlaces> carried = {};
  /// The last sequence that an earlier comparison took: what came later counts although its time
  /// was before, as of transfers that bring their own.
  std::optional<Sequence> counted_to = {};
  /// That were posted, whether before the cut or not; may be null.
  std::shared_ptr<const FoldedCorrections> corrections = {};

  /// Whether the transfer is asked for, and if so, whether it debits the account. A ledger without
  /// an account has no side: what is moved back counts against it.
  [[nodiscard]] std::optional<bool> direction_of(const Transfer& transfer) const {
    if (!account) {
      const bool is_reversal = (transfer.flags & transfer_flag::reversal) != 0;
      return transfer.ledger == ledger ? std::optional{!is_reversal} : std::nullopt;
    }
    if (transfer.debit_account_id == *account) return true;
    return transfer.credit_account_id == *account ? std::optional{false} : std::nullopt;
  }
  [[nodiscard]] bool is_fee(const Transfer& transfer) const {
    return std::find(fee_codes.begin(), fee_codes.end(), transfer.code) != fee_codes.end();
  }
};

/// The facts of a journal up to a cut, run by run; operations are not cut.
///
/// Threads.  One at a time.
/// Errors.   Those of JournalReader and read_facts(); `not_found` when the journal ends before the
///           cut's sequence.
class JournalFacts {
 public:
  using Use = std::function<void(const EntryFacts&, const PlacedRun&)>;

  [[nodiscard]] static Result<JournalFacts> open(const JournalSelection& selection);

  /// Calls `use` for each run of the next entry; false where there is no more.
  [[nodiscard]] Result<bool> next(const Use& use);

  /// The last sequence that was shown.
  [[nodiscard]] Sequence reached() const { return reached_; }
  /// Of the entry in which it stands.
  [[nodiscard]] Uint128 reached_hash() const { return reached_hash_; }
  /// When that entry was written, by the engine's clock.
  [[nodiscard]] Timestamp reached_time() const { return reached_time_; }

 private:
  explicit JournalFacts(ReplayGoal cut) : cut_{cut} {}

  ReplayGoal cut_;
  std::unique_ptr<JournalReader> reader_;
  Sequence reached_;
  Uint128 reached_hash_;
  Timestamp reached_time_;
  bool is_cut_ = false;
};

}  // namespace daybook::recon

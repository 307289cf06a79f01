#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/codec/entry_facts.hpp"
#include "storage/journal/journal_reader.hpp"
#include "tools/daybook/offline/offline_replay.hpp"

namespace daybook::recon {

/// What is asked of a journal as one side of a comparison.
struct JournalSelection {
  JournalPlace place;
  std::optional<AccountId> account;  ///< The clearing account.
  std::optional<LedgerId> ledger;    ///< Without an account: everything that moves in it.
  ReplayGoal cut;
  std::optional<Timestamp> since;        ///< What moved before is summed and no record.
  std::vector<daybook::Code> fee_codes;  ///< Transfers with one of them are fees of others.

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

 private:
  explicit JournalFacts(ReplayGoal cut) : cut_{cut} {}

  ReplayGoal cut_;
  std::unique_ptr<JournalReader> reader_;
  Sequence reached_;
  Uint128 reached_hash_;
  bool is_cut_ = false;
};

}  // namespace daybook::recon

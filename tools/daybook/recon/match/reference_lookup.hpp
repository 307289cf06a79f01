#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "tools/daybook/recon/journal_scan.hpp"
#include "tools/daybook/recon/ledger_records.hpp"
#include "tools/daybook/recon/runs/engine_runs.hpp"

namespace daybook::recon {

namespace limits {
/// That a batch's references lead to.
inline constexpr std::size_t match_transfers_max = 200'000;
}  // namespace limits

/// What an engine's ledger has under some references.
struct LedgerFinds {
  std::vector<Record> records;  ///< Of side A.
  std::unordered_map<std::uint64_t, Uint128>
      transfers;  ///< The transfer of a record, by its place.
};

/// Looks records of the ledger up by their references, in the indexes of a running engine: what a
/// run finds by reading the journal.
///
/// A reference is a text. The engine has no index of names, but an id that was made of a name
/// follows from it: so the transfers are asked for whose business reference is the id that the text
/// makes, or the number that it is, of which those of the clearing account count; then the
/// transfers with that id, and what resolved or reversed them. Of what is found the names are read,
/// and what is called otherwise does not count. A name that was put on another id than the one it
/// makes is not found.
///
/// Places of records are numbers of this lookup, and the sequence where a correction adjusts one.
///
/// Threads.  One.
/// Errors.   Those of the engine; `no_space` for more than `match_transfers_max` transfers.
class ReferenceLookup {
 public:
  /// All outlive this. `scan` has account, fee codes, currency and scale; names and corrections are
  /// filled in.
  ReferenceLookup(EngineRuns& engine, JournalScan& scan, const SourceMapping& mapping)
      : engine_{engine}, scan_{scan}, mapping_{mapping} {
    if (engine.read_to() != Sequence{}) options_.min_sequence = engine.read_to();
  }

  /// `corrections`: all that were posted for the reconciliation.
  [[nodiscard]] Result<LedgerFinds, Trouble> find(const std::set<std::string>& references,
                                                  const FoldedCorrections& corrections);

 private:
  /// Behind every sequence that there is.
  static constexpr std::uint64_t places_begin = std::uint64_t{1} << 47;

  using Transfers = std::map<Uint128, Transfer>;

  [[nodiscard]] std::vector<Uint128> ids_of(const std::set<std::string>& references) const;
  [[nodiscard]] Result<void, Trouble> take_by_business(const std::vector<Uint128>& ids);
  [[nodiscard]] Result<void, Trouble> take_by_id(const std::vector<Uint128>& ids);
  [[nodiscard]] Result<void, Trouble> take_followers(const std::vector<TransferId>& ids);
  [[nodiscard]] Result<void, Trouble> look_at_holds();
  [[nodiscard]] Result<void, Trouble> read_corrections(const std::set<std::string>& references,
                                                       const FoldedCorrections& corrections);
  [[nodiscard]] Result<void, Trouble> find_adjusted(const FoldedCorrections& corrections);
  void place_adjusted(const FoldedCorrection& correction, const Transfer* at_sequence);
  [[nodiscard]] Result<void, Trouble> read_names();
  [[nodiscard]] Result<LedgerFinds, Trouble> make_records(
      const std::set<std::string>& references) const;

  /// Those of `ids` that there are.
  [[nodiscard]] Result<std::vector<Transfer>, Trouble> transfers_of(std::span<const Uint128> ids);
  void take(const Transfer& transfer);
  [[nodiscard]] Result<void, Trouble> check_count() const;
  void give_place(const Uint128& transfer);
  [[nodiscard]] std::uint64_t place_of(const Uint128& transfer) const;
  [[nodiscard]] std::vector<LedgerMovement> movements() const;
  [[nodiscard]] std::optional<LedgerMovement> movement_of_hold(const Transfer& hold) const;

  /// Calls `ask(index, done)` for each index, a bounded number at a time, until all are done.
  template <typename Ask>
  [[nodiscard]] Result<void, Trouble> ask_all(std::size_t count, const Ask& ask);

  EngineRuns& engine_;
  JournalScan& scan_;
  const SourceMapping& mapping_;
  QueryOptions options_;
  Transfers transfers_;                      ///< Of the account.
  Transfers ends_;                           ///< Voids of holds, by the hold.
  std::map<Uint128, HoldView> holds_;        ///< By the hold.
  std::map<Uint128, std::uint64_t> places_;  ///< By the transfer.
  std::uint64_t next_place_ = places_begin;
};

}  // namespace daybook::recon

#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

#include "engine/base/hash.hpp"
#include "engine/model/name.hpp"
#include "tools/daybook/recon/journal_facts.hpp"
#include "tools/daybook/recon/source_mapping.hpp"

namespace daybook::recon {

/// Texts behind business references and ids of transfers.
///
/// Limits.  `names_default` of both together.
class JournalNames {
 public:
  /// False where there are too many.
  [[nodiscard]] bool add(const Name& name);
  /// Null where it has none.
  [[nodiscard]] const std::string* find(NameKind kind, const Uint128& id) const;

  /// What the record of a transfer is called: the business reference's name or number, else the
  /// transfer's.
  [[nodiscard]] std::string reference_of(BusinessId business, const Uint128& transfer) const;

 private:
  struct Hash {
    std::size_t operator()(const Uint128& id) const { return static_cast<std::size_t>(mix(id, 0)); }
  };
  std::unordered_map<Uint128, std::string, Hash> businesses_;
  std::unordered_map<Uint128, std::string, Hash> transfers_;
};

/// What must be known of a journal before its transfers can be records.
struct JournalScan {
  JournalSelection selection;  ///< With the sequence at which it was cut as its cut.
  JournalNames names;
  CorrectionFolds folds;  ///< What corrections up to the cut come to.
  LedgerId ledger;
  std::uint64_t currency = 0;
  unsigned scale = 0;
  std::uint64_t transfers = 0;  ///< That the selection is about, for estimates.
  Sequence cut;                 ///< The last sequence that is part of it.
  Uint128 cut_hash;             ///< Of the entry that this sequence stands in.
  Timestamp cut_time;           ///< When that entry was written.
};

/// Is this an address of a journal, "journal:DIR"?
[[nodiscard]] bool names_journal(const std::string& address);

/// Reads the journal once, up to the cut. `currency`: 0, or what stands for the ledger's own, which
/// is its name where that can be one, else its number.
///
/// Errors. Those of JournalFacts; `no_space` for more than `corrections_max` corrections;
/// `not_found` when the account was not there yet; `invalid` for
///         ledgers of more decimals than amounts have here.
[[nodiscard]] Result<JournalScan> scan_journal(const JournalSelection& selection,
                                               std::uint64_t currency);

}  // namespace daybook::recon

#pragma once

#include <cstdint>
#include <string>

#include "tools/daybook/recon/journal_scan.hpp"
#include "tools/daybook/recon/source_mapping.hpp"

namespace daybook::recon {

/// What moved, or was to move, on the account: what a record of the ledger is made of.
struct LedgerMovement {
  u128 amount = 0;
  BusinessId business;
  Uint128 transfer;  ///< By whose name or number it is called where it has no business reference.
  Timestamp time;
  std::uint64_t sequence = 0;
  RecordType type = RecordType::charge;
  RecordStatus status = RecordStatus::ok;
  bool is_debit = false;
  bool is_fee = false;
};

/// Of a plain transfer, a post or a reversal: it is called as what it resolves or reverses.
[[nodiscard]] LedgerMovement movement_of(const Transfer& transfer, std::uint64_t sequence,
                                         bool is_debit, bool is_fee);

/// A record, and its reference in full.
struct LedgerRecord {
  Record record;
  std::string reference;
  bool has_own_time = true;  ///< Not that of a correction.
};

/// Makes records of movements, with the corrections and in the decimals of a comparison.
///
/// Threads.  Any.
/// Errors.   `invalid` for amounts of more digits than `amount_digits_max`.
class LedgerRecords {
 public:
  /// Both outlive this; of the scan names, corrections, currency and scale count.
  LedgerRecords(const JournalScan& scan, const SourceMapping& mapping, Side side)
      : scan_{scan}, mapping_{mapping}, side_{side} {}

  [[nodiscard]] Result<LedgerRecord> record_of(const LedgerMovement& movement) const;
  /// What only corrections make.
  [[nodiscard]] Result<LedgerRecord> record_of(const CorrectionFolds::OwnRecord& own) const;

 private:
  /// A record's values in the ledger's minor units, as it is told.
  struct Told {
    FoldedValues values;
    std::int64_t time_ns = no_time;
    RecordType type = RecordType::charge;
    std::uint64_t sequence = 0;
    Uint128 transfer;  ///< For messages.
    bool is_fee = false;
  };
  [[nodiscard]] Result<LedgerRecord> record_of(const Told& told, std::string reference) const;

  const JournalScan& scan_;
  const SourceMapping& mapping_;
  Side side_;
};

}  // namespace daybook::recon

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "engine/recon/record.hpp"
#include "tools/daybook/recon/journal_scan.hpp"

namespace daybook::recon {

namespace limits {
/// Of transfers that are looked for at once.
inline constexpr std::size_t origins_max = 1'000'000;
}  // namespace limits

/// The transfers behind a journal's records: what corrections reverse and post.
///
/// Threads.  Any, once read.
class JournalOrigins {
 public:
  /// What is asked for.
  struct Wanted {
    std::vector<std::uint64_t> sequences;  ///< Places of records.
    std::vector<KeyWords> keys;            ///< Of records whose payment is looked for.
  };

  /// Reads the journal once, up to the scan's cut.
  ///
  /// Errors. Those of JournalFacts; `no_space` for more than `origins_max` of both together.
  [[nodiscard]] static Result<JournalOrigins> read(const JournalScan& scan, const Wanted& wanted);

  /// The transfer that was made at the sequence; null where that was none, as the end of a hold
  /// whose time had run out.
  [[nodiscard]] const Transfer* at(std::uint64_t sequence) const;

  /// The one payment with this key: no fee, reversal, hold or leg of a correction. Null where there
  /// is none, and where there are several, as nothing is guessed.
  [[nodiscard]] const Transfer* payment_of(const KeyWords& key) const;

 private:
  struct Payment {
    Transfer transfer;
    unsigned count = 0;
  };

  void take(const JournalScan& scan, const Transfer& transfer, std::uint64_t sequence);

  std::map<std::uint64_t, std::optional<Transfer>> by_sequence_;
  std::map<KeyWords, Payment> by_key_;
};

}  // namespace daybook::recon

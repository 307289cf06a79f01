#pragma once

#include <cstdint>

#include "engine/base/result.hpp"
#include "engine/recon/block_log.hpp"
#include "engine/recon/invalid_line.hpp"
#include "engine/recon/run_keeper.hpp"
#include "engine/recon/run_region.hpp"
#include "engine/recon/totals.hpp"

namespace daybook::recon {

/// Takes the records of one side on their way into a region, and sums them.
///
/// Threads.  One.
class Intake {
 public:
  enum class Taken : std::uint8_t {
    yes,
    region_is_full,       ///< Come again with the same record.
    too_many_currencies,  ///< The comparison cannot go on.
  };

  /// `kept`, which may be null, says which records are in runs of an earlier process.
  Intake(RunRegion& region, SideTotals& totals, BlockLog<InvalidLine>& invalid,
         KeptRecords* kept = nullptr)
      : region_{region}, totals_{totals}, invalid_{invalid}, kept_{kept} {}

  [[nodiscard]] Taken append(const Record& record) {
    if (kept_ != nullptr) [[unlikely]]
      return append_beside_kept(record);
    if (!region_.append(record)) return Taken::region_is_full;
    return totals_.add(record) ? Taken::yes : Taken::too_many_currencies;
  }

  [[nodiscard]] Result<void> reject(const InvalidLine& line) {
    ++totals_.invalid;
    return invalid_.append(line);
  }

 private:
  /// A run ends where a kept one begins, so that the records of each follow each other.
  [[nodiscard]] Taken append_beside_kept(const Record& record) {
    const std::uint64_t number = totals_.records;
    if (kept_->covers(number)) {
      if (kept_->own().record_count > 0) return Taken::region_is_full;
      if (!totals_.add(record)) return Taken::too_many_currencies;
      kept_->pass(number, record);
      return Taken::yes;
    }
    if (!region_.append(record)) return Taken::region_is_full;
    kept_->take(number, record);
    return totals_.add(record) ? Taken::yes : Taken::too_many_currencies;
  }

  RunRegion& region_;
  SideTotals& totals_;
  BlockLog<InvalidLine>& invalid_;
  KeptRecords* kept_;
};

/// One side's records, from wherever they come.
///
/// Threads.  One at a time; bytes_read() from any.
class RecordSource {
 public:
  virtual ~RecordSource() = default;

  /// Appends records until the region is full (false) or there are no more (true).
  [[nodiscard]] virtual Result<bool> fill(Intake& intake) = 0;

  /// Of total_bytes(), how many have been taken. For progress, and to read the longer side first.
  [[nodiscard]] virtual std::uint64_t bytes_read() const = 0;
  [[nodiscard]] virtual std::uint64_t total_bytes() const = 0;
};

}  // namespace daybook::recon

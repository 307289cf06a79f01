#pragma once

#include <cstdint>

#include "engine/base/result.hpp"
#include "engine/recon/block_log.hpp"
#include "engine/recon/run_region.hpp"
#include "engine/recon/totals.hpp"

namespace daybook::recon {

/// Why a line is no record. Numbers are only appended to.
enum class InvalidReason : std::uint8_t {
  fields,     ///< More or fewer than the header has.
  quotes,     ///< A quote where none may be, or one that is never closed.
  too_long,   ///< More bytes than `line_bytes_max`.
  reference,  ///< No UTF-8, control characters, or too long.
  amount,     ///< No number, too many digits, or more decimals than its currency has.
  fee,
  currency,
  status,
  type,
  time,
  settlement,
};
inline constexpr std::size_t invalid_reason_count = 11;

/// A line that is no record; its text is read again from the file.
struct InvalidLine {
  std::uint64_t offset = 0;  ///< Of its first byte.
  std::uint64_t line = 0;    ///< The first line of a file is 1.
  std::uint64_t size_bytes = 0;
  InvalidReason reason = InvalidReason::fields;
};

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

  Intake(RunRegion& region, SideTotals& totals, BlockLog<InvalidLine>& invalid)
      : region_{region}, totals_{totals}, invalid_{invalid} {}

  [[nodiscard]] Taken append(const Record& record) {
    if (!region_.append(record)) return Taken::region_is_full;
    return totals_.add(record) ? Taken::yes : Taken::too_many_currencies;
  }

  [[nodiscard]] Result<void> reject(const InvalidLine& line) {
    ++totals_.invalid;
    return invalid_.append(line);
  }

 private:
  RunRegion& region_;
  SideTotals& totals_;
  BlockLog<InvalidLine>& invalid_;
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

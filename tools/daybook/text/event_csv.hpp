#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/base/result.hpp"
#include "tools/daybook/text/csv.hpp"
#include "tools/daybook/text/event_fields.hpp"
#include "tools/daybook/text/ledger_book.hpp"

/// Accounts and transfers as CSV: a header line with the columns' names in any order, then one
/// event a record. An empty field is one that was not given.

namespace daybook {

/// An event and the line of the file that it was read from.
template <typename Event>
struct NumberedEvent {
  std::uint64_t line = 0;
  Event event;
  std::vector<Name> names{};  ///< That go with it.

  static constexpr std::size_t names_max = 2;  ///< Of its id, of its business id.
};

/// Reads events from CSV. Defined for Account and Transfer.
///
/// Errors. Every failure names the line, and the field where there is one. A column that is unknown
///         or stands twice, a record with more or fewer fields than the header, and an event
///         without an id are refused: without ids, a file read again would be posted again.
template <typename Event>
class EventCsvReader {
 public:
  /// Reads the header. Columns named in `ignored` may stand in the file and are not looked at.
  /// `in` and `ledgers` must outlive the reader.
  static Result<EventCsvReader> open(std::istream& in, const LedgerBook& ledgers,
                                     std::span<const std::string> ignored = {});

  /// The next event, or nothing at the end. Not to be called after a failure.
  Result<std::optional<NumberedEvent<Event>>> next();

  [[nodiscard]] std::uint64_t bytes_read() const { return csv_.bytes_read(); }

 private:
  using Field = EventField<Event>;

  EventCsvReader(std::istream& in, const LedgerBook& ledgers) : csv_{in}, ledgers_{&ledgers} {}
  Result<void> read_header(std::span<const std::string> ignored);
  [[nodiscard]] Failure wrong(std::string_view what) const;

  CsvReader csv_;
  const LedgerBook* ledgers_;
  std::vector<const Field*> columns_;  // Null for an ignored one.
};

/// Which columns to write.
enum class CsvColumns : std::uint8_t {
  all,        ///< With what the engine tells: timestamp, balances.
  importable  ///< What import reads: no balances, no timestamp of an event that is not imported,
              ///< and accounts open, because their transfers are still to come.
};

/// Writes the header, or one event, as a CSV record at the end of `out`. `more` are columns of the
/// caller's that follow.
template <typename Event>
void append_csv_header(std::string& out, CsvColumns columns,
                       std::span<const std::string> more = {});
template <typename Event>
void append_csv_event(std::string& out, const Event& event, const LedgerBook& ledgers,
                      CsvColumns columns, std::span<const std::string> more = {});

}  // namespace daybook

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/recon/formats/control_total.hpp"
#include "engine/recon/formats/statement_parser.hpp"
#include "engine/recon/record_source.hpp"
#include "tools/daybook/recon/source_mapping.hpp"

namespace daybook::recon {

/// What tells for ever which file, or which journal up to where, a side was.
struct SideIdentity {
  std::optional<std::uint64_t> size_bytes;  ///< Of a file.
  std::string sha256;                       ///< Of all its bytes; empty for a journal.
  std::optional<std::uint64_t> cut;         ///< Of a journal: the last sequence that is part of it.
  std::string entry_hash;                   ///< Of the entry with that sequence.
};

/// One side of a comparison: its records, and what is told of them afterwards.
///
/// Threads.  See RecordSource; all else from one, when the last fill() is over.
class SideSource : public RecordSource {
 public:
  /// What people call it: a path.
  [[nodiscard]] virtual std::string name() const = 0;

  /// About how many records there are. Never 0.
  [[nodiscard]] virtual std::uint64_t estimated_records() const = 0;

  /// Lines or entries that are none of the comparison's business.
  [[nodiscard]] virtual std::uint64_t left_out() const = 0;

  [[nodiscard]] virtual unsigned scale_of(std::uint64_t currency) const = 0;

  /// What stands at a place of an invalid line, word for word without its line end, at most
  /// `line_bytes_max` bytes.
  [[nodiscard]] virtual Result<std::string> raw_line(std::uint64_t offset,
                                                     std::uint64_t size_bytes) const = 0;

  /// The reference or the party of a record, by what its place says.
  [[nodiscard]] virtual Result<std::string> text_at(std::uint64_t offset, Field field) = 0;

  /// What the side says of itself against its `invalid` and other lines.
  [[nodiscard]] virtual Result<ControlTotals> control_totals(std::uint64_t invalid) const = 0;

  /// What is another text when the side is another one; cheap, and so not certain.
  [[nodiscard]] virtual std::string fingerprint() const = 0;

  /// Hears how many bytes more of a file were read.
  using Tell = std::function<void(std::uint64_t)>;

  /// Reads a file once more, for its hash.
  [[nodiscard]] virtual Result<SideIdentity> identity(const Tell& tell) const = 0;

  /// What moved before the time from which on its movements are records.
  [[nodiscard]] virtual Sum earlier() const { return {}; }

  /// Balances and entries of the statements in it, where the format has such.
  [[nodiscard]] virtual std::vector<StatementSummary> statements() const { return {}; }

  /// `invalid` when it is not what was read any more.
  [[nodiscard]] virtual Result<void> check_unchanged() const = 0;
};

/// What the source calls the record, word for word; empty for nothing.
[[nodiscard]] inline Result<std::string> reference_text(SideSource& source, const Record& record) {
  if (std::optional<std::string> short_one = reference_of(record.key)) return *short_one;
  return source.text_at(record.offset(), Field::reference);
}

}  // namespace daybook::recon

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tools/daybook/recon/side_source.hpp"

namespace daybook::recon {

namespace limits {
/// More than that is a statement: for a run.
inline constexpr std::size_t match_records_max = 10'000;
/// Of what comes through stdin.
inline constexpr std::size_t match_stdin_bytes_max = std::size_t{16} << 20;
}  // namespace limits

/// A few records of the other side, in memory.
struct StatementBatch {
  struct Item {
    Record record;
    std::string reference;  ///< In full; empty for none.
  };
  std::unique_ptr<SideSource> source;
  std::vector<Item> items;           ///< By where they stand in the file.
  std::vector<InvalidLine> invalid;  ///< Likewise.
};

/// Reads a whole file, or stdin for "-". `mapping` outlives the batch.
///
/// Errors. Those of the file; `invalid` for more than `match_records_max` records or lines that
///         cannot be read, and for more than `match_stdin_bytes_max` bytes from stdin.
[[nodiscard]] Result<StatementBatch> read_batch(const std::string& path,
                                                const SourceMapping& mapping);

}  // namespace daybook::recon

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/model/ids.hpp"

/// `daybook check-acks DIR FILE`: is every transfer that was acknowledged in the journal?
///
/// FILE is what `daybook bench --ack-log` writes: 16 bytes for each acknowledged transfer, its id
/// as two little-endian 64-bit words, the low one first, and nothing else. The id
/// 0x00000000000000020000000000000001 is the bytes 01 00 00 00 00 00 00 00 02 00 00 00 00 00 00 00.

namespace daybook {

/// Calls its argument with the id of every transfer that the journal holds, in any order. Fails
/// when the journal cannot be read to its end.
using TransferIdStream = std::function<Result<void>(const std::function<void(TransferId)>&)>;

/// What the comparison found.
struct AckComparison {
  std::uint64_t acknowledged = 0;  ///< Distinct ids in the file.
  std::uint64_t journaled = 0;     ///< Transfers streamed from the journal.
  std::uint64_t missing = 0;       ///< Acknowledged and not in the journal.
  /// The first of them in the order of ids, at most as many as were asked for.
  std::vector<TransferId> missing_ids;
  /// Bytes of a cut record at the file's end, 0 to 15: the writer was stopped while writing.
  std::uint32_t cut_bytes = 0;
};

/// Compares `ack_file` with the journal's ids, listing at most `list_max` missing ones.
///
/// Errors.  `io` when the file cannot be read; whatever `journal` fails with.
/// Limits.  16 bytes of memory for each acknowledged id and 260 MiB beside it, whatever the size of
///          the journal: 100 million ids take 1.9 GiB.
/// Cost.    Sorts the acknowledged ids once, the journal's in pieces of 16 million.
[[nodiscard]] Result<AckComparison> compare_acks(const std::string& ack_file,
                                                 const TransferIdStream& journal,
                                                 std::size_t list_max);

struct CheckAcksOptions {
  std::string ack_file;
  std::size_t list_max = 1'000;  ///< Missing ids to list; their number is always told.
  bool json = false;
};

/// Runs the comparison and prints it. exit_code::good: nothing is missing; exit_code::no: some are,
/// listed on stdout; exit_code::failed: the file or the journal could not be read to its end.
int run_check_acks(const CheckAcksOptions& options, const TransferIdStream& journal);

}  // namespace daybook

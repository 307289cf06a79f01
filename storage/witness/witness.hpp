#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "engine/base/result.hpp"
#include "engine/base/uint128.hpp"
#include "engine/model/sequence.hpp"
#include "storage/file/file.hpp"

/// DIR/HEAD: what was once known to be on disk, kept outside the journal, so that a journal which
/// lost its end says so.
///
/// 8,192 bytes: two slots, at offsets 0 and 4,096, written in turn. A torn write spoils one slot;
/// the other then stands for an earlier and still true statement. One slot, little-endian, the
/// rest of its page zero:
///
///   offset size
///        0    4  magic: "DBKH"
///        4    4  format version: 1
///        8    8  generation: grows by one with each write; its lowest bit is the slot's number
///       16   16  journal id
///       32    8  sequence: the last one known durable; 0 for an empty journal
///       40   16  hash of the entry that ends at it; 0 for an empty journal
///       56    8  XXH3-64 of the bytes before
///
/// Example, generation 3 of a journal durable up to sequence 7 stands in slot 1, offset 4,096:
///   44 42 4b 48 01 00 00 00  03 00 00 00 00 00 00 00  <16 bytes: journal id>
///   07 00 00 00 00 00 00 00  <16 bytes: entry hash>   <8 bytes: XXH3-64>

namespace daybook {

/// What a witness says.
struct WitnessStatement {
  Uint128 journal_id;
  Sequence durable;
  Uint128 entry_hash;  ///< Of the entry that ends at `durable`.
};

/// What DIR/HEAD holds when read.
struct WitnessReading {
  WitnessStatement statement;
  std::uint64_t generation = 0;
  bool slot_damaged = false;  ///< The other slot does not check out: a torn write, or damage.
};

/// `not_found` when there is no file, `damaged` when neither slot checks out.
[[nodiscard]] Result<WitnessReading> read_witness(const std::filesystem::path& path);

/// The writing end of DIR/HEAD.
///
/// Threads.     One at a time: the journaler.
/// Durability.  On disk when write() returns. One pwrite and one fdatasync.
class Witness {
 public:
  /// Makes a new file with the statement that nothing is durable yet, directory synced.
  [[nodiscard]] static Result<void> create(const std::filesystem::path& path,
                                           const Uint128& journal_id);

  [[nodiscard]] static Result<Witness> open(const std::filesystem::path& path);

  [[nodiscard]] Result<void> write(const WitnessStatement& statement);

  /// The newest statement on disk.
  [[nodiscard]] const WitnessStatement& statement() const { return statement_; }

 private:
  Witness(File file, const WitnessReading& reading);

  File file_;
  WitnessStatement statement_;
  std::uint64_t generation_ = 0;
};

}  // namespace daybook

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include "engine/base/result.hpp"
#include "engine/base/uint128.hpp"
#include "engine/model/sequence.hpp"

/// The fixed header of a journal entry, and its checksums.
///
/// An entry is one group commit and one value in the journal. In bytes, little-endian:
///
///   offset size
///        0   16  hash: XXH3-128 of all bytes of the value from offset 16 to its end
///       16    4  magic: "DBK1"
///       20    2  format_version: 1
///       22    2  header_bytes: 96
///       24   16  journal_id: of the data directory
///       40    8  first_sequence: of the entry's first fact
///       48    4  fact_count: sequences taken; at least 1
///       52    4  payload_bytes: of the FlatBuffer that follows, without padding
///       56   16  previous_hash: `hash` of the entry before, over segments; 0 for the very first
///       72    8  commit_time: engine time at closing, ns; never falls
///       80    8  state_digest: of the state after the entry
///       88    4  operation_count
///       92    4  reserved: 0
///       96    n  payload: a FlatBuffer (engine/codec/journal.fbs)
///     96+n    p  zeros, so that the value is 4,096 k - 16 bytes long: LMDB gives a value of that
///                size k pages of its own and starts it at a multiple of 16.

namespace daybook {

struct EntryHeader {
  Uint128 hash;
  std::uint32_t magic = 0;
  std::uint16_t format_version = 0;
  std::uint16_t header_bytes = 0;
  Uint128 journal_id;
  std::uint64_t first_sequence = 0;
  std::uint32_t fact_count = 0;
  std::uint32_t payload_bytes = 0;
  Uint128 previous_hash;
  std::uint64_t commit_time = 0;
  std::uint64_t state_digest = 0;
  std::uint32_t operation_count = 0;
  std::uint32_t reserved = 0;

  [[nodiscard]] Sequence first() const { return Sequence{first_sequence}; }
  /// Requires: fact_count > 0.
  [[nodiscard]] Sequence last() const { return Sequence{first_sequence + fact_count - 1}; }
};
static_assert(sizeof(EntryHeader) == 96 && std::is_trivially_copyable_v<EntryHeader>);

inline constexpr std::uint32_t entry_magic = 0x314b4244;  // "DBK1"
inline constexpr std::uint16_t entry_format_version = 1;
inline constexpr std::size_t entry_page_bytes = 4'096;

/// The size of the value that holds `payload_bytes`: the next 4,096 k - 16.
[[nodiscard]] constexpr std::size_t padded_entry_bytes(std::size_t payload_bytes) {
  const std::size_t used = sizeof(EntryHeader) + payload_bytes + 16;
  return (used + entry_page_bytes - 1) / entry_page_bytes * entry_page_bytes - 16;
}

/// A checked entry: header and payload of a value that somebody else keeps alive.
struct EntryView {
  EntryHeader header;
  std::span<const std::byte> value;

  /// Starts at a multiple of 16.
  [[nodiscard]] std::span<const std::byte> payload() const {
    return value.subspan(sizeof(EntryHeader), header.payload_bytes);
  }
};

/// Writes `previous_hash` and then `hash` into the header at the start of `value`.
/// Requires: the rest of `value` is complete. Returns the hash. Cost: one pass over the value.
Uint128 seal_entry(std::span<std::byte> value, const Uint128& previous_hash);

/// Checks that `value` is an entry: size, magic, version, sizes inside, padding, hash. The words
/// of a failure do not name the place; the caller adds file and key. `unsupported` for a newer
/// format version, else `damaged`. Does not look at the chain. Cost: one pass over the value.
[[nodiscard]] Result<EntryView> check_entry(std::span<const std::byte> value);

}  // namespace daybook

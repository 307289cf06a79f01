#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>

#include "engine/base/uint128.hpp"
#include "engine/model/sequence.hpp"

/// A run as bytes: the same in memory and in a file. Little-endian.
///
///   header      one page of 4,096 bytes
///   blocks      block_count pages of 4,096 bytes
///   directory   block_count entries of 24 bytes
///   filter      filter_bytes bytes (engine/index/filter.hpp), or none
///
/// Header:
///
///   offset size
///        0    8  checksum: XXH3-64 of the page's other bytes, 8 to 4,095
///        8    4  magic: "DBKI"
///       12    4  format version: 1
///       16   16  journal id
///       32    2  which index: IndexKind
///       34    2  tier: 0 for a run of fresh pairs, one more than its highest input for a merged
///       one 36    4  reserved: 0 40    8  first sequence covered 48    8  last sequence covered 56
///       8  pair count 64    8  key count: different keys 72    8  block count 80    8  value base:
///       no value is smaller; values after a new key are stored less it 88    8  smallest value 96
///       8  largest value
///      104   16  first pair: key, value
///      120   16  last pair
///      136    8  XXH3-64 of the directory
///      144    8  filter bytes; 0: no filter
///      152 3944  zeros
///
/// Block. Starts with its first pair in full, so that each can be read alone:
///
///   offset size
///        0    8  checksum: XXH3-64 of the page's other bytes
///        8    4  number of the block, from 0
///       12    2  pairs in the block, at least 1
///       14    2  record bytes
///       16   16  first pair: key, value
///       32    n  records, one for each further pair
///     32+n       zeros up to 4,096
///
/// Record. The first byte says how the pair differs from the pair before:
///
///   128 .. 255   the same key, a value larger by 1 .. 128. Nothing follows.
///   9 k + v      k key bytes and v value bytes follow, little-endian, k and v from 0 to 8.
///                k = 0: the same key; the value bytes are the value less the value before less 1.
///                k > 0: the key bytes are the key less the key before; the value bytes are the
///                value less the value base.
///   81 .. 127    damage
///
/// Directory entry, of block i: its first pair (16), and the pairs in all blocks before it (8).
///
/// Example, two records after the pair (5, 100), value base 90:
///   80              (5, 101): the same key, 1 more
///   0a 02 0f        (7, 105): 10 = 9 * 1 + 1, a key larger by 2, value 15 above the base
///
/// What follows from it. A page holds at most 1 + 4,064 pairs. Values of one key that lie close
/// cost 1 byte each; n random keys cost 1 + (65 - log2 n) / 8 + (the value's width) bytes. A
/// directory is 0.6 % of its run.

namespace daybook {

static_assert(std::endian::native == std::endian::little, "runs are read as they stand");

inline constexpr std::size_t run_page_bytes = 4'096;
inline constexpr std::size_t run_block_header_bytes = 32;
inline constexpr std::size_t run_record_bytes_max = 17;
inline constexpr std::size_t run_block_pairs_max = 1 + run_page_bytes - run_block_header_bytes;
inline constexpr std::uint64_t run_blocks_max = std::uint64_t{1} << 31;  ///< 8 TiB.

/// Which index a run belongs to. The numbers stand in files: append only.
enum class IndexKind : std::uint16_t {
  transfer_ids = 1,         ///< Transfer id -> its uses.
  account_history = 2,      ///< Account -> its transfers.
  transfer_fields = 3,      ///< A transfer's fields -> transfers.
  account_fields = 4,       ///< An account's fields -> accounts.
  balance_checkpoints = 5,  ///< Account -> where its balances were written down.
};

/// "transfer-ids" and so on, as in file names; empty for a number that is no kind.
[[nodiscard]] std::string_view to_string(IndexKind kind);

/// The kind that to_string() writes as `text`.
[[nodiscard]] std::optional<IndexKind> parse_index_kind(std::string_view text);

/// What a run is a part of. Two runs of one index cover sequences that do not overlap, unless one
/// was merged from the other and replaces it.
struct RunIdentity {
  Uint128 journal_id;
  IndexKind index = IndexKind::transfer_ids;
  std::uint16_t tier = 0;
  Sequence first;  ///< Of the sequences that the run covers: what it says nothing of, is not so.
  Sequence last;

  friend bool operator==(const RunIdentity&, const RunIdentity&) = default;
};

/// The header page without its zeros.
struct RunHeader {
  std::uint64_t checksum = 0;
  std::uint32_t magic = 0;
  std::uint32_t format_version = 0;
  Uint128 journal_id;
  std::uint16_t index = 0;
  std::uint16_t tier = 0;
  std::uint32_t reserved = 0;
  std::uint64_t first_sequence = 0;
  std::uint64_t last_sequence = 0;
  std::uint64_t pair_count = 0;
  std::uint64_t key_count = 0;
  std::uint64_t block_count = 0;
  std::uint64_t value_base = 0;
  std::uint64_t value_min = 0;
  std::uint64_t value_max = 0;
  std::uint64_t first_key = 0;
  std::uint64_t first_value = 0;
  std::uint64_t last_key = 0;
  std::uint64_t last_value = 0;
  std::uint64_t directory_checksum = 0;
  std::uint64_t filter_bytes = 0;
};
static_assert(sizeof(RunHeader) == 152 && std::is_trivially_copyable_v<RunHeader>);

inline constexpr std::uint32_t run_magic = 0x494b4244;  // "DBKI"
inline constexpr std::uint32_t run_format_version = 1;

/// A block's first bytes.
struct RunBlockHeader {
  std::uint64_t checksum = 0;
  std::uint32_t number = 0;
  std::uint16_t pair_count = 0;
  std::uint16_t record_bytes = 0;
  std::uint64_t first_key = 0;
  std::uint64_t first_value = 0;
};
static_assert(sizeof(RunBlockHeader) == run_block_header_bytes);

struct RunDirectoryEntry {
  std::uint64_t first_key = 0;
  std::uint64_t first_value = 0;
  std::uint64_t pairs_before = 0;
};
static_assert(sizeof(RunDirectoryEntry) == 24);

}  // namespace daybook

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <type_traits>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/base/uint128.hpp"
#include "engine/model/sequence.hpp"

namespace daybook {

/// What a snapshot is of: the state after the journal's entry that ends at `sequence`. 128 bytes.
struct SnapshotHeader {
  Uint128 journal_id;
  Uint128 entry_hash;  ///< `hash` of that entry.
  std::uint64_t sequence = 0;
  std::uint64_t state_digest = 0;     ///< As the entry has it.
  std::uint64_t commit_time = 0;      ///< As the entry has it.
  std::uint64_t segment = 0;          ///< Ordinal of the segment that the entry is in,
  std::uint64_t segment_first = 0;    ///< its first sequence,
  std::uint64_t segment_entries = 0;  ///< and how many entries it had then.
  std::uint64_t hash_seed = 0;        ///< Of the tables: tags of ids depend on it.
  std::uint64_t entries = 0;          ///< Of the whole journal up to here; as the next two.
  std::uint64_t operations = 0;
  std::uint64_t transfers = 0;
  std::uint64_t reserved = 0;
  std::uint64_t reserved_more = 0;

  [[nodiscard]] Sequence at() const { return Sequence{sequence}; }
};
static_assert(sizeof(SnapshotHeader) == 128 && std::is_trivially_copyable_v<SnapshotHeader>);

/// A snapshot on its way into a store. Destroyed before finish(), it leaves nothing behind.
///
/// Threads.  One.
class StoredSnapshot {
 public:
  virtual ~StoredSnapshot() = default;

  [[nodiscard]] virtual Result<void> append(std::span<const std::byte> bytes) = 0;

  /// Once this returns, the snapshot is durable and is found by its sequence. Call once, last.
  [[nodiscard]] virtual Result<void> finish(const SnapshotHeader& header) = 0;
};

/// A finished snapshot. The bytes are those that were appended; they neither move nor change while
/// `keeper` lives, and nobody has checked them.
struct SnapshotBytes {
  SnapshotHeader header;
  std::span<const std::byte> bytes;
  std::shared_ptr<const void> keeper;
};

/// Keeps snapshots of the state. Bytes are opaque here.
///
/// Threads.  One at a time.
/// Errors.   `no_space`, `io`; of open() `not_found` and `damaged`, `unsupported` for a newer
///           format.
class SnapshotStore {
 public:
  virtual ~SnapshotStore() = default;

  /// The sequences of all finished snapshots, newest first.
  [[nodiscard]] virtual Result<std::vector<Sequence>> list() = 0;

  [[nodiscard]] virtual Result<std::unique_ptr<StoredSnapshot>> create() = 0;

  /// The header is checked.
  [[nodiscard]] virtual Result<SnapshotBytes> open(Sequence at) = 0;

  /// Fine when there is none.
  [[nodiscard]] virtual Result<void> remove(Sequence at) = 0;
};

}  // namespace daybook

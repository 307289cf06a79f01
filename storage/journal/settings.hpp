#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>

#include "engine/base/limits.hpp"
#include "engine/base/result.hpp"
#include "engine/base/thread_place.hpp"

/// Every limit and setting of the journal as bytes.

namespace daybook {

/// How the space of a segment is made before it is needed.
enum class Preallocation : std::uint8_t {
  /// Zero-fill while there is time, reserve blocks when the load would overtake it.
  automatic,
  zero_fill,  ///< Always: the fastest to write afterwards, the slowest to prepare.
  reserve,    ///< fallocate only.
  none,       ///< Let the file grow: for file systems where both are wrong (copy on write).
};

struct JournalSettings {
  std::uint64_t segment_bytes = std::uint64_t{512} << 20;
  /// What the first segment of a directory starts with; it grows to `segment_bytes`.
  std::uint64_t first_segment_bytes = std::uint64_t{16} << 20;
  Preallocation preallocation = Preallocation::automatic;
  /// Less free space than this: the observer is told that the disk is low.
  std::uint64_t low_water_bytes = std::uint64_t{2} << 30;
  /// How often free space is looked at.
  std::chrono::milliseconds disk_check_interval{1'000};
  /// Free space of the file system of a path. Empty: ask the system.
  std::function<Result<std::uint64_t>(const std::filesystem::path&)> free_bytes;
  CorePlan cores;  ///< Of the helper thread, "preparer".
};

namespace journal_limits {

inline constexpr std::uint64_t page_bytes = 4'096;
inline constexpr std::size_t archive_name_bytes_max = 4'095;
inline constexpr std::uint64_t segment_bytes_min = std::uint64_t{256} << 10;
inline constexpr std::uint64_t segment_bytes_max = std::uint64_t{64} << 30;

/// Pages that the tree itself may take in one commit beside the entry's own: a path down, a split
/// at each level, and the free list's.
inline constexpr std::uint64_t tree_pages_per_commit_max = 32;

/// Beyond a segment's limit the map has room for the entry that crosses it, the entry that was
/// already being filled meanwhile, and the one that seals.
inline constexpr std::uint64_t map_reserve_bytes =
    3 * (limits::entry_bytes_max + (tree_pages_per_commit_max + 1) * page_bytes);

[[nodiscard]] constexpr std::uint64_t map_bytes(std::uint64_t segment_bytes) {
  const std::uint64_t reserve =
      segment_bytes > map_reserve_bytes ? segment_bytes : map_reserve_bytes;
  return segment_bytes + (reserve + page_bytes - 1) / page_bytes * page_bytes;
}

/// Pages that an entry of `value_bytes` takes out of SegmentSpace::pages_left at most.
[[nodiscard]] constexpr std::uint64_t entry_pages_max(std::uint64_t value_bytes) {
  return (value_bytes + 16 + page_bytes - 1) / page_bytes + tree_pages_per_commit_max;
}

inline constexpr std::chrono::seconds witness_interval{1};
inline constexpr std::chrono::seconds reader_check_interval{10};

/// One step of zero-filling, synced, after which the load is looked at again.
inline constexpr std::uint64_t fill_step_bytes = std::uint64_t{8} << 20;

/// Sealed segments that one lookup object keeps open.
inline constexpr std::size_t lookup_open_segments_max = 8;

/// Segment files in one directory.
inline constexpr std::uint64_t segments_max = 1'000'000;

/// Attempts to read the tree of a segment that another process is writing.
inline constexpr int live_walk_attempts_max = 1'000;

/// Findings of one verification; past it they are only counted.
inline constexpr std::size_t findings_max = 10'000;

}  // namespace journal_limits

/// `invalid` in words when a setting is out of its bounds.
[[nodiscard]] Result<void> check_settings(const JournalSettings& settings);

}  // namespace daybook

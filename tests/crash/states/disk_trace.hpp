#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <vector>

/// What a process did to a directory, call by call, and the disks that a crash could have left.
///
/// The test binary defines pwrite, writev, fdatasync and the like itself (disk_trace.cpp): the
/// dynamic linker gives them to the journal and to LMDB instead of libc's. Each call is made, and
/// noted when it touches a file below the traced directory.
///
/// The model of a disk: what a sync of a file covered is there. Of what came after, any part may be
/// there: each write whole, not at all, or torn into sectors of 512 or 4,096 bytes. Names (created,
/// renamed, deleted) become certain with a sync of their directory; before, a crash keeps those up
/// to some moment.

namespace daybook::testing {

/// Starts noting calls on files below `directory`, which must exist.
void start_trace(const std::filesystem::path& directory);
void stop_trace();

/// Notes that everything up to `sequence` was acknowledged: promised to be on disk.
void note_acknowledged(std::uint64_t sequence);

/// How many things were noted; positions at which to crash are 0 to this.
[[nodiscard]] std::size_t trace_size();

/// The first position at which something had been acknowledged.
[[nodiscard]] std::size_t first_acknowledged_position();

/// Names and contents after a crash, relative to the traced directory.
struct CrashedDisk {
  std::map<std::string, std::vector<std::byte>> files;
  std::uint64_t acknowledged = 0;  ///< The highest sequence promised before the crash.
  std::size_t unsynced_writes = 0;
};

/// A disk that a crash after the first `position` notes could have left. Every choice comes from
/// `random`.
[[nodiscard]] CrashedDisk crash_at(std::size_t position, std::mt19937_64& random);

}  // namespace daybook::testing

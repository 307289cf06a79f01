#pragma once

#include <string>

#include "engine/base/result.hpp"
#include "tools/daybook/offline/backup_manifest.hpp"
#include "tools/daybook/offline/journal_continuation.hpp"
#include "tools/daybook/offline/offline.hpp"

namespace daybook {

struct BackupOptions {
  std::string data;
  std::string to;     ///< Must not exist, or be empty.
  bool copy = false;  ///< Never link.
  StateRoom room;
  bool json = false;
};

/// Copies the journal of a data directory that may be live, up to the newest entry that is on disk,
/// and verifies the copy before it gets its name. The writer is not disturbed: entries are read one
/// at a time, sealed segments are linked, or copied where that cannot be.
[[nodiscard]] Result<BackupManifest> make_backup(const BackupOptions& options);

struct RestoreOptions {
  std::string backup;
  std::string to;  ///< Must not exist, or be empty.
  StateRoom room;
  bool json = false;
};

/// Makes a data directory of a backup, after everything about the backup was checked.
[[nodiscard]] Result<Continued> restore_backup(const RestoreOptions& options);

/// exit_code::good: done and verified; exit_code::no: damaged; exit_code::failed: could not be
/// done.
int run_backup(const BackupOptions& options);
int run_restore(const RestoreOptions& options);

}  // namespace daybook

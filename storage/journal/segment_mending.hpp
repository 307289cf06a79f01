#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "engine/base/result.hpp"
#include "storage/file/file.hpp"
#include "storage/journal/data_directory.hpp"
#include "storage/journal/page_walker.hpp"

/// What can be put right in a data directory without losing anything, piece by piece. The caller
/// holds the directory's lock.

namespace daybook {

/// A segment one of whose two meta pages is zeroed while the other one is good: LMDB opens no such
/// file, though everything is there.
struct MendableSegment {
  std::uint64_t zeroed_page = 0;       ///< 0 or 1.
  std::vector<EntryPosition> entries;  ///< That the good meta page leads to, by key.
  /// The entry that only the zeroed page led to: whole, and the one that follows. Nothing where the
  /// zeroed page was the older one.
  std::optional<EntryPosition> hidden;
};

/// Nothing when the segment is not damaged, or in any other way. Errors: `io`.
/// Cost: reads the whole file.
[[nodiscard]] Result<std::optional<MendableSegment>> find_zeroed_meta_page(
    const std::filesystem::path& path);

/// Puts a sound segment with the same entries, byte for byte, in place of the one at `path`. The
/// damaged file stays as `aside`, in a directory that exists. On disk when it returns; killed on
/// the way, it leaves the one or the other under the name.
[[nodiscard]] Result<void> mend_segment(const std::filesystem::path& path,
                                        const MendableSegment& segment,
                                        const std::filesystem::path& aside);

/// The lock of a data directory whose id may be missing. `locked` names the holder.
[[nodiscard]] Result<File> lock_for_repair(const JournalLayout& layout);

/// Writes DIR/journal.id anew.
[[nodiscard]] Result<void> rewrite_journal_id(const JournalLayout& layout, const Uint128& id);

/// Writes both slots of DIR/HEAD with `statement`, which is true. Requires: the file is there, and
/// one of its slots is good.
[[nodiscard]] Result<void> rewrite_witness(const JournalLayout& layout,
                                           const WitnessStatement& statement);

}  // namespace daybook

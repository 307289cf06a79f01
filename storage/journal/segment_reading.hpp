#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/ports/entry.hpp"
#include "storage/journal/data_directory.hpp"
#include "storage/journal/finding.hpp"
#include "storage/lmdb/environment.hpp"

/// What the reader and the lookup share: opening a segment for reading, and an entry in it.

namespace daybook {

/// Opens a segment for reading through LMDB, after the walker has checked its pages.
///
/// An environment that this process already has open, the writer's or another reader's, is shared
/// and not checked again. Else a segment with a lock file may be written by another process, so
/// its lock file is used, if the directory lets us; one without nobody writes.
/// `not_found` when there is no such segment.
[[nodiscard]] Result<lmdb::ReadTransaction> open_for_reading(const JournalLayout& layout,
                                                             std::uint64_t ordinal);

/// The header of a value, unchecked but for its size: for looking around.
[[nodiscard]] EntryHeader peek_header(std::span<const std::byte> value);

/// A finding about an entry in `file`.
[[nodiscard]] Failure entry_failure(FindingKind kind, const std::filesystem::path& file,
                                    std::uint64_t sequence, std::string words);

/// Checks a value by itself (check_entry) and against its key.
[[nodiscard]] Result<EntryView> check_item(const lmdb::ReadTransaction::Item& item,
                                           const std::filesystem::path& file);

}  // namespace daybook

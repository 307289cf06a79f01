#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "engine/ports/journal.hpp"
#include "storage/journal/data_directory.hpp"
#include "storage/journal/settings.hpp"

/// What is done to a segment's file before and after the journal writes it.

namespace daybook {

/// A segment's life:  00...2.mdb.new, made and filled -> renamed to 00...2.mdb, empty -> written
/// -> sealed by its last entry -> truncated to its last page, hashed, never changed again.
/// A crash leaves it in one of these states; a name without ".new" always holds a whole
/// environment, whose name is on disk.

/// Asked between steps of filling: the load has overtaken the filling, finish quickly.
/// `filled` of `total` bytes are done.
using IsOvertaken = std::function<bool(std::uint64_t filled, std::uint64_t total)>;

/// Makes the empty segment `ordinal` of `bytes`, under its temporary name first, durable when it
/// returns. Cost: up to seconds of disk time.
[[nodiscard]] Result<void> prepare_segment(const JournalLayout& layout, std::uint64_t ordinal,
                                           std::uint64_t bytes, Preallocation preallocation,
                                           const IsOvertaken& is_overtaken);

/// Makes a segment that is being written `bytes` long, without touching what stands there.
[[nodiscard]] Result<void> grow_segment(const JournalLayout& layout, std::uint64_t ordinal,
                                        std::uint64_t bytes);

/// Truncates a sealed segment to its last page, syncs it, removes its lock file. Any number of
/// times. Requires: nobody writes it; readers do not mind.
[[nodiscard]] Result<void> trim_segment(const JournalLayout& layout, std::uint64_t ordinal);

/// The SHA-256 of a trimmed segment's file, chained. Cost: one pass over the file.
/// `is_stopped` is asked now and then; when it says so the result is `closed`.
[[nodiscard]] Result<SegmentHash> hash_segment(const JournalLayout& layout, std::uint64_t ordinal,
                                               const Sha256Digest& previous_chain,
                                               const std::function<bool()>& is_stopped);

/// SHA-256 of `previous_chain` followed by `file`.
[[nodiscard]] Sha256Digest chain_hash(const Sha256Digest& previous_chain, const Sha256Digest& file);

}  // namespace daybook

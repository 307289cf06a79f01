#pragma once

#include <filesystem>

#include "engine/base/result.hpp"
#include "engine/model/sequence.hpp"

namespace daybook {

/// The first sequence that an engine on `directory` must find there at its start. Segments that end
/// before it may stand in an archive: what the engine looks up in them later, for a repeated id or
/// a query, it reads there.
///
/// 1 without two good snapshots; else the sequence of the second newest: the segment with its entry
/// shows that the snapshot is of this journal.
///
/// Errors.   When the directory cannot be read: then nothing may leave.
[[nodiscard]] Result<Sequence> first_sequence_needed(const std::filesystem::path& directory);

}  // namespace daybook

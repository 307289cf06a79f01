#pragma once

#include <filesystem>

#include "engine/base/result.hpp"
#include "engine/model/sequence.hpp"

namespace daybook {

/// The first sequence of the journal that an engine on `directory` needs: at its start, and later
/// for what it reads back. Segments that end before it may leave the directory, and nothing that
/// the engine does fails without them.
///
/// Contract. 1 while nothing but the journal says what the state is. A snapshot that is on disk and
///           good may raise it to the sequence after its own, as long as whatever else looks facts
///           up (an older snapshot that must remain a way back, indexes that lead into segments)
///           does so at later ones too. It never falls for a directory whose segments were removed
///           accordingly.
/// Errors.   When the directory cannot be read: then nothing may leave.
[[nodiscard]] Result<Sequence> first_sequence_needed(const std::filesystem::path& directory);

}  // namespace daybook

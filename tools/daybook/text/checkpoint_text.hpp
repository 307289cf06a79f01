#pragma once

#include <span>
#include <string>

#include "engine/model/event_checkpoint.hpp"
#include "engine/model/sequence.hpp"
#include "tools/daybook/text/table.hpp"

namespace daybook {

/// Checkpoints as of a sequence, and how far each is behind it.
[[nodiscard]] Table checkpoint_table(std::span<const EventCheckpoint> checkpoints, Sequence as_of);
[[nodiscard]] std::string checkpoint_row_json(const EventCheckpoint& checkpoint, Sequence as_of);

}  // namespace daybook

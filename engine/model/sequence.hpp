#pragma once

#include <cstdint>

#include "engine/base/named.hpp"

namespace daybook {

/// Position of a fact in the journal. The first is 1; 0 means "nothing yet". Dense: no gaps.
using Sequence = Named<struct SequenceMeaning, std::uint64_t>;

[[nodiscard]] constexpr Sequence next(Sequence sequence) { return Sequence{sequence.value() + 1}; }

}  // namespace daybook

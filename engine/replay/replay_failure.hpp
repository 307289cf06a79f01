#pragma once

#include <string_view>

#include <fmt/format.h>

#include "engine/base/failure.hpp"
#include "engine/model/sequence.hpp"

/// What replay says when it cannot go on, with the place.

namespace daybook {

[[nodiscard]] inline Failure damaged(Sequence sequence, std::string_view what) {
  return {FailureKind::damaged, fmt::format("sequence {}: {}", sequence.value(), what)};
}

/// Not the journal's fault: a table is smaller than the one of the engine that wrote it.
[[nodiscard]] inline Failure no_room(Sequence sequence, std::string_view what) {
  return {FailureKind::no_space, fmt::format("sequence {}: {}", sequence.value(), what)};
}

}  // namespace daybook

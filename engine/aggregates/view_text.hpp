#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "engine/model/aggregate_views.hpp"

namespace daybook {

/// Puts `text` in its place in a view, cut where it is longer, and says how many bytes it has.
[[nodiscard]] inline std::uint16_t keep_text(CommandText& place, std::string_view text) {
  const std::size_t bytes = std::min(text.size(), place.size());
  std::copy_n(text.data(), bytes, place.data());
  return static_cast<std::uint16_t>(bytes);
}

}  // namespace daybook

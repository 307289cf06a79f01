#pragma once

#include <cstdlib>
#include <string>

#include "engine/base/fault_point.hpp"

namespace daybook {

/// What DAYBOOK_FAULT says, where fault points are compiled in; else, and where it says nothing,
/// nothing.
[[nodiscard]] inline std::string fault_setting() {
  if constexpr (!has_fault_points) return {};
  const char* const text = std::getenv("DAYBOOK_FAULT");
  return text == nullptr ? std::string{} : std::string{text};
}

/// Requires: there is one thread.
[[nodiscard]] inline Result<void> arm_as_set() {
  const std::string setting = fault_setting();
  return setting.empty() ? Result<void>{} : arm_fault_point(setting);
}

}  // namespace daybook

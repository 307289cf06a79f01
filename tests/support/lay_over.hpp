#pragma once

#include <optional>

namespace daybook::test {

/// Lays one table row's wish for a field over another's: false where both want different things.
template <typename T>
[[nodiscard]] bool lay_over(std::optional<T>& field, const std::optional<T>& other) {
  if (field && other && *field != *other) return false;
  if (!field) field = other;
  return true;
}

}  // namespace daybook::test

#pragma once

#include <array>
#include <string>
#include <string_view>

namespace daybook {

/// The name of a run in its store. 64 bytes.
struct SavedRun {
  std::array<char, 64> text{};

  SavedRun() = default;
  explicit SavedRun(std::string_view name) { name.copy(text.data(), text.size()); }
  [[nodiscard]] std::string name() const {
    const std::string_view all{text.data(), text.size()};
    return std::string{all.substr(0, all.find('\0'))};
  }
};
static_assert(sizeof(SavedRun) == 64);

}  // namespace daybook

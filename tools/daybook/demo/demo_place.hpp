#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/result.hpp"

namespace daybook::demo {

/// A file that the demo's commands name, as it stands in tools/demo/.
struct DemoFile {
  std::string_view name;  ///< With its folders.
  std::string_view text;
};
[[nodiscard]] std::span<const DemoFile> demo_files();

/// The directory in which everything happens, with the demo's files; removed with this, unless it
/// is kept.
///
/// Threads. One.
class DemoPlace {
 public:
  DemoPlace() = default;
  ~DemoPlace();
  DemoPlace(const DemoPlace&) = delete;
  DemoPlace& operator=(const DemoPlace&) = delete;

  /// `directory`: where its user wants it, absent or empty, and kept; without a name a temporary
  /// one. A Failure: it is neither absent nor empty, or cannot be written.
  [[nodiscard]] Result<void> make(const std::string& directory, bool keeps);

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] bool is_kept() const { return is_kept_; }

 private:
  std::filesystem::path path_;
  bool is_kept_ = true;
};

}  // namespace daybook::demo

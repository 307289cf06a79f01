#pragma once

#include <filesystem>

#include "engine/base/result.hpp"

namespace daybook {

/// A directory that is made under a temporary name beside its place, PLACE.partial, and gets its
/// name when everything in it is on disk: whoever finds the name finds the whole.
///
/// Threads.     One.
/// Durability.  finish() returns when contents and name are on disk. A process that is killed
///              before leaves PLACE.partial, which nothing reads; it is to be removed by hand.
class NewDirectory {
 public:
  /// Makes PLACE.partial. Refuses a place that is there and not an empty directory, and a
  /// PLACE.partial that is there.
  [[nodiscard]] static Result<NewDirectory> begin(const std::filesystem::path& place);

  NewDirectory(NewDirectory&& other) noexcept;
  NewDirectory& operator=(NewDirectory&&) = delete;
  /// Takes away what was made, unless it was finished.
  ~NewDirectory();

  /// Where to build.
  [[nodiscard]] const std::filesystem::path& path() const { return partial_; }

  /// Syncs the directories and gives the name. Files in it must be synced already.
  [[nodiscard]] Result<void> finish();

 private:
  NewDirectory(std::filesystem::path place, std::filesystem::path partial);

  std::filesystem::path place_;
  std::filesystem::path partial_;
  bool owned_ = true;
};

}  // namespace daybook

#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "engine/base/result.hpp"
#include "storage/file/file.hpp"

namespace daybook::recon {

/// A file that is read more than once and must stay what it was.
///
/// Threads.  One at a time; reading is fine from several.
/// Errors.   `not_found`, `io`; `invalid` for what is no regular file, is larger than
///           `file_bytes_max`, or changed.
class WatchedFile {
 public:
  [[nodiscard]] static Result<WatchedFile> open(const std::filesystem::path& path);

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::uint64_t size_bytes() const { return size_bytes_; }
  [[nodiscard]] const File& file() const { return file_; }

  /// Its first bytes, at most so many.
  [[nodiscard]] Result<std::string> start(std::size_t size_bytes) const;

  /// What stands at `offset`, without a line end behind it, at most `line_bytes_max` bytes.
  [[nodiscard]] Result<std::string> raw_line(std::uint64_t offset, std::uint64_t size_bytes) const;

  /// Its size and when it was changed.
  [[nodiscard]] std::string fingerprint() const;

  /// SHA-256 of all its bytes in hexadecimal digits. `tell`, which may be empty, hears how many
  /// bytes more were read.
  [[nodiscard]] Result<std::string> sha256_of(const std::function<void(std::uint64_t)>& tell) const;

  /// `invalid` when the file is not the one that was opened any more.
  [[nodiscard]] Result<void> check_unchanged() const;

 private:
  [[nodiscard]] Result<std::int64_t> modification_ns() const;

  std::filesystem::path path_;
  File file_;
  std::uint64_t size_bytes_ = 0;
  std::int64_t modified_ns_ = 0;
};

}  // namespace daybook::recon

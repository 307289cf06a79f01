#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

#include "engine/base/result.hpp"

namespace daybook {

/// An open file: whole reads and writes at offsets, and the calls that make them last.
///
/// Errors.      `no_space` for a full disk or quota, `not_found`, else `io`; the words name the
///              file and what was tried. A failed sync is final: what was written before it may
///              be lost although a second sync succeeds.
/// Threads.     One at a time; reading is fine from several.
/// Durability.  A new name lasts only after sync_directory(). Built with DAYBOOK_TEST_NO_SYNC,
///              nothing syncs: for tests that must show that syncing matters.
class File {
 public:
  enum class Mode : std::uint8_t {
    read,
    write,          ///< Reading and writing; the file exists.
    create,         ///< Reading and writing; made when missing, kept when there.
    create_afresh,  ///< Reading and writing; emptied when there.
    write_direct,   ///< Writing past the page cache; `unsupported` where the file system cannot.
                    ///< Addresses, offsets and sizes are multiples of direct_alignment.
  };

  static constexpr std::size_t direct_alignment = 4'096;

  [[nodiscard]] static Result<File> open(const std::filesystem::path& path, Mode mode);

  File() = default;
  File(File&& other) noexcept;
  File& operator=(File&& other) noexcept;
  ~File();

  [[nodiscard]] Result<std::uint64_t> size() const;

  /// Reads up to `into.size()` bytes; fewer only at the end of the file.
  [[nodiscard]] Result<std::size_t> read_at(std::span<std::byte> into, std::uint64_t offset) const;

  [[nodiscard]] Result<void> write_at(std::span<const std::byte> bytes, std::uint64_t offset);

  /// Reserves disk blocks for [offset, offset + length) and makes the file at least that long.
  /// Never changes bytes, so it is safe beside a writer. `unsupported` where the file system has
  /// no such call: libc's emulation writes into the range, which a writer may own.
  [[nodiscard]] Result<void> allocate(std::uint64_t offset, std::uint64_t length);

  [[nodiscard]] Result<void> truncate(std::uint64_t size);

  /// Contents and size.
  [[nodiscard]] Result<void> sync();

  /// Contents, and as much of the rest as reading them back needs.
  [[nodiscard]] Result<void> sync_data();

  [[nodiscard]] int descriptor() const { return descriptor_; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  File(int descriptor, std::filesystem::path path);
  [[nodiscard]] Failure failure(std::string_view what) const;

  int descriptor_ = -1;
  std::filesystem::path path_;
};

/// The failure that `error`, an errno value, means; `what` and `path` say what was tried where.
[[nodiscard]] Failure system_failure(int error, std::string_view what,
                                     const std::filesystem::path& path);

/// Makes the names in `directory` last.
[[nodiscard]] Result<void> sync_directory(const std::filesystem::path& directory);

/// Renames within one directory and makes it last.
[[nodiscard]] Result<void> rename_durably(const std::filesystem::path& from,
                                          const std::filesystem::path& to);

/// Removes the name; fine when there is none.
[[nodiscard]] Result<void> remove_file(const std::filesystem::path& path);

/// Makes the directory when it is missing; its parent must exist. The name lasts afterwards.
[[nodiscard]] Result<void> make_directory(const std::filesystem::path& path);

/// Writes a whole small file so that a crash leaves the old one or the new one: temporary name,
/// sync, rename, directory sync.
[[nodiscard]] Result<void> replace_file(const std::filesystem::path& path,
                                        std::span<const std::byte> bytes);

/// Bytes that an unprivileged process may still write on the file system of `path`.
[[nodiscard]] Result<std::uint64_t> free_bytes_of(const std::filesystem::path& path);

}  // namespace daybook

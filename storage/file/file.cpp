#include "storage/file/file.hpp"

#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace daybook {
namespace {

constexpr ::mode_t file_mode = 0640;
constexpr ::mode_t directory_mode = 0750;

int flags_of(File::Mode mode) {
  switch (mode) {
    case File::Mode::read:
      return O_RDONLY | O_CLOEXEC;
    case File::Mode::write:
      return O_RDWR | O_CLOEXEC;
    case File::Mode::create:
      return O_RDWR | O_CREAT | O_CLOEXEC;
    case File::Mode::create_afresh:
      return O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC;
    case File::Mode::write_direct:
      return O_WRONLY | O_DIRECT | O_CLOEXEC;
  }
  return O_RDONLY | O_CLOEXEC;
}

int sync_descriptor([[maybe_unused]] int descriptor) {
#if defined(DAYBOOK_TEST_NO_SYNC)
  return 0;
#else
  return ::fsync(descriptor);
#endif
}

int sync_descriptor_data([[maybe_unused]] int descriptor) {
#if defined(DAYBOOK_TEST_NO_SYNC)
  return 0;
#else
  return ::fdatasync(descriptor);
#endif
}

}  // namespace

Failure system_failure(int error, std::string_view what, const std::filesystem::path& path) {
  FailureKind kind = FailureKind::io;
  if (error == ENOSPC || error == EDQUOT) kind = FailureKind::no_space;
  if (error == ENOENT) kind = FailureKind::not_found;
  return {kind,
          fmt::format("{}: {}: {}", path.string(), what, std::generic_category().message(error))};
}

File::File(int descriptor, std::filesystem::path path)
    : descriptor_{descriptor}, path_{std::move(path)} {}

File::File(File&& other) noexcept
    : descriptor_{std::exchange(other.descriptor_, -1)}, path_{std::move(other.path_)} {}

File& File::operator=(File&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(path_, other.path_);
  return *this;
}

File::~File() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<File> File::open(const std::filesystem::path& path, Mode mode) {
  const int descriptor = ::open(path.c_str(), flags_of(mode), file_mode);
  if (descriptor < 0 && mode == Mode::write_direct && errno == EINVAL) {
    return Failure{FailureKind::unsupported,
                   path.string() + ": this file system has no way past the page cache"};
  }
  if (descriptor < 0) return system_failure(errno, "cannot be opened", path);
  return File{descriptor, path};
}

Failure File::failure(std::string_view what) const { return system_failure(errno, what, path_); }

Result<std::uint64_t> File::size() const {
  struct ::stat status {};
  if (::fstat(descriptor_, &status) != 0) return failure("its size cannot be read");
  return static_cast<std::uint64_t>(status.st_size);
}

Result<std::size_t> File::read_at(std::span<std::byte> into, std::uint64_t offset) const {
  std::size_t done = 0;
  while (done < into.size()) {
    const ::ssize_t count = ::pread(descriptor_, into.data() + done, into.size() - done,
                                    static_cast<::off_t>(offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failure("cannot be read");
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  return done;
}

Result<void> File::write_at(std::span<const std::byte> bytes, std::uint64_t offset) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ::ssize_t count = ::pwrite(descriptor_, bytes.data() + done, bytes.size() - done,
                                     static_cast<::off_t>(offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failure("cannot be written");
    if (count == 0) return Failure{FailureKind::io, path_.string() + ": takes no more bytes"};
    done += static_cast<std::size_t>(count);
  }
  return {};
}

Result<void> File::allocate(std::uint64_t offset, std::uint64_t length) {
  if (::fallocate(descriptor_, 0, static_cast<::off_t>(offset), static_cast<::off_t>(length)) ==
      0) {
    return {};
  }
  if (errno == EOPNOTSUPP || errno == ENOSYS) {
    return Failure{FailureKind::unsupported,
                   path_.string() + ": this file system cannot reserve space"};
  }
  return failure("space cannot be reserved");
}

Result<void> File::truncate(std::uint64_t size) {
  if (::ftruncate(descriptor_, static_cast<::off_t>(size)) != 0) {
    return failure("its size cannot be changed");
  }
  return {};
}

Result<void> File::sync() {
  if (sync_descriptor(descriptor_) != 0) return failure("cannot be made durable");
  return {};
}

Result<void> File::sync_data() {
  if (sync_descriptor_data(descriptor_) != 0) return failure("cannot be made durable");
  return {};
}

Result<void> sync_directory(const std::filesystem::path& directory) {
  const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return system_failure(errno, "cannot be opened", directory);
  const int outcome = sync_descriptor(descriptor);
  const int error = errno;
  ::close(descriptor);
  if (outcome != 0) return system_failure(error, "its names cannot be made durable", directory);
  return {};
}

Result<void> rename_durably(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) {
    return system_failure(errno, fmt::format("cannot be renamed to {}", to.filename().string()),
                          from);
  }
  return sync_directory(to.parent_path());
}

Result<void> remove_file(const std::filesystem::path& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
    return system_failure(errno, "cannot be removed", path);
  }
  return {};
}

Result<void> make_directory(const std::filesystem::path& path) {
  if (::mkdir(path.c_str(), directory_mode) != 0 && errno != EEXIST) {
    return system_failure(errno, "the directory cannot be made", path);
  }
  // "/data/" has an empty file name, and its parent is "/data": the one to sync is above it.
  const auto named = path.has_filename() ? path : path.parent_path();
  const auto parent = named.parent_path();
  return sync_directory(parent.empty() ? std::filesystem::path{"."} : parent);
}

Result<void> replace_file(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  std::filesystem::path temporary = path;
  temporary += ".new";
  auto file = File::open(temporary, File::Mode::create_afresh);
  if (!file) return file.error();
  if (auto written = file.value().write_at(bytes, 0); !written) return written;
  if (auto synced = file.value().sync(); !synced) return synced;
  return rename_durably(temporary, path);
}

Result<std::uint64_t> free_bytes_of(const std::filesystem::path& path) {
  struct ::statvfs status {};
  if (::statvfs(path.c_str(), &status) != 0) {
    return system_failure(errno, "free space cannot be read", path);
  }
  return static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize;
}

}  // namespace daybook

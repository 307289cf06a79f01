#include "tools/daybook/recon/watched_file.hpp"

#include <algorithm>
#include <cerrno>
#include <span>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include "engine/base/hash.hpp"
#include "engine/recon/recon_limits.hpp"

namespace daybook::recon {

Result<WatchedFile> WatchedFile::open(const std::filesystem::path& path) {
  std::error_code error;
  if (std::filesystem::exists(path, error) && !std::filesystem::is_regular_file(path, error)) {
    return Failure{
        FailureKind::invalid,
        fmt::format("{}: not a file: lines are read again when they differ, so a pipe or "
                    "a directory will not do",
                    path.string())};
  }
  WatchedFile watched;
  watched.path_ = path;
  Result<File> file = File::open(path, File::Mode::read);
  if (!file) return file.error();
  watched.file_ = std::move(file).value();
  const Result<std::uint64_t> size = watched.file_.size();
  if (!size) return size.error();
  watched.size_bytes_ = size.value();
  if (watched.size_bytes_ > limits::file_bytes_max) {
    return Failure{FailureKind::invalid, fmt::format("{}: larger than 256 TiB", path.string())};
  }
  ::posix_fadvise(watched.file_.descriptor(), 0, 0, POSIX_FADV_SEQUENTIAL);
  const Result<std::int64_t> modified = watched.modification_ns();
  if (!modified) return modified.error();
  watched.modified_ns_ = modified.value();
  return watched;
}

Result<std::int64_t> WatchedFile::modification_ns() const {
  struct ::stat status {};
  if (::fstat(file_.descriptor(), &status) != 0) {
    return system_failure(errno, "looking at it", path_);
  }
  return static_cast<std::int64_t>(status.st_mtim.tv_sec) * 1'000'000'000 + status.st_mtim.tv_nsec;
}

Result<std::string> WatchedFile::start(std::size_t size_bytes) const {
  std::string text(size_bytes, '\0');
  const Result<std::size_t> got = file_.read_at(std::as_writable_bytes(std::span{text}), 0);
  if (!got) return got.error();
  text.resize(got.value());
  return text;
}

Result<std::string> WatchedFile::raw_line(std::uint64_t offset, std::uint64_t size_bytes) const {
  std::string text(std::min<std::uint64_t>(size_bytes, limits::line_bytes_max), '\0');
  const Result<std::size_t> got = file_.read_at(std::as_writable_bytes(std::span{text}), offset);
  if (!got) return got.error();
  text.resize(got.value());
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

std::string WatchedFile::fingerprint() const {
  return fmt::format("{} bytes, changed at {} ns", size_bytes_, modified_ns_);
}

Result<std::string> WatchedFile::sha256_of(const std::function<void(std::uint64_t)>& tell) const {
  constexpr std::size_t piece_bytes = 256 * 1'024;
  Sha256 hash;
  std::vector<std::byte> piece(piece_bytes);
  for (std::uint64_t offset = 0;;) {
    const Result<std::size_t> got = file_.read_at(piece, offset);
    if (!got) return got.error();
    hash.update(std::span{piece}.first(got.value()));
    offset += got.value();
    if (tell) tell(got.value());
    if (got.value() < piece.size()) return to_hex(hash.finish());
  }
}

Result<void> WatchedFile::check_unchanged() const {
  const Result<std::uint64_t> size = file_.size();
  if (!size) return size.error();
  const Result<std::int64_t> modified = modification_ns();
  if (!modified) return modified.error();
  if (size.value() == size_bytes_ && modified.value() == modified_ns_) return {};
  return Failure{
      FailureKind::invalid,
      fmt::format("{}: changed while it was compared; compare a copy that rests", path_.string())};
}

}  // namespace daybook::recon

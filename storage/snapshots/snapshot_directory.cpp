#include "storage/snapshots/snapshot_directory.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <sys/mman.h>

#include "engine/base/hash.hpp"
#include "storage/file/file.hpp"

namespace daybook {
namespace {

constexpr std::size_t page_bytes = 4'096;
constexpr std::size_t buffer_bytes = std::size_t{1} << 20;
constexpr std::string_view suffix = ".snapshot";
constexpr std::string_view unfinished = "unfinished.new";
constexpr std::uint32_t format_version = 1;

struct FilePage {
  std::array<char, 4> magic{'D', 'B', 'K', 'S'};
  std::uint32_t version = format_version;
  std::uint64_t bytes = 0;
  SnapshotHeader header;
  std::uint64_t checksum = 0;
};
static_assert(sizeof(FilePage) == 152);

std::uint64_t checksum_of(const FilePage& page) {
  return xxh3_64(std::as_bytes(std::span{&page, 1}).first(offsetof(FilePage, checksum)));
}

class SnapshotFile final : public StoredSnapshot {
 public:
  SnapshotFile(File file, const SnapshotDirectory& directory)
      : file_{std::move(file)}, directory_{directory} {
    buffer_.reserve(buffer_bytes);
  }
  ~SnapshotFile() override {
    if (is_finished_) return;
    std::error_code ignored;
    std::filesystem::remove(file_.path(), ignored);
  }

  Result<void> append(std::span<const std::byte> bytes) override {
    if (buffer_.size() + bytes.size() > buffer_bytes) {
      if (auto written = write(buffer_); !written.ok()) return written;
      buffer_.clear();
    }
    if (bytes.size() > buffer_bytes) return write(bytes);
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
    return {};
  }

  Result<void> finish(const SnapshotHeader& header) override {
    if (auto written = write(buffer_); !written.ok()) return written;
    FilePage page;
    page.bytes = written_ - page_bytes;
    page.header = header;
    page.checksum = checksum_of(page);
    std::array<std::byte, page_bytes> bytes{};
    std::memcpy(bytes.data(), &page, sizeof page);
    if (auto written = file_.write_at(bytes, 0); !written.ok()) return written;
    if (auto synced = file_.sync(); !synced.ok()) return synced;
    auto renamed = rename_durably(file_.path(), directory_.path_of(header.at()));
    is_finished_ = renamed.ok();
    return renamed;
  }

 private:
  Result<void> write(std::span<const std::byte> bytes) {
    if (bytes.empty()) return {};
    auto written = file_.write_at(bytes, written_);
    written_ += bytes.size();
    return written;
  }

  File file_;
  const SnapshotDirectory& directory_;
  std::vector<std::byte> buffer_;
  std::uint64_t written_ = page_bytes;
  bool is_finished_ = false;
};

class Mapping {
 public:
  Mapping(void* data, std::size_t bytes) : data_{data}, bytes_{bytes} {}
  ~Mapping() { ::munmap(data_, bytes_); }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

 private:
  void* data_;
  std::size_t bytes_;
};

Failure damaged(const std::filesystem::path& path, const std::string& what) {
  return {FailureKind::damaged, "the snapshot " + path.string() + " " + what};
}

}  // namespace

Result<std::unique_ptr<SnapshotDirectory>> SnapshotDirectory::open(
    const std::filesystem::path& directory) {
  if (auto made = make_directory(directory); !made.ok()) return made.error();
  if (auto removed = remove_file(directory / unfinished); !removed.ok()) return removed.error();
  return std::unique_ptr<SnapshotDirectory>{new SnapshotDirectory{directory}};
}

std::unique_ptr<SnapshotDirectory> SnapshotDirectory::read_only(
    const std::filesystem::path& directory) {
  return std::unique_ptr<SnapshotDirectory>{new SnapshotDirectory{directory}};
}

std::filesystem::path SnapshotDirectory::path_of(Sequence at) const {
  return directory_ / fmt::format("{:020}{}", at.value(), suffix);
}

Result<std::vector<Sequence>> SnapshotDirectory::list() {
  std::vector<Sequence> found;
  std::error_code error;
  if (!std::filesystem::exists(directory_, error)) return found;
  for (std::filesystem::directory_iterator at{directory_, error}, end; !error && at != end;
       at.increment(error)) {
    const std::string name = at->path().filename().string();
    std::uint64_t number = 0;
    const auto parsed = std::from_chars(name.data(), name.data() + name.size(), number);
    const std::string_view rest{parsed.ptr, name.data() + name.size()};
    if (parsed.ec == std::errc{} && rest == suffix) found.emplace_back(number);
  }
  if (error) return system_failure(error.value(), "cannot be listed", directory_);
  std::sort(found.begin(), found.end(), std::greater<>{});
  return found;
}

Result<std::unique_ptr<StoredSnapshot>> SnapshotDirectory::create() {
  auto file = File::open(directory_ / unfinished, File::Mode::create_afresh);
  if (!file.ok()) return file.error();
  return std::unique_ptr<StoredSnapshot>{
      std::make_unique<SnapshotFile>(std::move(file).value(), *this)};
}

Result<SnapshotBytes> SnapshotDirectory::open(Sequence at) {
  const auto path = path_of(at);
  const auto file = File::open(path, File::Mode::read);
  if (!file.ok()) return file.error();
  const auto size = file.value().size();
  if (!size.ok()) return size.error();
  FilePage page;
  if (size.value() < page_bytes) return damaged(path, "is too short");
  const auto read = file.value().read_at(std::as_writable_bytes(std::span{&page, 1}), 0);
  if (!read.ok()) return read.error();
  if (read.value() != sizeof page || page.magic != FilePage{}.magic ||
      page.checksum != checksum_of(page)) {
    return damaged(path, "does not begin as it should");
  }
  if (page.version != format_version) {
    return Failure{FailureKind::unsupported,
                   fmt::format("the snapshot {} has format version {}, this build reads {}",
                               path.string(), page.version, format_version)};
  }
  if (page.bytes != size.value() - page_bytes) {
    return damaged(path, "is not as long as it says");
  }
  if (page.header.at() != at) return damaged(path, "is of another sequence than its name says");
  void* const data =
      ::mmap(nullptr, size.value(), PROT_READ, MAP_SHARED, file.value().descriptor(), 0);
  if (data == MAP_FAILED) return system_failure(errno, "cannot be mapped", path);
  auto keeper = std::make_shared<const Mapping>(data, size.value());
  const auto* const begin = static_cast<const std::byte*>(data);
  return SnapshotBytes{page.header, {begin + page_bytes, page.bytes}, std::move(keeper)};
}

Result<void> SnapshotDirectory::remove(Sequence at) {
  if (auto removed = remove_file(path_of(at)); !removed.ok()) return removed;
  return sync_directory(directory_);
}

}  // namespace daybook

#include "storage/runs/run_directory.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string>
#include <system_error>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <sys/mman.h>

#include "storage/file/file.hpp"

namespace daybook {
namespace {

constexpr std::size_t page_bytes = 4'096;
static_assert(page_bytes % File::direct_alignment == 0);
constexpr std::size_t buffer_bytes = std::size_t{1} << 20;
constexpr std::string_view suffix = ".run";

}  // namespace

/// Counts who holds a file and remembers which are kept. A file goes when it is neither.
class RunDirectory::Files {
 public:
  explicit Files(std::filesystem::path directory) : directory_{std::move(directory)} {}

  [[nodiscard]] std::filesystem::path path_of(std::string_view name) const {
    return directory_ / name;
  }
  /// From now on nothing is removed.
  void leave_all() { leaves_all_ = true; }
  void hold(const std::string& name) {
    const std::lock_guard lock{mutex_};
    ++uses_[name].holders;
  }
  void drop(const std::string& name) {
    const std::lock_guard lock{mutex_};
    --uses_[name].holders;
    remove_if_unused(name);
  }
  void set_kept(const std::string& name, bool kept) {
    const std::lock_guard lock{mutex_};
    uses_[name].kept = kept;
    remove_if_unused(name);
  }

 private:
  struct Use {
    std::uint32_t holders = 0;
    bool kept = false;
  };

  void remove_if_unused(const std::string& name) {
    const auto use = uses_.find(name);
    if (use->second.holders != 0 || use->second.kept || leaves_all_) return;
    uses_.erase(use);
    std::error_code ignored;
    std::filesystem::remove(path_of(name), ignored);
  }

  std::filesystem::path directory_;
  bool leaves_all_ = false;
  std::mutex mutex_;
  std::unordered_map<std::string, Use> uses_;
};

namespace {

/// A whole file, mapped.
class MappedRun {
 public:
  MappedRun(std::shared_ptr<RunDirectory::Files> files, std::string name, const std::byte* data,
            std::size_t bytes)
      : files_{std::move(files)}, name_{std::move(name)}, data_{data}, bytes_{bytes} {
    files_->hold(name_);
  }
  ~MappedRun() {
    ::munmap(const_cast<std::byte*>(data_), bytes_);
    files_->drop(name_);
  }
  MappedRun(const MappedRun&) = delete;
  MappedRun& operator=(const MappedRun&) = delete;

 private:
  std::shared_ptr<RunDirectory::Files> files_;
  std::string name_;
  const std::byte* data_;
  std::size_t bytes_;
};

Result<RunBytes> map_run(const File& file, std::uint64_t size, const std::string& name,
                         const std::shared_ptr<RunDirectory::Files>& files) {
  void* const data = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file.descriptor(), 0);
  if (data == MAP_FAILED) return system_failure(errno, "cannot be mapped", file.path());
  const auto* const begin = static_cast<const std::byte*>(data);
  return RunBytes{{begin, size}, std::make_shared<const MappedRun>(files, name, begin, size), name};
}

struct FreeAligned {
  void operator()(std::byte* memory) const { std::free(memory); }
};

class RunFile final : public StoredRun {
 public:
  static Result<std::unique_ptr<StoredRun>> create(const std::string& name,
                                                   std::shared_ptr<RunDirectory::Files> files) {
    const std::filesystem::path path = files->path_of(name);
    auto made = File::open(path, File::Mode::create_afresh);
    if (!made.ok()) return made.error();
    std::unique_ptr<RunFile> run{new RunFile{std::move(made).value(), name, std::move(files)}};
    if (run->buffer_ == nullptr) {
      return Failure{FailureKind::no_space, "no memory is left for writing an index"};
    }
    auto direct = File::open(path, File::Mode::write_direct);
    if (direct.ok()) {
      run->writer_ = std::move(direct).value();
    } else if (direct.error().kind == FailureKind::unsupported) {
      run->is_direct_ = false;
    } else {
      return direct.error();
    }
    return std::unique_ptr<StoredRun>{std::move(run)};
  }

  ~RunFile() override {
    if (is_finished_) return;
    std::error_code ignored;
    std::filesystem::remove(file_.path(), ignored);
  }

  Result<void> append(std::span<const std::byte> bytes) override {
    while (!bytes.empty()) {
      const std::size_t count = std::min(bytes.size(), buffer_bytes - buffered_);
      std::memcpy(buffer_.get() + buffered_, bytes.data(), count);
      buffered_ += count;
      bytes = bytes.subspan(count);
      if (buffered_ < buffer_bytes) continue;
      if (auto written = write_buffer(); !written.ok()) return written;
    }
    return {};
  }

  Result<void> put_header(std::span<const std::byte> page) override {
    const std::uint64_t size = written_ + buffered_;
    // What is written past the page cache is whole pages; the file is cut to its size afterwards.
    const std::size_t padded = (buffered_ + page_bytes - 1) / page_bytes * page_bytes;
    std::memset(buffer_.get() + buffered_, 0, padded - buffered_);
    buffered_ = padded;
    if (auto written = write_buffer(); !written.ok()) return written;
    std::memcpy(buffer_.get(), page.data(), std::min(page.size(), page_bytes));
    if (auto written = writer().write_at({buffer_.get(), page_bytes}, 0); !written.ok()) {
      return written;
    }
    size_ = size;
    return file_.truncate(size);
  }

  Result<RunBytes> finish() override {
    auto mapped = map_run(file_, size_, name_, files_);
    is_finished_ = mapped.ok();
    return mapped;
  }

 private:
  RunFile(File file, std::string name, std::shared_ptr<RunDirectory::Files> files)
      : file_{std::move(file)},
        name_{std::move(name)},
        files_{std::move(files)},
        buffer_{static_cast<std::byte*>(std::aligned_alloc(page_bytes, buffer_bytes))} {}

  [[nodiscard]] File& writer() { return is_direct_ ? writer_ : file_; }

  [[nodiscard]] Result<void> write_buffer() {
    if (buffered_ == 0) return {};
    auto written = writer().write_at({buffer_.get(), buffered_}, written_);
    written_ += buffered_;
    buffered_ = 0;
    return written;
  }

  File file_;
  std::string name_;
  std::shared_ptr<RunDirectory::Files> files_;
  File writer_;
  bool is_direct_ = true;
  bool is_finished_ = false;
  std::unique_ptr<std::byte[], FreeAligned> buffer_;
  std::size_t buffered_ = 0;
  std::uint64_t written_ = page_bytes;  // Where the buffer belongs; the header's page comes last.
  std::uint64_t size_ = 0;
};

/// The running number in a name; 0 when there is none.
std::uint64_t number_of(std::string_view name) {
  const std::size_t dash = name.rfind('-');
  std::uint64_t number = 0;
  if (dash == std::string_view::npos) return number;
  std::from_chars(name.data() + dash + 1, name.data() + name.size() - suffix.size(), number);
  return number;
}

}  // namespace

RunDirectory::RunDirectory(std::filesystem::path directory, std::uint64_t last_number)
    : directory_{std::move(directory)},
      files_{std::make_shared<Files>(directory_)},
      created_{last_number} {}

Result<std::unique_ptr<RunDirectory>> RunDirectory::open(const std::filesystem::path& directory,
                                                         std::span<const std::string> kept) {
  if (auto made = make_directory(directory); !made.ok()) return made.error();
  std::error_code error;
  std::uint64_t last_number = 0;
  std::vector<std::string> found;
  for (std::filesystem::directory_iterator at{directory, error}, end; !error && at != end;
       at.increment(error)) {
    if (at->path().extension() != suffix) continue;
    const std::string name = at->path().filename().string();
    if (std::find(kept.begin(), kept.end(), name) != kept.end()) {
      last_number = std::max(last_number, number_of(name));
      found.push_back(name);
    } else if (auto removed = remove_file(at->path()); !removed.ok()) {
      return removed.error();
    }
  }
  if (error) return system_failure(error.value(), "cannot be listed", directory);
  std::unique_ptr<RunDirectory> opened{new RunDirectory{directory, last_number}};
  for (const std::string& name : found) opened->files_->set_kept(name, true);
  return opened;
}

std::unique_ptr<RunDirectory> RunDirectory::read_only(const std::filesystem::path& directory) {
  std::unique_ptr<RunDirectory> opened{new RunDirectory{directory, 0}};
  opened->files_->leave_all();
  opened->is_read_only_ = true;
  return opened;
}

Result<std::unique_ptr<StoredRun>> RunDirectory::create(std::string_view index) {
  if (is_read_only_) {
    return Failure{FailureKind::invalid, directory_.string() + ": only read, no run of " +
                                             std::string{index} + " is written there"};
  }
  const std::uint64_t number = created_.fetch_add(1, std::memory_order_relaxed) + 1;
  return RunFile::create(fmt::format("{}-{:08}{}", index, number, suffix), files_);
}

Result<RunBytes> RunDirectory::open_kept(std::string_view name) {
  if (name.find('/') != std::string_view::npos || !name.ends_with(suffix)) {
    return Failure{FailureKind::not_found, "a run cannot be called " + std::string{name}};
  }
  const auto file = File::open(files_->path_of(name), File::Mode::read);
  if (!file.ok()) return file.error();
  const auto size = file.value().size();
  if (!size.ok()) return size.error();
  if (size.value() == 0) {
    return Failure{FailureKind::damaged, "the index run " + std::string{name} + " is empty"};
  }
  return map_run(file.value(), size.value(), std::string{name}, files_);
}

Result<void> RunDirectory::keep(std::span<const std::string> names) {
  if (names.empty()) return {};
  for (const std::string& name : names) {
    auto file = File::open(files_->path_of(name), File::Mode::write);
    if (!file.ok()) return file.error();
    if (auto synced = file.value().sync(); !synced.ok()) return synced;
  }
  if (auto synced = sync_directory(directory_); !synced.ok()) return synced;
  for (const std::string& name : names) files_->set_kept(name, true);
  return {};
}

void RunDirectory::let_go(std::span<const std::string> names) {
  for (const std::string& name : names) files_->set_kept(name, false);
}

}  // namespace daybook

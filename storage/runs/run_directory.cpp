#include "storage/runs/run_directory.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <sys/mman.h>

#include "storage/file/file.hpp"

namespace daybook {
namespace {

constexpr std::size_t page_bytes = 4'096;
static_assert(page_bytes % File::direct_alignment == 0);
constexpr std::size_t buffer_bytes = std::size_t{1} << 20;
constexpr std::string_view suffix = ".run";

/// A whole file, mapped; its name goes when the mapping does.
class MappedRun {
 public:
  MappedRun(std::filesystem::path path, const std::byte* data, std::size_t bytes)
      : path_{std::move(path)}, data_{data}, bytes_{bytes} {}
  ~MappedRun() {
    ::munmap(const_cast<std::byte*>(data_), bytes_);
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  MappedRun(const MappedRun&) = delete;
  MappedRun& operator=(const MappedRun&) = delete;

 private:
  std::filesystem::path path_;
  const std::byte* data_;
  std::size_t bytes_;
};

struct FreeAligned {
  void operator()(std::byte* memory) const { std::free(memory); }
};

class RunFile final : public StoredRun {
 public:
  static Result<std::unique_ptr<StoredRun>> create(const std::filesystem::path& path) {
    auto made = File::open(path, File::Mode::create_afresh);
    if (!made.ok()) return made.error();
    std::unique_ptr<RunFile> run{new RunFile{std::move(made).value()}};
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
    void* const data = ::mmap(nullptr, size_, PROT_READ, MAP_SHARED, file_.descriptor(), 0);
    if (data == MAP_FAILED) return system_failure(errno, "cannot be mapped", file_.path());
    is_finished_ = true;
    const auto* const begin = static_cast<const std::byte*>(data);
    return RunBytes{{begin, size_}, std::make_shared<const MappedRun>(file_.path(), begin, size_)};
  }

 private:
  explicit RunFile(File file)
      : file_{std::move(file)},
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
  File writer_;
  bool is_direct_ = true;
  bool is_finished_ = false;
  std::unique_ptr<std::byte[], FreeAligned> buffer_;
  std::size_t buffered_ = 0;
  std::uint64_t written_ = page_bytes;  // Where the buffer belongs; the header's page comes last.
  std::uint64_t size_ = 0;
};

}  // namespace

Result<std::unique_ptr<RunDirectory>> RunDirectory::open(const std::filesystem::path& directory) {
  if (auto made = make_directory(directory); !made.ok()) return made.error();
  std::error_code error;
  for (std::filesystem::directory_iterator at{directory, error}, end; !error && at != end;
       at.increment(error)) {
    if (at->path().extension() != suffix) continue;
    if (auto removed = remove_file(at->path()); !removed.ok()) return removed.error();
  }
  if (error) return system_failure(error.value(), "cannot be listed", directory);
  return std::unique_ptr<RunDirectory>{new RunDirectory{directory}};
}

Result<std::unique_ptr<StoredRun>> RunDirectory::create(std::string_view index) {
  const std::uint32_t number = created_.fetch_add(1, std::memory_order_relaxed) + 1;
  return RunFile::create(directory_ / fmt::format("{}-{:08}{}", index, number, suffix));
}

}  // namespace daybook

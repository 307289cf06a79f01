#include "engine/base/mapped_array.hpp"

#include <algorithm>
#include <utility>

#include <sys/mman.h>

#include "engine/base/stop.hpp"

namespace daybook {

MappedMemory::MappedMemory(std::size_t bytes) : size_bytes_{bytes} {
  if (bytes == 0) return;
  void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) [[unlikely]] {
    stop_on_failure(
        "the system refused memory for a table; have fewer of what the engine can hold, or lift "
        "the limit (ulimit -v)");
  }
  data_ = static_cast<std::byte*>(memory);
  constexpr std::size_t worth_huge_pages = std::size_t{8} << 20;
  if (bytes >= worth_huge_pages) ::madvise(memory, bytes, MADV_HUGEPAGE);
}

MappedMemory::~MappedMemory() {
  if (data_ != nullptr) ::munmap(data_, size_bytes_);
}

MappedMemory::MappedMemory(MappedMemory&& other) noexcept
    : data_{std::exchange(other.data_, nullptr)},
      size_bytes_{std::exchange(other.size_bytes_, 0)} {}

MappedMemory& MappedMemory::operator=(MappedMemory&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_bytes_, other.size_bytes_);
  return *this;
}

void MappedMemory::discard() {
  if (data_ != nullptr) ::madvise(data_, size_bytes_, MADV_DONTNEED);
}

void MappedMemory::populate(std::size_t offset, std::size_t bytes) {
  constexpr int populate_write = 23;  // MADV_POPULATE_WRITE, which older headers lack.
  if (offset >= size_bytes_) return;
  ::madvise(data_ + offset, std::min(bytes, size_bytes_ - offset), populate_write);
}

}  // namespace daybook

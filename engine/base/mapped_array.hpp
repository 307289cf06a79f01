#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

namespace daybook {

/// Zeroed anonymous memory straight from the kernel: address space now, pages when first touched.
///
/// What the hot tables stand in: their largest size is reserved at start, so growing later needs
/// neither an allocation nor a copy. Pages are huge ones where the kernel has them.
class MappedMemory {
 public:
  MappedMemory() = default;

  /// Stops the process when the address space is refused: there is no running without it.
  explicit MappedMemory(std::size_t bytes);
  ~MappedMemory();
  MappedMemory(MappedMemory&& other) noexcept;
  MappedMemory& operator=(MappedMemory&& other) noexcept;
  MappedMemory(const MappedMemory&) = delete;
  MappedMemory& operator=(const MappedMemory&) = delete;

  [[nodiscard]] std::byte* data() const { return data_; }
  [[nodiscard]] std::size_t size_bytes() const { return size_bytes_; }

  /// Gives the pages back; they read as zero afterwards. Any thread, as long as no other touches
  /// the memory meanwhile.
  void discard();

  /// Has the kernel make the pages of [offset, offset + bytes), as far as there are so many, so
  /// that touching them later costs nothing. Changes no byte: any thread, beside one that uses the
  /// memory. Does nothing on kernels before 5.14.
  void populate(std::size_t offset, std::size_t bytes);

 private:
  std::byte* data_ = nullptr;
  std::size_t size_bytes_ = 0;
};

/// A fixed number of zeroed `T` in mapped memory. Requires: all zero bytes are a `T`.
template <typename T>
class MappedArray {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  MappedArray() = default;
  explicit MappedArray(std::size_t count) : memory_{count * sizeof(T)}, count_{count} {}

  [[nodiscard]] T& operator[](std::size_t index) { return items()[index]; }
  [[nodiscard]] const T& operator[](std::size_t index) const { return items()[index]; }
  [[nodiscard]] std::size_t size() const { return count_; }
  [[nodiscard]] T* items() const { return reinterpret_cast<T*>(memory_.data()); }
  [[nodiscard]] std::size_t size_bytes() const { return memory_.size_bytes(); }
  void discard() { memory_.discard(); }
  void populate(std::size_t offset, std::size_t bytes) { memory_.populate(offset, bytes); }

 private:
  MappedMemory memory_;
  std::size_t count_ = 0;
};

}  // namespace daybook

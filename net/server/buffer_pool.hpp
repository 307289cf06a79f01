#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "engine/base/limits.hpp"

namespace daybook {

class BufferPool;

/// A slab of bytes, 16-byte aligned, counted by those who point into it.
///
/// Threads.  The io thread of its pool only: the engine reads the bytes, but holds no count.
class Buffer {
 public:
  [[nodiscard]] std::span<std::byte> bytes() { return {bytes_.get(), capacity_}; }
  [[nodiscard]] std::size_t capacity() const { return capacity_; }

 private:
  friend class BufferPool;
  friend class BufferRef;

  BufferPool* pool_ = nullptr;
  std::unique_ptr<std::byte[]> bytes_;
  std::size_t capacity_ = 0;
  std::uint32_t holders_ = 0;
  std::uint8_t size_class_ = 0;
};

/// One holder of a Buffer. Null when default-made or moved from.
class BufferRef {
 public:
  BufferRef() = default;
  explicit BufferRef(Buffer* buffer) : buffer_{buffer} {
    if (buffer_ != nullptr) ++buffer_->holders_;
  }
  BufferRef(const BufferRef& other) : BufferRef{other.buffer_} {}
  BufferRef(BufferRef&& other) noexcept : buffer_{std::exchange(other.buffer_, nullptr)} {}
  BufferRef& operator=(BufferRef other) noexcept {
    std::swap(buffer_, other.buffer_);
    return *this;
  }
  ~BufferRef() { reset(); }

  void reset();
  explicit operator bool() const { return buffer_ != nullptr; }
  [[nodiscard]] Buffer* operator->() const { return buffer_; }
  /// Somebody else points into the same buffer.
  [[nodiscard]] bool shared() const { return buffer_->holders_ > 1; }

 private:
  Buffer* buffer_ = nullptr;
};

/// The buffers of one io thread, in a few sizes, used again and again.
///
/// Threads.  One io thread. Must outlive its buffers.
/// Limits.   Lent bytes stay within `bytes_max`. At most `idle_bytes_max` of buffers that nobody
/// uses
///           are kept.
class BufferPool {
 public:
  /// Sizes that are handed out. The largest holds any frame.
  static constexpr std::array<std::size_t, 4> sizes = {4'096, 65'536, 262'144,
                                                       limits::frame_bytes_max};
  static constexpr std::size_t idle_bytes_max = 16 * 1'024 * 1'024;

  explicit BufferPool(std::size_t bytes_max) : bytes_max_{bytes_max} {}
  ~BufferPool();
  BufferPool(const BufferPool&) = delete;
  BufferPool& operator=(const BufferPool&) = delete;

  /// A buffer of at least `bytes`; null when that would pass the limit.
  /// Requires: bytes <= limits::frame_bytes_max.
  [[nodiscard]] BufferRef take(std::size_t bytes);

  [[nodiscard]] std::size_t lent_bytes() const { return lent_bytes_; }
  /// Grows whenever a buffer comes back: a cheap way to see that it pays to ask again.
  [[nodiscard]] std::uint64_t returns() const { return returns_; }

 private:
  friend class BufferRef;

  [[nodiscard]] static std::size_t size_class_for(std::size_t bytes);
  void give_back(Buffer* buffer);

  std::size_t bytes_max_;
  std::size_t lent_bytes_ = 0;
  std::size_t idle_bytes_ = 0;
  std::uint64_t returns_ = 0;
  std::array<std::vector<std::unique_ptr<Buffer>>, sizes.size()> idle_;
};

inline void BufferRef::reset() {
  if (buffer_ == nullptr) return;
  Buffer* const buffer = std::exchange(buffer_, nullptr);
  if (--buffer->holders_ == 0) buffer->pool_->give_back(buffer);
}

}  // namespace daybook

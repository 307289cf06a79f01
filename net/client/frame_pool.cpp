#include "net/client/frame_pool.hpp"

#include <algorithm>
#include <bit>

#include "engine/base/assert.hpp"
#include "engine/base/limits.hpp"

namespace daybook {
namespace {

std::size_t class_bytes(std::size_t size, unsigned smallest_bits) {
  return std::bit_ceil(std::max(size, std::size_t{1} << smallest_bits));
}

}  // namespace

FrameBuffer FramePool::take(std::size_t size) {
  static_assert(limits::frame_bytes_max <= std::size_t{1} << largest_bits);
  ENSURE(size <= limits::frame_bytes_max, "a frame keeps to the limit");
  const std::size_t capacity = class_bytes(size, smallest_bits);
  auto& kept = classes_[static_cast<unsigned>(std::countr_zero(capacity)) - smallest_bits];
  if (kept.empty()) {
    return {std::make_unique_for_overwrite<std::byte[]>(capacity), capacity, size};
  }
  FrameBuffer buffer = std::move(kept.back());
  kept.pop_back();
  kept_bytes_ -= capacity;
  buffer.size = size;
  return buffer;
}

void FramePool::give_back(FrameBuffer buffer) {
  if (!buffer.bytes || kept_bytes_ + buffer.capacity > kept_bytes_max) return;
  kept_bytes_ += buffer.capacity;
  classes_[static_cast<unsigned>(std::countr_zero(buffer.capacity)) - smallest_bits].push_back(
      std::move(buffer));
}

}  // namespace daybook

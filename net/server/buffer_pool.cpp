#include "net/server/buffer_pool.hpp"

#include "engine/base/assert.hpp"

namespace daybook {

BufferPool::~BufferPool() {
  ENSURE(lent_bytes_ == 0, "a pool of buffers outlives those who point into them");
}

std::size_t BufferPool::size_class_for(std::size_t bytes) {
  std::size_t size_class = 0;
  while (sizes[size_class] < bytes) {
    ++size_class;
    ENSURE(size_class < sizes.size(), "no frame is larger than the largest buffer");
  }
  return size_class;
}

BufferRef BufferPool::take(std::size_t bytes) {
  const std::size_t size_class = size_class_for(bytes);
  if (lent_bytes_ + sizes[size_class] > bytes_max_) return BufferRef{};
  auto& idle = idle_[size_class];
  std::unique_ptr<Buffer> buffer;
  if (!idle.empty()) {
    buffer = std::move(idle.back());
    idle.pop_back();
    idle_bytes_ -= buffer->capacity_;
  } else {
    buffer = std::make_unique<Buffer>();
    buffer->pool_ = this;
    buffer->capacity_ = sizes[size_class];
    buffer->size_class_ = static_cast<std::uint8_t>(size_class);
    buffer->bytes_ = std::make_unique_for_overwrite<std::byte[]>(buffer->capacity_);
  }
  lent_bytes_ += buffer->capacity_;
  return BufferRef{buffer.release()};
}

void BufferPool::give_back(Buffer* buffer) {
  std::unique_ptr<Buffer> owned{buffer};
  lent_bytes_ -= owned->capacity_;
  ++returns_;
  if (idle_bytes_ + owned->capacity_ > idle_bytes_max) return;
  idle_bytes_ += owned->capacity_;
  idle_[owned->size_class_].push_back(std::move(owned));
}

}  // namespace daybook

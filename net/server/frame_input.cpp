#include "net/server/frame_input.hpp"

#include <cstring>

#include "engine/base/assert.hpp"

namespace daybook {

std::span<std::byte> FrameInput::bytes() const {
  return buffer_ ? buffer_->bytes() : std::span<std::byte>{header_};
}

std::optional<FrameHeader> FrameInput::header() const {
  if (pending_bytes() < frame_header_bytes) return std::nullopt;
  return read_header(bytes().subspan(begin_, frame_header_bytes));
}

std::span<std::byte> FrameInput::frame() const {
  const auto next = header();
  if (!next) return {};
  const std::size_t size = frame_header_bytes + next->body_bytes;
  if (pending_bytes() < size) return {};
  return bytes().subspan(begin_, size);
}

void FrameInput::consume() {
  const std::size_t size = frame().size();
  ENSURE(size > 0, "only a whole frame is consumed");
  begin_ += size;
  expects_big_ = size >= big_frame_bytes;
  if (expects_big_ && begin_ == end_) clear();
}

void FrameInput::clear() {
  buffer_.reset();
  begin_ = 0;
  end_ = 0;
}

std::span<std::byte> FrameInput::room(BufferPool& pool) {
  const auto next = header();
  if (next) {
    const std::size_t size = frame_header_bytes + next->body_bytes;
    if (size >= big_frame_bytes) return room_for_big_frame(pool, size);
  } else if (expects_big_ && !buffer_) {
    return room_for_header();
  }
  return room_in_slab(pool);
}

std::span<std::byte> FrameInput::room_for_header() {
  return std::span<std::byte>{header_}.subspan(end_);
}

std::span<std::byte> FrameInput::room_for_big_frame(BufferPool& pool, std::size_t frame_bytes) {
  if (!buffer_ || begin_ + frame_bytes > buffer_->capacity()) {
    BufferRef fresh = pool.take(frame_bytes);
    if (!fresh) return {};
    move_to(std::move(fresh));
  }
  // Not a byte further: what follows gets a place of its own.
  return bytes().subspan(end_, begin_ + frame_bytes - end_);
}

std::span<std::byte> FrameInput::room_in_slab(BufferPool& pool) {
  if (!buffer_ || (buffer_.shared() && buffer_->capacity() - end_ < slab_room_min)) {
    BufferRef fresh = pool.take(slab_bytes);
    if (!fresh) return {};
    move_to(std::move(fresh));
  } else if (!buffer_.shared() && begin_ > 0) {
    std::memmove(bytes().data(), bytes().data() + begin_, pending_bytes());
    end_ -= begin_;
    begin_ = 0;
  }
  // Where the next frame does not fit behind those before it, the rest of the slab is filled first
  // and the next call moves on.
  return bytes().subspan(end_);
}

void FrameInput::move_to(BufferRef fresh) {
  const std::size_t pending = pending_bytes();
  if (pending > 0) std::memcpy(fresh->bytes().data(), bytes().data() + begin_, pending);
  buffer_ = std::move(fresh);
  begin_ = 0;
  end_ = pending;
}

}  // namespace daybook

#include "net/server/reply_queue.hpp"

#include <algorithm>

#include <sys/uio.h>

#include "engine/base/assert.hpp"

namespace daybook {

std::span<std::byte> ReplyQueue::room(std::size_t bytes) {
  // The first slab of a quiet connection is small; one under load is as large as a read's.
  constexpr std::size_t slab_small = 4'096;
  constexpr std::size_t slab_large = 65'536;
  if (pieces_.empty() || !pieces_.back().open ||
      pieces_.back().buffer->capacity() - pieces_.back().end < bytes) {
    const std::size_t slab = pieces_.empty() ? slab_small : slab_large;
    pieces_.push_back({.buffer = pool_->take(std::max(bytes, slab)), .open = true});
    ENSURE(pieces_.back().buffer, "the pool of reply buffers has no limit of its own");
  }
  const Piece& piece = pieces_.back();
  return piece.buffer->bytes().subspan(piece.end);
}

void ReplyQueue::commit(std::size_t bytes) {
  pieces_.back().end += bytes;
  bytes_ += bytes;
}

void ReplyQueue::append(BufferRef buffer, std::size_t bytes) {
  pieces_.push_back({.buffer = std::move(buffer), .end = bytes, .open = false});
  bytes_ += bytes;
}

std::size_t ReplyQueue::gather(std::span<iovec> vectors) const {
  std::size_t used = 0;
  for (const Piece& piece : pieces_) {
    if (used == vectors.size()) break;
    if (piece.begin == piece.end) continue;
    vectors[used++] = {.iov_base = piece.buffer->bytes().data() + piece.begin,
                       .iov_len = piece.end - piece.begin};
  }
  return used;
}

void ReplyQueue::sent(std::size_t bytes) {
  bytes_ -= bytes;
  while (!pieces_.empty()) {
    Piece& piece = pieces_.front();
    const std::size_t taken = std::min(bytes, piece.end - piece.begin);
    piece.begin += taken;
    bytes -= taken;
    if (piece.begin < piece.end) return;
    // The last slab stays while it is small: the next reply goes to its front again.
    if (pieces_.size() == 1 && piece.open && piece.buffer->capacity() <= 4'096) {
      piece.begin = 0;
      piece.end = 0;
      return;
    }
    pieces_.pop_front();
  }
}

void ReplyQueue::clear() {
  pieces_.clear();
  bytes_ = 0;
}

}  // namespace daybook

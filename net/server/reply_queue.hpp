#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>

#include "net/server/buffer_pool.hpp"

struct iovec;

namespace daybook {

/// The bytes that wait to be sent on one connection, in order: small frames side by side in slabs,
/// large ones in buffers of their own. All of it goes out in one gathering write.
///
/// Threads.  The connection's io thread.
class ReplyQueue {
 public:
  explicit ReplyQueue(BufferPool& pool) : pool_{&pool} {}

  /// Room for a frame of at most `bytes`; commit() says how many it took. 8-byte aligned.
  [[nodiscard]] std::span<std::byte> room(std::size_t bytes);
  void commit(std::size_t bytes);

  /// Appends a frame that stands at the start of `buffer`.
  void append(BufferRef buffer, std::size_t bytes);

  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  [[nodiscard]] bool empty() const { return bytes_ == 0; }

  /// Describes the first of what waits in `vectors`; returns how many it used.
  [[nodiscard]] std::size_t gather(std::span<iovec> vectors) const;

  /// The first `bytes` were sent.
  void sent(std::size_t bytes);

  void clear();

 private:
  struct Piece {
    BufferRef buffer;
    std::size_t begin = 0;
    std::size_t end = 0;
    bool open = false;  ///< More frames may be put behind `end`.
  };

  BufferPool* pool_;
  std::deque<Piece> pieces_;
  std::size_t bytes_ = 0;
};

}  // namespace daybook

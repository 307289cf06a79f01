#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "net/protocol/frame.hpp"
#include "net/server/buffer_pool.hpp"

namespace daybook {

/// What a connection has received and not yet handed on.
///
/// Small frames are read many at a time into slabs of slab_bytes. A frame of at least
/// big_frame_bytes gets a buffer of its own. After one, another is expected: its header is read
/// alone (one more system call for 8,192 transfers), so that its body goes to its place uncopied
/// and an idle connection holds no large buffer.
///
/// Threads.  The connection's io thread.
class FrameInput {
 public:
  static constexpr std::size_t slab_bytes = 65'536;
  static constexpr std::size_t big_frame_bytes = 32'768;

  /// Where the next bytes are to be received; empty when the pool has no buffer now.
  /// Requires: no receive is under way, and whole frames have been consumed or wait on purpose.
  [[nodiscard]] std::span<std::byte> room(BufferPool& pool);

  /// The first `bytes` of what room() returned were filled.
  void received(std::size_t bytes) { end_ += bytes; }

  /// The header of the next frame, once it is there whole. Not checked.
  [[nodiscard]] std::optional<FrameHeader> header() const;

  /// The next frame, if all of it is there; else empty. 8-byte aligned; valid until room() unless
  /// buffer() is held. Requires: check_header(header()) found no fault.
  [[nodiscard]] std::span<std::byte> frame() const;

  /// The buffer in which frame() stands, to be held by those who point into it.
  [[nodiscard]] const BufferRef& buffer() const { return buffer_; }

  /// Done with the next frame.
  void consume();

  /// Bytes of a frame that has begun and is not consumed.
  [[nodiscard]] std::size_t pending_bytes() const { return end_ - begin_; }

  /// Gives up all buffers. Requires: no receive is under way.
  void clear();

 private:
  /// A slab with less room behind its last byte is left for a fresh one.
  static constexpr std::size_t slab_room_min = 4'096;

  [[nodiscard]] std::span<std::byte> bytes() const;
  [[nodiscard]] std::span<std::byte> room_for_header();
  [[nodiscard]] std::span<std::byte> room_in_slab(BufferPool& pool);
  [[nodiscard]] std::span<std::byte> room_for_big_frame(BufferPool& pool, std::size_t frame_bytes);
  /// Moves the bytes that are there to the front of `fresh`.
  void move_to(BufferRef fresh);

  mutable std::array<std::byte, frame_header_bytes> header_{};
  BufferRef buffer_;       ///< Null: the bytes stand in header_.
  std::size_t begin_ = 0;  ///< Of the next frame, in the buffer or in header_.
  std::size_t end_ = 0;
  bool expects_big_ = false;
};

}  // namespace daybook

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/model/operation.hpp"
#include "engine/ports/request_slot.hpp"
#include "net/server/buffer_pool.hpp"

namespace daybook {

class Session;

/// A RequestSlot and what its io thread remembers beside it.
///
/// Threads.  The added members: the io thread only, also while the engine holds the slot.
struct Request final : RequestSlot {
  /// Batches of one need no more than this.
  static constexpr std::size_t inline_reply_bytes = 2 * sizeof(Refusal);

  Session* session = nullptr;  ///< Stays until all its requests are back.
  BufferRef input;             ///< Keeps `events`, `names`, `payloads`, `reason` alive.
  /// Holds reply_room where that is not reply_inline: behind room for a reply's front, so that the
  /// frame can be finished in place.
  BufferRef output;
  std::size_t frame_bytes = 0;     ///< Counted against the connection's in-flight bytes.
  std::size_t promised_bytes = 0;  ///< The largest reply; counted against its reply queue.
  std::string words;               ///< Why refuse_with is not ok.
  bool closes = false;             ///< The body was unreadable: the answer is an error frame.
  bool rebuilt = false;            ///< Answered by a query thread from the operation's record.
  alignas(8) std::array<std::byte, inline_reply_bytes> reply_inline;
};

/// The requests of one io thread, used again and again.
///
/// Threads.  One io thread.
class RequestPool {
 public:
  /// A request with everything at its default, but for the capacity of its vector.
  [[nodiscard]] Request& take();
  void give_back(Request& request);

  /// Taken and not given back.
  [[nodiscard]] std::size_t lent() const { return lent_; }

 private:
  static constexpr std::size_t chunk = 64;

  std::vector<std::unique_ptr<Request[]>> chunks_;
  std::vector<Request*> idle_;
  std::size_t lent_ = 0;
};

}  // namespace daybook

#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "net/client/batch.hpp"

namespace daybook {

/// Memory of frames that were answered, for the next ones: the newest first, as the caches like it.
///
/// Threads.  One at a time.
/// Limits.   Keeps at most kept_bytes_max; what is given back beyond it is freed.
class FramePool {
 public:
  static constexpr std::size_t kept_bytes_max = 64 * 1'024 * 1'024;

  /// A buffer of `size` bytes, 16-byte aligned, contents unspecified.
  /// Requires: size <= limits::frame_bytes_max.
  [[nodiscard]] FrameBuffer take(std::size_t size);

  void give_back(FrameBuffer buffer);

  [[nodiscard]] std::size_t kept_bytes() const { return kept_bytes_; }

 private:
  static constexpr unsigned smallest_bits = 9;  ///< 512 bytes hold one transfer and its frame.
  static constexpr unsigned largest_bits = 21;

  std::array<std::vector<FrameBuffer>, largest_bits - smallest_bits + 1> classes_;
  std::size_t kept_bytes_ = 0;
};

}  // namespace daybook

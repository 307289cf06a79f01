#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/base/result.hpp"

namespace daybook {

/// Where work that is larger than the memory it may have goes for a while: blocks of one size, in
/// lanes. Nothing of it outlives the store.
///
/// Threads.  A lane is written by one thread at a time; written blocks may be read by any.
/// Errors.   `no_space`, `io`; `damaged` for a block that is not what was written.
/// Limits.   block_bytes() is a multiple of 4,096; lane_count() lanes.
class SpillStore {
 public:
  /// At the start of each block, for the store: the owner's bytes begin behind it.
  static constexpr std::size_t header_bytes = 16;

  virtual ~SpillStore() = default;

  [[nodiscard]] virtual std::size_t block_bytes() const = 0;
  [[nodiscard]] virtual unsigned lane_count() const = 0;

  /// Writes the lane's next block and returns its number, which grows by one from 0. The first
  /// `header_bytes` of `block` are overwritten. Requires: block.size() == block_bytes().
  [[nodiscard]] virtual Result<std::uint64_t> write(unsigned lane, std::span<std::byte> block) = 0;

  /// Reads a block, checked. Requires: into.size() == block_bytes().
  [[nodiscard]] virtual Result<void> read(unsigned lane, std::uint64_t number,
                                          std::span<std::byte> into) const = 0;
};

}  // namespace daybook

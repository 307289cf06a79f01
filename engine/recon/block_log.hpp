#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>
#include <vector>

#include "engine/ports/spill_store.hpp"

namespace daybook::recon {

/// Items in the order in which they came: in memory as long as one block holds them, else in a lane
/// of the store, which is this log's alone.
///
/// Threads.  One at a time.
/// Errors.   Those of the store.
template <typename T>
class BlockLog {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  /// `store` must outlive the log.
  BlockLog(SpillStore& store, unsigned lane) : store_{&store}, lane_{lane} {}

  [[nodiscard]] Result<void> append(const T& item) {
    if (block_.empty()) block_.resize(store_->block_bytes());
    if (in_block_ == items_a_block()) {
      if (auto written = store_->write(lane_, block_); !written) return written.error();
      ++blocks_;
      in_block_ = 0;
    }
    std::memcpy(block_.data() + SpillStore::header_bytes + in_block_ * sizeof(T), &item, sizeof(T));
    ++in_block_;
    ++count_;
    return {};
  }

  [[nodiscard]] std::uint64_t count() const { return count_; }

  /// Calls `use(item)`, which returns Result<void>, for each item in order.
  template <typename Use>
  [[nodiscard]] Result<void> for_each(Use use) const {
    std::vector<std::byte> block(blocks_ > 0 ? store_->block_bytes() : 0);
    for (std::uint64_t number = 0; number < blocks_; ++number) {
      if (auto read = store_->read(lane_, number, block); !read) return read;
      if (auto used = use_block(block, items_a_block(), use); !used) return used;
    }
    return use_block(block_, in_block_, use);
  }

 private:
  [[nodiscard]] std::size_t items_a_block() const {
    return (store_->block_bytes() - SpillStore::header_bytes) / sizeof(T);
  }

  template <typename Use>
  static Result<void> use_block(const std::vector<std::byte>& block, std::size_t count, Use& use) {
    for (std::size_t i = 0; i < count; ++i) {
      T item;
      std::memcpy(&item, block.data() + SpillStore::header_bytes + i * sizeof(T), sizeof(T));
      if (Result<void> used = use(item); !used) return used;
    }
    return {};
  }

  SpillStore* store_;
  unsigned lane_;
  std::vector<std::byte> block_;
  std::size_t in_block_ = 0;
  std::uint64_t blocks_ = 0;
  std::uint64_t count_ = 0;
};

}  // namespace daybook::recon

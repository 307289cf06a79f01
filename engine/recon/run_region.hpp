#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/ports/spill_store.hpp"
#include "engine/recon/order_rule.hpp"
#include "engine/recon/packed_record.hpp"

namespace daybook::recon {

/// Where a record of a sorted run stands.
struct RunEntry {
  std::uint64_t bits = 0;    ///< The first bits of its words that are not the same in all records.
  std::uint64_t offset = 0;  ///< In the run's packed records.
};

/// A sorted run: in memory (`entries`), or spilled in consecutive blocks of a lane.
struct SortedRun {
  const std::byte* records = nullptr;
  std::span<const RunEntry> entries;
  unsigned lane = 0;
  std::uint64_t first_block = 0;
  std::uint64_t block_count = 0;
  std::uint64_t record_count = 0;

  [[nodiscard]] bool is_spilled() const { return block_count != 0; }
};

/// Memory in which records gather and are sorted.
///
/// Runs stand one behind the other until the memory is full; then all are spilled and it is empty
/// again. A record takes its packed bytes and, while its run is sorted, two entries of 16 bytes.
///
/// Threads.  One.
class RunRegion {
 public:
  /// What a run takes at most while it is sorted, however large the memory is: larger ones stay in
  /// no cache.
  static constexpr std::size_t run_bytes_default = std::size_t{44} << 20;

  /// `memory` must outlive the region and the runs in it.
  RunRegion(std::span<std::byte> memory, OrderRule order, unsigned lane,
            std::size_t run_bytes_max = run_bytes_default);

  /// False when the run is as large as it may be: finish() it, spill() unless has_room(), and try
  /// again.
  [[nodiscard]] bool append(const Record& record) {
    const std::size_t needed =
        used_ + packed_bytes_max + packed_slack + (count_ + 1) * 2 * sizeof(RunEntry) + 16;
    if (needed > run_end_) [[unlikely]]
      return false;
    const KeyWords words = order_.words(record);
    for (std::size_t i = 0; i < words.size(); ++i) {
      any_set_[i] |= words[i];
      all_set_[i] &= words[i];
    }
    used_ += pack(record, memory_.data() + used_);
    ++count_;
    return true;
  }

  /// Sorts what was appended since the last finish() into a run; nothing is no run.
  void finish();

  /// The region has room for a run that is worth its while.
  [[nodiscard]] bool has_room() const {
    return memory_.size() - begin_ >= std::min(run_bytes_max_, memory_.size() / 4);
  }

  /// Writes all finished runs to the lane and empties the memory. Requires: finish() was called.
  [[nodiscard]] Result<void> spill(SpillStore& store, std::span<std::byte> block);

  /// Finished runs, spilled ones first.
  [[nodiscard]] std::vector<SortedRun> runs() const;
  [[nodiscard]] bool has_resident() const { return !resident_.empty(); }
  /// Requires: something was spilled.
  [[nodiscard]] const SortedRun& last_spilled() const { return spilled_.back(); }

  /// Words spread over the runs, in which ranges of about the same size begin.
  [[nodiscard]] const std::vector<KeyWords>& samples() const { return samples_; }

 private:
  void begin_run(std::size_t at);
  void note_samples(const SortedRun& run);
  [[nodiscard]] Result<void> spill_run(SortedRun& run, SpillStore& store,
                                       std::span<std::byte> block);

  std::span<std::byte> memory_;
  OrderRule order_;
  unsigned lane_;
  std::size_t run_bytes_max_;
  std::size_t begin_ = 0;    ///< Of the run that is gathered.
  std::size_t run_end_ = 0;  ///< It may not reach beyond.
  std::size_t used_ = 0;
  std::size_t count_ = 0;
  KeyWords any_set_{};
  KeyWords all_set_{~std::uint64_t{0}, ~std::uint64_t{0}, ~std::uint64_t{0}};
  std::vector<SortedRun> resident_;
  std::vector<SortedRun> spilled_;
  std::vector<KeyWords> samples_;
};

/// At the start of a spilled block, behind the store's header.
struct BlockHead {
  std::uint32_t used_bytes = 0;  ///< Of packed records, behind this head.
  std::uint32_t record_count = 0;
};
inline constexpr std::size_t block_head_at = SpillStore::header_bytes;
inline constexpr std::size_t block_records_at = block_head_at + sizeof(BlockHead);

}  // namespace daybook::recon

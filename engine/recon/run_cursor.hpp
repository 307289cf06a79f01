#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "engine/ports/spill_store.hpp"
#include "engine/recon/order_rule.hpp"
#include "engine/recon/run_region.hpp"

namespace daybook::recon {

/// Part of the order of words: from `low` on, up to but without `high`.
struct WordRange {
  std::optional<KeyWords> low;   ///< Nothing: from the start.
  std::optional<KeyWords> high;  ///< Nothing: to the end.
};

/// Reads a sorted run in order, one record at a time.
///
/// Threads.  One; several cursors may read one run.
/// Errors.   Those of the store; the cursor is at its end then.
class RunCursor {
 public:
  /// `block` is the cursor's own memory, block_bytes() and packed_slack bytes more, where the run
  /// is spilled. `store` may be null where it is not.
  RunCursor(const SortedRun& run, const OrderRule& order, const SpillStore* store,
            std::span<std::byte> block);

  /// Goes to the first record of `range`.
  [[nodiscard]] Result<void> start(const WordRange& range);

  /// Goes to the next record. Requires: !at_end().
  [[nodiscard]] Result<void> advance();

  [[nodiscard]] bool at_end() const { return at_end_; }
  /// Requires: !at_end().
  [[nodiscard]] const Record& record() const { return record_; }
  /// All ones at the end.
  [[nodiscard]] const KeyWords& words() const { return words_; }

 private:
  [[nodiscard]] Result<void> load_block(std::uint64_t index);
  [[nodiscard]] Result<void> start_resident(const WordRange& range);
  [[nodiscard]] Result<void> start_spilled(const WordRange& range);
  void take(const std::byte* packed);
  void end();

  SortedRun run_;
  OrderRule order_;
  const SpillStore* store_;
  std::span<std::byte> block_;
  std::optional<KeyWords> high_;
  std::uint64_t next_index_ = 0;  ///< Of an entry, or of a block.
  const std::byte* next_ = nullptr;
  std::uint32_t left_in_block_ = 0;
  bool at_end_ = true;
  Record record_;
  KeyWords words_{};
};

}  // namespace daybook::recon

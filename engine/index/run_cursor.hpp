#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/index/index_run.hpp"

namespace daybook {

/// A place in a run, which moves forward and backward.
///
///   RunCursor cursor{run};
///   for (auto at = cursor.seek_last({key, newest});; at = cursor.previous()) {
///     if (!at) return at.error();
///     if (at.value() == nullptr || at.value()->key != key) break;
///     use(at.value()->value);
///   }
///
/// Each move yields the pair it came to, valid until the next move, or null where there is none on
/// that side; after null, seek again. A block is decoded whole when the cursor comes to it.
///
/// Threads.  One; the run may be shared.
/// Errors.   `damaged`, for the block that the cursor would have come to; then seek again.
/// Memory.   At most 64 KiB.
class RunCursor {
 public:
  explicit RunCursor(std::shared_ptr<const IndexRun> run) : run_{std::move(run)} {}

  /// To the first pair that is not less than `pair`.
  [[nodiscard]] Result<const IndexPair*> seek(const IndexPair& pair);

  /// To the last pair that is not greater than `pair`.
  [[nodiscard]] Result<const IndexPair*> seek_last(const IndexPair& pair);

  /// Requires: the last move yielded a pair.
  [[nodiscard]] Result<const IndexPair*> next() {
    if (++at_ < end_) return pairs_.data() + at_;
    return next_block();
  }
  [[nodiscard]] Result<const IndexPair*> previous() {
    if (at_-- > 0) return pairs_.data() + at_;
    return previous_block();
  }

  /// The pairs of the current block from the current one on, for reading forward in bulk.
  /// Requires: the last move yielded a pair.
  [[nodiscard]] std::span<const IndexPair> rest() const {
    return std::span{pairs_}.subspan(at_, end_ - at_);
  }

  /// Moves over all of rest(). Requires: the last move yielded a pair.
  [[nodiscard]] Result<const IndexPair*> next_block();

  [[nodiscard]] const IndexRun& run() const { return *run_; }

 private:
  static constexpr std::uint64_t no_block = ~std::uint64_t{0};

  [[nodiscard]] Result<const IndexPair*> previous_block();
  [[nodiscard]] Result<void> load(std::uint64_t number);

  std::shared_ptr<const IndexRun> run_;
  std::uint64_t block_ = no_block;  // What pairs_ holds.
  std::vector<IndexPair> pairs_;    // As large as its largest block; of which end_ count.
  std::size_t at_ = 0;
  std::size_t end_ = 0;
};

}  // namespace daybook

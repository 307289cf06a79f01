#pragma once

#include <cstdint>
#include <vector>

#include "engine/recon/run_cursor.hpp"

namespace daybook::recon {

/// Several sorted runs as one, by a loser tree: one comparison a level for each record.
///
/// Threads.  One.
/// Errors.   Those of the cursors.
class MergeStream {
 public:
  explicit MergeStream(std::vector<RunCursor> cursors);

  /// Requires: the cursors were started. Call once, before anything else.
  void begin();

  [[nodiscard]] bool at_end() const { return cursors_.empty() || cursors_[winner_].at_end(); }
  /// Requires: !at_end().
  [[nodiscard]] const Record& record() const { return cursors_[winner_].record(); }
  [[nodiscard]] const KeyWords& words() const { return cursors_[winner_].words(); }
  [[nodiscard]] Result<void> advance();

 private:
  [[nodiscard]] bool less(std::uint32_t first, std::uint32_t second) const;
  [[nodiscard]] static bool less_after_all(const RunCursor& a, const RunCursor& b);
  [[nodiscard]] std::uint32_t play(std::uint32_t node);

  std::vector<RunCursor> cursors_;
  std::vector<std::uint32_t> losers_;  ///< Of node i; its children are 2i and 2i + 1.
  std::uint32_t winner_ = 0;
};

}  // namespace daybook::recon

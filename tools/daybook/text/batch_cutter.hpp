#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "engine/base/result.hpp"
#include "tools/daybook/text/event_csv.hpp"

namespace daybook {

/// Cuts a stream of events into batches, never inside a chain of linked events: a chain that does
/// not fit any more moves to the next batch as a whole. Imported events and others do not stand in
/// one batch, as the engine wants it, nor more names than a request may bring. Defined for Account
/// and Transfer.
///
/// Errors. A failure of the source is passed on, and nothing of the batch it stands in is given
///         out. A chain longer than a batch is a failure that names its first line.
/// Limits. Holds one batch.
template <typename Event>
class BatchCutter {
 public:
  using Numbered = NumberedEvent<Event>;
  /// The next event, or nothing at the end.
  using Source = std::function<Result<std::optional<Numbered>>()>;

  /// Requires: events_max > 0.
  BatchCutter(Source source, std::size_t events_max);

  /// The next batch; empty at the end.
  Result<std::vector<Numbered>> next();

 private:
  [[nodiscard]] bool has_room() const;
  /// How many of those held may go together.
  [[nodiscard]] std::size_t alike_in_front() const;

  Source source_;
  std::size_t events_max_;
  std::vector<Numbered> held_;  // What was read and not given out.
  std::size_t names_held_ = 0;  // Theirs.
  bool at_end_ = false;
};

}  // namespace daybook

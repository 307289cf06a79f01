#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/model/sequence.hpp"
#include "tools/daybook/offline/offline.hpp"

namespace daybook {

struct ArchiveOptions {
  std::string directory;
  std::string to;  ///< The archive: new, or one that holds older segments of this journal.
  std::string before_sequence;  ///< Only segments that end before it; empty: not asked.
  std::string keep;             ///< Not the newest so many segments; empty: not asked.
  bool copy = false;            ///< Remove nothing.
  StateRoom room;
  bool json = false;
};

/// What was done with a segment.
struct ArchivedSegment {
  std::uint64_t ordinal = 0;
  Sequence first;
  Sequence last;
  std::uint64_t bytes = 0;
  bool was_there = false;  ///< In the archive already, the same.
  bool removed = false;    ///< From the directory.
};

/// Copies sealed segments to the archive, notes in the directory where it is, and removes from the
/// directory those that end before `needed` (see first_sequence_needed()). The whole journal is
/// verified first; only segments whose hash is a fact of the journal are taken; each copy is read
/// again and compared with that fact before anything is removed. A crash leaves each segment in at
/// least one of the two places, and doing it again finishes it.
///
/// Errors.  `invalid`, and nothing is done, when a segment that was asked for may not leave and
///          `copy` is not set, or an engine works on the directory; `damaged`.
[[nodiscard]] Result<std::vector<ArchivedSegment>> archive_segments(const ArchiveOptions& options,
                                                                    Sequence needed);

/// exit_code::good: done; exit_code::no: refused or damaged; exit_code::failed: could not be done.
int run_archive(const ArchiveOptions& options);

}  // namespace daybook

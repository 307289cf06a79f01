#pragma once

#include "engine/base/result.hpp"
#include "engine/base/uint128.hpp"
#include "engine/model/sequence.hpp"
#include "storage/journal/data_directory.hpp"

namespace daybook {

/// The newest entry of a journal that is surely on disk.
struct DurableTail {
  Uint128 journal_id;      ///< Of that entry.
  Sequence last_sequence;  ///< 0: there is none.
  Uint128 last_hash;
  std::uint64_t last_time = 0;    ///< Commit time, ns.
  std::uint64_t segment = 0;      ///< That holds it; 0: none.
  bool segment_is_whole = false;  ///< A later segment has entries, so this one is sealed.
};

/// Looks at a directory that another process may be writing, and does not disturb it. What can be
/// read of a live journal may not be on disk yet: its writer could still lose it and write
/// something else there. An entry surely is when DIR/HEAD says so, or when another one follows it
/// in its segment or in the next. Where nobody writes, all that can be read counts.
///
/// Errors.  `damaged` when the newest entries cannot be read.
[[nodiscard]] Result<DurableTail> durable_tail(const JournalLayout& layout);

}  // namespace daybook

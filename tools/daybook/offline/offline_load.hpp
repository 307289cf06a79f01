#pragma once

#include <iosfwd>
#include <string>

#include "engine/base/result.hpp"
#include "tools/daybook/offline/journal_continuation.hpp"
#include "tools/daybook/offline/offline.hpp"

namespace daybook {

struct LoadOptions {
  std::string file;  ///< Of `daybook dump --portable`; "-": standard input.
  std::string to;    ///< The new data directory; must not exist, or be empty.
  StateRoom room;
  bool json = false;
};

/// Makes a data directory of a dump: the same entries, byte for byte, with their journal id and
/// hashes, in segments that begin where they began, and then a journal of its own that continues
/// them (see journal_continuation.hpp). The files may differ from the original's, for LMDB's
/// pages depend on the machine and on what happened while they were written.
///
/// Everything is checked: hashes, chain, sequences, payloads, the digest after each entry.
/// Lines that are not about entries are passed over.
[[nodiscard]] Result<Continued> load_journal(std::istream& lines, const LoadOptions& options);

/// exit_code::good: done and verified; exit_code::no: the dump is damaged; exit_code::failed.
int run_load(const LoadOptions& options);

}  // namespace daybook

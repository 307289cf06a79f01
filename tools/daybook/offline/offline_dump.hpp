#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/codec/entry_facts.hpp"
#include "engine/ports/entry.hpp"
#include "tools/daybook/offline/offline.hpp"

/// The journal as JSON lines, one a fact, in the order of sequences:
///
///     {"sequence":"7","kind":"transfer","operation":"6","id":"1","debit_account_id":"10",...}
///
/// Ids, amounts, timestamps, sequences, hashes and digests are strings; amounts are in the ledger's
/// minor unit (`amount_minor`), so that a line means the same without the ledger's record.
/// `operation` is the sequence of the operation that made the fact; null for the engine's own.

namespace daybook {

/// Which lines are wanted.
struct DumpFilter {
  Sequence from{1};
  std::optional<Sequence> to;
  std::vector<std::string> kinds;  ///< "operation" or a FactKind's name; empty: all.
  bool entries = false;            ///< A line of each entry's header, before its facts.
  /// Only lines of entries, each with its payload: what load_journal() makes a journal of.
  bool portable = false;
  UnknownFacts unknown = UnknownFacts::refuse;
};

/// A line of an entry with `payload`, its bytes in hexadecimal digits.
[[nodiscard]] std::string portable_line(const EntryView& entry);

/// Calls `line` with each line of an entry that the filter wants, without a newline. The view is
/// valid only inside.
void dump_entry(const EntryFacts& facts, const DumpFilter& filter,
                const std::function<void(std::string_view)>& line);

/// `invalid` names the first kind that does not exist.
[[nodiscard]] Result<void> check_kinds(const std::vector<std::string>& kinds);

struct DumpOptions {
  JournalPlace directory;
  std::string from;
  std::string to;
  std::vector<std::string> kinds;
  bool entries = false;
  bool portable = false;
  bool tolerant = false;  ///< Count facts of unknown kinds instead of stopping.
};

/// Writes to standard output, entry by entry; holds one at a time.
int run_dump(const DumpOptions& options);

}  // namespace daybook

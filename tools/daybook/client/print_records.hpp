#pragma once

#include <span>

#include "engine/model/sequence.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/text/json_text.hpp"
#include "tools/daybook/text/record_names.hpp"
#include "tools/daybook/text/record_table.hpp"

namespace daybook {

/// Prints accounts, transfers or holds: a table, or a line of JSON each; nothing where there are
/// none. `as_of`: the state that the answer is true of. `names`: null where none were asked for.
template <typename Record>
void print_records(std::span<const Record> records, Sequence as_of, const LedgerBook& ledgers,
                   bool json, const NameBook* names = nullptr) {
  if (json) {
    for (const Record& record : records) {
      JsonObject line = to_json(record, ledgers);
      if (names != nullptr) line.raw("names", names_json(record, *names).str());
      say(line.truth("found", true).sequence("as_of", as_of).str());
    }
  } else if (!records.empty()) {
    print_text(table_of(records, ledgers, names == nullptr ? NameBook{} : *names).text());
  }
}

}  // namespace daybook

#include "engine/replay/journal_parent.hpp"

#include "engine/codec/entry_facts.hpp"

namespace daybook {

bool continues_parent(const EntryView& entry, const Uint128& before) {
  const auto facts = read_facts(entry);
  if (!facts || facts.value().parents.empty()) return false;
  const JournalParent& parent = facts.value().parents.front();
  return parent.journal_id == before && parent.journal_id != entry.header.journal_id &&
         parent.last_sequence + 1 == entry.header.first_sequence &&
         parent.entry_hash == entry.header.previous_hash;
}

}  // namespace daybook

#include "engine/replay/journal_fact_reader.hpp"

#include <algorithm>
#include <cstring>

#include "engine/base/assert.hpp"
#include "engine/base/stop.hpp"
#include "engine/replay/entry_reader.hpp"

namespace daybook {

bool JournalFactReader::transfer_at(Sequence sequence, RecordedTransfer& transfer) {
  const auto found = recorded_in(entry_of(sequence), sequence);
  if (found) transfer = *found;
  return found.has_value();
}

bool JournalFactReader::released_at(Sequence sequence, TransferId id) {
  const auto found = release_in(entry_of(sequence), sequence);
  return found && found->id == id;
}

bool JournalFactReader::burnt_at(Sequence sequence, TransferId id) {
  const EntryFacts& facts = entry_of(sequence);
  const auto operation = operation_in(facts, sequence);
  bool burnt = false;
  if (operation) {
    for_each_burnt(facts, *operation,
                   [&](const Transfer& each) { burnt = burnt || each.id == id; });
  }
  return burnt;
}

bool JournalFactReader::name_at(Sequence sequence, Name& name) {
  const auto found = name_in(entry_of(sequence), sequence);
  if (found) name = *found;
  return found.has_value();
}

bool JournalFactReader::event_at(Sequence sequence, DomainEvent& event) {
  const auto found = event_in(entry_of(sequence), sequence);
  if (found) event = *found;
  return found.has_value();
}

const EntryFacts& JournalFactReader::entry_of(Sequence sequence) {
  ++uses_;
  for (Kept& kept : kept_) {
    if (kept.used == 0) continue;
    if (kept.facts.header.first() <= sequence && sequence <= kept.facts.header.last()) {
      kept.used = uses_;
      return kept.facts;
    }
  }
  Kept& place = *std::min_element(kept_.begin(), kept_.end(),
                                  [](const Kept& a, const Kept& b) { return a.used < b.used; });
  place.used = uses_;
  ++reads_;
  const auto read = journal_.with_entry(sequence, [&](const EntryView& view) {
    // The value starts 16-aligned in the journal and here, and keeps its inner alignment.
    place.bytes.resize((view.value.size() + 15) / 16);
    std::memcpy(place.bytes.data(), view.value.data(), view.value.size());
    const std::span<const std::byte> value{reinterpret_cast<const std::byte*>(place.bytes.data()),
                                           view.value.size()};
    const auto facts = read_facts({.header = view.header, .value = value});
    ENSURE(facts.ok(), "an entry that was applied can be read again");
    place.facts = facts.value();
  });
  if (!read.ok()) [[unlikely]] {
    stop_on_failure(("an entry that the tables know cannot be read: " + read.error().what).c_str());
  }
  return place.facts;
}

}  // namespace daybook

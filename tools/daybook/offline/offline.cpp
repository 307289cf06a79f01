#include "tools/daybook/offline/offline.hpp"

#include "engine/codec/entry_facts.hpp"
#include "engine/replay/journal_parent.hpp"
#include "storage/journal/journal_lookup.hpp"
#include "storage/journal/journal_reader.hpp"
#include "tools/daybook/command.hpp"

namespace daybook {

StateSettings settings_for(const StateRoom& room) {
  return {.accounts_max = room.accounts_max,
          .transfer_ids_max = room.transfer_ids_max,
          .holds_max = room.holds_max,
          .names_max = room.names_max,
          .streams_max = room.streams_max,
          .event_ids_max = room.event_ids_max,
          .orders_max = room.orders_max,
          .payments_max = room.payments_max,
          .tccs_max = room.tccs_max,
          .sagas_max = room.sagas_max,
          .windows = {},
          .hash_seed = 0};
}

int complain_of(const Failure& failure) {
  complain(failure.what);
  return failure.kind == FailureKind::damaged ? exit_code::no : exit_code::failed;
}

ReadOptions reading_of(const JournalPlace& place) {
  ReadOptions reading;
  reading.accepts_fork = continues_parent;
  reading.archive = place.archive;
  return reading;
}

Sequence newest_sequence_in(const JournalPlace& place) {
  const auto lookup = JournalLookup::open(place.directory, {}, place.archive);
  Sequence newest;
  if (!lookup) return newest;
  const auto found = lookup.value()->with_entry_at_time(
      limits::timestamp_max, [&](const EntryView& entry) { newest = entry.header.last(); });
  return found ? newest : Sequence{};
}

Result<void> for_each_transfer_id(const JournalPlace& place,
                                  const std::function<void(TransferId)>& use) {
  const auto reader = JournalReader::open(place.directory, reading_of(place));
  if (!reader) return reader.error();
  for (;;) {
    const auto entry = reader.value()->next();
    if (!entry) return entry.error();
    if (!entry.value()) return {};
    const auto facts = read_facts(*entry.value());
    if (!facts) return facts.error();
    for (const Transfer& transfer : facts.value().transfers) use(transfer.id);
  }
}

}  // namespace daybook

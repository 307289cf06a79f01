#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "engine/codec/entry_facts.hpp"
#include "engine/ledger/fact_reader.hpp"
#include "engine/ports/journal.hpp"

namespace daybook {

/// Reads single facts back from the journal, keeping the entries it read last: repeats come in the
/// order of the originals, so they mostly hit the same entry.
///
/// Threads.  One.
/// Errors.   An entry that should be there and cannot be read stops the process: what the tables
///           say about it would be a lie.
/// Limits.   Keeps `entries_kept` entries of at most limits::entry_bytes_max; the memory is taken
///           when first used.
class JournalFactReader final : public FactReader {
 public:
  /// `journal` outlives the reader.
  explicit JournalFactReader(EntryLookup& journal) : journal_{journal} {}

  bool transfer_at(Sequence sequence, RecordedTransfer& transfer) override;
  bool released_at(Sequence sequence, TransferId id) override;
  bool burnt_at(Sequence operation, TransferId id) override;
  bool name_at(Sequence sequence, Name& name) override;
  bool event_at(Sequence sequence, DomainEvent& event) override;

  /// Entries read from the journal so far: each one is a system call's worth of work.
  [[nodiscard]] std::uint64_t reads() const { return reads_; }

 private:
  static constexpr std::size_t entries_kept = 4;
  struct Kept {
    std::vector<Uint128> bytes;  // Uint128: a payload wants to start 16-aligned.
    EntryFacts facts;
    std::uint64_t used = 0;
  };

  const EntryFacts& entry_of(Sequence sequence);

  EntryLookup& journal_;
  std::array<Kept, entries_kept> kept_;
  std::uint64_t uses_ = 0;
  std::uint64_t reads_ = 0;
};

}  // namespace daybook

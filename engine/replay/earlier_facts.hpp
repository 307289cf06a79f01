#pragma once

#include <functional>
#include <optional>

#include "engine/codec/entry_facts.hpp"
#include "engine/ledger/fact_reader.hpp"
#include "engine/ports/journal.hpp"
#include "engine/state/state.hpp"

namespace daybook {

/// What replay has to read back: the tables keep 47 bits of an id and no transfer, so that what
/// they say of an id is only likely. Honest journals are hardly ever read back: of a hundred
/// million ids some dozens share their bits with another one.
///
/// Threads.  One.
/// Errors.   Those of the lookup. Nothing stops the process: a journal that is replayed may be
///           damaged anywhere.
class EarlierFacts {
 public:
  /// Both outlive this. Without `earlier` only the entry at hand is looked at, and what the tables
  /// say of entries before it counts as another id.
  EarlierFacts(const State& state, EntryLookup* earlier) : state_{state}, earlier_{earlier} {}

  /// Was `id` created or burnt before? `current` is the entry that is being applied.
  [[nodiscard]] Result<bool> is_used(const EntryFacts& current, TransferId id);

  /// Did anything come after the transfer `id`: a reversal, what resolved it?
  [[nodiscard]] Result<bool> is_followed(const EntryFacts& current, TransferId id);

  /// Has `key` a name?
  [[nodiscard]] Result<bool> is_named(const EntryFacts& current, const NameKey& key);

  /// Has a domain event the id?
  [[nodiscard]] Result<bool> is_event(const EntryFacts& current, const Uint128& id);

  /// The transfer `id`, which the tables know; nothing when it cannot be found.
  [[nodiscard]] Result<std::optional<RecordedTransfer>> find(const EntryFacts& current,
                                                             TransferId id);

  /// The transfer that took `sequence`.
  [[nodiscard]] Result<std::optional<RecordedTransfer>> at(const EntryFacts& current,
                                                           Sequence sequence);

 private:
  using Use = std::function<void(const EntryFacts&)>;
  [[nodiscard]] Result<void> with_entry(const EntryFacts& current, Sequence sequence,
                                        const Use& use);

  const State& state_;
  EntryLookup* earlier_;
};

}  // namespace daybook

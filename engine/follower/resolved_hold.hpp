#pragma once

#include <optional>

#include "engine/codec/entry_facts.hpp"
#include "engine/ledger/fact_reader.hpp"
#include "engine/model/views.hpp"

namespace daybook {

/// Puts together what became of a hold from the facts of the journal that may belong to it.
class ResolvedHold {
 public:
  /// Looks at the fact at `sequence` of an entry: is it the pending transfer `id`, or what
  /// resolved it?
  void note_fact(const EntryFacts& facts, Sequence sequence, TransferId id);

  /// Nothing unless the pending transfer and what resolved it were both seen.
  [[nodiscard]] std::optional<HoldView> view() const;

 private:
  std::optional<RecordedTransfer> pending_;
  std::optional<RecordedTransfer> resolution_;
  std::optional<HoldReleased> release_;
  Sequence sequence_;
};

}  // namespace daybook

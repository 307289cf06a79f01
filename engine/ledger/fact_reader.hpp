#pragma once

#include <optional>

#include "engine/model/domain_event.hpp"
#include "engine/model/facts.hpp"
#include "engine/model/name.hpp"
#include "engine/model/sequence.hpp"
#include "engine/model/transfer.hpp"

namespace daybook {

/// A transfer as the journal has it.
struct RecordedTransfer {
  Transfer transfer;
  TransferNote note;  ///< All zero where the journal has none.
};

/// Reads facts back from where they were written: slabs that are not committed yet, then the
/// journal. The hot tables use it to confirm a hit.
///
/// Errors.  A fact that the tables lead to and that cannot be read is a broken journal: the
///          implementation stops the process.
class FactReader {
 public:
  virtual ~FactReader() = default;

  /// The transfer that took `sequence`; false when another kind of fact did, or none yet.
  virtual bool transfer_at(Sequence sequence, RecordedTransfer& transfer) = 0;

  /// Was the fact at `sequence` the release of the hold `id`?
  virtual bool released_at(Sequence sequence, TransferId id) = 0;

  /// Did the operation at `operation` burn `id`: refuse a transfer of that id transiently?
  virtual bool burnt_at(Sequence operation, TransferId id) = 0;

  /// The name that took `sequence`; false when another kind of fact did.
  virtual bool name_at(Sequence sequence, Name& name) = 0;

  /// The domain event that took `sequence`, without its payload; false when another kind of fact
  /// did.
  virtual bool event_at(Sequence sequence, DomainEvent& event) = 0;
};

}  // namespace daybook

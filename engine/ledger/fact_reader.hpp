#pragma once

#include "engine/model/sequence.hpp"
#include "engine/model/transfer.hpp"

namespace daybook {

/// Reads facts back from where they were written: slabs that are not committed yet, then the
/// journal. The hot tables use it to confirm a hit.
///
/// Errors.  A fact that the tables lead to and that cannot be read is a broken journal: the
///          implementation stops the process.
class FactReader {
 public:
  virtual ~FactReader() = default;

  /// The transfer that took `sequence`; false when another kind of fact did.
  virtual bool transfer_at(Sequence sequence, Transfer& transfer) = 0;

  /// Did the operation at `operation` burn `id`: refuse a transfer of that id transiently?
  virtual bool burnt_at(Sequence operation, TransferId id) = 0;
};

}  // namespace daybook

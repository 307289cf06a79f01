#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/model/ids.hpp"
#include "engine/saga/saga_history.hpp"

namespace daybook::recon {

/// How the saga of a correction has ended, as the event says it that posts or fails the correction.
struct SagaEnd {
  Uint128 saga;
  std::string status;                 ///< By its name, such as "completed".
  std::string why;                    ///< Of one that did not complete; may be empty.
  std::vector<TransferId> transfers;  ///< That it made, also those that it took back, and how.

  friend bool operator==(const SagaEnd&, const SagaEnd&) = default;
};

/// One JSON object, of at most reconciliation_text_bytes_max bytes where the saga has no more steps
/// of the ledger than correction_saga_moves_max.
[[nodiscard]] std::string saga_end_text(const SagaEnd& end);

/// Back from saga_end_text(). Any bytes are safe; `invalid` for what is none.
[[nodiscard]] Result<SagaEnd> read_saga_end(std::string_view text);

/// The transfers that a saga has made so far: of its steps, in their order, then of what undid
/// them.
[[nodiscard]] std::vector<TransferId> transfers_made(const SagaDefinition& definition,
                                                     const SagaHistory& history,
                                                     const Uint128& saga);

/// What a saga waits for, why it is stuck, or why it did not complete: "pay: failed: no_such_iban".
[[nodiscard]] std::string state_in_words(const SagaDefinition& definition,
                                         const SagaHistory& history);

}  // namespace daybook::recon

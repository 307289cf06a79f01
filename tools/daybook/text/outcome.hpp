#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "engine/model/account.hpp"
#include "engine/model/operation.hpp"
#include "engine/model/sequence.hpp"
#include "engine/model/transfer.hpp"

namespace daybook {

/// What became of one event of a batch.
struct EventOutcome {
  std::uint16_t status = 0;  ///< 0 = created.
  std::string_view status_name;
  Timestamp timestamp;  ///< The event's; the original's where it existed; else its slot's.
  Sequence sequence;    ///< 0 where it was not created now.
  bool existed = false;

  [[nodiscard]] bool created() const { return status == 0; }
  /// It is there, whoever created it.
  [[nodiscard]] bool good() const { return created() || existed; }
};

/// A reply to a batch tells only what was not created; this is the rest of it.
struct BatchOutcome {
  Sequence first_sequence;
  Timestamp first_timestamp;
  std::span<const Refusal> refusals;  ///< By growing index.
};

/// One outcome for each of `event_count` events. Refusals that are out of order or out of range
/// belong to no event and are skipped. Defined for Account and Transfer.
template <typename Event>
[[nodiscard]] std::vector<EventOutcome> event_outcomes(const BatchOutcome& batch,
                                                       std::size_t event_count);

}  // namespace daybook

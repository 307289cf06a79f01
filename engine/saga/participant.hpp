#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/base/uint128.hpp"
#include "engine/saga/document.hpp"
#include "engine/saga/progress.hpp"

/// A participant as an operator registers it: what it does, and what it promises about repeats.
///
///     {"name": "bank", "in_flight": 256,
///      "types": [{"type": "bank.payout.v1", "retry": "query_then_retry", "can_query": true,
///                 "keeps_keys_ms": 604800000}]}
///
/// `in_flight`: commands that it may have and not have answered, 256 by default. Of a type: `retry`
/// is idempotent (default), query_then_retry or at_most_once; `can_query`, whether it can be asked
/// (default: where retry is not idempotent); `keeps_keys_ms`, for how long it remembers an
/// idempotency key, a week by default.
///
/// Threads. Pure functions and values.

namespace daybook {

[[nodiscard]] std::string_view to_string(RetrySafety safety) noexcept;

struct ParticipantType {
  std::string type;
  Uint128 id;  ///< id_of() it.
  RetrySafety safety = RetrySafety::idempotent;
  bool can_query = false;
  std::uint64_t keeps_keys_ms = 604'800'000;
};

struct ParticipantRegistration {
  std::string name;
  std::uint32_t in_flight = 256;
  std::vector<ParticipantType> types;  ///< At least one, each once.
  std::string canonical;               ///< In its one way of writing.

  /// Null where it does not do this type.
  [[nodiscard]] const ParticipantType* find(const Uint128& type) const;
};

/// Reads and checks a registration. Any bytes are safe; no exception leaves.
/// Errors: every fault that could be found; never empty.
[[nodiscard]] Result<ParticipantRegistration, SagaFaults> read_participant(std::string_view json);

}  // namespace daybook

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/model/transfer.hpp"
#include "engine/recon/record.hpp"
#include "engine/saga/definition.hpp"
#include "tools/daybook/recon/definition/reconciliation.hpp"

/// Sagas that post corrections: what they may ask for, and what a difference gives them.

namespace daybook::recon {

namespace limits {
/// Of a correction's saga: so that what it made can be told in one text.
inline constexpr std::size_t correction_saga_moves_max = 32;
}  // namespace limits

/// How a correction starts the saga that posts it.
struct SagaCall {
  /// Values as they are stored: of account and id 32 hexadecimal digits, of money "1250 978", whole
  /// minor units and the ledger, of timestamp nanoseconds; a text as it is.
  struct Input {
    std::string name;
    ValueType type = ValueType::text;
    std::string value;

    friend bool operator==(const Input&, const Input&) = default;
  };
  std::string name;
  std::uint32_t version = 0;
  Uint128 definition;         ///< Its hash.
  Uint128 id;                 ///< Of the saga; 0 until it is given one.
  std::vector<Input> inputs;  ///< In the definition's order.

  friend bool operator==(const SagaCall&, const SagaCall&) = default;
};

/// SagaStarted's payload. `invalid` for a value that is none of its type.
[[nodiscard]] Result<std::vector<std::byte>> start_payload(const SagaCall& call);

/// The id of the saga: another one for another revision, so that none is started twice, or again
/// where it failed. The first 16 bytes of SHA-256, as those of legs.
[[nodiscard]] Uint128 correction_saga_id(const Uint128& difference_id, std::uint32_t revision);

/// Everything because of which this saga cannot post what the definition asks it to for a code;
/// empty where there is nothing: inputs that no difference gives, or of another type; accounts that
/// the definition does not name; steps that move something else than the difference, or nothing.
[[nodiscard]] std::vector<std::string> faults_of_saga(const Reconciliation& definition, Code code,
                                                      const SagaDefinition& saga);

/// What a difference gives. Deltas in minor units of the ledger.
struct SagaFacts {
  Code code = Code::matched;
  std::string_view reference{};
  i128 amount_delta = 0;
  i128 fee_delta = 0;
  std::int64_t time_ns = no_time;
  const Transfer* origin = nullptr;  ///< The transfer that A's record was made of, if it is known.
};

/// The call without the ids of saga and difference; nothing where an input cannot be filled, or
/// something that differs is not asked for. Requires: faults_of_saga() is empty.
[[nodiscard]] std::optional<SagaCall> call_of(const Reconciliation& definition,
                                              const SagaFacts& facts, const SagaDefinition& saga);

/// Gives the saga its id, and its inputs the difference's.
void name_saga(SagaCall& call, const Uint128& difference_id, std::uint32_t revision);

}  // namespace daybook::recon

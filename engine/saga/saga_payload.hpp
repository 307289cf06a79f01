#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/model/ids.hpp"
#include "engine/model/saga_types.hpp"
#include "engine/saga/definition.hpp"
#include "engine/saga/saga_event.hpp"

/// Payloads of the events of sagas. All numbers are little-endian. Frozen: on the wire and in the
/// journal.
///
///     SagaDefined          the definition's JSON as canonical text; content type json
///     SagaStarted          16 bytes: the definition's hash; then its inputs in their order
///     SagaCancelRequested  nothing
///     SagaSignalled        1 byte: how long its name is; the name; the outputs the step declares
///     SagaOperated         OperatedSaga; of a resolve as succeeded, the step's outputs or nothing
///     SagaAdvanced         SagaRecords; behind each that succeeded, the step's outputs
///     SagaForgotten        nothing
///
/// A value: account, id: 16 bytes. money: 16 bytes the amount, 4 the ledger. u64, timestamp: 8
/// bytes. text, secret: 2 bytes the length, then as many. All of them but the first have content
/// type bytes.
///
/// Threads. Pure functions and values.

namespace daybook {

/// A value of an input, an output or an argument.
struct SagaValue {
  ValueType type = ValueType::u64;
  Uint128 id;                ///< Of account and id; of money: the amount.
  LedgerId ledger;           ///< Of money.
  std::uint64_t number = 0;  ///< Of u64, timestamp and truth.
  std::string_view text;     ///< Of text and secret: somebody else's bytes.
};

inline constexpr std::size_t saga_value_bytes_max = 2 + limits::sealed_text_bytes_max;
static_assert(limits::saga_text_bytes_max <= limits::sealed_text_bytes_max);

void put_value(std::vector<std::byte>& into, const SagaValue& value);
/// How long a value of this type can be.
[[nodiscard]] std::size_t value_bytes_max(ValueType type) noexcept;

/// Reads values one after the other. Any bytes are safe.
class SagaValueReader {
 public:
  explicit SagaValueReader(std::span<const std::byte> bytes) : left_{bytes} {}

  /// Nothing where the bytes hold none of this type: too few, a text too long or not printable
  /// UTF-8, an account or id of 0, an amount of 0, a number above 2^63-1.
  [[nodiscard]] std::optional<SagaValue> next(ValueType type);
  [[nodiscard]] std::span<const std::byte> left() const { return left_; }

 private:
  template <typename T>
  [[nodiscard]] bool take(T& into);

  std::span<const std::byte> left_;
};

/// Do the bytes hold these fields, all of them and nothing else?
[[nodiscard]] bool are_values_of(std::span<const SagaField> fields,
                                 std::span<const std::byte> bytes);

/// Of bytes for which are_values_of() is true: is every secret a sealed text? Cost: no allocation.
[[nodiscard]] bool are_secrets_sealed(std::span<const SagaField> fields,
                                      std::span<const std::byte> bytes);

/// The field at `index` of bytes for which are_values_of() is true.
[[nodiscard]] SagaValue value_at(std::span<const SagaField> fields,
                                 std::span<const std::byte> bytes, std::size_t index);

/// SagaStarted's payload.
struct StartedSaga {
  Uint128 definition;
  std::span<const std::byte> inputs;  ///< In the payload.
};
[[nodiscard]] std::optional<StartedSaga> read_started(std::span<const std::byte> payload);
[[nodiscard]] std::vector<std::byte> started_payload(const Uint128& definition,
                                                     std::span<const SagaValue> inputs);

/// Of a step that waits for a signal: what the signal brings, all outputs but `at`.
[[nodiscard]] inline std::span<const SagaField> outputs_of_signal(const SagaStep& step) {
  return std::span{step.outputs}.subspan(1);
}

/// SagaSignalled's payload.
struct SignalledSaga {
  std::string_view signal;             ///< In the payload, as the next.
  std::span<const std::byte> outputs;  ///< Of the step.
};
[[nodiscard]] std::optional<SignalledSaga> read_signalled(std::span<const std::byte> payload);
/// Requires: a name of 1 to limits::saga_name_bytes_max bytes.
[[nodiscard]] std::vector<std::byte> signalled_payload(std::string_view signal,
                                                       std::span<const SagaValue> outputs);

/// SagaOperated's payload. 8 bytes; behind them, of a step that is resolved as succeeded, all of
/// the step's outputs, or nothing.
struct OperatedSaga {
  std::uint8_t act = 0;         ///< A SagaEventKind: one of the operator's.
  std::uint8_t step = no_step;  ///< Of retry, resolve and skip.
  std::uint8_t outcome = 0;     ///< A StepOutcome. Of resolve: succeeded or failed.
  std::uint8_t reserved[5] = {};
};
static_assert(sizeof(OperatedSaga) == 8 && std::is_trivially_copyable_v<OperatedSaga>);
[[nodiscard]] std::vector<std::byte> operated_payload(SagaEventKind act, std::uint8_t step,
                                                      StepOutcome outcome,
                                                      std::span<const SagaValue> outputs = {});
/// What the operator does, but for its time. Nothing for bytes that are no such act. Outputs come
/// with a resolve as succeeded only; whether they are the step's is not looked at.
[[nodiscard]] std::optional<SagaEvent> read_operated(std::span<const std::byte> payload);
/// The outputs in bytes that read_operated() takes; empty: there are none.
[[nodiscard]] std::span<const std::byte> operated_outputs(std::span<const std::byte> payload);

/// One thing in SagaAdvanced: an event of the machine. 24 bytes; `output_bytes` of outputs follow
/// or, of a remote step that has not succeeded, of the participant's message.
struct SagaRecord {
  std::uint8_t kind = 0;     ///< A SagaEventKind.
  std::uint8_t outcome = 0;  ///< A StepOutcome.
  std::uint8_t step = no_step;
  std::uint8_t promise = 0;  ///< Of dispatched: a RetrySafety, and 0x80 where it can be asked.
  std::uint32_t attempt = 0;
  std::uint32_t jitter = 0;
  /// Of dispatched and undo_dispatched: the participant's number; 0 = done here. Of results, why a
  /// local step or its undo was refused (a CreateTransferStatus, an AppendEventStatus), or what a
  /// participant's code was.
  std::uint16_t code = 0;
  std::uint16_t output_bytes = 0;
  std::uint64_t due_at = 0;
};
static_assert(sizeof(SagaRecord) == 24 && std::is_trivially_copyable_v<SagaRecord>);

/// Does a record of this kind and outcome bring a step's outputs?
[[nodiscard]] constexpr bool brings_outputs(SagaEventKind kind, StepOutcome outcome) {
  return outcome == StepOutcome::succeeded &&
         (kind == SagaEventKind::result || kind == SagaEventKind::answered);
}
[[nodiscard]] constexpr bool brings_outputs(const SagaRecord& record) {
  return brings_outputs(static_cast<SagaEventKind>(record.kind),
                        static_cast<StepOutcome>(record.outcome));
}
/// Is the step, or its undo, about to be sent or done?
[[nodiscard]] constexpr bool sends(SagaEventKind kind) {
  return kind == SagaEventKind::dispatched || kind == SagaEventKind::undo_dispatched;
}

/// SagaRecord::code of a step that names an output which is not there.
inline constexpr std::uint16_t saga_output_missing = 0xffff;

/// A record with what follows it.
struct ReadSagaRecord {
  SagaRecord record;
  std::span<const std::byte> outputs;  ///< In the payload.
};

/// Walks the records of a SagaAdvanced. Any bytes are safe.
class SagaRecordReader {
 public:
  explicit SagaRecordReader(std::span<const std::byte> payload) : left_{payload} {}
  /// Nothing at the end, and where the bytes are no record: then at_end() is false.
  [[nodiscard]] std::optional<ReadSagaRecord> next();
  [[nodiscard]] bool at_end() const { return left_.empty(); }

 private:
  std::span<const std::byte> left_;
};

/// The machine's event of a record that happened at `at`. Nothing where a number of it has no
/// meaning, or the engine writes no such event by itself.
[[nodiscard]] std::optional<SagaEvent> event_of(const SagaRecord& record, Timestamp at);
[[nodiscard]] SagaRecord record_of(const SagaEvent& event);

/// The machine's event of a saga that starts.
[[nodiscard]] SagaEvent start_event(const SagaDefinition& definition, const Uint128& content,
                                    Timestamp at);

}  // namespace daybook

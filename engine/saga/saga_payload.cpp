#include "engine/saga/saga_payload.hpp"

#include <algorithm>
#include <cstring>

#include "engine/base/assert.hpp"
#include "engine/base/utf8.hpp"
#include "engine/model/sealed_text.hpp"

namespace daybook {
namespace {

void put_bytes(std::vector<std::byte>& into, const void* bytes, std::size_t count) {
  if (count == 0) return;
  const std::size_t at = into.size();
  into.resize(at + count);
  std::memcpy(into.data() + at, bytes, count);
}

template <typename T>
void put(std::vector<std::byte>& into, const T& value) {
  static_assert(std::is_trivially_copyable_v<T>);
  put_bytes(into, &value, sizeof(T));
}

void put_text(std::vector<std::byte>& into, std::string_view text) {
  put_bytes(into, text.data(), text.size());
}

bool is_operators(SagaEventKind kind) { return kind >= SagaEventKind::operator_retry; }

constexpr std::uint8_t can_be_asked = 0x80;

constexpr std::size_t text_bytes_max(ValueType type) {
  return type == ValueType::secret ? limits::sealed_text_bytes_max : limits::saga_text_bytes_max;
}

}  // namespace

void put_value(std::vector<std::byte>& into, const SagaValue& value) {
  switch (value.type) {
    case ValueType::account:
    case ValueType::id:
      return put(into, value.id);
    case ValueType::money:
      put(into, value.id);
      return put(into, value.ledger.value());
    case ValueType::u64:
    case ValueType::timestamp:
    case ValueType::truth:
      return put(into, value.number);
    case ValueType::text:
    case ValueType::secret:
      ENSURE(value.text.size() <= text_bytes_max(value.type), "callers check how long a text is");
      put(into, static_cast<std::uint16_t>(value.text.size()));
      return put_text(into, value.text);
  }
}

std::size_t value_bytes_max(ValueType type) noexcept {
  switch (type) {
    case ValueType::account:
    case ValueType::id:
      return 16;
    case ValueType::money:
      return 20;
    case ValueType::u64:
    case ValueType::timestamp:
    case ValueType::truth:
      return 8;
    case ValueType::text:
    case ValueType::secret:
      return 2 + text_bytes_max(type);
  }
  return saga_value_bytes_max;
}

template <typename T>
bool SagaValueReader::take(T& into) {
  if (left_.size() < sizeof(T)) return false;
  std::memcpy(&into, left_.data(), sizeof(T));
  left_ = left_.subspan(sizeof(T));
  return true;
}

std::optional<SagaValue> SagaValueReader::next(ValueType type) {
  SagaValue value;
  value.type = type;
  switch (type) {
    case ValueType::account:
    case ValueType::id:
      if (!take(value.id) || value.id.is_zero()) return std::nullopt;
      return value;
    case ValueType::money: {
      std::uint32_t ledger = 0;
      if (!take(value.id) || !take(ledger) || value.id.is_zero()) return std::nullopt;
      value.ledger = LedgerId{ledger};
      return value;
    }
    case ValueType::u64:
    case ValueType::timestamp:
    case ValueType::truth:
      if (!take(value.number) || value.number > limits::timestamp_max) return std::nullopt;
      return value;
    case ValueType::text:
    case ValueType::secret: {
      std::uint16_t bytes = 0;
      if (!take(bytes) || bytes > text_bytes_max(type) || bytes > left_.size()) {
        return std::nullopt;
      }
      value.text = {reinterpret_cast<const char*>(left_.data()), bytes};
      left_ = left_.subspan(bytes);
      if (!is_printable_utf8(value.text)) return std::nullopt;
      return value;
    }
  }
  return std::nullopt;
}

bool are_values_of(std::span<const SagaField> fields, std::span<const std::byte> bytes) {
  SagaValueReader reader{bytes};
  const bool all = std::all_of(fields.begin(), fields.end(), [&](const SagaField& field) {
    return reader.next(field.type).has_value();
  });
  return all && reader.left().empty();
}

bool are_secrets_sealed(std::span<const SagaField> fields, std::span<const std::byte> bytes) {
  SagaValueReader reader{bytes};
  return std::all_of(fields.begin(), fields.end(), [&](const SagaField& field) {
    const auto value = reader.next(field.type);
    return value && (field.type != ValueType::secret || is_sealed_text(value->text));
  });
}

SagaValue value_at(std::span<const SagaField> fields, std::span<const std::byte> bytes,
                   std::size_t index) {
  SagaValueReader reader{bytes};
  std::optional<SagaValue> value;
  for (std::size_t at = 0; at <= index; ++at) value = reader.next(fields[at].type);
  ENSURE(value, "the bytes were looked at before");
  return *value;
}

std::optional<StartedSaga> read_started(std::span<const std::byte> payload) {
  StartedSaga started;
  if (payload.size() < sizeof(Uint128)) return std::nullopt;
  std::memcpy(&started.definition, payload.data(), sizeof(Uint128));
  started.inputs = payload.subspan(sizeof(Uint128));
  return started;
}

std::vector<std::byte> started_payload(const Uint128& definition,
                                       std::span<const SagaValue> inputs) {
  std::vector<std::byte> payload;
  put(payload, definition);
  for (const SagaValue& value : inputs) put_value(payload, value);
  return payload;
}

std::optional<SignalledSaga> read_signalled(std::span<const std::byte> payload) {
  if (payload.empty()) return std::nullopt;
  const auto bytes = static_cast<std::size_t>(payload[0]);
  if (bytes == 0 || bytes > limits::saga_name_bytes_max || payload.size() < 1 + bytes) {
    return std::nullopt;
  }
  const std::string_view name{reinterpret_cast<const char*>(payload.data()) + 1, bytes};
  if (!is_printable_utf8(name)) return std::nullopt;
  return SignalledSaga{.signal = name, .outputs = payload.subspan(1 + bytes)};
}

std::vector<std::byte> signalled_payload(std::string_view signal,
                                         std::span<const SagaValue> outputs) {
  ENSURE(!signal.empty() && signal.size() <= limits::saga_name_bytes_max, "a signal has a name");
  std::vector<std::byte> payload;
  put(payload, static_cast<std::uint8_t>(signal.size()));
  put_text(payload, signal);
  for (const SagaValue& value : outputs) put_value(payload, value);
  return payload;
}

std::vector<std::byte> operated_payload(SagaEventKind act, std::uint8_t step, StepOutcome outcome,
                                        std::span<const SagaValue> outputs) {
  OperatedSaga operated;
  operated.act = static_cast<std::uint8_t>(act);
  operated.step = step;
  operated.outcome = static_cast<std::uint8_t>(outcome);
  std::vector<std::byte> payload;
  put(payload, operated);
  for (const SagaValue& value : outputs) put_value(payload, value);
  return payload;
}

std::optional<SagaEvent> read_operated(std::span<const std::byte> payload) {
  OperatedSaga operated;
  if (payload.size() < sizeof(operated)) return std::nullopt;
  std::memcpy(&operated, payload.data(), sizeof(operated));
  SagaEvent event;
  event.kind = static_cast<SagaEventKind>(operated.act);
  event.step = operated.step;
  event.outcome = static_cast<StepOutcome>(operated.outcome);
  const bool known = is_operators(event.kind) && (event.kind <= SagaEventKind::operator_close ||
                                                  event.kind == SagaEventKind::operator_kick);
  const bool kicks = event.kind == SagaEventKind::operator_kick;
  const bool whole =
      event.kind == SagaEventKind::operator_force || event.kind == SagaEventKind::operator_close;
  const bool resolves = event.kind == SagaEventKind::operator_resolve;
  const bool is_all = event.step == no_step && (whole || kicks);
  const bool is_one = event.step < limits::saga_steps_max && !whole;
  const bool fits = (is_all || is_one) && (event.outcome == StepOutcome::succeeded ||
                                           (resolves && event.outcome == StepOutcome::failed));
  const bool brings = payload.size() > sizeof(operated);
  const bool may_bring = resolves && event.outcome == StepOutcome::succeeded;
  const bool padded = std::all_of(std::begin(operated.reserved), std::end(operated.reserved),
                                  [](std::uint8_t byte) { return byte == 0; });
  return known && fits && padded && (may_bring || !brings) ? std::optional{event} : std::nullopt;
}

std::span<const std::byte> operated_outputs(std::span<const std::byte> payload) {
  return payload.subspan(sizeof(OperatedSaga));
}

std::optional<ReadSagaRecord> SagaRecordReader::next() {
  ReadSagaRecord read;
  if (left_.size() < sizeof(SagaRecord)) return std::nullopt;
  std::memcpy(&read.record, left_.data(), sizeof(SagaRecord));
  const auto behind = left_.subspan(sizeof(SagaRecord));
  if (behind.size() < read.record.output_bytes) return std::nullopt;
  read.outputs = behind.first(read.record.output_bytes);
  left_ = behind.subspan(read.record.output_bytes);
  return read;
}

std::optional<SagaEvent> event_of(const SagaRecord& record, Timestamp at) {
  const auto kind = static_cast<SagaEventKind>(record.kind);
  const auto safety = static_cast<RetrySafety>(record.promise & ~unsigned{can_be_asked});
  const bool extends = kind == SagaEventKind::extended || kind == SagaEventKind::undo_extended;
  const bool known = kind != SagaEventKind::started && (kind < SagaEventKind::cancel || extends) &&
                     record.outcome <= static_cast<std::uint8_t>(StepOutcome::cancelled) &&
                     safety <= RetrySafety::at_most_once &&
                     (kind == SagaEventKind::dispatched || record.promise == 0) &&
                     (kind == SagaEventKind::deadline ? record.step == no_step
                                                      : record.step < limits::saga_steps_max) &&
                     record.due_at <= limits::timestamp_max;
  if (!known) return std::nullopt;
  SagaEvent event;
  event.kind = kind;
  event.outcome = static_cast<StepOutcome>(record.outcome);
  event.safety = safety;
  event.can_query = (record.promise & can_be_asked) != 0;
  event.step = record.step;
  event.attempt = record.attempt;
  event.jitter = record.jitter;
  event.at = at.value();
  event.due_at = record.due_at;
  if (sends(kind) && record.code != saga_output_missing) event.participant = record.code;
  return event;
}

SagaRecord record_of(const SagaEvent& event) {
  SagaRecord record;
  record.kind = static_cast<std::uint8_t>(event.kind);
  record.outcome = static_cast<std::uint8_t>(event.outcome);
  record.step = event.step;
  record.promise = static_cast<std::uint8_t>(static_cast<unsigned>(event.safety) |
                                             (event.can_query ? can_be_asked : 0U));
  record.attempt = event.attempt;
  record.jitter = event.jitter;
  record.due_at = event.due_at;
  record.code = event.participant;
  return record;
}

SagaEvent start_event(const SagaDefinition& definition, const Uint128& content, Timestamp at) {
  constexpr std::uint64_t ns_per_ms = 1'000'000;
  SagaEvent event;
  event.kind = SagaEventKind::started;
  event.at = at.value();
  event.definition = definition.hash;
  event.content = content;
  if (definition.deadline_ms != 0) {
    event.deadline_at =
        std::min(at.value() + definition.deadline_ms * ns_per_ms, limits::timestamp_max);
  }
  return event;
}

}  // namespace daybook

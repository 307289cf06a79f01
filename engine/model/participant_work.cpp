#include "engine/model/participant_work.hpp"

#include <algorithm>
#include <cstring>

#include "engine/base/assert.hpp"
#include "engine/base/limits.hpp"
#include "engine/base/utf8.hpp"

namespace daybook {
namespace {

constexpr std::string_view outcome_names[work_outcome_count] = {
    "succeeded",  "failed",      "retry_later", "unknown",  "lost",     "ok_empty",
    "never_seen", "in_progress", "cancelled",   "released", "heartbeat"};

template <typename T>
void put(std::vector<std::byte>& into, const T& value) {
  const auto bytes = std::as_bytes(std::span{&value, 1});
  into.insert(into.end(), bytes.begin(), bytes.end());
}

void put_text(std::vector<std::byte>& into, std::string_view text) {
  const auto bytes = std::as_bytes(std::span{text.data(), text.size()});
  into.insert(into.end(), bytes.begin(), bytes.end());
}

bool read_values(WorkValueWalk& walk, std::vector<WorkValue>& into) {
  const auto count = walk.count();
  if (!count) return false;
  for (std::uint32_t left = *count; left > 0; --left) {
    const auto value = walk.next();
    if (!value) return false;
    into.push_back(*value);
  }
  return true;
}

}  // namespace

std::string_view to_string(WorkOperation operation) noexcept {
  switch (operation) {
    case WorkOperation::do_:
      return "do";
    case WorkOperation::undo:
      return "undo";
    case WorkOperation::query:
      return "query";
    case WorkOperation::confirm:
      return "confirm";
  }
  return "unknown_operation";
}

std::string_view to_string(WorkOutcome outcome) noexcept {
  const auto place = static_cast<std::size_t>(outcome);
  return place < work_outcome_count ? outcome_names[place] : "unknown_outcome";
}

std::optional<WorkOutcome> parse_work_outcome(std::string_view text) noexcept {
  const auto* const found = std::find(std::begin(outcome_names), std::end(outcome_names), text);
  if (found == std::end(outcome_names)) return std::nullopt;
  return static_cast<WorkOutcome>(found - std::begin(outcome_names));
}

bool may_answer(WorkOperation operation, WorkOutcome outcome) noexcept {
  switch (outcome) {
    case WorkOutcome::succeeded:
    case WorkOutcome::failed:
    case WorkOutcome::unknown:
    case WorkOutcome::lost:
      return true;
    case WorkOutcome::retry_later:
    case WorkOutcome::released:
    case WorkOutcome::heartbeat:
      return operation != WorkOperation::query;
    case WorkOutcome::ok_empty:
      return operation == WorkOperation::undo;
    case WorkOutcome::never_seen:
    case WorkOutcome::in_progress:
    case WorkOutcome::cancelled:
      return operation == WorkOperation::query;
  }
  return false;
}

std::string_view to_string(WorkValueType type) noexcept {
  constexpr std::string_view names[] = {"account", "money", "secret",    "text",
                                        "u64",     "id",    "timestamp", "truth"};
  const auto place = static_cast<std::size_t>(type);
  return place < std::size(names) ? names[place] : "unknown_type";
}

template <typename T>
bool WorkValueWalk::take(T& into) {
  if (left_.size() < sizeof(T)) return false;
  std::memcpy(&into, left_.data(), sizeof(T));
  left_ = left_.subspan(sizeof(T));
  return true;
}

std::optional<std::uint8_t> WorkValueWalk::count() {
  std::uint8_t count = 0;
  return take(count) ? std::optional{count} : std::nullopt;
}

std::optional<std::uint32_t> WorkValueWalk::number() {
  std::uint32_t number = 0;
  return take(number) ? std::optional{number} : std::nullopt;
}

std::optional<std::string_view> WorkValueWalk::text(std::size_t length_bytes) {
  std::uint16_t length = 0;
  std::uint8_t short_length = 0;
  const bool read = length_bytes == 1 ? take(short_length) : take(length);
  if (!read) return std::nullopt;
  if (length_bytes == 1) length = short_length;
  if (length > left_.size()) return std::nullopt;
  const std::string_view text{reinterpret_cast<const char*>(left_.data()), length};
  left_ = left_.subspan(length);
  return is_printable_utf8(text) ? std::optional{text} : std::nullopt;
}

std::optional<WorkValue> WorkValueWalk::next() {
  WorkValue value;
  const auto name = text(1);
  std::uint8_t type = 0;
  if (!name || !take(type) || type > static_cast<std::uint8_t>(WorkValueType::truth)) {
    return std::nullopt;
  }
  value.name = *name;
  value.type = static_cast<WorkValueType>(type);
  switch (value.type) {
    case WorkValueType::account:
    case WorkValueType::id:
      return take(value.id) ? std::optional{value} : std::nullopt;
    case WorkValueType::money:
      return take(value.id) && take(value.ledger) ? std::optional{value} : std::nullopt;
    case WorkValueType::u64:
    case WorkValueType::timestamp:
    case WorkValueType::truth:
      return take(value.number) ? std::optional{value} : std::nullopt;
    case WorkValueType::text:
    case WorkValueType::secret: {
      const auto read = text(2);
      if (!read) return std::nullopt;
      value.text = *read;
      return value;
    }
  }
  return std::nullopt;
}

void put_work_value(std::vector<std::byte>& into, const WorkValue& value) {
  put(into, static_cast<std::uint8_t>(value.name.size()));
  put_text(into, value.name);
  put(into, static_cast<std::uint8_t>(value.type));
  switch (value.type) {
    case WorkValueType::account:
    case WorkValueType::id:
      return put(into, value.id);
    case WorkValueType::money:
      put(into, value.id);
      return put(into, value.ledger);
    case WorkValueType::u64:
    case WorkValueType::timestamp:
    case WorkValueType::truth:
      return put(into, value.number);
    case WorkValueType::text:
    case WorkValueType::secret:
      put(into, static_cast<std::uint16_t>(value.text.size()));
      return put_text(into, value.text);
  }
}

std::optional<WorkPayload> read_work_payload(std::span<const std::byte> bytes) {
  WorkValueWalk walk{bytes};
  const auto step = walk.text(1);
  const auto type = walk.text(1);
  const auto definition = walk.text(1);
  const auto version = walk.number();
  if (!step || !type || !definition || !version) return std::nullopt;
  WorkPayload payload{.step = *step,
                      .type = *type,
                      .definition = *definition,
                      .version = *version,
                      .arguments = {},
                      .outputs = {}};
  if (!read_values(walk, payload.arguments) || !read_values(walk, payload.outputs)) {
    return std::nullopt;
  }
  return walk.left().empty() ? std::optional{std::move(payload)} : std::nullopt;
}

std::optional<AnswerPayload> read_answer_payload(std::span<const std::byte> bytes) {
  if (bytes.empty()) return AnswerPayload{};
  WorkValueWalk walk{bytes};
  const auto reference = walk.text(2);
  const auto message = walk.text(2);
  if (!reference || !message || reference->size() > limits::saga_text_bytes_max ||
      message->size() > limits::saga_text_bytes_max) {
    return std::nullopt;
  }
  const std::span<const std::byte> outputs = walk.left();
  const auto count = walk.count();
  if (!count || *count > limits::saga_outputs_max) return std::nullopt;
  for (std::uint32_t left = *count; left > 0; --left) {
    if (!walk.next()) return std::nullopt;
  }
  if (!walk.left().empty()) return std::nullopt;
  return AnswerPayload{.reference = *reference, .message = *message, .outputs = outputs};
}

std::optional<WorkValue> AnswerPayload::output(std::string_view name) const {
  WorkValueWalk walk{outputs};
  for (std::uint32_t left = walk.count().value_or(0); left > 0; --left) {
    const auto value = walk.next();
    if (!value) return std::nullopt;
    if (value->name == name) return value;
  }
  return std::nullopt;
}

std::vector<std::byte> answer_payload(std::string_view reference, std::string_view message,
                                      std::span<const WorkValue> outputs) {
  ENSURE(reference.size() <= limits::saga_text_bytes_max &&
             message.size() <= limits::saga_text_bytes_max &&
             outputs.size() <= limits::saga_outputs_max,
         "an answer stays within its limits");
  std::vector<std::byte> bytes;
  for (const std::string_view text : {reference, message}) {
    put(bytes, static_cast<std::uint16_t>(text.size()));
    put_text(bytes, text);
  }
  put(bytes, static_cast<std::uint8_t>(outputs.size()));
  for (const WorkValue& each : outputs) put_work_value(bytes, each);
  return bytes;
}

}  // namespace daybook

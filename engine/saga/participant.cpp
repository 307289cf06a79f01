#include "engine/saga/participant.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "engine/base/limits.hpp"
#include "engine/model/ids.hpp"
#include "engine/saga/object_reader.hpp"

namespace daybook {
namespace {

using Kind = DocumentValue::Kind;

std::optional<RetrySafety> parse_safety(std::string_view text) {
  for (const auto safety :
       {RetrySafety::idempotent, RetrySafety::query_then_retry, RetrySafety::at_most_once}) {
    if (to_string(safety) == text) return safety;
  }
  return std::nullopt;
}

ParticipantType read_type(const DocumentValue& value, const std::string& path, SagaFaults& faults) {
  ParticipantType type;
  ObjectReader reader{&value, path, faults};
  if (value.kind != Kind::object) return type;
  if (!reader.name("type", type.type) && reader.find_any("type") == nullptr) {
    reader.fault("type", "it must say what it can be asked for, 'bank.payout.v1'");
  }
  type.id = id_of(type.type);
  std::string safety;
  if (reader.name("retry", safety)) {
    if (const auto parsed = parse_safety(safety)) {
      type.safety = *parsed;
    } else {
      reader.fault("retry", "there are 'idempotent', 'query_then_retry' and 'at_most_once'");
    }
  }
  type.can_query = type.safety != RetrySafety::idempotent;
  if (const DocumentValue* const can = reader.find("can_query", Kind::truth)) {
    type.can_query = can->truth;
  }
  if (type.safety == RetrySafety::query_then_retry && !type.can_query) {
    reader.fault("can_query", "who is asked before anything is sent again must be able to answer");
  }
  reader.number("keeps_keys_ms", 1'000, limits::participant_keys_ms_max, type.keeps_keys_ms);
  reader.refuse_the_rest("a type");
  return type;
}

void read_types(const DocumentValue& list, ParticipantRegistration& into, SagaFaults& faults) {
  if (list.items.empty()) faults.push_back({"types", "a participant does at least one type"});
  if (list.items.size() > limits::participant_types_max) {
    faults.push_back({"types", fmt::format("{} types are more than {}", list.items.size(),
                                           limits::participant_types_max)});
    return;
  }
  for (std::size_t at = 0; at < list.items.size(); ++at) {
    const std::string path = fmt::format("types[{}]", at);
    if (list.items[at].kind != Kind::object) {
      faults.push_back({path, "it is no object"});
      continue;
    }
    ParticipantType type = read_type(list.items[at], path, faults);
    if (into.find(type.id) != nullptr) {
      faults.push_back({path, fmt::format("{} is listed twice", type.type)});
    }
    into.types.push_back(std::move(type));
  }
}

}  // namespace

std::string_view to_string(RetrySafety safety) noexcept {
  switch (safety) {
    case RetrySafety::idempotent:
      return "idempotent";
    case RetrySafety::query_then_retry:
      return "query_then_retry";
    case RetrySafety::at_most_once:
      return "at_most_once";
  }
  return "unknown";
}

const ParticipantType* ParticipantRegistration::find(const Uint128& type) const {
  const auto found = std::find_if(types.begin(), types.end(),
                                  [&](const ParticipantType& each) { return each.id == type; });
  return found == types.end() ? nullptr : &*found;
}

Result<ParticipantRegistration, SagaFaults> read_participant(std::string_view json) {
  SagaFaults faults;
  if (json.size() > limits::participant_bytes_max) {
    faults.push_back(
        {"", fmt::format("{} bytes are more than {}", json.size(), limits::participant_bytes_max)});
    return faults;
  }
  auto document = read_document(json);
  if (!document.ok()) return document.error();
  ParticipantRegistration registration;
  ObjectReader reader{&document.value(), "", faults};
  if (!reader.name("name", registration.name) && reader.find_any("name") == nullptr) {
    reader.fault("name", "a participant needs a name");
  }
  reader.number("in_flight", 1, limits::participant_in_flight_max, registration.in_flight);
  if (const DocumentValue* const types = reader.find("types", Kind::list)) {
    read_types(*types, registration, faults);
  } else if (reader.find_any("types") == nullptr) {
    reader.fault("types", "a participant does at least one type");
  }
  reader.refuse_the_rest("a participant");
  if (!faults.empty()) return faults;
  registration.canonical = canonical_text(document.value());
  return registration;
}

}  // namespace daybook

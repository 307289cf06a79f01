#include "tools/daybook/participant/registration.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "tools/daybook/text/duration_text.hpp"
#include "tools/daybook/text/json_text.hpp"

namespace daybook {
namespace {

Result<void> add_word(JsonObject& type, std::string_view word) {
  if (word == "can_query") {
    type.truth("can_query", true);
    return {};
  }
  const std::size_t sign = word.find('=');
  const std::string_view key = word.substr(0, sign);
  const std::string_view value =
      sign == std::string_view::npos ? std::string_view{} : word.substr(sign + 1);
  if (key == "retry") {
    type.text("retry", value);
    return {};
  }
  if (key == "keeps_keys") {
    const auto seconds = parse_timeout_s(value);
    if (!seconds) {
      return Failure{FailureKind::invalid, fmt::format("keeps_keys: {}", seconds.error().what)};
    }
    type.count("keeps_keys_ms", std::uint64_t{seconds.value()} * 1'000);
    return {};
  }
  return Failure{FailureKind::invalid,
                 fmt::format("'{}' is none of retry=idempotent, retry=query_then_retry, "
                             "retry=at_most_once, can_query, keeps_keys=7d",
                             word)};
}

Result<std::string> type_json(std::string_view text) {
  const std::size_t comma = std::min(text.find(','), text.size());
  const std::string_view name = text.substr(0, comma);
  JsonObject type;
  type.text("type", name);
  text.remove_prefix(std::min(comma + 1, text.size()));
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(','), text.size());
    if (auto added = add_word(type, text.substr(0, end)); !added) {
      return Failure{FailureKind::invalid, fmt::format("--type {}: {}", name, added.error().what)};
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return type.str();
}

}  // namespace

Result<std::string> registration_json(std::string_view name, std::uint32_t in_flight,
                                      std::span<const std::string> types) {
  std::vector<std::string> all;
  for (const std::string& each : types) {
    auto json = type_json(each);
    if (!json) return json;
    all.push_back(std::move(json).value());
  }
  return JsonObject{}
      .text("name", name)
      .count("in_flight", in_flight)
      .raw("types", json_array(all))
      .str();
}

}  // namespace daybook

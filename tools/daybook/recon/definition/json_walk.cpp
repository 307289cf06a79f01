#include "tools/daybook/recon/definition/json_walk.hpp"

#include <set>

#include <fmt/format.h>

#include "engine/base/utf8.hpp"

namespace daybook::recon {
namespace {

using Json = nlohmann::json;

/// Sees what a parsed document does not show any more: depth, and members that were there twice.
class Watcher {
 public:
  bool see(int depth, Json::parse_event_t event, const Json& parsed) {
    using Event = Json::parse_event_t;
    if (event == Event::object_start) {
      is_too_deep = is_too_deep || depth >= JsonWalk::depth_max;
      if (!is_too_deep) names_.emplace_back();
    } else if (event == Event::array_start) {
      is_too_deep = is_too_deep || depth >= JsonWalk::depth_max;
    } else if (event == Event::object_end && !names_.empty()) {
      names_.pop_back();
    } else if (event == Event::key && !names_.empty()) {
      const auto name = parsed.get<std::string>();
      if (!names_.back().insert(name).second) twice.insert(name);
    }
    // What is too deep is thrown away, so that nothing has to go down into it.
    return !is_too_deep;
  }

  bool is_too_deep = false;
  std::set<std::string> twice;

 private:
  std::vector<std::set<std::string>> names_;
};

}  // namespace

std::string faults_text(const std::vector<JsonFault>& faults) {
  std::string text;
  for (const JsonFault& fault : faults) {
    if (!text.empty()) text += '\n';
    text += fault.path.empty() ? fault.what : fmt::format("{}: {}", fault.path, fault.what);
  }
  return text;
}

std::optional<Json> JsonWalk::parse(std::string_view text, bool allows_comments) {
  Watcher watcher;
  Json parsed = Json::parse(
      text,
      [&](int depth, Json::parse_event_t event, Json& value) {
        return watcher.see(depth, event, value);
      },
      false, allows_comments);
  if (watcher.is_too_deep) {
    fault("", fmt::format("more than {} objects and lists in each other", depth_max));
  } else if (!parsed.is_object()) {
    fault("", "it is not one JSON object");
  }
  for (const std::string& name : watcher.twice) {
    fault("", fmt::format("'{}' is there twice", is_printable_utf8(name) ? name : "?"));
  }
  if (!faults_.empty()) return std::nullopt;
  return parsed;
}

void JsonWalk::fault(std::string_view path, std::string what) {
  if (faults_.size() == faults_max) return;
  // Names of members are anybody's bytes.
  const bool is_readable = is_printable_utf8(path) && path.size() <= 256;
  faults_.push_back(
      {.path = is_readable ? std::string{path} : std::string{"/..."}, .what = std::move(what)});
}

std::optional<std::string> JsonWalk::text(const Json& value, std::string_view path,
                                          std::size_t bytes_max) {
  if (!value.is_string()) {
    fault(path, "it should be a text");
    return std::nullopt;
  }
  auto text = value.get<std::string>();
  if (text.empty() || text.size() > bytes_max || !is_printable_utf8(text)) {
    fault(path, fmt::format("it should have 1 to {} bytes and no control characters", bytes_max));
    return std::nullopt;
  }
  return text;
}

std::optional<std::int64_t> JsonWalk::number(const Json& value, std::string_view path,
                                             std::int64_t low, std::int64_t high) {
  // Above the signed numbers it comes out below 0 and so below `low`.
  if (value.is_number_integer()) {
    const auto number = value.get<std::int64_t>();
    if (number >= low && number <= high) return number;
  }
  fault(path, fmt::format("it should be a whole number from {} to {}", low, high));
  return std::nullopt;
}

bool JsonWalk::is_object(const Json& value, std::string_view path) {
  if (value.is_object()) return true;
  fault(path, "it should be an object");
  return false;
}

bool JsonWalk::is_list(const Json& value, std::string_view path, std::size_t count_max) {
  if (value.is_array() && value.size() <= count_max) return true;
  fault(path, fmt::format("it should be a list of at most {}", count_max));
  return false;
}

}  // namespace daybook::recon

#include "tools/daybook/recon/runs/kept_result.hpp"

#include <algorithm>
#include <fstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tools/daybook/text/id_text.hpp"

namespace daybook::recon {
namespace {

using Json = nlohmann::json;

std::string member_text(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

/// The one that is there.
std::string either(const Json& object, const char* a, const char* b) {
  const std::string first = member_text(object, a);
  return first.empty() ? member_text(object, b) : first;
}

std::optional<Code> code_in(const Json& object) {
  const std::string name = member_text(object, "name");
  const auto found = std::find_if(all_codes.begin(), all_codes.end(),
                                  [&](Code code) { return to_string(code) == name; });
  return found == all_codes.end() ? std::nullopt : std::optional{*found};
}

}  // namespace

Result<void> read_differences(const std::filesystem::path& file,
                              const std::function<Result<void>(const KeptDifference&)>& use) {
  std::ifstream input{file};
  if (!input) {
    return Failure{FailureKind::not_found,
                   fmt::format("{}: it cannot be read: the run's result is kept on the machine on "
                               "which it ran",
                               file.string())};
  }
  std::string line;
  for (std::uint64_t number = 1; std::getline(input, line); ++number) {
    const Json object = Json::parse(line, nullptr, false);
    const auto code = object.is_object() ? code_in(object) : std::nullopt;
    if (!code) {
      return Failure{FailureKind::invalid,
                     fmt::format("{}: line {} is no difference", file.string(), number)};
    }
    const auto id = parse_id(member_text(object, "difference"));
    if (!id) continue;  // Carried on: nobody has to deal with it.
    const auto used = use({.id = id.value(),
                           .code = *code,
                           .delta = member_text(object, "delta"),
                           .currency = either(object, "currency_a", "currency_b"),
                           .reference = either(object, "reference_a", "reference_b"),
                           .line = line});
    if (!used) return used;
  }
  return {};
}

}  // namespace daybook::recon

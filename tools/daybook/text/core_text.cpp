#include "tools/daybook/text/core_text.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "tools/daybook/text/number_text.hpp"

namespace daybook {
namespace {

Failure invalid(std::string what) { return {FailureKind::invalid, std::move(what)}; }

bool is_one_of_several(std::string_view name, std::string_view kind, std::size_t count) {
  if (name == kind) return true;
  if (!name.starts_with(kind) || name.substr(kind.size()).substr(0, 1) != "-") return false;
  const std::string_view digits = name.substr(kind.size() + 1);
  const auto number = parse_unsigned(digits, count - 1);
  return number.ok() && fmt::to_string(number.value()) == digits;
}

bool is_thread(std::string_view name, const ThreadCounts& counts) {
  constexpr std::string_view alone[] = {"sequencer", "journaler", "follower", "subscriptions",
                                        "preparer"};
  return std::find(std::begin(alone), std::end(alone), name) != std::end(alone) ||
         is_one_of_several(name, "io", counts.io) || is_one_of_several(name, "query", counts.query);
}

std::string listed(const std::vector<unsigned>& cores) {
  std::string text;
  for (const unsigned core : cores) text += (text.empty() ? "" : ", ") + std::to_string(core);
  return text;
}

Result<CorePlan::Choice> parse_choice(std::string_view text, const ThreadCounts& counts,
                                      const std::vector<unsigned>& usable) {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos) {
    return invalid(fmt::format("--pin {}: write THREAD=CORE, such as sequencer=0", text));
  }
  const std::string_view name = text.substr(0, equals);
  if (!is_thread(name, counts)) {
    return invalid(
        fmt::format("--pin {}: no thread is called '{}'; there are sequencer, journaler, follower, "
                    "subscriptions, preparer, io (io-0 to io-{}) and query (query-0 to query-{})",
                    text, name, counts.io - 1, counts.query - 1));
  }
  const auto core = parse_unsigned(text.substr(equals + 1), ~std::uint32_t{0});
  if (!core.ok() || std::find(usable.begin(), usable.end(), core.value()) == usable.end()) {
    return invalid(
        fmt::format("--pin {}: this process may use the cores {}", text, listed(usable)));
  }
  return CorePlan::Choice{std::string{name}, static_cast<unsigned>(core.value())};
}

}  // namespace

Result<CorePlan> parse_core_plan(std::string_view text, const ThreadCounts& counts,
                                 const std::vector<unsigned>& usable) {
  std::vector<CorePlan::Choice> choices;
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    auto choice = parse_choice(text.substr(0, comma), counts, usable);
    if (!choice.ok()) return choice.error();
    const std::string& name = choice.value().thread;
    if (std::any_of(choices.begin(), choices.end(),
                    [&](const auto& each) { return each.thread == name; })) {
      return invalid(fmt::format("--pin names the thread '{}' twice", name));
    }
    choices.push_back(std::move(choice).value());
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return CorePlan{std::move(choices)};
}

}  // namespace daybook

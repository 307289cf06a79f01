#include "tools/daybook/bench/bench_settings.hpp"

#include <array>

namespace daybook {
namespace {

struct KindWords {
  LoadKind kind;
  std::string_view name;
  std::string_view words;
};

constexpr std::array kinds{
    KindWords{LoadKind::plain, "plain", "plain transfers"},
    KindWords{LoadKind::holds, "holds", "holds, and their posts in a later request each"},
    KindWords{LoadKind::pending_30, "pending-30",
              "30 % holds, 20 % posts and 10 % voids of them in later requests, 40 % plain"},
    KindWords{LoadKind::hot, "hot", "plain transfers that all debit one account"},
    KindWords{LoadKind::chain_2, "chain-2", "plain transfers in linked chains of 2"},
    KindWords{LoadKind::chain_10, "chain-10", "plain transfers in linked chains of 10"},
};

const KindWords& words_of(LoadKind kind) {
  for (const KindWords& each : kinds) {
    if (each.kind == kind) return each;
  }
  return kinds.front();
}

}  // namespace

std::string_view name_of(LoadKind kind) { return words_of(kind).name; }

std::string_view describe(LoadKind kind) { return words_of(kind).words; }

std::string_view name_of(IdOrder ids) { return ids == IdOrder::random ? "random" : "sequential"; }

std::optional<LoadKind> load_kind_of(std::string_view name) {
  for (const KindWords& each : kinds) {
    if (each.name == name) return each.kind;
  }
  return std::nullopt;
}

std::vector<std::string> load_kind_names() {
  std::vector<std::string> names;
  for (const KindWords& each : kinds) names.emplace_back(each.name);
  return names;
}

}  // namespace daybook

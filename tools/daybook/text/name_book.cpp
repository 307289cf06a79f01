#include "tools/daybook/text/name_book.hpp"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "engine/model/aggregate.hpp"
#include "engine/model/saga_types.hpp"
#include "tools/daybook/text/id_text.hpp"

namespace daybook {

namespace {

/// The engine's own types of aggregates and events need no name.
std::string_view engine_name(NameKind kind, const Uint128& id) {
  if (kind == NameKind::aggregate_type) {
    if (id == order_type()) return "order";
    if (id == payment_type()) return "payment";
    if (id == reconciliation_type()) return "reconciliation";
    if (id == reconciliation_run_type()) return "reconciliation_run";
    if (id == difference_type()) return "difference";
    if (id == saga_type()) return "saga";
    if (id == saga_definition_type()) return "saga.definition";
  }
  if (kind != NameKind::event_type) return {};
  for (std::size_t at = 0; at < command_count; ++at) {
    const auto command = static_cast<Command>(at);
    if (id == event_type_of(command)) return to_string(command);
  }
  for (std::size_t at = 0; at < saga_news_count; ++at) {
    const auto news = static_cast<SagaNews>(at);
    if (id == event_type_of(news)) return to_string(news);
  }
  return {};
}

}  // namespace

void NameBook::put(const Name& name) {
  texts_.insert_or_assign({name.kind, name.id}, std::string{name.text()});
}

std::string_view NameBook::find(NameKind kind, const Uint128& id) const {
  const auto found = texts_.find({kind, id});
  return found == texts_.end() ? engine_name(kind, id) : std::string_view{found->second};
}

std::string NameBook::show(NameKind kind, const Uint128& id) const {
  const std::string_view text = find(kind, id);
  return text.empty() ? format_id(id) : fmt::format("{} {}", text, format_id(id));
}

void leave_each_once(std::vector<Name>& names) {
  const auto place = [](const Name& name) { return std::tuple{name.kind, name.id, name.text()}; };
  std::sort(names.begin(), names.end(),
            [&](const Name& a, const Name& b) { return place(a) < place(b); });
  names.erase(std::unique(names.begin(), names.end()), names.end());
}

void leave_each_once(std::vector<NameKey>& keys) {
  std::sort(keys.begin(), keys.end(), [](const NameKey& a, const NameKey& b) {
    return std::tie(a.kind, a.id) < std::tie(b.kind, b.id);
  });
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
}

}  // namespace daybook

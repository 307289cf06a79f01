#include "tools/daybook/text/name_book.hpp"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "tools/daybook/text/id_text.hpp"

namespace daybook {

void NameBook::put(const Name& name) {
  texts_.insert_or_assign({name.kind, name.id}, std::string{name.text()});
}

std::string_view NameBook::find(NameKind kind, const Uint128& id) const {
  const auto found = texts_.find({kind, id});
  return found == texts_.end() ? std::string_view{} : std::string_view{found->second};
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

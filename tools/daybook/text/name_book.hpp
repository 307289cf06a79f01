#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/model/name.hpp"

namespace daybook {

/// The texts behind ids, as far as they were asked for.
class NameBook {
 public:
  void put(const Name& name);

  /// Empty where no name is known. Valid as long as the book is not changed.
  [[nodiscard]] std::string_view find(NameKind kind, const Uint128& id) const;

  /// The id for people: "7", or "till-7 7" where the name is known.
  [[nodiscard]] std::string show(NameKind kind, const Uint128& id) const;

 private:
  std::map<std::pair<NameKind, Uint128>, std::string> texts_;
};

/// Leaves each name once; their order is lost.
void leave_each_once(std::vector<Name>& names);
void leave_each_once(std::vector<NameKey>& keys);

}  // namespace daybook

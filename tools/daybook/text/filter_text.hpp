#pragma once

#include <cstdint>
#include <string>

#include "engine/base/result.hpp"
#include "engine/model/query.hpp"

namespace daybook {

/// A query's filter as people write it. Empty: everything passes.
struct FilterTexts {
  std::string from;  ///< A time; included.
  std::string to;    ///< A time; included.
  std::string business;
  std::string trace;
  std::string user;
  std::string tag;
  std::string ledger;
  std::string code;
  bool debits = false;   ///< Of an account's history.
  bool credits = false;  ///< Of an account's history.
  bool newest_first = false;
};

/// The filter, without account, limit and cursor. The words of a failure name the option, such as
/// --from. A 0 is refused where it is written out: in a filter it would let everything pass, and
/// what an event was not given cannot be asked for.
[[nodiscard]] Result<QueryFilter> parse_filter(const FilterTexts& texts);

}  // namespace daybook

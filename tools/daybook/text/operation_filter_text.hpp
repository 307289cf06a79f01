#pragma once

#include <string>

#include "engine/base/result.hpp"
#include "engine/model/operation_query.hpp"

namespace daybook {

/// Which operations, as people write it. Empty: all pass.
struct OperationFilterTexts {
  std::string business;
  std::string trace;
  std::string user;
  std::string client;
  std::string kind;    ///< "create_transfers", or its number.
  std::string status;  ///< "ok", "malformed", or its number.
  std::string follows;
  std::string from;  ///< A time; included.
  std::string to;    ///< A time; included.
  std::string from_sequence;
  std::string to_sequence;
  bool refused = false;  ///< Some event was refused.
  bool newest_first = false;
  bool facts = false;
};

/// The filter, without limit, cursor and skip. The words of a failure name the option.
[[nodiscard]] Result<OperationFilter> parse_operation_filter(const OperationFilterTexts& texts);

}  // namespace daybook

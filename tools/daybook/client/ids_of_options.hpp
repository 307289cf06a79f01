#pragma once

#include <string>
#include <vector>

#include <fmt/format.h>

#include "engine/base/limits.hpp"
#include "engine/base/result.hpp"
#include "tools/daybook/text/id_text.hpp"

namespace daybook {

/// The ids that a command line names, as many as one request may.
template <typename Id>
[[nodiscard]] Result<std::vector<Id>> parse_ids(const std::vector<std::string>& texts) {
  std::vector<Id> ids;
  for (const std::string& text : texts) {
    const auto id = parse_id(text);
    if (!id) return id.error();
    ids.emplace_back(id.value());
  }
  if (ids.size() > limits::batch_events_max) {
    return Failure{FailureKind::invalid,
                   fmt::format("{} ids are more than the {} that one request may name; ask in "
                               "parts",
                               ids.size(), limits::batch_events_max)};
  }
  return ids;
}

}  // namespace daybook

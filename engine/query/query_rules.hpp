#pragma once

#include <optional>
#include <string_view>

#include "engine/model/account.hpp"
#include "engine/model/operation.hpp"
#include "engine/model/query.hpp"
#include "engine/model/transfer.hpp"

namespace daybook {

/// What is wrong with a filter of this kind of query, in words; nothing if it may be asked. Whether
/// the account exists is for the caller.
[[nodiscard]] std::optional<std::string_view> fault_of(RequestKind kind, const QueryFilter& filter);

/// Does the filter let it pass, limit and cursor aside?
[[nodiscard]] bool passes(const QueryFilter& filter, const Transfer& transfer);
[[nodiscard]] bool passes(const QueryFilter& filter, const Account& account);

}  // namespace daybook

#pragma once

#include <span>
#include <string>

#include "engine/model/tcc.hpp"
#include "tools/daybook/text/json_text.hpp"
#include "tools/daybook/text/name_book.hpp"
#include "tools/daybook/text/table.hpp"

/// TCC transactions for people and scripts. Amounts are in the minor unit where the ledger is not
/// known: a fact of a transaction does not say it.

namespace daybook {

[[nodiscard]] std::string fact_line(const TccFact& fact, const NameBook& names);
[[nodiscard]] std::string fact_line(const TccCommand& command, const NameBook& names);
[[nodiscard]] JsonObject tcc_fact_json(const TccFact& fact);
[[nodiscard]] JsonObject tcc_command_json(const TccCommand& command);

/// One row each.
[[nodiscard]] Table tcc_table(std::span<const TccView> tccs);
/// One row each. `gid`: whose they are.
[[nodiscard]] Table tcc_branch_table(const Uint128& gid, std::span<const TccBranch> branches);
/// With its branches.
[[nodiscard]] JsonObject tcc_json(const TccView& tcc, std::span<const TccBranch> branches);

/// A UUIDv7 of now and of the system's random source: what a gid should be, since it says when it
/// was made.
[[nodiscard]] Uint128 make_gid();

}  // namespace daybook

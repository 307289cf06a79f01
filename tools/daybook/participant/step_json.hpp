#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.hpp"
#include "engine/saga/definition.hpp"
#include "net/client/step_values.hpp"
#include "tools/daybook/text/ledger_book.hpp"

/// A command and its reply as the JSON that programs read and print. Ids, amounts and times are
/// strings, as everywhere; secrets are in clear, here and nowhere else.

namespace daybook {

/// One object on one line.
[[nodiscard]] std::string step_command_json(const StepCommand& command, const LedgerBook& ledgers);

/// What the program printed: {"outcome":"succeeded","reference":"…","code":0,"message":"…",
/// "outputs":{…}}, of which only `outcome` must be there. `step` is that of the command's
/// definition: a do that succeeded brings exactly the outputs that it declares.
/// Errors: says what is wrong with it.
[[nodiscard]] Result<StepReply> read_step_reply(std::string_view json, WorkOperation operation,
                                                const SagaStep& step, const LedgerBook& ledgers);

}  // namespace daybook

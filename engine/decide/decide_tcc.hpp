#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "engine/model/tcc.hpp"
#include "engine/state/state.hpp"
#include "engine/tcc/tcc_table.hpp"

namespace daybook {

/// What is to be done for a command.
enum class TccAct : std::uint8_t {
  none,
  begin,
  try_branch,  ///< A hold if the ledger's rules allow it.
  confirm,
  prepare,  ///< A confirm of a transaction that is a branch: its amounts are kept.
  cancel,
  cancel_unseen,  ///< A transaction that never began.
  expire,         ///< The deadline passed: cancel it, and answer with `status` all the same.
};

struct TccDecision {
  TccStatus status = TccStatus::done;
  TccAct act = TccAct::none;
  TccSlot slot = no_tcc;     ///< Of the transaction; no_tcc where there is none.
  std::uint16_t detail = 0;  ///< Of try_refused: the CreateTransferStatus.
  Timestamp original;        ///< When what is repeated, or stands in the way, happened; 0 = now.
};

/// Decides on one command; nothing is changed. Checks in the order: form, duplicate, state,
/// deadline, rules of TCC. `now`: the command's slot. `amounts`: those of a confirm.
/// Cost: O(branches), of a confirm O(branches x amounts).
[[nodiscard]] TccDecision decide_tcc(const State& state, const TccCommand& command,
                                     std::span<const TccAmount> amounts, Timestamp now);

/// What a transaction is told of an open branch that is a saga, where that has come to `status`;
/// nothing where it is no news. `decision`: what is decided of the transaction.
[[nodiscard]] std::optional<TccFactKind> branch_fact_of(SagaStatus status, const TccBranch& branch,
                                                        std::uint8_t decision);
/// The same of a branch that is a transaction.
[[nodiscard]] std::optional<TccFactKind> branch_fact_of(TccState state, const TccBranch& branch,
                                                        std::uint8_t decision);

/// What a confirm takes of a branch of which `tried` was tried.
[[nodiscard]] Amount amount_taken(const TccAmount& asked, Amount tried);

}  // namespace daybook

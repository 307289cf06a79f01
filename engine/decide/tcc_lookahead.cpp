#include "engine/decide/tcc_lookahead.hpp"

#include <algorithm>

namespace daybook {

// Those that a confirm or cancel settles. What somebody may have made of their ids before does not
// matter: a line too many is asked for, or one too few.
template <typename Use>
void TccLookahead::for_each_hold(const TccCommand& command, Use use) const {
  const TccSlot slot = state_.tccs.find(command.gid);
  if (slot == no_tcc) return;
  std::size_t left = branches_ahead;
  state_.tccs.for_each_branch(slot, [&](const TccBranch& branch) {
    if (left == 0 || !branch.is_open() || branch.kind != TccBranchKind::hold) return;
    --left;
    use(branch.branch,
        transfer_id_of(command.gid, branch.branch, TccOperation::try_, branch.round));
  });
}

void TccLookahead::ask_for_indexes(std::size_t begin) {
  const auto ask_for_id = [this](const TccCommand& command, std::uint64_t branch,
                                 TccOperation operation) {
    const TransferId id = transfer_id_of(command.gid, branch, operation, 0);
    state_.transfer_ids.prefetch(id, state_.transfer_ids.tag_of(id));
  };
  const std::size_t end = std::min(begin + group, commands_.size());
  for (std::size_t at = begin; at < end; ++at) {
    const TccCommand& command = commands_[at];
    if (command.kind == TccCommandKind::try_) {
      ask_for_id(command, command.branch, TccOperation::try_);
      state_.accounts.prefetch_index(state_.accounts.tag_of(command.debit_account_id));
      state_.accounts.prefetch_index(state_.accounts.tag_of(command.credit_account_id));
    } else if (command.kind != TccCommandKind::begin) {
      const bool confirms = command.kind == TccCommandKind::confirm;
      for_each_hold(command, [&](std::uint64_t branch, TransferId hold) {
        state_.holds.prefetch_index(hold);
        state_.transfer_ids.prefetch_follow(hold);
        ask_for_id(command, branch, confirms ? TccOperation::confirm : TccOperation::cancel);
      });
    }
  }
}

void TccLookahead::ask_for_places(std::size_t begin) {
  const std::size_t end = std::min(begin + group, commands_.size());
  for (std::size_t at = begin; at < end; ++at) {
    const TccCommand& command = commands_[at];
    if (command.kind == TccCommandKind::try_) {
      const AccountTable& accounts = state_.accounts;
      static_cast<void>(accounts.prefetch_candidate(accounts.tag_of(command.debit_account_id)));
      static_cast<void>(accounts.prefetch_candidate(accounts.tag_of(command.credit_account_id)));
    } else if (command.kind != TccCommandKind::begin) {
      for_each_hold(command, [this](std::uint64_t /*branch*/, TransferId hold) {
        state_.holds.prefetch_candidate(hold);
      });
    }
  }
}

}  // namespace daybook

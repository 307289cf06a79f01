#include "engine/follower/resolved_hold.hpp"

#include "engine/replay/entry_reader.hpp"

namespace daybook {

void ResolvedHold::note_fact(const EntryFacts& facts, Sequence sequence, TransferId id) {
  if (const auto release = release_in(facts, sequence)) {
    if (release->id == id) release_ = release;
    return;
  }
  const auto recorded = recorded_in(facts, sequence);
  if (!recorded) return;
  const Transfer& transfer = recorded->transfer;
  constexpr unsigned resolving =
      transfer_flag::post_pending_transfer | transfer_flag::void_pending_transfer;
  if (transfer.id == id && (transfer.flags & transfer_flag::pending) != 0) {
    pending_ = recorded;
    sequence_ = sequence;
  } else if (transfer.pending_id == id && (transfer.flags & resolving) != 0) {
    resolution_ = recorded;
  }
}

std::optional<HoldView> ResolvedHold::view() const {
  if (!pending_ || (!resolution_ && !release_)) return std::nullopt;
  const Transfer& pending = pending_->transfer;
  HoldView view{.id = pending.id,
                .debit_account_id = pending.debit_account_id,
                .credit_account_id = pending.credit_account_id,
                .amount = pending.amount,
                .posted = {},
                .held = {},
                .owner = pending_->note.owner,
                .resolved_by = {},
                .sequence = sequence_,
                .expires_at = pending.timeout == 0 ? Timestamp{} : deadline_of(pending),
                .ledger = pending.ledger,
                .code = pending.code,
                .state = HoldState::expired};
  const u128 amount = pending.amount.value().wide();
  if (release_) {
    view.posted = Amount{Uint128{amount - release_->amount.value().wide()}};
    return view;
  }
  const Transfer& last = resolution_->transfer;
  view.resolved_by = last.id;
  if ((last.flags & transfer_flag::void_pending_transfer) != 0) {
    view.state = HoldState::voided;
    view.posted = Amount{Uint128{amount - last.amount.value().wide()}};
  } else {
    view.state = HoldState::posted;
    // The first post of a hold has no total of its own: it is the total.
    const bool first = resolution_->note.total.value().is_zero();
    view.posted = first ? last.amount : resolution_->note.total;
  }
  return view;
}

}  // namespace daybook

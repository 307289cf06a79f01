// Sequencer: one transfer, of a request of transfers or of a bundle.

#include "engine/ledger/invariants.hpp"
#include "engine/sequencer/sequencer.hpp"

namespace daybook {

// Creates the transfer and returns 0, or returns the status and, for `exists`, the original's
// timestamp.
std::uint16_t Sequencer::try_transfer(Batch& batch, const Transfer& event, const TransferTags& tags,
                                      Timestamp& timestamp) {
  const TransferDecision decision =
      decide_transfer(state_, facts_, batch.rules, event, timestamp, tags, record_);
  if (decision.status == CreateTransferStatus::created) {
    Transfer& fact = slab_->add_fact(decision.rewritten ? record_ : event);
    if (!batch.rules.imported) fact.timestamp = timestamp;
    if (decision.has_note) slab_->add_note(decision.note);
    apply_transfer(fact, decision);
    return 0;
  }
  if (decision.status == CreateTransferStatus::exists) timestamp = decision.original;
  return static_cast<std::uint16_t>(decision.status);
}

void Sequencer::apply_transfer(const Transfer& fact, const TransferDecision& decision) {
  const TransferPlaces& places = decision.places;
  const AccountTable& accounts = state_.accounts;
  const Account& debit = accounts.at(places.debit);
  const Account& credit = accounts.at(places.credit);
  ClosedAndFrozenStandStill::check(debit, credit, fact, decision.note);
  state_.create_transfer(fact, decision.note, state_.take_sequence(), places);
  LimitsAreKept::check(debit, credit, accounts.limits(places.debit), accounts.limits(places.credit),
                       fact, decision.note);
}

// After the chain was undone: the burn stays.
void Sequencer::burn_if_transient(Batch& batch, std::uint32_t index, const Transfer& event) {
  if (batch.refusal_count == 0) return;
  const Refusal& last = batch.refusals[batch.refusal_count - 1];
  if (last.index == index && is_transient(static_cast<CreateTransferStatus>(last.status))) {
    state_.burn(event.id, batch.operation);
  }
}

}  // namespace daybook

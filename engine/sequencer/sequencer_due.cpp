// Sequencer: what the engine does of its own accord, because it is time.

#include "engine/sequencer/sequencer.hpp"

namespace daybook {

bool Sequencer::fits_releases() const {
  return slab_->fits(limits::releases_per_operation_max * sizeof(HoldReleased) + sizeof(Operation) +
                     sizeof(Run));
}

std::uint32_t Sequencer::release_due(std::uint64_t now_ns, std::uint32_t limit) {
  if (!holds_are_due(now_ns)) return 0;
  const Timestamp time{engine_time(now_ns)};
  const Sequence operation_sequence = state_.take_sequence();
  slab_->add_run({.kind = FactKind::hold_released,
                  .reserved = 0,
                  .operation = slab_->operation_count(),
                  .first = slab_->hold_released_count(),
                  .count = 0},
                 next(operation_sequence));
  state_.transfer_ids.prepare(limit);
  std::uint32_t count = 0;
  for (; count < limit && holds_are_due(now_ns); ++count) {
    const Hold& hold = state_.holds.at(state_.holds.next_due());
    const Account& debit = state_.accounts.at(hold.debit);
    const HoldReleased release{.id = hold.id,
                               .debit_account_id = debit.id,
                               .credit_account_id = state_.accounts.at(hold.credit).id,
                               .amount = hold.held(),
                               .pending_sequence = hold.sequence,
                               .expires_at = hold.expires_at,
                               .ledger = debit.ledger,
                               .flags = hold.flags,
                               .reserved = 0,
                               .timestamp = time};
    slab_->add_fact(release);
    state_.release(release, state_.take_sequence());
  }
  slab_->last_run().count = count;
  record_own_operation(RequestKind::release_holds, time, count, operation_sequence);
  return count;
}

bool Sequencer::do_due_work(std::uint64_t now_ns) {
  if (!fits_releases()) return false;
  release_due(now_ns, limits::releases_per_operation_max);
  if (tccs_are_due(now_ns) || tccs_are_to_be_pruned()) {
    if (!fits_tcc_work()) return false;
    expire_tccs(now_ns);
    if (!fits_tcc_work()) return false;
    prune_tccs(now_ns);
  }
  if (!sagas_are_due(now_ns) && !sagas_are_to_be_forgotten()) return true;
  if (!fits_saga_work()) return false;
  drive_sagas(now_ns);
  if (!fits_saga_work()) return false;
  forget_sagas(now_ns);
  return true;
}

// The engine itself did something to `count` things.
void Sequencer::record_own_operation(RequestKind kind, Timestamp time, std::uint32_t count,
                                     Sequence sequence) {
  Operation operation;
  operation.time = time;
  operation.kind = kind;
  operation.event_count = count;
  operation.created_count =
      static_cast<std::uint32_t>(state_.last_sequence().value() - sequence.value());
  slab_->add_operation(operation);
  state_.remember(operation, sequence);
}

}  // namespace daybook

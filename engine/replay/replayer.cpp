#include "engine/replay/replayer.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "engine/decide/decide_account.hpp"
#include "engine/replay/entry_reader.hpp"
#include "engine/replay/replay_failure.hpp"

namespace daybook {
Result<void> Replayer::apply(const EntryView& entry) {
  const auto facts = read_facts(entry);
  if (!facts.ok()) return damaged(entry.header.first(), facts.error().what);
  return apply(facts.value());
}

Result<void> Replayer::apply(const EntryFacts& facts) {
  const EntryHeader& header = facts.header;
  auto applied = apply_facts(facts, header.last());
  if (!applied.ok()) return applied;
  if (state_.digest() != header.state_digest) {
    return damaged(header.last(),
                   fmt::format("the state has digest {:016x}, the entry of sequences {} to {} says "
                               "{:016x}",
                               state_.digest(), header.first().value(), header.last().value(),
                               header.state_digest));
  }
  AUDIT((state_.audit_balances(), true), "the ledgers balance after every entry");
  ++entries_;
  return {};
}

Result<void> Replayer::apply_until(const EntryView& entry, Sequence until) {
  auto facts = read_facts(entry);
  if (!facts.ok()) return damaged(entry.header.first(), facts.error().what);
  ++entries_;
  return apply_facts(facts.value(), until);
}

Result<void> Replayer::apply_facts(const EntryFacts& facts, Sequence until) {
  if (facts.header.first() != next(state_.last_sequence())) {
    return damaged(facts.header.first(), fmt::format("the entry does not follow sequence {}",
                                                     state_.last_sequence().value()));
  }
  operation_.reset();
  RunWalker walker{facts};
  for (PlacedRun placed; walker.next(placed);) {
    if (placed.starts_operation || placed.run.operation == no_operation) {
      if (auto finished = finish_operation(facts); !finished.ok()) return finished;
      const Sequence begin =
          placed.starts_operation ? placed.operation_sequence : placed.first_sequence;
      if (begin > until) return {};
    }
    if (placed.starts_operation) {
      operation_ = placed;
      state_.take_sequence();
    }
    if (auto applied = apply_run(facts, placed); !applied.ok()) return applied;
  }
  return finish_operation(facts);
}

// The record is applied after the operation's facts, as it was live: only then are its counts
// known. Its sequence came before theirs.
Result<void> Replayer::finish_operation(const EntryFacts& facts) {
  if (!operation_) return {};
  const PlacedRun placed = *operation_;
  operation_.reset();
  const Operation& operation = facts.operations[placed.run.operation];
  const Sequence sequence = placed.operation_sequence;
  if (operation.time < state_.last_timestamp()) return damaged(sequence, "time runs backwards");
  const bool own = operation.kind == RequestKind::release_holds;
  if (own ? !operation.client.value().is_zero() || operation.request_number != 0
          : operation.client.value().is_zero() ||
                operation.request_number <= state_.windows.highest_number(operation.client) ||
                state_.windows.must_evict(operation.client)) {
    return damaged(sequence, "the operation's request number could not have been accepted");
  }
  const PlacedOperation whole{
      .operation = operation,
      .sequence = sequence,
      .refusals = facts.refusals.subspan(placed.first_refusal, operation.refusal_count),
      .first_refused_data = placed.first_refused_data};
  // Only refused transfers can burn ids; other refusals need no room.
  const std::uint64_t burns_max =
      operation.kind == RequestKind::create_transfers ? operation.refusal_count : 0;
  if (state_.transfer_ids.room() < burns_max) {
    return no_room(sequence, "there are more transfer ids than --transfer-ids-max");
  }
  state_.transfer_ids.prepare(burns_max);
  for_each_burnt(facts, whole, [&](const Transfer& refused) { state_.burn(refused.id, sequence); });
  state_.remember(operation, sequence);
  ++operations_;
  return {};
}

Result<void> Replayer::apply_run(const EntryFacts& facts, const PlacedRun& placed) {
  const Run& run = placed.run;
  switch (run.kind) {
    case FactKind::account:
      return apply_accounts(facts, placed);
    case FactKind::transfer:
      return apply_transfers(facts, placed);
    case FactKind::ledger:
      return apply_ledgers(facts, placed);
    case FactKind::client_evicted:
      return apply_evictions(facts, placed);
    case FactKind::hold_released:
      return apply_releases(facts, placed);
    case FactKind::account_change:
      return apply_changes(facts, placed);
    case FactKind::segment_opened:
    case FactKind::segment_sealed:
    case FactKind::segment_hashed:
    case FactKind::clock_change:
      break;
  }
  for (std::uint32_t at = run.first; at < run.first + run.count; ++at) {
    state_.take_sequence();
    if (run.kind == FactKind::segment_opened) state_.open_segment(facts.segments_opened[at]);
    if (run.kind == FactKind::segment_sealed) state_.seal_segment(facts.segments_sealed[at]);
    if (run.kind == FactKind::segment_hashed) state_.hash_segment(facts.segments_hashed[at]);
    if (run.kind == FactKind::clock_change) state_.change_clock(facts.clock_changes[at]);
  }
  return {};
}

Result<void> Replayer::apply_accounts(const EntryFacts& facts, const PlacedRun& placed) {
  state_.accounts.prepare(placed.run.count);
  for (const Account& account : facts.accounts.subspan(placed.run.first, placed.run.count)) {
    const Sequence sequence = state_.take_sequence();
    if (state_.accounts.find(account.id) != no_account) {
      return damaged(sequence, "an account is created twice");
    }
    if (state_.accounts.room() == 0) {
      return no_room(sequence, "there are more accounts than --accounts-max");
    }
    if (!state_.ledgers.contains(account.ledger) && state_.ledgers.full()) {
      return damaged(sequence, "there are more ledgers than the limit");
    }
    const bool moved =
        !account.debits_posted.value().is_zero() || !account.credits_posted.value().is_zero() ||
        !account.debits_pending.value().is_zero() || !account.credits_pending.value().is_zero();
    if (moved) return damaged(sequence, "an account is created with a balance");
    if (account.timestamp <= state_.accounts.last_timestamp()) {
      return damaged(sequence, "an account's timestamp does not follow the one before");
    }
    if ((account.flags & ~unsigned{account_flag::known}) != 0) {
      return damaged(sequence, "an account is created with flags that nobody may ask for");
    }
    state_.create_account(account);
  }
  return {};
}

Result<void> Replayer::apply_changes(const EntryFacts& facts, const PlacedRun& placed) {
  for (AccountChange change : facts.account_changes.subspan(placed.run.first, placed.run.count)) {
    const Sequence sequence = state_.take_sequence();
    const AccountChange fact = change;
    change.timestamp = {};
    const ChangeAccountStatus status = decide_change(state_, change);
    if (status != ChangeAccountStatus::changed && status != ChangeAccountStatus::outside_limits) {
      return damaged(sequence, "an account could not have been changed so");
    }
    state_.change_account(fact);
  }
  return {};
}

Result<void> Replayer::apply_ledgers(const EntryFacts& facts, const PlacedRun& placed) {
  for (const Ledger& ledger : facts.ledgers.subspan(placed.run.first, placed.run.count)) {
    const Sequence sequence = state_.take_sequence();
    if (state_.ledgers.decide_put(ledger) != PutLedgerStatus::created) {
      return damaged(sequence, "a ledger could not have been put");
    }
    state_.put_ledger(ledger);
  }
  return {};
}

Result<void> Replayer::apply_evictions(const EntryFacts& facts, const PlacedRun& placed) {
  const Run& run = placed.run;
  for (const ClientEvicted& eviction : facts.clients_evicted.subspan(run.first, run.count)) {
    const Sequence sequence = state_.take_sequence();
    if (!state_.windows.can_evict({eviction.client, eviction.number_too != 0})) {
      return damaged(sequence, "a client is evicted that has nothing to lose");
    }
    state_.evict(eviction);
  }
  return {};
}

}  // namespace daybook

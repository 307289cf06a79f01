#include "engine/replay/replayer.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "engine/decide/decide_account.hpp"
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
  if (!facts.parents.empty()) state_.leave_parent();
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
  // Where a parent was left stands at the end of its entry, so it is not reached.
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
  next_operation_ = 0;
  payload_bytes_applied_ = 0;
  state_.transfer_ids.begin_entry(facts.header.first());
  RunWalker walker{facts};
  for (PlacedRun placed; walker.next(placed);) {
    if (placed.starts_operation || placed.run.operation == no_operation) {
      if (auto finished = finish_operation(facts); !finished.ok()) return finished;
      const Sequence begin =
          placed.starts_operation ? placed.operation_sequence : placed.first_sequence;
      if (begin > until) return {};
    }
    if (placed.starts_operation) {
      if (auto started = start_operation(facts, placed); !started.ok()) return started;
    }
    if (auto applied = apply_run(facts, placed); !applied.ok()) return applied;
  }
  return finish_operation(facts);
}

namespace {

// What a run of an operation is made of. Other kinds of request are not journaled.
struct Made {
  RequestKind by;
  FactKind fact;
};
constexpr Made made[] = {
    {RequestKind::create_accounts, FactKind::account},
    {RequestKind::create_transfers, FactKind::transfer},
    {RequestKind::put_ledgers, FactKind::ledger},
    {RequestKind::change_accounts, FactKind::account_change},
    {RequestKind::put_names, FactKind::name},
    {RequestKind::append_events, FactKind::domain_event},
    {RequestKind::order_commands, FactKind::domain_event},
    {RequestKind::payment_commands, FactKind::domain_event},
    {RequestKind::put_checkpoints, FactKind::checkpoint},
    {RequestKind::bundle, FactKind::transfer},
    {RequestKind::reconciliation_commands, FactKind::domain_event},
    {RequestKind::review_corrections, FactKind::transfer},
    {RequestKind::post_automatically, FactKind::transfer},
    {RequestKind::advance_clock, FactKind::clock_change},
    {RequestKind::accept_clock, FactKind::clock_change},
    {RequestKind::release_holds, FactKind::hold_released},
    {RequestKind::tcc_commands, FactKind::transfer},
    {RequestKind::expire_tccs, FactKind::transfer},
    {RequestKind::prune_tccs, FactKind::tcc},
    {RequestKind::saga_commands, FactKind::domain_event},
    {RequestKind::saga_commands, FactKind::transfer},
    {RequestKind::operate_sagas, FactKind::domain_event},
    {RequestKind::operate_sagas, FactKind::transfer},
    {RequestKind::start_corrections, FactKind::domain_event},
    {RequestKind::start_corrections, FactKind::transfer},
    {RequestKind::answer_steps, FactKind::domain_event},
    {RequestKind::answer_steps, FactKind::transfer},
    {RequestKind::drive_sagas, FactKind::domain_event},
    {RequestKind::drive_sagas, FactKind::transfer},
    {RequestKind::forget_sagas, FactKind::domain_event},
};

// Names come with events too, in a run behind theirs; so do the domain events of a bundle, and what
// happened to transactions behind the transfers of their branches.
bool makes(RequestKind kind, FactKind fact, bool is_first_run) {
  if (fact == FactKind::name && may_bring_names(kind) && !is_first_run) return true;
  if (is_bundle(kind) && fact == FactKind::domain_event) return !is_first_run;
  const bool settles = kind == RequestKind::tcc_commands || kind == RequestKind::expire_tccs ||
                       drives_sagas(kind) || kind == RequestKind::drive_sagas;
  if (settles && fact == FactKind::tcc) return !is_first_run;
  return std::any_of(std::begin(made), std::end(made),
                     [&](const Made& each) { return each.by == kind && each.fact == fact; });
}

// What the engine says of its own accord.
bool needs_no_operation(FactKind fact) {
  return fact == FactKind::segment_opened || fact == FactKind::segment_sealed ||
         fact == FactKind::segment_hashed || fact == FactKind::client_evicted ||
         fact == FactKind::clock_change;
}

}  // namespace

Result<void> Replayer::apply_run(const EntryFacts& facts, const PlacedRun& placed) {
  const Run& run = placed.run;
  const bool belongs = run.operation == no_operation ? needs_no_operation(run.kind)
                                                     : makes(facts.operations[run.operation].kind,
                                                             run.kind, placed.starts_operation);
  if (!belongs) {
    return damaged(placed.first_sequence, "no operation of this kind makes such facts");
  }
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
    case FactKind::name:
      return apply_names(facts, placed);
    case FactKind::domain_event:
      return apply_events(facts, placed);
    case FactKind::checkpoint:
      return apply_checkpoints(facts, placed);
    case FactKind::tcc:
      return apply_tcc(facts, placed);
    case FactKind::clock_change:
      return apply_clock_changes(facts, placed);
    case FactKind::segment_opened:
    case FactKind::segment_sealed:
    case FactKind::segment_hashed:
      return apply_segment_facts(facts, placed);
  }
  return damaged(placed.first_sequence, "a run has an unknown kind");
}

namespace {

const char* fault_of_account(const State& state, const Account& account) {
  constexpr unsigned both =
      account_flag::debits_must_not_exceed_credits | account_flag::credits_must_not_exceed_debits;
  if (state.accounts.find(account.id) != no_account) return "an account is created twice";
  if (account.id.value().is_zero() || account.id.value().is_max()) {
    return "an account has an id that none may have";
  }
  if (!account.debits_posted.value().is_zero() || !account.credits_posted.value().is_zero() ||
      !account.debits_pending.value().is_zero() || !account.credits_pending.value().is_zero()) {
    return "an account is created with a balance";
  }
  if (account.timestamp <= state.accounts.last_timestamp()) {
    return "an account's timestamp does not follow the one before";
  }
  if ((account.flags & ~unsigned{account_flag::known}) != 0 || (account.flags & both) == both) {
    return "an account is created with flags that nobody may ask for";
  }
  if (account.ledger.value() == 0 || account.code.value() == 0 || account.reserved != 0) {
    return "an account could not have been created so";
  }
  if (!state.ledgers.contains(account.ledger) && state.ledgers.full()) {
    return "there are more ledgers than the limit";
  }
  return nullptr;
}

}  // namespace

Result<void> Replayer::apply_accounts(const EntryFacts& facts, const PlacedRun& placed) {
  state_.accounts.prepare(placed.run.count);
  for (const Account& account : facts.accounts.subspan(placed.run.first, placed.run.count)) {
    const Sequence sequence = state_.take_sequence();
    if (const char* const fault = fault_of_account(state_, account)) {
      return damaged(sequence, fault);
    }
    if (!is_in_time(account.timestamp, (account.flags & account_flag::imported) != 0)) {
      return damaged(sequence, "an account's timestamp is not of its operation's time");
    }
    if (state_.accounts.room() == 0) {
      return no_room(sequence, "there are more accounts than --accounts-max");
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
    const bool changes =
        status == ChangeAccountStatus::changed || status == ChangeAccountStatus::outside_limits;
    if (!changes || fact.timestamp != slots_end_) {
      return damaged(sequence, "an account could not have been changed so");
    }
    state_.change_account(fact);
  }
  return {};
}

Result<void> Replayer::check_name(const EntryFacts& facts, const Name& name, Sequence sequence) {
  if (fault_of(name) != PutNameStatus::created) {
    return damaged(sequence, "a name could not have been put");
  }
  bool may_be_named = false;
  state_.names.for_each_candidate(name.key(), [&](Sequence) { may_be_named = true; });
  if (!may_be_named) return {};
  const auto named = earlier_.is_named(facts, name.key());
  if (!named.ok()) return named.error();
  if (!named.value()) return {};
  return damaged(sequence, fmt::format("the {} id 0x{} has a name already", to_string(name.kind),
                                       to_hex(name.id)));
}

Result<void> Replayer::apply_names(const EntryFacts& facts, const PlacedRun& placed) {
  const bool own_events = placed.starts_operation;
  if (placed.run.count == 0) return {};  // Of a put_names that put none, or was refused.
  if (facts.operations[placed.run.operation].status != RequestStatus::ok ||
      (!own_events && placed.run.count > limits::request_names_max)) {
    return damaged(placed.first_sequence, "an operation has more names than it could have");
  }
  if (state_.names.room() < placed.run.count) {
    return no_room(placed.first_sequence, "there are more names than --names-max");
  }
  state_.names.prepare(placed.run.count);
  for (const Name& name : facts.names.subspan(placed.run.first, placed.run.count)) {
    const Sequence sequence = state_.take_sequence();
    if (auto checked = check_name(facts, name, sequence); !checked.ok()) return checked;
    state_.put_name(name, sequence);
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

}  // namespace daybook

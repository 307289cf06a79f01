#include "engine/state/state.hpp"

#include <span>

#include "engine/aggregates/aggregate_rules.hpp"
#include "engine/ledger/account_changes.hpp"
#include "engine/ledger/invariants.hpp"
#include "engine/model/transfer.hpp"

namespace daybook {
namespace {

// Kinds of canonical bytes in the digest. Part of the journal format.
constexpr std::uint64_t account_kind = 0x61636374;     // "acct"
constexpr std::uint64_t ledger_kind = 0x6c656467;      // "ledg"
constexpr std::uint64_t clock_kind = 0x636c6f63;       // "cloc"
constexpr std::uint64_t segments_kind = 0x7365676d;    // "segm"
constexpr std::uint64_t hold_kind = 0x686f6c64;        // "hold"
constexpr std::uint64_t limits_kind = 0x6c696d69;      // "limi"
constexpr std::uint64_t name_kind = 0x6e616d65;        // "name"
constexpr std::uint64_t event_kind = 0x65766e74;       // "evnt"
constexpr std::uint64_t stream_kind = 0x7374726d;      // "strm"
constexpr std::uint64_t checkpoint_kind = 0x63686b70;  // "chkp"

constexpr std::uint16_t not_plain = transfer_flag::pending | transfer_flag::post_pending_transfer |
                                    transfer_flag::void_pending_transfer | transfer_flag::reversal;

template <typename Part>
std::uint64_t digest_of(std::uint64_t kind, const Part& part) {
  return StateDigest::of_bytes(kind, std::as_bytes(std::span{&part, 1}));
}

// The balances count by field; here they are zero, as they were at creation.
std::uint64_t digest_of_attributes(const Account& account) {
  Account attributes = account;
  attributes.debits_pending = attributes.debits_posted = Amount{};
  attributes.credits_pending = attributes.credits_posted = Amount{};
  return digest_of(account_kind, attributes);
}

std::uint64_t digest_of_hold(const Hold& hold) {
  struct Canonical {
    TransferId id;
    Amount amount;
    Amount posted;
    Uint128 owner;
    Sequence sequence;
    Timestamp expires_at;
  };
  static_assert(sizeof(Canonical) == 80);
  return digest_of(hold_kind, Canonical{hold.id, hold.amount, hold.posted, hold.owner,
                                        hold.sequence, hold.expires_at});
}

std::uint64_t digest_of_limits(AccountId id, const AccountLimits& limits) {
  struct Canonical {
    AccountId id;
    AccountLimits limits;
  };
  static_assert(sizeof(Canonical) == 48);
  return digest_of(limits_kind, Canonical{id, limits});
}

}  // namespace

State::State(const StateSettings& settings)
    : accounts{settings.accounts_max, settings.hash_seed},
      transfer_ids{{.ids_max = settings.transfer_ids_max,
                    .hash_seed = settings.hash_seed,
                    .shelf = settings.id_runs,
                    .ids_a_generation = settings.ids_a_generation}},
      holds{settings.holds_max, settings.hash_seed},
      transfer_times{settings.transfer_ids_max},
      names{settings.names_max, settings.hash_seed},
      streams{settings.streams_max, settings.hash_seed},
      event_ids{settings.event_ids_max, settings.hash_seed},
      aggregates{settings.orders_max, settings.payments_max, settings.hash_seed},
      tccs{{.transactions_max = settings.tccs_max, .hash_seed = settings.hash_seed}},
      sagas{{.sagas_max = settings.sagas_max, .hash_seed = settings.hash_seed}},
      windows{settings.windows},
      undo_{limits::batch_events_max} {}

AccountSlot State::create_account(const Account& account) {
  if (!ledgers.contains(account.ledger)) register_automatic(account.ledger);
  ledgers.add_account(account.ledger);
  const Account kept = as_kept(account);
  digest_.add(digest_of_attributes(kept));
  return accounts.insert(kept);
}

void State::register_automatic(LedgerId id) {
  ledgers.put_automatic(id);
  digest_.add(digest_of(ledger_kind, *ledgers.find(id)));
}

void State::take_back_account() {
  const Account account = accounts.at(static_cast<AccountSlot>(accounts.count() - 1));
  accounts.take_back_last();
  digest_.subtract(digest_of_attributes(account));
  if (ledgers.take_back_account(account.ledger)) {
    digest_.subtract(digest_of(ledger_kind, LedgerRegistry::automatic(account.ledger)));
  }
}

void State::move_posted(const Transfer& transfer, AccountSlot debit_slot, AccountSlot credit_slot) {
  Account& debit = accounts.at(debit_slot);
  Account& credit = accounts.at(credit_slot);
  const u128 amount = transfer.amount.value().wide();
  const u128 debits_before = debit.debits_posted.value().wide();
  const u128 credits_before = credit.credits_posted.value().wide();
  debit.debits_posted = Amount{Uint128{debits_before + amount}};
  credit.credits_posted = Amount{Uint128{credits_before + amount}};
  LedgersBalance::check_move(debit, debits_before, credit, credits_before);
  digest_.field_changed(StateDigest::key_of(debit.id), StateDigest::Field::debits_posted,
                        debits_before, debits_before + amount);
  digest_.field_changed(StateDigest::key_of(credit.id), StateDigest::Field::credits_posted,
                        credits_before, credits_before + amount);
}

void State::move_pending(AccountSlot debit_slot, AccountSlot credit_slot, u128 amount, bool takes) {
  Account& debit = accounts.at(debit_slot);
  Account& credit = accounts.at(credit_slot);
  const u128 debits_before = debit.debits_pending.value().wide();
  const u128 credits_before = credit.credits_pending.value().wide();
  const u128 debits = takes ? debits_before + amount : debits_before - amount;
  const u128 credits = takes ? credits_before + amount : credits_before - amount;
  debit.debits_pending = Amount{Uint128{debits}};
  credit.credits_pending = Amount{Uint128{credits}};
  LedgersBalance::check_hold(debit, debits_before, credit, credits_before);
  digest_.field_changed(StateDigest::key_of(debit.id), StateDigest::Field::debits_pending,
                        debits_before, debits);
  digest_.field_changed(StateDigest::key_of(credit.id), StateDigest::Field::credits_pending,
                        credits_before, credits);
}

void State::create_transfer(const Transfer& transfer, const TransferNote& note, Sequence sequence,
                            const TransferPlaces& places) {
  if ((transfer.flags & not_plain) == 0) {
    return move(transfer, sequence, places.debit, places.credit, places.tag);
  }
  if (chain_is_open_) {
    undo_[undo_count_++] = {.debit = accounts.at(places.debit),
                            .credit = accounts.at(places.credit),
                            .hold = places.hold == no_hold ? Hold{} : holds.at(places.hold),
                            .places = places,
                            .before = note.before,
                            .digest = digest_.value()};
  }
  if ((transfer.flags & transfer_flag::pending) != 0) {
    open_hold(transfer, note, sequence, places);
  } else if ((transfer.flags & transfer_flag::reversal) != 0) {
    move_posted(transfer, places.debit, places.credit);
  } else {
    resolve_hold(transfer, places.hold);
  }
  use_id(transfer, sequence, places.tag);
  if ((transfer.flags & transfer_flag::reversal) != 0) {
    transfer_ids.follow(transfer.pending_id, note.before, sequence);
  } else if ((transfer.flags & transfer_flag::pending) == 0 &&
             holds.find(transfer.pending_id) == no_hold) {
    transfer_ids.follow(transfer.pending_id, Sequence{}, sequence);
  }
}

void State::open_hold(const Transfer& pending, const TransferNote& note, Sequence sequence,
                      const TransferPlaces& places) {
  move_pending(places.debit, places.credit, pending.amount.value().wide(), true);
  Hold hold;
  hold.id = pending.id;
  hold.amount = pending.amount;
  hold.business_id = pending.business_id;
  hold.trace_id = pending.trace_id;
  hold.owner = note.owner;
  hold.sequence = sequence;
  if (pending.timeout != 0) hold.expires_at = deadline_of(pending);
  hold.user_id = pending.user_id;
  hold.debit = places.debit;
  hold.credit = places.credit;
  hold.tag = pending.tag;
  hold.code = pending.code;
  hold.flags = pending.flags;
  digest_.add(digest_of_hold(hold));
  holds.insert(hold);
  close_by_hold(hold, true);
}

// Of a post or void: what it moves, what it gives back, and whether the hold stays open.
void State::resolve_hold(const Transfer& transfer, HoldSlot slot) {
  const Hold hold = holds.at(slot);
  const u128 held = hold.held().value().wide();
  const u128 amount = transfer.amount.value().wide();
  const bool posts = (transfer.flags & transfer_flag::post_pending_transfer) != 0;
  const bool keeps = (transfer.flags & transfer_flag::keep_remainder) != 0 && amount < held;
  move_pending(hold.debit, hold.credit, keeps ? amount : held, false);
  if (posts) move_posted(transfer, hold.debit, hold.credit);
  digest_.subtract(digest_of_hold(hold));
  if (keeps) {
    holds.set_posted(slot, Amount{Uint128{hold.posted.value().wide() + amount}});
    digest_.add(digest_of_hold(holds.at(slot)));
    return;
  }
  holds.erase(slot);
  close_by_hold(hold, false);
}

// A closing hold closes its accounts as long as it is open, however it is resolved in the end.
void State::close_by_hold(const Hold& hold, bool closed) {
  constexpr std::uint16_t reason = account_state::closed_by_hold;
  if ((hold.flags & transfer_flag::closing_debit) != 0) set_closed(hold.debit, reason, closed);
  if ((hold.flags & transfer_flag::closing_credit) != 0) set_closed(hold.credit, reason, closed);
}

void State::set_closed(AccountSlot slot, std::uint16_t reason, bool closed) {
  Account& account = accounts.at(slot);
  digest_.subtract(digest_of_attributes(account));
  daybook::set_closed(account, reason, closed);
  digest_.add(digest_of_attributes(account));
}

void State::release(const HoldReleased& release, Sequence sequence) {
  const HoldSlot slot = holds.find(release.id);
  const Hold hold = holds.at(slot);
  move_pending(hold.debit, hold.credit, hold.held().value().wide(), false);
  digest_.subtract(digest_of_hold(hold));
  digest_.add(StateDigest::of_release(release.id, sequence));
  holds.erase(slot);
  close_by_hold(hold, false);
  transfer_ids.follow(release.id, Sequence{}, sequence);
}

void State::change_account(const AccountChange& account_change) {
  const AccountSlot slot = accounts.find(account_change.account_id);
  Account& account = accounts.at(slot);
  AccountLimits& limits = accounts.limits(slot);
  const bool was_limited = (account.flags & account_state::limited) != 0;
  digest_.subtract(digest_of_attributes(account));
  if (was_limited) digest_.subtract(digest_of_limits(account.id, limits));
  change_attributes(account, limits, account_change);
  digest_.add(digest_of_attributes(account));
  if ((account.flags & account_state::limited) != 0) {
    digest_.add(digest_of_limits(account.id, limits));
  }
}

void State::begin_chain() {
  chain_is_open_ = true;
  undo_count_ = 0;
  times_before_chain_ = transfer_times.mark();
}

void State::take_back_transfer(const Transfer& transfer, Sequence sequence) {
  if ((transfer.flags & not_plain) == 0) return take_back_move(transfer, sequence);
  ENSURE(undo_count_ > 0, "what is taken back was kept");
  const Undo& undo = undo_[--undo_count_];
  const bool reverses = (transfer.flags & transfer_flag::reversal) != 0;
  const bool pends = (transfer.flags & transfer_flag::pending) != 0;
  const bool resolved = !reverses && !pends && holds.find(transfer.pending_id) == no_hold;
  if (reverses || resolved) {
    transfer_ids.take_back_follow(transfer.pending_id, undo.before, sequence);
  }
  transfer_ids.take_back(undo.places.tag, sequence);
  if (pends) holds.erase(holds.find(transfer.id));
  if (resolved) holds.insert(undo.hold);
  if (!reverses && !pends && !resolved) {
    holds.set_posted(holds.find(transfer.pending_id), undo.hold.posted);
  }
  accounts.at(undo.places.debit) = undo.debit;
  accounts.at(undo.places.credit) = undo.credit;
  digest_ = StateDigest{undo.digest};
}

void State::take_back_move(const Transfer& transfer, Sequence sequence) {
  Account& debit = accounts.at(accounts.find(transfer.debit_account_id));
  Account& credit = accounts.at(accounts.find(transfer.credit_account_id));
  const u128 amount = transfer.amount.value().wide();
  const u128 debits_before = debit.debits_posted.value().wide();
  const u128 credits_before = credit.credits_posted.value().wide();
  debit.debits_posted = Amount{Uint128{debits_before - amount}};
  credit.credits_posted = Amount{Uint128{credits_before - amount}};
  LedgersBalance::check_move(debit, debits_before, credit, credits_before);
  digest_.field_changed(StateDigest::key_of(debit.id), StateDigest::Field::debits_posted,
                        debits_before, debits_before - amount);
  digest_.field_changed(StateDigest::key_of(credit.id), StateDigest::Field::credits_posted,
                        credits_before, credits_before - amount);
  digest_.subtract(StateDigest::of_transfer(transfer.id, sequence));
  transfer_ids.take_back(transfer_ids.tag_of(transfer.id), sequence);
}

void State::burn(TransferId id, Sequence operation) {
  transfer_ids.insert_burnt(id, transfer_ids.tag_of(id), operation);
  digest_.add(StateDigest::of_burnt(id, operation));
}

void State::put_ledger(const Ledger& ledger) {
  const Ledger replaced = ledgers.put(ledger);
  if (replaced.id.value() != 0) digest_.subtract(digest_of(ledger_kind, replaced));
  digest_.add(digest_of(ledger_kind, ledger));
}

void State::put_name(const Name& name, Sequence sequence) {
  struct Canonical {
    Name name;
    Sequence sequence;
  };
  static_assert(sizeof(Canonical) == 96);
  digest_.add(digest_of(name_kind, Canonical{name, sequence}));
  names.insert(name, sequence);
}

void State::put_checkpoint(const EventCheckpoint& fact) {
  if (const EventCheckpoint* const before = checkpoints.find(fact.name())) {
    digest_.subtract(digest_of(checkpoint_kind, *before));
  }
  checkpoints.put(fact);
  if (const EventCheckpoint* const now = checkpoints.find(fact.name())) {
    digest_.add(digest_of(checkpoint_kind, *now));
  }
}

void State::append_event(const DomainEvent& event, const EventHashes& hashes, Sequence sequence) {
  struct Canonical {
    DomainEvent event;
    std::uint64_t payload;
    Sequence sequence;
  };
  static_assert(sizeof(Canonical) == 144);
  digest_.add(digest_of(event_kind, Canonical{event, hashes.payload, sequence}));
  if (!is_engine_made(event)) event_ids.insert(event, hashes.content, sequence);
  StreamSlot slot = streams.find(event.stream());
  if (slot == no_stream) {
    slot = streams.insert(event.stream());
  } else {
    digest_.subtract(digest_of(stream_kind, streams.at(slot)));
  }
  streams.set_head(slot, event.version, sequence);
  digest_.add(digest_of(stream_kind, streams.at(slot)));
}

void State::apply_command(const DomainEvent& event, std::span<const std::byte> payload,
                          PrincipalId principal, Sequence sequence) {
  const AggregateRules* const rules = rules_of(event.aggregate_type);
  const auto command = read_command(event, payload);
  ENSURE(rules != nullptr && command, "what is applied was decided");
  digest_.subtract(aggregates.digest());
  rules->apply(aggregates, {event, *command, principal, sequence});
  digest_.add(aggregates.digest());
}

void State::apply_saga(SagaNews news, const DomainEvent& event, std::span<const std::byte> payload,
                       const SagaProgress& after) {
  if (is_of_participants(news)) {
    digest_.subtract(participants.digest());
    participants.apply(news, event, payload);
    digest_.add(participants.digest());
    return;
  }
  digest_.subtract(sagas.digest());
  sagas.apply(news, event, payload, after);
  digest_.add(sagas.digest());
}

void State::apply_tcc(const TccFact& fact) {
  digest_.subtract(tccs.digest());
  tccs.apply(fact);
  digest_.add(tccs.digest());
  if (!tccs.has_only_holds()) link_after(fact);
}

// Whose each saga and nested transaction is, and what is due by a decision.
void State::link_after(const TccFact& fact) {
  if (fact.kind == TccFactKind::pruned) return;
  const TccSlot slot = tccs.find(fact.gid);
  if (fact.branch != 0) {
    const TccBranch& branch = *tccs.find_branch(slot, fact.branch);
    const TccOwner owner = branch.is_open() ? TccOwner{fact.gid, fact.branch} : TccOwner{};
    if (branch.kind == TccBranchKind::hold) return;
    if (branch.kind == TccBranchKind::transaction) {
      const TccSlot below = tccs.find(branch.subject());
      if (below != no_tcc) tccs.give_to(below, owner);
      return;
    }
    const SagaSlot saga = sagas.find(branch.subject());
    if (saga != no_saga) sagas.give_to(saga, owner);
    return;
  }
  if (fact.kind != TccFactKind::decided_confirm && fact.kind != TccFactKind::decided_cancel) return;
  tccs.for_each_branch(slot, [&](const TccBranch& branch) {
    if (branch.kind != TccBranchKind::saga || !branch.is_open()) return;
    const SagaSlot saga = sagas.find(branch.subject());
    if (saga != no_saga && sagas.awaits_decision(saga)) sagas.wake(saga, fact.timestamp.value());
  });
}

bool State::holds_branch(const Uint128& gid, const TccBranch& branch) const {
  const HoldSlot slot =
      holds.find(transfer_id_of(gid, branch.branch, TccOperation::try_, branch.round));
  if (slot == no_hold) return false;
  const Hold& hold = holds.at(slot);
  return hold.owner == gid && hold.amount == branch.tried && hold.posted == Amount{} &&
         hold.expires_at == Timestamp{};
}

std::uint8_t State::decision_for(SagaSlot saga) const {
  const TccOwner& owner = sagas.owner(saga);
  if (owner.is_none()) return tcc_decision::none;
  const TccSlot slot = tccs.find(owner.gid);
  return slot == no_tcc ? tcc_decision::none : tccs.at(slot).decision;
}

void State::remember(const Operation& operation, Sequence sequence) {
  if (operation.time > last_timestamp_) last_timestamp_ = operation.time;
  if (operation.client.value().is_zero()) return;
  digest_.add(windows.remember(operation, sequence));
}

void State::evict(const ClientEvicted& eviction) {
  digest_.subtract(windows.evict({eviction.client, eviction.number_too != 0}));
}

template <typename Part>
void State::change(Part& part, const Part& after, std::uint64_t kind) {
  digest_.subtract(digest_of(kind, part));
  part = after;
  digest_.add(digest_of(kind, part));
}

void State::change_clock(const ClockChange& clock_change) {
  ClockState after = clock_;
  switch (clock_change.kind) {
    case ClockChangeKind::advanced:
      after.manual_now = clock_change.engine_time;
      break;
    case ClockChangeKind::held:
      after.held = 1;
      break;
    case ClockChangeKind::accepted:
      after.held = 0;
      break;
  }
  change(clock_, after, clock_kind);
}

void State::open_segment(const SegmentOpened& segment) {
  SegmentState after = segments_;
  after.opened = segment.ordinal;
  after.sealed = segment.ordinal - 1;
  change(segments_, after, segments_kind);
}

void State::leave_parent() { digest_.subtract(windows.forget_all()); }

void State::seal_segment(const SegmentSealed& segment) {
  SegmentState after = segments_;
  after.sealed = segment.ordinal;
  change(segments_, after, segments_kind);
}

void State::hash_segment(const SegmentHashed& segment) {
  SegmentState after = segments_;
  after.hashed = segment.ordinal;
  after.chain = segment.chain;
  change(segments_, after, segments_kind);
}

// Cost: O(accounts + holds + kept operations).
std::uint64_t State::digest_of_tables() const {
  StateDigest sum;
  for (AccountSlot slot = 0; slot < accounts.count(); ++slot) {
    const Account& account = accounts.at(slot);
    const std::uint64_t key = StateDigest::key_of(account.id);
    using Field = StateDigest::Field;
    sum.field_changed(key, Field::debits_pending, 0, account.debits_pending.value().wide());
    sum.field_changed(key, Field::debits_posted, 0, account.debits_posted.value().wide());
    sum.field_changed(key, Field::credits_pending, 0, account.credits_pending.value().wide());
    sum.field_changed(key, Field::credits_posted, 0, account.credits_posted.value().wide());
    sum.add(digest_of_attributes(account));
    if ((account.flags & account_state::limited) != 0) {
      sum.add(digest_of_limits(account.id, accounts.limits(slot)));
    }
  }
  for (HoldSlot slot = 0; slot < holds.slot_end(); ++slot) {
    const Hold& hold = holds.at(slot);
    if (!hold.id.value().is_zero()) sum.add(digest_of_hold(hold));
  }
  for (std::size_t place = 0; place < ledgers.count(); ++place) {
    sum.add(digest_of(ledger_kind, ledgers.at(place)));
  }
  for (const Stream& stream : streams.all()) sum.add(digest_of(stream_kind, stream));
  sum.add(aggregates.digest_of_rows());
  sum.add(tccs.digest_of_rows());
  sum.add(sagas.digest_of_rows());
  sum.add(participants.digest_of_rows());
  for (const EventCheckpoint& each : checkpoints.all()) sum.add(digest_of(checkpoint_kind, each));
  sum.add(windows.digest());
  sum.add(digest_of(clock_kind, clock_));
  sum.add(digest_of(segments_kind, segments_));
  return sum.value();
}

State::Totals State::totals() const {
  return {.last_sequence = last_sequence_.value(),
          .last_timestamp = last_timestamp_.value(),
          .last_transfer_time = transfer_times.last().value(),
          .ids = transfer_ids.size(),
          .manual_now = clock_.manual_now,
          .clock_held = clock_.held,
          .segment_opened = segments_.opened,
          .segment_sealed = segments_.sealed,
          .segment_hashed = segments_.hashed,
          .segment_chain = segments_.chain,
          .digest = digest_.value(),
          .digest_of_ids = digest_.value() - digest_of_tables()};
}

bool State::restore(const Totals& totals) {
  last_sequence_ = Sequence{totals.last_sequence};
  last_timestamp_ = Timestamp{totals.last_timestamp};
  clock_ = {.manual_now = totals.manual_now, .held = totals.clock_held};
  segments_ = {.opened = totals.segment_opened,
               .sealed = totals.segment_sealed,
               .hashed = totals.segment_hashed,
               .chain = totals.segment_chain};
  digest_ = StateDigest{totals.digest};
  return digest_of_tables() + totals.digest_of_ids == totals.digest;
}

void State::audit_balances() const {
  LedgersBalance::scan(accounts);
  PendingIsHeld::scan(accounts, holds);
}

}  // namespace daybook

#include "engine/state/state.hpp"

#include <span>

#include "engine/ledger/invariants.hpp"

namespace daybook {
namespace {

// Kinds of canonical bytes in the digest. Part of the journal format.
constexpr std::uint64_t account_kind = 0x61636374;   // "acct"
constexpr std::uint64_t ledger_kind = 0x6c656467;    // "ledg"
constexpr std::uint64_t clock_kind = 0x636c6f63;     // "cloc"
constexpr std::uint64_t segments_kind = 0x7365676d;  // "segm"

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

}  // namespace

State::State(const StateSettings& settings)
    : accounts{settings.accounts_max, settings.hash_seed},
      transfer_ids{settings.transfer_ids_max, settings.hash_seed},
      windows{settings.windows} {}

AccountSlot State::create_account(const Account& account) {
  if (!ledgers.contains(account.ledger)) register_automatic(account.ledger);
  ledgers.add_account(account.ledger);
  digest_.add(digest_of_attributes(account));
  return accounts.insert(account);
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

void State::move(const Transfer& transfer, Sequence sequence, AccountSlot debit_slot,
                 AccountSlot credit_slot, std::uint64_t tag) {
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
  digest_.add(StateDigest::of_transfer(transfer.id, sequence));
  transfer_ids.insert(tag, sequence);
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
  transfer_ids.insert_burnt(transfer_ids.tag_of(id), operation);
  digest_.add(StateDigest::of_burnt(id, operation));
}

void State::put_ledger(const Ledger& ledger) {
  const Ledger replaced = ledgers.put(ledger);
  if (replaced.id.value() != 0) digest_.subtract(digest_of(ledger_kind, replaced));
  digest_.add(digest_of(ledger_kind, ledger));
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
  change(segments_, after, segments_kind);
}

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

void State::audit_balances() const { LedgersBalance::scan(accounts); }

}  // namespace daybook

#include <algorithm>

#include "tests/support/naive_ledger.hpp"
#include "tests/support/naive_text.hpp"

namespace daybook::test {
namespace {

using AccountStatus = CreateAccountStatus;

constexpr std::size_t ledgers_max = 65'536;

AccountStatus compare_accounts(const Account& now, const Account& then) {
  if (now.flags != then.flags) return AccountStatus::exists_with_different_flags;
  if (now.business_id != then.business_id) return AccountStatus::exists_with_different_business_id;
  if (now.user_id != then.user_id) return AccountStatus::exists_with_different_user_id;
  if (now.tag != then.tag) return AccountStatus::exists_with_different_tag;
  if (now.ledger != then.ledger) return AccountStatus::exists_with_different_ledger;
  if (now.code != then.code) return AccountStatus::exists_with_different_code;
  return AccountStatus::exists;
}

}  // namespace

// ---- Accounts. ----

CreateAccountStatus NaiveLedger::judge(const Account& account, const Slot& slot) const {
  const auto wrong_time = judge_time<AccountStatus>(account, has(account, account_flag::imported),
                                                    slot.batch_is_imported, slot.batch_time);
  if (wrong_time) return *wrong_time;
  if (account.reserved != 0) return AccountStatus::reserved_field;
  if (account.flags >= (1U << 6)) return AccountStatus::reserved_flag;
  if (account.id.value().is_zero()) return AccountStatus::id_must_not_be_zero;
  if (account.id.value().is_max()) return AccountStatus::id_must_not_be_int_max;
  const auto original = books_.accounts.find(account.id);
  if (original != books_.accounts.end()) return compare_accounts(account, original->second.account);
  return judge_new(account);
}

CreateAccountStatus NaiveLedger::judge_new(const Account& account) const {
  if (has(account, account_flag::debits_must_not_exceed_credits) &&
      has(account, account_flag::credits_must_not_exceed_debits)) {
    return AccountStatus::flags_are_mutually_exclusive;
  }
  if (wide(account.debits_pending) != 0) return AccountStatus::debits_pending_must_be_zero;
  if (wide(account.debits_posted) != 0) return AccountStatus::debits_posted_must_be_zero;
  if (wide(account.credits_pending) != 0) return AccountStatus::credits_pending_must_be_zero;
  if (wide(account.credits_posted) != 0) return AccountStatus::credits_posted_must_be_zero;
  if (account.ledger.value() == 0) return AccountStatus::ledger_must_not_be_zero;
  const bool may_register = settings_.auto_ledgers && books_.ledgers.size() < ledgers_max;
  if (!may_register && !books_.ledgers.contains(account.ledger)) {
    return AccountStatus::ledger_not_registered;
  }
  if (account.code.value() == 0) return AccountStatus::code_must_not_be_zero;
  if (!has(account, account_flag::imported)) return AccountStatus::created;
  const bool is_newest = std::all_of(
      books_.accounts.begin(), books_.accounts.end(),
      [&](const auto& each) { return each.second.account.timestamp < account.timestamp; });
  if (!is_newest || transfer_times_.contains(account.timestamp.value())) {
    return AccountStatus::imported_event_timestamp_must_not_regress;
  }
  return AccountStatus::created;
}

NaiveLedger::Decision NaiveLedger::create(const Account& account, const Slot& slot) {
  const AccountStatus status = judge(account, slot);
  if (status == AccountStatus::exists) {
    return {static_cast<std::uint16_t>(status), books_.accounts.at(account.id).account.timestamp};
  }
  if (status == AccountStatus::created) {
    NaiveAccount made;
    made.account = account;
    if (!slot.batch_is_imported) made.account.timestamp = Timestamp{slot.timestamp};
    made.closed_by_creation = has(account, account_flag::closed);
    books_.accounts[account.id] = made;
    last_sequence_ += 1;
    if (!books_.ledgers.contains(account.ledger)) {
      Ledger ledger;
      ledger.id = account.ledger;
      ledger.set_name("ledger-" + std::to_string(account.ledger.value()));
      books_.put(ledger);
    }
  }
  return {static_cast<std::uint16_t>(status), Timestamp{slot.timestamp}};
}

std::optional<Account> NaiveLedger::lookup_account(AccountId id) {
  const auto found = books_.accounts.find(id);
  if (found == books_.accounts.end()) return std::nullopt;
  return found->second.shown();
}

bool NaiveLedger::an_account_has(Timestamp timestamp) const {
  return std::any_of(books_.accounts.begin(), books_.accounts.end(),
                     [&](const auto& each) { return each.second.account.timestamp == timestamp; });
}

// ---- Changes of accounts. ----

ChangeAccountStatus NaiveLedger::judge(const AccountChange& change) const {
  using Status = ChangeAccountStatus;
  using Kind = AccountChangeKind;
  if (change.timestamp.value() != 0) return Status::timestamp_must_be_zero;
  if (change.reserved != 0) return Status::reserved_field;
  const auto kind = static_cast<unsigned>(change.kind);
  if (kind < 1 || kind > 6) return Status::kind_unknown;
  const auto account = books_.accounts.find(change.account_id);
  if (account == books_.accounts.end()) return Status::account_not_found;
  if (change.kind == Kind::freeze || change.kind == Kind::unfreeze) {
    return change.sides < 1 || change.sides > 3 ? Status::sides_unknown : Status::changed;
  }
  if (change.kind != Kind::set_limits) return Status::changed;
  const BigNumber minimum{change.minimum};
  const BigNumber maximum{change.maximum};
  if (maximum < minimum) return Status::minimum_must_not_exceed_maximum;
  const bool outside = account->second.after_debit(Amount{}) < minimum ||
                       maximum < account->second.after_credit(Amount{});
  return outside ? Status::outside_limits : Status::changed;
}

NaiveLedger::Decision NaiveLedger::change(const AccountChange& change, std::uint64_t batch_time) {
  const ChangeAccountStatus status = judge(change);
  const Decision decision{static_cast<std::uint16_t>(status), Timestamp{batch_time}};
  if (status != ChangeAccountStatus::changed && status != ChangeAccountStatus::outside_limits) {
    return decision;
  }
  last_sequence_ += 1;
  NaiveAccount& account = books_.accounts.at(change.account_id);
  const bool of_debits = (change.sides & account_side::debits) != 0;
  const bool of_credits = (change.sides & account_side::credits) != 0;
  switch (change.kind) {
    case AccountChangeKind::set_limits:
      account.limited = true;
      account.minimum = change.minimum;
      account.maximum = change.maximum;
      break;
    case AccountChangeKind::clear_limits:
      account.limited = false;
      break;
    case AccountChangeKind::freeze:
      account.debits_frozen = account.debits_frozen || of_debits;
      account.credits_frozen = account.credits_frozen || of_credits;
      break;
    case AccountChangeKind::unfreeze:
      account.debits_frozen = account.debits_frozen && !of_debits;
      account.credits_frozen = account.credits_frozen && !of_credits;
      break;
    case AccountChangeKind::close:
      account.closed_by_operator = true;
      break;
    case AccountChangeKind::reopen:
      account.closed_by_creation = false;
      account.closed_by_operator = false;
      break;
  }
  return decision;
}

// ---- Ledgers. ----

void NaiveLedger::Books::put(const Ledger& ledger) {
  if (ledgers.contains(ledger.id)) {
    std::erase_if(names, [&](const auto& named) { return named.second == ledger.id; });
  }
  names.emplace(ledger.name(), ledger.id);
  ledgers[ledger.id] = ledger;
}

bool NaiveLedger::is_used(LedgerId ledger) const {
  return std::any_of(books_.accounts.begin(), books_.accounts.end(),
                     [&](const auto& each) { return each.second.account.ledger == ledger; });
}

PutLedgerStatus NaiveLedger::judge(const Ledger& ledger) const {
  if (ledger.id.value() == 0) return PutLedgerStatus::ledger_must_not_be_zero;
  if (ledger.name_bytes == 0) return PutLedgerStatus::name_must_not_be_empty;
  if (ledger.name_bytes > 64) return PutLedgerStatus::name_too_long;
  for (std::size_t i = ledger.name_bytes; i < ledger.name_text.size(); ++i) {
    if (ledger.name_text[i] != '\0') return PutLedgerStatus::name_must_be_utf8;
  }
  if (!is_printable_utf8(ledger.name())) return PutLedgerStatus::name_must_be_utf8;
  if (ledger.scale > 30) return PutLedgerStatus::scale_out_of_range;
  const auto kind = static_cast<unsigned>(ledger.kind);
  if (kind < 1 || kind > 3) return PutLedgerStatus::kind_unknown;
  const auto registered = books_.ledgers.find(ledger.id);
  const bool is_registered = registered != books_.ledgers.end();
  if (is_registered && registered->second == ledger) return PutLedgerStatus::exists;
  const auto [first, last] = books_.names.equal_range(std::string{ledger.name()});
  for (auto named = first; named != last; ++named) {
    if (named->second != ledger.id) return PutLedgerStatus::name_taken;
  }
  if (is_registered && is_used(ledger.id)) return PutLedgerStatus::ledger_in_use;
  if (!is_registered && books_.ledgers.size() == ledgers_max) {
    return PutLedgerStatus::too_many_ledgers;
  }
  return PutLedgerStatus::created;
}

NaiveLedger::Decision NaiveLedger::put(const Ledger& ledger, const Slot& slot) {
  const PutLedgerStatus status = judge(ledger);
  if (status == PutLedgerStatus::created) {
    books_.put(ledger);
    last_sequence_ += 1;
  }
  return {static_cast<std::uint16_t>(status), Timestamp{slot.timestamp}};
}

// ---- Sums. ----

std::map<LedgerId, LedgerBalance> NaiveLedger::trial_balance() const {
  // Modulo 2^128: books of more than that are still wrong where they differ.
  std::map<LedgerId, LedgerBalance> ledgers;
  for (const auto& [id, each] : books_.accounts) {
    LedgerBalance& sums = ledgers[each.account.ledger];
    sums.ledger = each.account.ledger;
    sums.accounts += 1;
    sums.debits_pending = plus(sums.debits_pending, each.account.debits_pending);
    sums.debits_posted = plus(sums.debits_posted, each.account.debits_posted);
    sums.credits_pending = plus(sums.credits_pending, each.account.credits_pending);
    sums.credits_posted = plus(sums.credits_posted, each.account.credits_posted);
  }
  return ledgers;
}

bool NaiveLedger::books_balance() const {
  std::map<AccountId, Amount> debits;
  std::map<AccountId, Amount> credits;
  for (const TransferId id : open_holds_) {
    const NaiveTransfer& hold = transfers_.at(id);
    Amount& debit = debits[hold.transfer.debit_account_id];
    debit = plus(debit, hold.held());
    Amount& credit = credits[hold.transfer.credit_account_id];
    credit = plus(credit, hold.held());
  }
  for (const auto& [id, each] : books_.accounts) {
    if (each.account.debits_pending != debits[id]) return false;
    if (each.account.credits_pending != credits[id]) return false;
  }
  const auto ledgers = trial_balance();
  return std::all_of(ledgers.begin(), ledgers.end(), [](const auto& each) {
    return each.second.debits_posted == each.second.credits_posted &&
           each.second.debits_pending == each.second.credits_pending;
  });
}

}  // namespace daybook::test

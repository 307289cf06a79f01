#include "tests/simulation/account_writer.hpp"

#include <algorithm>
#include <array>

#include "tests/simulation/import_times.hpp"

namespace daybook::test {
namespace {

void set_raw_name(Ledger& ledger, std::string_view bytes) {
  ledger.name_text.fill('\0');
  std::copy(bytes.begin(), bytes.end(), ledger.name_text.begin());
  ledger.name_bytes = static_cast<std::uint16_t>(bytes.size());
}

Int128 signed_number(std::uint64_t size, bool negative) {
  return negative ? Int128{~size + 1, size == 0 ? 0 : ~0ULL} : Int128{size, 0};
}

}  // namespace

// ---- Accounts. ----

AccountId AccountWriter::account_id_to_create() {
  constexpr std::uint64_t enough = 150;
  if (around_.accounts_known < enough && random_.chance(10)) ++around_.accounts_known;
  return random_.chance(30) ? AccountId{around_.wide_id(around_.accounts_known)}
                            : around_.account_id_to_use();
}

void AccountWriter::fill_accounts(WriteRequest& request, bool imports) {
  request.kind = RequestKind::create_accounts;
  for (std::size_t left = around_.batch_size(); left > 0; --left) {
    const bool again = !asked_.empty() && random_.chance(20);
    request.accounts.push_back(again ? repeated_account() : some_account());
  }
  around_.link_some(request.accounts);
  if (imports) {
    std::uint64_t newest = 0;
    for (const auto& [id, each] : around_.guide->accounts()) {
      newest = std::max(newest, each.account.timestamp.value());
    }
    import_events(around_, request.accounts, account_flag::imported, newest,
                  around_.guide->last_transfer_time());
  }
  asked_.insert(asked_.end(), request.accounts.begin(), request.accounts.end());
}

Account AccountWriter::some_account() {
  Account account;
  account.id = account_id_to_create();
  account.ledger = LedgerId{static_cast<std::uint32_t>(random_.chance(90) ? 1 : 2)};
  account.code = Code{static_cast<std::uint16_t>(random_.between(1, 2))};
  const std::uint64_t which = random_.below(100);
  if (which < 15) account.flags = account_flag::debits_must_not_exceed_credits;
  if (which >= 15 && which < 25) account.flags = account_flag::credits_must_not_exceed_debits;
  if (which >= 25 && which < 30) account.flags = account_flag::closed;
  if (which >= 30 && which < 40) account.flags = account_flag::history;
  if (random_.chance(20)) account.business_id = BusinessId{Uint128{random_.below(3), 0}};
  if (random_.chance(10)) {
    account.id = AccountId{around_.wide_id(random_.between(1'000, 2'000))};
    spoil(account);
  }
  return account;
}

Account AccountWriter::repeated_account() {
  Account account = pick(random_, asked_);
  switch (random_.below(12)) {
    case 0:
      account.flags ^= account_flag::history;
      break;
    case 1:
      account.business_id = BusinessId{Uint128{9, 9}};
      break;
    case 2:
      account.user_id = UserId{9};
      break;
    case 3:
      account.tag = Tag{9};
      break;
    case 4:
      account.ledger = LedgerId{2};
      break;
    case 5:
      account.code = Code{9};
      break;
    default:
      break;
  }
  return account;
}

void AccountWriter::spoil(Account& account) {
  switch (random_.below(11)) {
    case 0:
      account.reserved = 1;
      break;
    case 1:
      account.flags = static_cast<std::uint16_t>(account.flags | 1U << random_.between(6, 15));
      break;
    case 2:
      account.flags |= account_flag::debits_must_not_exceed_credits |
                       account_flag::credits_must_not_exceed_debits;
      break;
    case 3:
      account.debits_pending = amount_of(1);
      break;
    case 4:
      account.debits_posted = amount_of(1);
      break;
    case 5:
      account.credits_pending = amount_of(1);
      break;
    case 6:
      account.credits_posted = amount_of(1);
      break;
    case 7:
      account.ledger = LedgerId{0};
      break;
    case 8:
      account.ledger = LedgerId{static_cast<std::uint32_t>(random_.between(3, 9))};
      break;
    case 9:
      account.code = Code{0};
      break;
    default:
      account.timestamp = Timestamp{random_.next()};
      break;
  }
}

// ---- Changes of accounts. ----

void AccountWriter::fill_changes(WriteRequest& request) {
  request.kind = RequestKind::change_accounts;
  request.role = Role::operator_;
  if (random_.chance(50)) request.reason = "as agreed";
  for (std::size_t left = random_.below(4); left > 0; --left) {
    request.account_changes.push_back(some_change());
  }
}

/// What is frozen, closed and limited must become free again, or soon nothing moves any more.
AccountChange AccountWriter::some_change() {
  AccountChange change;
  change.account_id = around_.account_id_to_use();
  change.sides = static_cast<std::uint16_t>(random_.between(1, 3));
  const std::uint64_t which = random_.below(100);
  if (which < 12) {
    change.kind = AccountChangeKind::freeze;
  } else if (which < 38) {
    change.kind = AccountChangeKind::unfreeze;
    if (random_.chance(70)) change.sides = account_side::both;
  } else if (which < 44) {
    change.kind = AccountChangeKind::close;
  } else if (which < 66) {
    change.kind = AccountChangeKind::reopen;
  } else if (which < 86) {
    change.kind = AccountChangeKind::set_limits;
    choose_limits(change);
  } else {
    change.kind = AccountChangeKind::clear_limits;
  }
  if (random_.chance(8)) spoil(change);
  return change;
}

/// Around nothing, where most balances are; or of any size.
void AccountWriter::choose_limits(AccountChange& change) {
  constexpr std::uint64_t top = 1ULL << 63;
  change.minimum = signed_number(random_.below(200), true);
  change.maximum = signed_number(random_.below(200), false);
  if (random_.chance(10)) change.minimum = signed_number(random_.below(40), false);
  if (random_.chance(10)) change.maximum = signed_number(random_.below(40), true);
  if (random_.chance(20)) change.minimum = Int128{0, top};
  if (random_.chance(20)) change.maximum = Int128{~0ULL, top - 1};
  if (random_.chance(5)) change.minimum = Int128{random_.next(), random_.next()};
  if (random_.chance(5)) change.maximum = Int128{random_.next(), random_.next()};
}

void AccountWriter::spoil(AccountChange& change) {
  switch (random_.below(5)) {
    case 0:
      change.timestamp = Timestamp{random_.next()};
      break;
    case 1:
      change.reserved = 1;
      break;
    case 2:
      change.kind = static_cast<AccountChangeKind>(random_.chance(50) ? 0 : random_.between(7, 9));
      break;
    case 3:
      change.sides = static_cast<std::uint16_t>(random_.chance(50) ? 0 : random_.between(4, 9));
      break;
    default:
      change.account_id = AccountId{Uint128{random_.next(), 1}};
      break;
  }
}

// ---- Ledgers. ----

void AccountWriter::fill_ledgers(WriteRequest& request) {
  request.kind = RequestKind::put_ledgers;
  for (std::size_t left = random_.below(5); left > 0; --left) {
    request.ledgers.push_back(some_ledger());
  }
}

Ledger AccountWriter::some_ledger() {
  static constexpr std::array<std::string_view, 8> names = {
      "EUR", "USD", "ledger-1", "ledger-3", "caf\xc3\xa9", "\xff", "a\x01", "\xc0\xaf"};
  Ledger ledger;
  ledger.id = LedgerId{
      static_cast<std::uint32_t>(random_.chance(60) ? random_.between(1, 2) : random_.below(6))};
  const std::size_t plain = 5;
  const std::size_t choice =
      random_.chance(80) ? ledger.id.value() % plain : random_.below(names.size());
  set_raw_name(ledger, names[choice]);
  ledger.scale = static_cast<std::uint8_t>(random_.chance(90) ? 2 : random_.below(34));
  if (random_.chance(10)) ledger.kind = static_cast<LedgerKind>(random_.below(6));
  if (random_.chance(3)) ledger.name_bytes = 0;
  if (random_.chance(3))
    ledger.name_bytes = static_cast<std::uint16_t>(random_.between(65, 0xffff));
  if (random_.chance(3)) ledger.name_text[random_.between(20, 63)] = 'x';
  return ledger;
}

}  // namespace daybook::test

#include "tests/simulation/ledger_steps.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace daybook::test {
namespace {

constexpr std::uint64_t time_max = (1ULL << 63) - 1;
constexpr std::uint64_t client_count = 6;
constexpr Uint128 max_id{~0ULL, ~0ULL};

template <typename T>
const T& pick(Random& random, const std::vector<T>& from) {
  return from[random.below(from.size())];
}

/// One of the newest `window`, so that what is repeated is likely to be remembered.
template <typename T>
const T& pick_recent(Random& random, const std::vector<T>& from, std::size_t window) {
  return from[from.size() - 1 - random.below(std::min(window, from.size()))];
}

void set_raw_name(Ledger& ledger, std::string_view bytes) {
  ledger.name_text.fill('\0');
  std::copy(bytes.begin(), bytes.end(), ledger.name_text.begin());
  ledger.name_bytes = static_cast<std::uint16_t>(bytes.size());
}

}  // namespace

std::string to_text(const Step& step) {
  switch (step.kind) {
    case Step::Kind::submit:
      return "submit " + to_text(step.request);
    case Step::Kind::set_clock:
      return fmt::format("set_clock {}", step.number);
    case Step::Kind::look_up:
      return fmt::format("look_up {}", to_hex(step.id.value()));
    case Step::Kind::close_entry:
      return "close_entry";
    case Step::Kind::rotate_segment:
      return "rotate_segment";
    case Step::Kind::restart:
      return "restart";
  }
  return "unknown step";
}

EpisodeWriter::EpisodeWriter(std::uint64_t seed) : random_{seed} {}

Episode EpisodeWriter::write(std::size_t request_count) {
  choose_settings();
  if (random_.chance(80)) add_beginning();
  for (std::size_t i = 0; i < request_count; ++i) {
    late_ = i > request_count - request_count / 5;
    if (random_.chance(12)) add_incident();
    add_request();
  }
  return std::move(episode_);
}

void EpisodeWriter::choose_settings() {
  episode_ = Episode{};
  LedgerSettings& settings = episode_.settings;
  settings.auto_ledgers = random_.chance(25);
  settings.manual_clock = random_.chance(20);
  if (random_.chance(15)) settings.accounts_max = random_.between(1, 40);
  if (random_.chance(8)) settings.transfer_ids_max = random_.between(1, 4'000);
  if (random_.chance(60))
    settings.window_operations = static_cast<std::uint32_t>(random_.between(1, 40));
  if (random_.chance(50)) {
    settings.window_clients = static_cast<std::uint32_t>(random_.between(1, 4));
    settings.window_numbers = static_cast<std::uint32_t>(random_.between(1, 3));
  }
  episode_.requests_per_entry =
      static_cast<std::uint32_t>(random_.chance(40) ? 1 : random_.between(2, 30));
  id_high_ = random_.chance(50) ? 0 : random_.next();
  accounts_known_ = random_.between(3, 24);
  huge_amounts_ = random_.chance(30);
  ends_with_time_ = random_.chance(15);
  now_ = random_.below(10'000);
  last_transfer_ = 0;
  last_number_.assign(client_count + 1, 0);
  accounts_.clear();
  transfers_.clear();
  requests_.clear();
}

// ---- Steps. ----

/// Ledgers and accounts to begin with, so that most episodes move money from the start.
void EpisodeWriter::add_beginning() {
  Step ledgers;
  number_freshly(ledgers.request);
  ledgers.request.kind = RequestKind::put_ledgers;
  ledgers.request.ledgers = {make_ledger(1, "EUR"), make_ledger(2, "USD")};
  Step accounts;
  number_freshly(accounts.request);
  accounts.request.kind = RequestKind::create_accounts;
  for (std::uint64_t id = 1; id <= accounts_known_ * 2 / 3; ++id) {
    accounts.request.accounts.push_back(make_account(id));
    accounts.request.accounts.back().id = AccountId{wide_id(id)};
  }
  accounts_ = accounts.request.accounts;
  requests_ = {ledgers.request, accounts.request};
  episode_.steps = {ledgers, accounts};
}

void EpisodeWriter::add_request() {
  Step step;
  step.request = !requests_.empty() && random_.chance(14) ? old_request() : new_request();
  episode_.steps.push_back(std::move(step));
}

void EpisodeWriter::add_incident() {
  Step step;
  const std::uint64_t which = random_.below(1'000);
  if (which < 600) {
    step.kind = Step::Kind::set_clock;
    step.number = some_time();
  } else if (which < 900) {
    step.kind = Step::Kind::look_up;
    step.id = account_id_to_use();
  } else if (which < 960) {
    step.kind = Step::Kind::close_entry;
  } else if (which < 992) {
    step.kind = Step::Kind::rotate_segment;
  } else {
    step.kind = Step::Kind::restart;
  }
  episode_.steps.push_back(std::move(step));
}

std::uint64_t EpisodeWriter::some_time() {
  const bool at_the_end = ends_with_time_ && late_;
  if (at_the_end && random_.chance(2)) {
    now_ = time_max - random_.below(2'000);
  } else if (random_.chance(5)) {
    now_ -= random_.below(now_ + 1);
  } else if (now_ < time_max - 100'000) {
    now_ += random_.chance(5) ? random_.below(100'000) : random_.below(500);
  }
  return at_the_end && random_.chance(1) ? time_max + random_.below(1'000) : now_;
}

// ---- Requests. ----

void EpisodeWriter::number_freshly(WriteRequest& request) {
  const std::uint64_t client = random_.between(1, client_count);
  request.client = ClientId{Uint128{client, id_high_}};
  last_number_[client] += random_.chance(80) ? 1 : random_.between(1, 9);
  request.number = last_number_[client];
  request.frame_checksum = random_.next();
}

WriteRequest EpisodeWriter::new_request() {
  WriteRequest request;
  number_freshly(request);
  const std::uint64_t which = random_.below(100);
  if (which < 14 || accounts_.empty()) {
    fill_accounts(request);
  } else if (which < 20) {
    fill_ledgers(request);
  } else if (which < 23) {
    request.kind = random_.chance(80) ? RequestKind::advance_clock : RequestKind::accept_clock;
    request.argument = random_.below(10'000);
    if (ends_with_time_ && late_ && random_.chance(10)) request.argument = time_max - 20'000;
  } else {
    fill_transfers(request);
  }
  if (random_.chance(1)) {
    constexpr std::array refusals = {RequestStatus::malformed, RequestStatus::not_authorised,
                                     RequestStatus::too_large, RequestStatus::unknown_kind};
    request.refuse_with = refusals[random_.below(refusals.size())];
  }
  requests_.push_back(request);
  return request;
}

/// A repeat, a number used again for something else, or a number that was passed over.
WriteRequest EpisodeWriter::old_request() {
  const std::size_t window = random_.chance(70) ? 30 : requests_.size();
  WriteRequest request = pick_recent(random_, requests_, window);
  const std::uint64_t which = random_.below(100);
  if (which < 20) request.frame_checksum += 1;
  if (which >= 20 && which < 30) request.number = random_.below(request.number + 1);
  return request;
}

std::size_t EpisodeWriter::batch_size() {
  if (random_.chance(2)) return random_.between(20, 150);
  return random_.below(8);
}

/// A batch that is imported, or one that has an imported event by mistake.
template <typename Event>
void EpisodeWriter::import_some(std::vector<Event>& events, std::uint16_t imported) {
  if (events.empty() || !random_.chance(6)) return;
  const bool whole = random_.chance(70);
  for (Event& event : events) {
    if (random_.chance(whole ? 85 : 20)) {
      event.flags = static_cast<std::uint16_t>(event.flags | imported);
      event.timestamp = Timestamp{random_.chance(20) ? random_.next() : random_.below(now_ + 100)};
    }
  }
}

template <typename Event>
void EpisodeWriter::link_some(std::vector<Event>& events) {
  if (!random_.chance(30)) return;
  for (Event& event : events) {
    if (random_.chance(50)) event.flags |= 1U;
  }
  // Chains that end well, mostly.
  if (!events.empty() && random_.chance(85)) {
    events.back().flags = static_cast<std::uint16_t>(events.back().flags & ~1U);
  }
}

// ---- Accounts. ----

/// Small numbers for small spaces, spread over 128 bits in half of the episodes.
Uint128 EpisodeWriter::wide_id(std::uint64_t small) { return Uint128{small, id_high_}; }

AccountId EpisodeWriter::account_id_to_use() {
  if (random_.chance(1)) return AccountId{random_.chance(50) ? Uint128{} : max_id};
  return AccountId{wide_id(random_.between(1, accounts_known_))};
}

AccountId EpisodeWriter::account_id_to_create() {
  constexpr std::uint64_t enough = 150;
  if (accounts_known_ < enough && random_.chance(10)) ++accounts_known_;
  return random_.chance(30) ? AccountId{wide_id(accounts_known_)} : account_id_to_use();
}

void EpisodeWriter::fill_accounts(WriteRequest& request) {
  request.kind = RequestKind::create_accounts;
  for (std::size_t left = batch_size(); left > 0; --left) {
    const bool again = !accounts_.empty() && random_.chance(20);
    request.accounts.push_back(again ? repeated_account() : some_account());
  }
  link_some(request.accounts);
  import_some(request.accounts, account_flag::imported);
  accounts_.insert(accounts_.end(), request.accounts.begin(), request.accounts.end());
}

Account EpisodeWriter::some_account() {
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
    account.id = AccountId{wide_id(random_.between(1'000, 2'000))};
    spoil(account);
  }
  return account;
}

Account EpisodeWriter::repeated_account() {
  Account account = pick(random_, accounts_);
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

void EpisodeWriter::spoil(Account& account) {
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

// ---- Transfers. ----

void EpisodeWriter::fill_transfers(WriteRequest& request) {
  request.kind = RequestKind::create_transfers;
  for (std::size_t left = batch_size(); left > 0; --left) {
    const bool again = !transfers_.empty() && random_.chance(15);
    request.transfers.push_back(again ? repeated_transfer() : some_transfer());
    transfers_.push_back(request.transfers.back());
  }
  link_some(request.transfers);
  import_some(request.transfers, transfer_flag::imported);
}

Amount EpisodeWriter::some_amount() {
  if (huge_amounts_ && random_.chance(4)) {
    return Amount{Uint128{u128_max - random_.below(3) * random_.below(1'000)}};
  }
  if (random_.chance(3)) return Amount{Uint128{random_.next(), random_.below(4)}};
  return amount_of(random_.below(30));
}

Transfer EpisodeWriter::some_transfer() {
  Transfer transfer;
  transfer.id = TransferId{wide_id(++last_transfer_)};
  transfer.debit_account_id = account_id_to_use();
  transfer.credit_account_id = account_id_to_use();
  transfer.amount = some_amount();
  transfer.trace_id = TraceId{Uint128{random_.next(), 0}};
  transfer.ledger = LedgerId{static_cast<std::uint32_t>(random_.chance(95) ? 1 : 2)};
  transfer.code = Code{static_cast<std::uint16_t>(random_.between(1, 2))};
  if (random_.chance(10)) spoil(transfer);
  return transfer;
}

Transfer EpisodeWriter::repeated_transfer() {
  Transfer transfer = pick_recent(random_, transfers_, random_.chance(80) ? 40 : 4'000);
  switch (random_.below(22)) {
    case 0:
      transfer.flags ^= transfer_flag::linked;
      break;
    case 1:
      transfer.pending_id = TransferId{Uint128{9, 0}};
      break;
    case 2:
      transfer.timeout = 9;
      break;
    case 3:
      transfer.debit_account_id = account_id_to_use();
      break;
    case 4:
      transfer.credit_account_id = account_id_to_use();
      break;
    case 5:
      transfer.amount = some_amount();
      break;
    case 6:
      transfer.business_id = BusinessId{Uint128{9, 9}};
      break;
    case 7:
      transfer.user_id = UserId{9};
      break;
    case 8:
      transfer.tag = Tag{9};
      break;
    case 9:
      transfer.ledger = LedgerId{9};
      break;
    case 10:
      transfer.code = Code{9};
      break;
    case 11:
      spoil(transfer);
      break;
    default:
      break;
  }
  return transfer;
}

void EpisodeWriter::spoil(Transfer& transfer) {
  switch (random_.below(10)) {
    case 0:
      transfer.flags = static_cast<std::uint16_t>(transfer.flags | 1U << random_.between(1, 15));
      break;
    case 1:
      transfer.id = TransferId{Uint128{}};
      break;
    case 2:
      transfer.id = TransferId{max_id};
      break;
    case 3:
      transfer.pending_id = TransferId{Uint128{random_.next(), 0}};
      break;
    case 4:
      transfer.timeout = 1;
      break;
    case 5:
      transfer.ledger = LedgerId{0};
      break;
    case 6:
      transfer.code = Code{0};
      break;
    case 7:
      transfer.timestamp = Timestamp{random_.next()};
      break;
    case 8:
      transfer.ledger = LedgerId{static_cast<std::uint32_t>(random_.between(3, 9))};
      break;
    default:
      transfer.credit_account_id = transfer.debit_account_id;
      break;
  }
}

// ---- Ledgers. ----

void EpisodeWriter::fill_ledgers(WriteRequest& request) {
  request.kind = RequestKind::put_ledgers;
  for (std::size_t left = random_.below(5); left > 0; --left) {
    request.ledgers.push_back(some_ledger());
  }
}

Ledger EpisodeWriter::some_ledger() {
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

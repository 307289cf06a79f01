#include "tests/simulation/transfer_writer.hpp"

#include <algorithm>
#include <utility>

#include "tests/simulation/import_times.hpp"

namespace daybook::test {
namespace {

/// The last of those made up for this request, of the kind wanted; nothing without one.
template <typename Wanted>
const Transfer* find_last(const std::vector<Transfer>& transfers, Wanted wanted) {
  const auto found = std::find_if(transfers.rbegin(), transfers.rend(), wanted);
  return found == transfers.rend() ? nullptr : &*found;
}

void set(Transfer& transfer, unsigned flag) {
  transfer.flags = static_cast<std::uint16_t>(transfer.flags | flag);
}

}  // namespace

// ---- Requests. ----

void TransferWriter::fill(WriteRequest& request, bool imports) {
  request.kind = RequestKind::create_transfers;
  choose_authority(request);
  for (std::size_t left = around_.batch_size(); left > 0; --left) {
    request.transfers.push_back(some_event(request));
  }
  around_.link_some(request.transfers);
  if (imports) import(request.transfers);
  asked_.insert(asked_.end(), request.transfers.begin(), request.transfers.end());
}

/// The newest account is one that imported transfers may be older than.
void TransferWriter::import(std::vector<Transfer>& transfers) {
  Timestamp newest;
  AccountId newest_id;
  for (const auto& [id, each] : around_.guide->accounts()) {
    if (each.account.timestamp < newest) continue;
    newest = each.account.timestamp;
    newest_id = id;
  }
  for (Transfer& transfer : transfers) {
    if (random_.chance(70)) transfer.timeout = 0;
    if (random_.chance(15)) transfer.debit_account_id = newest_id;
    if (random_.chance(15)) transfer.credit_account_id = newest_id;
  }
  import_events(around_, transfers, transfer_flag::imported, around_.guide->last_transfer_time(),
                newest.value());
}

/// Most are a client's; an operator without a reason is one too.
void TransferWriter::choose_authority(WriteRequest& request) {
  const std::uint64_t which = random_.below(100);
  if (which < 10) {
    request.authority = Authority::coordinator;
    request.owner = Uint128{random_.between(1, 3), 0};
  } else if (which < 22) {
    request.role = random_.chance(50) ? Role::operator_ : Role::admin;
    if (random_.chance(80)) request.reason = "it was a mistake";
  } else if (which < 24) {
    request.reason = "only a client's words";
  }
}

Transfer TransferWriter::some_event(const WriteRequest& request) {
  const std::uint64_t which = random_.below(100);
  if (which < 13 && !asked_.empty()) return repeated_transfer();
  Transfer transfer;
  if (which < 45) {
    transfer = plain_transfer();
  } else if (which < 65) {
    transfer = pending_transfer();
  } else if (which < 87) {
    transfer = resolution(request);
  } else {
    transfer = reversal(request);
  }
  if (random_.chance(6)) spoil(transfer);
  return transfer;
}

void TransferWriter::fill_with_resolutions(WriteRequest& request, std::uint64_t deadline) {
  request.kind = RequestKind::create_transfers;
  choose_authority(request);
  for (const TransferId id : around_.guide->open_holds()) {
    const NaiveTransfer& hold = around_.guide->transfers().at(id);
    if (hold.expires_at() != deadline) continue;
    request.transfers.push_back(resolution_of(hold.transfer, hold.held()));
    request.transfers.back().id = around_.next_transfer_id();
    if (request.transfers.size() == 3) break;
  }
  asked_.insert(asked_.end(), request.transfers.begin(), request.transfers.end());
}

// ---- Plain and pending transfers. ----

Transfer TransferWriter::plain_transfer() {
  Transfer transfer;
  transfer.id = around_.next_transfer_id();
  transfer.debit_account_id = around_.account_id_to_use();
  transfer.credit_account_id = around_.account_id_to_use();
  const auto& accounts = around_.guide->accounts();
  const auto debit = accounts.find(transfer.debit_account_id);
  transfer.ledger = LedgerId{static_cast<std::uint32_t>(random_.chance(95) ? 1 : 2)};
  if (debit != accounts.end() && random_.chance(95)) {
    transfer.ledger = debit->second.account.ledger;
  }
  for (unsigned tries = 0; tries < 3; ++tries) {
    const auto credit = accounts.find(transfer.credit_account_id);
    if (credit != accounts.end() && credit != debit &&
        credit->second.account.ledger == transfer.ledger) {
      break;
    }
    transfer.credit_account_id = around_.account_id_to_use();
  }
  transfer.trace_id = TraceId{Uint128{random_.next(), 0}};
  if (random_.chance(25)) transfer.business_id = BusinessId{Uint128{random_.below(3), 0}};
  if (random_.chance(25)) transfer.user_id = UserId{random_.below(3)};
  if (random_.chance(25)) transfer.tag = Tag{static_cast<std::uint32_t>(random_.below(3))};
  transfer.code = Code{static_cast<std::uint16_t>(random_.between(1, 2))};
  if (random_.chance(12)) {
    const std::uint64_t sides = random_.between(1, 3);
    if ((sides & 1) != 0) set(transfer, transfer_flag::balancing_debit);
    if ((sides & 2) != 0) set(transfer, transfer_flag::balancing_credit);
  }
  transfer.amount = some_amount(transfer);
  return transfer;
}

Transfer TransferWriter::pending_transfer() {
  Transfer transfer = plain_transfer();
  set(transfer, transfer_flag::pending);
  if (random_.chance(55)) transfer.timeout = static_cast<std::uint32_t>(random_.between(1, 3));
  if (random_.chance(4)) transfer.timeout = static_cast<std::uint32_t>(random_.next());
  if (random_.chance(4)) {
    const std::uint64_t sides = random_.between(1, 3);
    if ((sides & 1) != 0) set(transfer, transfer_flag::closing_debit);
    if ((sides & 2) != 0) set(transfer, transfer_flag::closing_credit);
    if (random_.chance(80)) transfer.timeout = 1;
  }
  return transfer;
}

Amount TransferWriter::some_amount(const Transfer& transfer) {
  const auto& accounts = around_.guide->accounts();
  const auto debit = accounts.find(transfer.debit_account_id);
  const auto credit = accounts.find(transfer.credit_account_id);
  const bool both_exist = debit != accounts.end() && credit != accounts.end();
  if (both_exist && random_.chance(12)) return edge_amount(debit->second, credit->second);
  if (around_.huge_amounts && random_.chance(4)) {
    return Amount{Uint128{u128_max - random_.below(3) * random_.below(1'000)}};
  }
  if (random_.chance(2)) return Amount{Uint128{random_.next(), random_.below(4)}};
  return amount_of(random_.below(30));
}

/// The most that a limit, a balancing flag or 128 bits allow, or next to it.
Amount TransferWriter::edge_amount(const NaiveAccount& debit, const NaiveAccount& credit) {
  const u128 debits = wide(debit.account.debits_posted) + wide(debit.account.debits_pending);
  const u128 credits = wide(credit.account.credits_posted) + wide(credit.account.credits_pending);
  // Where the difference is negative it wraps around to a huge amount, which is an edge as well.
  const auto limit_of = [](const Int128& limit) { return Uint128{limit.lo, limit.hi}.wide(); };
  switch (random_.below(around_.huge_amounts ? 8 : 4)) {
    case 0:
      return about(random_, wide(debit.account.credits_posted) - debits);
    case 1:
      return about(random_, wide(credit.account.debits_posted) - credits);
    case 2:
      return about(random_, wide(debit.account.credits_posted) - debits - limit_of(debit.minimum));
    case 3:
      return about(random_,
                   limit_of(credit.maximum) + wide(credit.account.debits_posted) - credits);
    case 4:
      return about(random_, u128_max - debits);
    case 5:
      return about(random_, u128_max - credits);
    case 6:
      return about(random_, u128_max - wide(debit.account.debits_pending));
    default:
      return about(random_, u128_max - wide(credit.account.credits_pending));
  }
}

// ---- Transfers that name another one. ----

/// The fields that must agree: not named, named rightly, and now and then wrongly.
void TransferWriter::name_fields(Transfer& transfer, const Transfer& named) {
  if (random_.chance(30)) transfer.debit_account_id = named.debit_account_id;
  if (random_.chance(30)) transfer.credit_account_id = named.credit_account_id;
  if (random_.chance(30)) transfer.ledger = named.ledger;
  if (random_.chance(30)) transfer.code = named.code;
  if (random_.chance(15)) transfer.business_id = BusinessId{Uint128{random_.below(3), 0}};
  if (random_.chance(15)) transfer.user_id = UserId{random_.below(3)};
  if (random_.chance(15)) transfer.tag = Tag{static_cast<std::uint32_t>(random_.below(3))};
  if (random_.chance(50)) transfer.trace_id = TraceId{Uint128{random_.next(), 0}};
  if (!random_.chance(6)) return;
  switch (random_.below(4)) {
    case 0:
      transfer.debit_account_id = around_.account_id_to_use();
      break;
    case 1:
      transfer.credit_account_id = around_.account_id_to_use();
      break;
    case 2:
      transfer.ledger = LedgerId{static_cast<std::uint32_t>(random_.between(1, 3))};
      break;
    default:
      transfer.code = Code{static_cast<std::uint16_t>(random_.between(1, 3))};
      break;
  }
}

/// Of this request, an open one, or anything.
Transfer TransferWriter::some_hold(const WriteRequest& request) {
  if (random_.chance(20)) {
    const Transfer* last = find_last(
        request.transfers, [](const Transfer& each) { return has(each, transfer_flag::pending); });
    if (last != nullptr) return *last;
  }
  const auto& transfers = around_.guide->transfers();
  const TransferId id = around_.transfer_id_to_use();
  if (random_.chance(80)) {
    const auto open = find_open_hold(id, request.owner);
    if (open) return transfers.at(*open).transfer;
  }
  const auto found = transfers.lower_bound(id);
  if (found != transfers.end() && random_.chance(80)) return found->second.transfer;
  Transfer unknown;
  unknown.id = id;
  return unknown;
}

/// The first from `id` on, mostly of those that `owner` may resolve.
std::optional<TransferId> TransferWriter::find_open_hold(TransferId id, const Uint128& owner) {
  const auto& open = around_.guide->open_holds();
  for (auto at = open.lower_bound(id); at != open.end(); ++at) {
    const Uint128 owned_by = around_.guide->transfers().at(*at).owner;
    if (owned_by.is_zero() || owned_by == owner || random_.chance(1)) return *at;
  }
  return open.empty() ? std::nullopt : std::optional{*open.begin()};
}

Transfer TransferWriter::resolution(const WriteRequest& request) {
  const Transfer hold = some_hold(request);
  const auto found = around_.guide->transfers().find(hold.id);
  const bool is_open = found != around_.guide->transfers().end() && found->second.is_open_hold();
  Transfer transfer = resolution_of(hold, is_open ? found->second.held() : hold.amount);
  transfer.id = around_.next_transfer_id();
  return transfer;
}

Transfer TransferWriter::resolution_of(const Transfer& pending, Amount held) {
  Transfer transfer;
  transfer.pending_id = pending.id;
  name_fields(transfer, pending);
  const std::uint64_t which = random_.below(100);
  if (random_.chance(40)) {
    set(transfer, transfer_flag::void_pending_transfer);
    if (which >= 60) transfer.amount = held;
    if (which >= 90) transfer.amount = about(random_, wide(held));
    if (which >= 96) transfer.amount = pending.amount;
    return transfer;
  }
  set(transfer, transfer_flag::post_pending_transfer);
  if (random_.chance(40)) set(transfer, transfer_flag::keep_remainder);
  transfer.amount = held;
  if (which < 25) transfer.amount = Amount{max_id};
  if (which >= 40 && which < 90 && wide(held) < ~0ULL) {
    transfer.amount = amount_of(random_.below(held.value().lo + 1));
  }
  if (which >= 90) transfer.amount = about(random_, wide(held));
  if (which >= 97) transfer.amount = pending.amount;
  return transfer;
}

/// Of this request, one that can be reversed, or anything.
Transfer TransferWriter::some_target(const WriteRequest& request) {
  constexpr unsigned not_posted =
      transfer_flag::pending | transfer_flag::void_pending_transfer | transfer_flag::reversal;
  if (random_.chance(15)) {
    const Transfer* last =
        find_last(request.transfers, [](const Transfer& each) { return !has(each, not_posted); });
    if (last != nullptr) return *last;
  }
  const auto& transfers = around_.guide->transfers();
  Transfer target;
  target.id = around_.transfer_id_to_use();
  for (auto at = transfers.lower_bound(target.id); at != transfers.end(); ++at) {
    if (has(at->second.transfer, not_posted) && !random_.chance(5)) continue;
    target = at->second.transfer;
    if (at->second.reversed != target.amount || random_.chance(20)) break;
  }
  return target;
}

Transfer TransferWriter::reversal(const WriteRequest& request) {
  const Transfer target = some_target(request);
  Transfer transfer;
  transfer.id = around_.next_transfer_id();
  transfer.pending_id = target.id;
  set(transfer, transfer_flag::reversal);
  Transfer opposite = target;
  std::swap(opposite.debit_account_id, opposite.credit_account_id);
  name_fields(transfer, opposite);
  const auto found = around_.guide->transfers().find(target.id);
  Amount left = target.amount;
  if (found != around_.guide->transfers().end()) left = minus(left, found->second.reversed);
  const std::uint64_t which = random_.below(100);
  if (which >= 30) transfer.amount = left;
  if (which >= 50 && wide(left) < ~0ULL) {
    transfer.amount = amount_of(random_.below(left.value().lo + 1));
  }
  if (which >= 90) transfer.amount = about(random_, wide(left));
  return transfer;
}

}  // namespace daybook::test

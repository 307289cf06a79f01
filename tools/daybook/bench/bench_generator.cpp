#include "tools/daybook/bench/bench_generator.hpp"

namespace daybook {
namespace {

constexpr std::uint32_t hold_timeout_s = 86'400;  // Far behind the end of any run.

/// The finisher of SplitMix64: one to one on 64 bits.
std::uint64_t scatter(std::uint64_t value) {
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
  value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
  return value ^ (value >> 31);
}

/// A number below `count` from 32 random bits.
std::uint64_t share(std::uint64_t bits, std::uint64_t count) { return (bits * count) >> 32; }

}  // namespace

Account BenchGenerator::account(std::uint64_t index) const {
  Account account;
  account.id = account_id(index);
  account.business_id = BusinessId{Uint128{index + 1, 7}};
  account.user_id = UserId{index + 1};
  account.tag = Tag{1};
  account.ledger = bench_ledger;
  account.code = Code{1};
  return account;
}

TransferId BenchGenerator::id_of(std::uint64_t number) const {
  if (ids_ == IdOrder::sequential) return TransferId{Uint128{number + 1, seed_}};
  // scatter() is one to one, so the low words alone never meet.
  return TransferId{Uint128{scatter(number + seed_ * stride), scatter(~number)}};
}

Transfer BenchGenerator::expiring_hold(std::uint64_t index, std::uint32_t timeout_s) const {
  Transfer transfer = plain(index);
  transfer.flags = transfer_flag::pending;
  transfer.timeout = timeout_s;
  return transfer;
}

Transfer BenchGenerator::transfer(std::uint64_t index) const {
  if (resolves_holds(kind_)) return hold_or_resolution(index);
  Transfer transfer = plain(expiring_ + index);
  const std::uint32_t length = chain_length(kind_);
  if (index % length != length - 1) transfer.flags = transfer_flag::linked;
  return transfer;
}

Transfer BenchGenerator::hold_or_resolution(std::uint64_t index) const {
  const std::uint64_t number = plan_.round_of(index);
  const LoadRound round = plan_.round(number);
  const bool resolves = index >= round.second.first;
  const std::uint64_t at = index - (resolves ? round.second.first : round.first.first);
  // Counted over all rounds, so that the mix is right for the smallest requests too.
  const std::uint64_t of_five = (number * batch_ + at) % 5;
  if (kind_ == LoadKind::pending_30 && of_five >= 3) return plain(expiring_ + index);

  const std::uint64_t hold = round.first.first + at;
  Transfer transfer = plain(expiring_ + hold);
  if (!resolves) {
    transfer.flags = transfer_flag::pending;
    transfer.timeout = hold_timeout_s;
    return transfer;
  }
  transfer.pending_id = transfer.id;
  transfer.id = transfer_id(index);
  transfer.trace_id = TraceId{Uint128{expiring_ + index + 1, transfer.trace_id.value().hi}};
  const bool voids = kind_ == LoadKind::pending_30 && of_five == 2;
  transfer.flags =
      voids ? transfer_flag::void_pending_transfer : transfer_flag::post_pending_transfer;
  return transfer;
}

Transfer BenchGenerator::plain(std::uint64_t number) const {
  const std::uint64_t pair = random(~number);
  const bool hot = kind_ == LoadKind::hot;
  const std::uint64_t debit = hot ? 0 : share(pair & 0xffffffff, accounts_);
  const std::uint64_t step = 1 + share(pair >> 32, accounts_ - 1);
  const std::uint64_t credit = debit + step < accounts_ ? debit + step : debit + step - accounts_;
  Transfer transfer;
  transfer.id = id_of(number);
  transfer.debit_account_id = account_id(debit);
  transfer.credit_account_id = account_id(credit);
  transfer.amount = Amount{Uint128{1 + random(number) % 1'000, 0}};
  transfer.business_id = BusinessId{Uint128{pair, number + 1}};
  transfer.trace_id = TraceId{Uint128{number + 1, pair}};
  transfer.user_id = UserId{debit + 1};
  transfer.ledger = bench_ledger;
  transfer.tag = Tag{static_cast<std::uint32_t>(1 + number % 16)};
  transfer.code = Code{1};
  return transfer;
}

}  // namespace daybook

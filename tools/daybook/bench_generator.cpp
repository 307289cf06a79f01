#include "tools/daybook/bench_generator.hpp"

namespace daybook {
namespace {

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

TransferId BenchGenerator::transfer_id(std::uint64_t index) const {
  if (ids_ == IdOrder::sequential) return TransferId{Uint128{index + 1, seed_}};
  // scatter() is one to one, so the low words alone never meet.
  return TransferId{Uint128{scatter(index + seed_ * stride), scatter(~index)}};
}

Transfer BenchGenerator::transfer(std::uint64_t index) const {
  const std::uint64_t pair = random(~index);
  const std::uint64_t debit = share(pair & 0xffffffff, accounts_);
  const std::uint64_t step = 1 + share(pair >> 32, accounts_ - 1);
  const std::uint64_t credit = debit + step < accounts_ ? debit + step : debit + step - accounts_;
  Transfer transfer;
  transfer.id = transfer_id(index);
  transfer.debit_account_id = account_id(debit);
  transfer.credit_account_id = account_id(credit);
  transfer.amount = Amount{Uint128{1 + random(index) % 1'000, 0}};
  transfer.business_id = BusinessId{Uint128{pair, index + 1}};
  transfer.trace_id = TraceId{Uint128{index + 1, pair}};
  transfer.user_id = UserId{debit + 1};
  transfer.ledger = bench_ledger;
  transfer.tag = Tag{static_cast<std::uint32_t>(1 + index % 16)};
  transfer.code = Code{1};
  return transfer;
}

}  // namespace daybook

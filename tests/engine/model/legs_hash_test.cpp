#include "engine/model/legs_hash.hpp"

#include <array>
#include <functional>
#include <set>
#include <vector>

#include <gtest/gtest.h>

// Proves that each word of a leg that a caller says counts, that order and number of legs do, that
// nothing else does, and that the number is the same for ever.

namespace daybook {
namespace {

Transfer leg(std::uint64_t id) {
  Transfer transfer;
  transfer.id = TransferId{Uint128{id, 1}};
  transfer.debit_account_id = AccountId{Uint128{2, 0}};
  transfer.credit_account_id = AccountId{Uint128{3, 0}};
  transfer.amount = Amount{Uint128{400, 0}};
  transfer.pending_id = TransferId{Uint128{5, 0}};
  transfer.ledger = LedgerId{6};
  transfer.code = Code{7};
  transfer.flags = transfer_flag::linked;
  return transfer;
}

TEST(LegsHash, IsAnotherOneForEachWordThatALegSays) {
  using Change = std::function<void(Transfer&)>;
  const std::vector<Change> changes{
      [](Transfer& it) {
        it.id = TransferId{Uint128{9, 1}};
      },
      [](Transfer& it) {
        it.id = TransferId{Uint128{1, 9}};
      },
      [](Transfer& it) {
        it.debit_account_id = AccountId{Uint128{9, 0}};
      },
      [](Transfer& it) {
        it.credit_account_id = AccountId{Uint128{9, 0}};
      },
      [](Transfer& it) { std::swap(it.debit_account_id, it.credit_account_id); },
      [](Transfer& it) {
        it.amount = Amount{Uint128{401, 0}};
      },
      [](Transfer& it) {
        it.amount = Amount{Uint128{400, 1}};
      },
      [](Transfer& it) {
        it.pending_id = TransferId{Uint128{9, 0}};
      },
      [](Transfer& it) { it.ledger = LedgerId{9}; },
      [](Transfer& it) { it.code = Code{9}; },
      [](Transfer& it) { it.flags = transfer_flag::reversal; },
  };
  std::set<Uint128> hashes{legs_hash(std::array{leg(1), leg(2)})};
  for (std::size_t place = 0; place < 2; ++place) {
    for (const Change& change : changes) {
      std::array legs{leg(1), leg(2)};
      change(legs[place]);
      hashes.insert(legs_hash(legs));
    }
  }
  EXPECT_EQ(hashes.size(), 1 + 2 * changes.size());
}

TEST(LegsHash, DependsOnOrderAndNumber) {
  const std::set<Uint128> hashes{
      legs_hash({}),
      legs_hash(std::array{leg(1)}),
      legs_hash(std::array{leg(1), leg(1)}),
      legs_hash(std::array{leg(1), leg(2)}),
      legs_hash(std::array{leg(2), leg(1)}),
  };
  EXPECT_EQ(hashes.size(), 5U);
}

TEST(LegsHash, DoesNotLookAtWhatAnEngineFillsIn) {
  Transfer filled = leg(1);
  filled.timestamp = Timestamp{1'700'000'000'000'000'000};
  filled.trace_id = TraceId{Uint128{8, 8}};
  EXPECT_EQ(legs_hash(std::array{leg(1)}), legs_hash(std::array{filled}));
}

// Journals carry it.
TEST(LegsHash, NeverChanges) {
  EXPECT_EQ(to_hex(legs_hash(std::array{leg(1), leg(2)})), "f43df5071e4531e706dbd329a8f5c10a");
}

}  // namespace
}  // namespace daybook

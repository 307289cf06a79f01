// change_accounts: every status and which one wins; what limits, freezing, closing and reopening do
// to the transfers that follow. The authority of operators and coordinators: authority_test.cpp.

#include <functional>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "tests/engine/ledger/ledger_fixture.hpp"

namespace daybook::test {
namespace {

using Kind = AccountChangeKind;
using Status = ChangeAccountStatus;
namespace flag = transfer_flag;

constexpr std::uint64_t payer = 1;
constexpr std::uint64_t payee = 2;
constexpr std::uint64_t poor = 3;  // Its net is -50.

class AccountChangeTest : public LedgerTest {
 protected:
  AccountChangeTest() {
    open_accounts({payer, payee, poor});
    expect_created({make_transfer(1, poor, payee, 50)});
  }

  std::string pay(std::uint64_t debit, std::uint64_t credit, std::uint64_t amount = 1) {
    return transfer(make_transfer(++last_id_, debit, credit, amount));
  }
  std::string hold(std::uint64_t debit, std::uint64_t credit, std::uint64_t amount = 1) {
    return transfer(make_pending(++last_id_, debit, credit, amount));
  }
  bool is_closed(std::uint64_t id) { return (account(id).flags & account_flag::closed) != 0; }

  std::uint64_t last_id_ = 1'000;
};

// ---- Statuses. ----

struct Fault {
  Status status;
  std::function<void(AccountChange&)> spoil;
};

/// In the order of checking. `sides` and limits are looked at only where the kind has them, so
/// those two never meet.
const std::vector<Fault>& faults() {
  static const std::vector<Fault> all = {
      {Status::timestamp_must_be_zero, [](auto& each) { each.timestamp = Timestamp{1}; }},
      {Status::reserved_field, [](auto& each) { each.reserved = 1; }},
      {Status::kind_unknown, [](auto& each) { each.kind = Kind{}; }},
      {Status::kind_unknown, [](auto& each) { each.kind = Kind{7}; }},
      {Status::account_not_found, [](auto& each) { each.account_id = account_id(900); }},
      {Status::account_not_found, [](auto& each) { each.account_id = AccountId{}; }},
      {Status::minimum_must_not_exceed_maximum,
       [](auto& each) {
         each.kind = Kind::set_limits;
         each.minimum = wide(1);
         each.maximum = wide(-1);
       }},
      {Status::sides_unknown,
       [](auto& each) {
         each.kind = Kind::freeze;
         each.sides = 0;
       }},
      {Status::sides_unknown,
       [](auto& each) {
         each.kind = Kind::unfreeze;
         each.sides = 4;
       }},
      {Status::outside_limits,
       [](auto& each) {
         each.account_id = account_id(poor);
         each.kind = Kind::set_limits;
         each.minimum = wide(-49);
         each.maximum = wide(100);
       }},
  };
  return all;
}

TEST_P(AccountChangeTest, AnswersEachFaultAlone) {
  for (const Fault& fault : faults()) {
    AccountChange event = make_change(payer, Kind::close);
    fault.spoil(event);
    EXPECT_EQ(change(event), to_string(fault.status));
  }
  EXPECT_FALSE(is_closed(payer));
}

TEST_P(AccountChangeTest, AnswersTheEarlierOfTwoFaults) {
  // Later ones first: where both set the same field, the earlier fault is there for sure.
  unsigned pairs = 0;
  for (std::size_t i = 0; i < faults().size(); ++i) {
    for (std::size_t k = i + 1; k < faults().size(); ++k) {
      if (faults()[i].status >= Status::minimum_must_not_exceed_maximum) continue;
      AccountChange event = make_change(payer, Kind::close);
      faults()[k].spoil(event);
      faults()[i].spoil(event);
      ++pairs;
      EXPECT_EQ(change(event), to_string(faults()[i].status)) << i << " and " << k;
    }
  }
  EXPECT_GE(pairs, 30U);
}

TEST_P(AccountChangeTest, ReachesEveryStatus) {
  std::set<Status> covered{Status::changed};
  for (const Fault& fault : faults()) covered.insert(fault.status);
  for (std::uint16_t status = 0; status < 100; ++status) {
    const bool known = to_string(Status{status}) != "unknown_status";
    EXPECT_EQ(covered.contains(Status{status}), known) << status;
  }
}

TEST_P(AccountChangeTest, EventsOfABatchFailAloneAndSeeEachOther) {
  EXPECT_EQ(changes({make_change(payer, Kind::close), make_change(900, Kind::close),
                     make_change(payer, Kind::reopen), make_change(payee, Kind::close)}),
            (Statuses{"changed", "account_not_found", "changed", "changed"}));
  EXPECT_FALSE(is_closed(payer));
  EXPECT_TRUE(is_closed(payee));
}

TEST_P(AccountChangeTest, ARepeatChangesNothingFurther) {
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(changes({make_change(payer, Kind::close), make_limits(payer, -5, 5),
                       make_change(payee, Kind::freeze, account_side::both)}),
              (Statuses{"changed", "changed", "changed"}));
  }
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(changes({make_change(payer, Kind::reopen), make_change(payer, Kind::clear_limits),
                       make_change(payee, Kind::unfreeze, account_side::both)}),
              (Statuses{"changed", "changed", "changed"}));
  }
  EXPECT_EQ(pay(payer, payee, 100), "created");
}

// ---- Limits. ----

TEST_P(AccountChangeTest, LimitsHoldAtTheirEdges) {
  EXPECT_EQ(change(make_limits(payer, -10, 10)), "changed");
  EXPECT_EQ(pay(payer, payee, 11), "below_minimum");
  EXPECT_EQ(pay(payer, payee, 10), "created");
  EXPECT_EQ(pay(payer, payee, 1), "below_minimum");
  EXPECT_EQ(pay(payee, payer, 21), "above_maximum");
  EXPECT_EQ(pay(payee, payer, 20), "created");
  EXPECT_EQ(pay(payee, payer, 1), "above_maximum");
}

TEST_P(AccountChangeTest, LimitsCountWhatIsHeldAgainstEachSide) {
  EXPECT_EQ(change(make_limits(payer, -10, 10)), "changed");
  EXPECT_EQ(hold(payer, payee, 7), "created");
  EXPECT_EQ(pay(payer, payee, 4), "below_minimum");
  EXPECT_EQ(hold(payer, payee, 4), "below_minimum");
  EXPECT_EQ(pay(payer, payee, 3), "created");
  // Net is -3. What is held of debits does not count for credits, nor the other way round.
  EXPECT_EQ(hold(payee, payer, 14), "above_maximum");
  EXPECT_EQ(hold(payee, payer, 13), "created");
  EXPECT_EQ(pay(payee, payer, 1), "above_maximum");
  EXPECT_EQ(pay(payer, payee, 1), "below_minimum");
  // A post is not checked again, even when the limits are narrower now.
  EXPECT_EQ(change(make_limits(payer, 0, 0)), "outside_limits");
  EXPECT_EQ(transfer(make_post_of_all(++last_id_, 1'001)), "created");
}

TEST_P(AccountChangeTest, MovesThatImproveAlwaysPass) {
  EXPECT_EQ(change(make_limits(poor, 0, 100)), "outside_limits");
  EXPECT_EQ(pay(payee, poor, 20), "created");
  EXPECT_EQ(pay(poor, payee, 1), "below_minimum");
  EXPECT_EQ(pay(payee, poor, 40), "created");
  EXPECT_EQ(pay(poor, payee, 10), "created");
  EXPECT_EQ(change(make_limits(poor, -200, -100)), "outside_limits");
  EXPECT_EQ(pay(payee, poor, 1), "above_maximum");
  EXPECT_EQ(pay(poor, payee, 30), "created");
}

TEST_P(AccountChangeTest, SettingLimitsSaysOnlyWhetherThePresentIsOutside) {
  EXPECT_EQ(change(make_limits(poor, -50, 0)), "changed");
  EXPECT_EQ(change(make_limits(poor, -49, 0)), "outside_limits");
  EXPECT_EQ(change(make_limits(poor, -100, -50)), "changed");
  EXPECT_EQ(change(make_limits(poor, -100, -51)), "outside_limits");
  // With a debit held, what may still be debited is less: outside.
  EXPECT_EQ(change(make_change(poor, Kind::clear_limits)), "changed");
  EXPECT_EQ(hold(poor, payee, 5), "created");
  EXPECT_EQ(change(make_limits(poor, -54, 0)), "outside_limits");
  EXPECT_EQ(change(make_limits(poor, -55, 0)), "changed");
}

TEST_P(AccountChangeTest, ClearedLimitsAreGoneAndNewOnesReplaceOldOnes) {
  EXPECT_EQ(change(make_limits(payer, 0, 0)), "changed");
  EXPECT_EQ(pay(payer, payee), "below_minimum");
  EXPECT_EQ(change(make_limits(payer, -1, 0)), "changed");
  EXPECT_EQ(pay(payer, payee), "created");
  EXPECT_EQ(pay(payer, payee), "below_minimum");
  EXPECT_EQ(change(make_change(payer, Kind::clear_limits)), "changed");
  EXPECT_EQ(pay(payer, payee, 1'000), "created");
}

TEST_P(AccountChangeTest, TheWidestLimitsForbidNothingThatFitsThem) {
  AccountChange widest = make_change(payer, Kind::set_limits);
  widest.minimum = int128_min;
  widest.maximum = int128_max;
  EXPECT_EQ(change(widest), "changed");
  const u128 half = static_cast<u128>(1) << 127U;
  const auto move = [&](std::uint64_t debit, std::uint64_t credit, u128 amount) {
    Transfer event = make_transfer(++last_id_, debit, credit, 0);
    event.amount = Amount{Uint128{amount}};
    return transfer(event);
  };
  EXPECT_EQ(move(payer, payee, half + 1), "below_minimum");
  EXPECT_EQ(move(payer, payee, half), "created");
  EXPECT_EQ(move(payer, payee, 1), "below_minimum");
  EXPECT_EQ(move(payee, payer, u128_max), "created");
  EXPECT_EQ(move(payee, payer, 1), "overflows_debits_posted");
  EXPECT_EQ(move(poor, payer, 1), "overflows_credits_posted");
}

// ---- Freezing. ----

TEST_P(AccountChangeTest, AFrozenSideTakesNothingNewAndTheOtherGoesOn) {
  EXPECT_EQ(change(make_change(payer, Kind::freeze, account_side::debits)), "changed");
  EXPECT_EQ(pay(payer, payee), "debit_account_frozen");
  EXPECT_EQ(hold(payer, payee), "debit_account_frozen");
  EXPECT_EQ(pay(payee, payer), "created");
  EXPECT_EQ(change(make_change(payer, Kind::freeze, account_side::credits)), "changed");
  EXPECT_EQ(pay(payer, payee), "debit_account_frozen");
  EXPECT_EQ(pay(payee, payer), "credit_account_frozen");
  EXPECT_EQ(change(make_change(payer, Kind::unfreeze, account_side::debits)), "changed");
  EXPECT_EQ(pay(payer, payee), "created");
  EXPECT_EQ(pay(payee, payer), "credit_account_frozen");
}

TEST_P(AccountChangeTest, FreezingShowsAsReadOnlyFlags) {
  namespace bit = account_flag;
  EXPECT_EQ(change(make_change(payer, Kind::freeze, account_side::debits)), "changed");
  EXPECT_EQ(account(payer).flags, bit::debits_frozen);
  EXPECT_EQ(change(make_change(payer, Kind::freeze, account_side::both)), "changed");
  EXPECT_EQ(account(payer).flags, bit::debits_frozen | bit::credits_frozen);
  EXPECT_EQ(change(make_change(payer, Kind::unfreeze, account_side::debits)), "changed");
  EXPECT_EQ(account(payer).flags, bit::credits_frozen);
  EXPECT_EQ(accounts({make_account(50, 1, bit::debits_frozen)}), (Statuses{"reserved_flag"}));
}

// ---- Closing. ----

TEST_P(AccountChangeTest, ReopenLiftsWhatItWasCreatedWithAndWhatAnOperatorDid) {
  open_accounts(std::vector{make_account(50, 1, account_flag::closed)});
  EXPECT_EQ(pay(50, payee), "debit_account_already_closed");
  EXPECT_EQ(change(make_change(50, Kind::reopen)), "changed");
  EXPECT_EQ(pay(50, payee), "created");
  EXPECT_EQ(change(make_change(50, Kind::close)), "changed");
  EXPECT_EQ(pay(payee, 50), "credit_account_already_closed");
  EXPECT_EQ(change(make_change(50, Kind::reopen)), "changed");
  EXPECT_EQ(pay(payee, 50), "created");
}

TEST_P(AccountChangeTest, ReopenDoesNotLiftAnOpenClosingHold) {
  Transfer closing = make_pending(50, payer, payee, 0);
  closing.flags |= flag::closing_debit;
  expect_created({closing});
  EXPECT_TRUE(is_closed(payer));
  EXPECT_EQ(change(make_change(payer, Kind::reopen)), "changed");
  EXPECT_TRUE(is_closed(payer));
  EXPECT_EQ(pay(payer, payee), "debit_account_already_closed");
  EXPECT_EQ(transfer(make_void(51, 50)), "created");
  EXPECT_FALSE(is_closed(payer));
}

TEST_P(AccountChangeTest, ResolvingAClosingHoldDoesNotLiftAnOperatorsClose) {
  Transfer closing = make_pending(50, payer, payee, 0);
  closing.flags |= flag::closing_debit;
  expect_created({closing});
  EXPECT_EQ(change(make_change(payer, Kind::close)), "changed");
  EXPECT_EQ(transfer(make_void(51, 50)), "created");
  EXPECT_TRUE(is_closed(payer));
  EXPECT_EQ(change(make_change(payer, Kind::reopen)), "changed");
  EXPECT_FALSE(is_closed(payer));
}

DAYBOOK_ON_EVERY_LEDGER(AccountChangeTest);

}  // namespace
}  // namespace daybook::test

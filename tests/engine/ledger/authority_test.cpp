// Who may pass over what. The table of acts against closed, frozen and limited accounts, cell by
// cell and side by side; and what the journal says was passed over.

#include <vector>

#include <gtest/gtest.h>

#include "tests/engine/ledger/ledger_fixture.hpp"

namespace daybook::test {
namespace {

namespace flag = transfer_flag;

enum class Who { client, operator_without_reason, operator_, coordinator };
enum class Act { plain, pending, post, void_, reversal };
enum class Outcome { refused, allowed, flagged };

/// A row: what `act` by `who` meets and what comes of it.
struct Rule {
  Act act;
  Who who;
  Outcome closed;
  Outcome frozen;
  Outcome limits;
};

constexpr Outcome refused = Outcome::refused;
constexpr Outcome allowed = Outcome::allowed;
constexpr Outcome flagged = Outcome::flagged;

const std::vector<Rule> rules = {
    {Act::plain, Who::client, refused, refused, refused},
    {Act::plain, Who::operator_without_reason, refused, refused, refused},
    {Act::plain, Who::operator_, refused, refused, refused},
    {Act::plain, Who::coordinator, refused, refused, refused},
    {Act::pending, Who::client, refused, refused, refused},
    {Act::pending, Who::operator_, refused, refused, refused},
    {Act::pending, Who::coordinator, refused, refused, refused},
    {Act::reversal, Who::client, refused, refused, refused},
    {Act::reversal, Who::operator_without_reason, refused, refused, refused},
    {Act::reversal, Who::operator_, refused, flagged, flagged},
    {Act::reversal, Who::coordinator, refused, flagged, refused},
    {Act::post, Who::client, refused, allowed, allowed},
    {Act::post, Who::operator_, refused, allowed, allowed},
    {Act::post, Who::coordinator, flagged, flagged, allowed},
    {Act::void_, Who::client, allowed, allowed, allowed},
    {Act::void_, Who::operator_, allowed, allowed, allowed},
    {Act::void_, Who::coordinator, allowed, allowed, allowed},
};

/// What stands in the way, on one of the sides.
struct Obstacle {
  enum Kind { closed, frozen, flag_limit, value_limit } kind;
  bool on_debit;
  std::string status;
  std::uint8_t passed_over;
};

const std::vector<Obstacle> obstacles = {
    {Obstacle::closed, true, "debit_account_already_closed", overrode::closed_debit},
    {Obstacle::closed, false, "credit_account_already_closed", overrode::closed_credit},
    {Obstacle::frozen, true, "debit_account_frozen", overrode::frozen_debit},
    {Obstacle::frozen, false, "credit_account_frozen", overrode::frozen_credit},
    {Obstacle::flag_limit, true, "exceeds_credits", overrode::limits},
    {Obstacle::flag_limit, false, "exceeds_debits", overrode::limits},
    {Obstacle::value_limit, true, "below_minimum", overrode::limits},
    {Obstacle::value_limit, false, "above_maximum", overrode::limits},
};

class AuthorityTest : public LedgerTest {
 protected:
  static constexpr std::uint64_t rich = 1;
  static constexpr std::uint64_t sink = 2;

  AuthorityTest() { open_accounts({rich, sink}); }

  std::uint64_t fresh() { return ++last_id_; }

  std::string answer(const Transfer& event, Who who) {
    if (who == Who::operator_) return transfer_by_operator(event);
    if (who == Who::coordinator) return transfer_by_coordinator(event);
    WriteRequest request;
    request.transfers = {event};
    if (who == Who::operator_without_reason) request.role = Role::operator_;
    return status_name(RequestKind::create_transfers, submit(request).status_of(0));
  }

  /// Accounts `debit_` and `credit_`, and an event between them that is good but for what comes.
  Transfer make_act(Act act, const Obstacle* obstacle) {
    debit_ = fresh();
    credit_ = fresh();
    Account debit = make_account(debit_);
    Account credit = make_account(credit_);
    if (obstacle != nullptr && obstacle->kind == Obstacle::flag_limit) {
      // On both sides it is the posted 10 that the act needs and that is gone again.
      if (obstacle->on_debit) debit.flags = account_flag::debits_must_not_exceed_credits;
      if (!obstacle->on_debit) credit.flags = account_flag::credits_must_not_exceed_debits;
    }
    open_accounts(std::vector{debit, credit});
    const std::uint64_t before = fresh();
    const std::uint64_t id = fresh();
    switch (act) {
      case Act::plain:
        return make_transfer(id, debit_, credit_, 10);
      case Act::pending:
        return make_pending(id, debit_, credit_, 10);
      case Act::reversal:
        expect_created({make_transfer(before, credit_, debit_, 10)});
        if (debit.flags != 0) expect_created({make_transfer(fresh(), debit_, sink, 1)});
        if (credit.flags != 0) expect_created({make_transfer(fresh(), rich, credit_, 1)});
        return make_reversal(id, before);
      case Act::post:
      case Act::void_:
        if (debit.flags != 0) expect_created({make_transfer(fresh(), rich, debit_, 10)});
        if (credit.flags != 0) expect_created({make_transfer(fresh(), credit_, sink, 10)});
        expect_created({make_pending(before, debit_, credit_, 10)});
        return act == Act::post ? make_post(id, before, 10) : make_void(id, before);
    }
    return {};
  }

  void put_in_the_way(const Obstacle& obstacle) {
    using Kind = AccountChangeKind;
    const std::uint64_t id = obstacle.on_debit ? debit_ : credit_;
    const std::uint16_t side = obstacle.on_debit ? account_side::debits : account_side::credits;
    if (obstacle.kind == Obstacle::closed) changes({make_change(id, Kind::close)});
    if (obstacle.kind == Obstacle::frozen) changes({make_change(id, Kind::freeze, side)});
    if (obstacle.kind != Obstacle::value_limit) return;
    // Net after the act is at most 0 on the debited account, at least 0 on the other one.
    changes({obstacle.on_debit ? make_limits(id, 1, 1'000) : make_limits(id, -1'000, -1)});
  }

  void expect_note(const Transfer& event, Who who, std::uint8_t passed_over) {
    if (engine() == nullptr) return;  // The model keeps no notes.
    const TransferNote note = journaled(event.id.value().lo).note;
    EXPECT_EQ(note.overrode, passed_over);
    const Authority authority = who == Who::operator_     ? Authority::operator_
                                : who == Who::coordinator ? Authority::coordinator
                                                          : Authority::client;
    EXPECT_EQ(note.authority, authority);
  }

  std::uint64_t debit_ = 0;
  std::uint64_t credit_ = 0;

 private:
  std::uint64_t last_id_ = 1'000;
};

Outcome outcome_of(const Rule& rule, Obstacle::Kind kind) {
  if (kind == Obstacle::closed) return rule.closed;
  if (kind == Obstacle::frozen) return rule.frozen;
  return rule.limits;
}

TEST_P(AuthorityTest, EveryCellOfTheTableHoldsOnBothSides) {
  for (const Rule& rule : rules) {
    for (const Obstacle& obstacle : obstacles) {
      SCOPED_TRACE("act " + std::to_string(static_cast<int>(rule.act)) + " by " +
                   std::to_string(static_cast<int>(rule.who)) + " against " + obstacle.status);
      const Transfer event = make_act(rule.act, &obstacle);
      put_in_the_way(obstacle);
      const Outcome outcome = outcome_of(rule, obstacle.kind);
      if (outcome == Outcome::refused) {
        EXPECT_EQ(answer(event, rule.who), obstacle.status);
        continue;
      }
      EXPECT_EQ(answer(event, rule.who), "created");
      const std::uint8_t none = 0;
      expect_note(event, rule.who, outcome == Outcome::flagged ? obstacle.passed_over : none);
    }
  }
}

TEST_P(AuthorityTest, WithNothingInTheWayNothingIsPassedOver) {
  for (const Rule& rule : rules) {
    const Transfer event = make_act(rule.act, nullptr);
    EXPECT_EQ(answer(event, rule.who), "created");
    expect_note(event, rule.who, 0);
  }
}

TEST_P(AuthorityTest, ACoordinatorsPostPassesOverAllAtOnce) {
  const Transfer event = make_act(Act::post, nullptr);
  for (const Obstacle& obstacle : obstacles) put_in_the_way(obstacle);
  EXPECT_EQ(answer(event, Who::coordinator), "created");
  expect_note(event, Who::coordinator,
              overrode::closed_debit | overrode::closed_credit | overrode::frozen_debit |
                  overrode::frozen_credit);
}

TEST_P(AuthorityTest, AnOperatorsReversalPassesOverFreezingAndLimitsAtOnce) {
  const Transfer event = make_act(Act::reversal, nullptr);
  for (const Obstacle& obstacle : obstacles) {
    if (obstacle.kind != Obstacle::closed) put_in_the_way(obstacle);
  }
  EXPECT_EQ(answer(event, Who::operator_), "created");
  expect_note(event, Who::operator_,
              overrode::frozen_debit | overrode::frozen_credit | overrode::limits);
}

TEST_P(AuthorityTest, OverflowIsPassedOverByNobody) {
  open_accounts({10, 11, 12});
  Transfer rest = make_transfer(101, 11, 12, 0);
  rest.amount = Amount{Uint128{u128_max - 5}};
  expect_created({make_transfer(100, 10, 11, 10), rest});
  EXPECT_EQ(answer(make_reversal(102, 100), Who::operator_), "overflows_debits_posted");
}

// ---- Owned holds. ----

TEST_P(AuthorityTest, OnlyItsCoordinatorResolvesAnOwnedHold) {
  EXPECT_EQ(transfer_by_coordinator(make_pending(50, rich, sink, 10), 7), "created");
  EXPECT_EQ(transfer(make_post(51, 50, 10)), "hold_is_owned");
  EXPECT_EQ(transfer_by_operator(make_void(52, 50)), "hold_is_owned");
  EXPECT_EQ(transfer_by_coordinator(make_post(53, 50, 10), 8), "hold_is_owned");
  EXPECT_EQ(transfer_by_coordinator(make_post(54, 50, 10), 7), "created");
  EXPECT_EQ(transfer(make_post(55, 50, 10)), "hold_is_owned");  // For ever.
  EXPECT_EQ(transfer_by_coordinator(make_post(56, 50, 10), 7), "pending_transfer_already_posted");
}

TEST_P(AuthorityTest, ACoordinatorMayResolveAClientsHold) {
  expect_created({make_pending(50, rich, sink, 10)});
  EXPECT_EQ(transfer_by_coordinator(make_post(51, 50, 10), 7), "created");
}

TEST_P(AuthorityTest, AnOwnedHoldExpiresLikeAnyOther) {
  set_clock(1'000);
  Transfer hold = make_pending(50, rich, sink, 10, 1);
  EXPECT_EQ(transfer_by_coordinator(hold, 7), "created");
  set_clock(2 * second);
  EXPECT_EQ(ledger_->release_due(10), std::vector{hold.id});
  EXPECT_EQ(transfer(make_void(51, 50)), "hold_is_owned");
  EXPECT_EQ(transfer_by_coordinator(make_void(52, 50), 7), "pending_transfer_expired");
}

TEST_P(AuthorityTest, WhatIsPostedOfAnOwnedHoldAnybodyMayReverse) {
  EXPECT_EQ(transfers_by_coordinator({make_pending(50, rich, sink, 10), make_post(51, 50, 10)}, 7),
            (Statuses{"created", "created"}));
  EXPECT_EQ(transfer(make_reversal(52, 51)), "created");
}

DAYBOOK_ON_EVERY_LEDGER(AuthorityTest);

}  // namespace
}  // namespace daybook::test

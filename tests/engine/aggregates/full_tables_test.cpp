// What the rules of reconciliations say where there is no more room: their limits are too large to
// be reached by a test, so tables stand in that are full.

#include <gtest/gtest.h>

#include "engine/aggregates/aggregate_rules.hpp"
#include "engine/aggregates/aggregate_tables.hpp"

namespace daybook::test {
namespace {

using Status = AppendEventStatus;

/// Tables without room for a row more.
class FullTables final : public AggregateRows {
 public:
  const Order* find_order(const Uint128& id) const override { return rows.find_order(id); }
  const Payment* find_payment(const Uint128& id) const override { return rows.find_payment(id); }
  const Claim* find_claim(ClaimKind kind, const ClaimKey& key) const override {
    return rows.find_claim(kind, key);
  }
  const ReconciliationRow* find_reconciliation(const Uint128& id) const override {
    return rows.find_reconciliation(id);
  }
  const ApprovalLimit* find_limit(const NumberKey& key) const override {
    return rows.find_limit(key);
  }
  const Period* find_period(const NumberKey& key) const override { return rows.find_period(key); }
  const ReconciliationRun* find_run(const Uint128& id) const override { return rows.find_run(id); }
  const DifferenceRow* find_difference(const Uint128& id) const override {
    return rows.find_difference(id);
  }
  bool order_fits() const override { return false; }
  bool payment_fits() const override { return false; }
  bool claim_fits(ClaimKind) const override { return false; }
  bool reconciliation_fits() const override { return false; }
  bool limit_fits() const override { return false; }
  bool period_fits() const override { return has_room_for_periods; }
  bool run_fits() const override { return has_room_for_runs; }
  bool difference_fits() const override { return false; }
  void put(const Order& row) override { rows.put(row); }
  void put(const Payment& row) override { rows.put(row); }
  void put(const Claim& row) override { rows.put(row); }
  void put(const ReconciliationRow& row) override { rows.put(row); }
  void put(const ApprovalLimit& row) override { rows.put(row); }
  void put(const Period& row) override { rows.put(row); }
  void put(const ReconciliationRun& row) override { rows.put(row); }
  void put(const DifferenceRow& row) override { rows.put(row); }

  AggregateTables rows{1, 1, 1};
  bool has_room_for_periods = false;
  bool has_room_for_runs = false;
};

class FullTablesTest : public ::testing::Test {
 protected:
  FullTablesTest() {
    Ledger ledger;
    ledger.id = LedgerId{1};
    ledgers_.put(ledger);
    tables_.rows.prepare(8);
    tables_.put(ReconciliationRow{.id = Uint128{1}, .last_day = 20260131, .versions = 1});
    tables_.put(Period{.reconciliation_id = Uint128{1}, .day = 20260131, .head = Uint128{2}});
    ReconciliationRun run;
    run.id = Uint128{2};
    run.reconciliation_id = Uint128{1};
    run.day = 20260131;
    run.state = run.reached = RunState::in_review;
    tables_.put(run);
  }

  std::string ask(Command command, std::uint64_t aggregate, CommandDetails details) {
    std::vector<std::byte> payload;
    DomainEvent event;
    event.aggregate_id = Uint128{aggregate};
    event.business_id = BusinessId{Uint128{2}};
    put_command(command, details, "{}", event, payload);
    const AggregateRules& rules = *rules_of(event.aggregate_type);
    const CreatedTransfers none;
    return std::string{
        to_string(rules.decide(tables_, {ledgers_, none}, {event, *read_command(event, payload)}))};
  }

  FullTables tables_;
  LedgerRegistry ledgers_;
};

TEST_F(FullTablesTest, WhatIsThereMayChangeAndNothingIsAdded) {
  EXPECT_EQ(ask(Command::reconciliation_define, 1, {}), "created");
  EXPECT_EQ(ask(Command::reconciliation_define, 9, {}), "too_many_reconciliations");
  EXPECT_EQ(ask(Command::approval_limit_set, 1, {.quantity = 12, .ledger = LedgerId{1}}),
            "too_many_reconciliations");
  const CommandDetails today{.subject_id = Uint128{1}, .quantity = 20260131};
  const CommandDetails tomorrow{.subject_id = Uint128{1}, .quantity = 20260201};
  EXPECT_EQ(ask(Command::run_create, 9, today), "too_many_runs");
  tables_.has_room_for_runs = true;
  EXPECT_EQ(ask(Command::run_create, 9, today), "created");
  EXPECT_EQ(ask(Command::run_create, 9, tomorrow), "too_many_runs");
  tables_.has_room_for_periods = true;
  EXPECT_EQ(ask(Command::run_create, 9, tomorrow), "created");
  EXPECT_EQ(ask(Command::difference_assign, 9, {}), "too_many_differences");
}

}  // namespace
}  // namespace daybook::test

// create_transfers: every status that a plain, pending or imported transfer can get, and which one
// wins where several are deserved (transfer_faults.hpp says how). What an id that exists does to
// later faults is a table of its own, because there they become differences. Everything runs on the
// engine and on the naive model.

#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "tests/engine/ledger/transfer_faults.hpp"

namespace daybook::test {
namespace {

using Status = CreateTransferStatus;
namespace flag = transfer_flag;

constexpr std::uint64_t past_the_clock = 1ULL << 63;
constexpr std::uint64_t last_moment = past_the_clock - 1;
constexpr Uint128 nobody = number(900);
constexpr Uint128 nobody_else = number(902);
constexpr std::uint32_t eternity = ~std::uint32_t{0};

/// In the order of checking, up to the id.
const std::vector<Row> form_rows = {
    // On the last event of a failed chain the open chain is what is answered.
    {Status::linked_event_chain_open, {.leaves_chain_open = true}},
    {Status::linked_event_failed, {.in_failed_chain = true}},
    {Status::imported_event_expected, {.imported = false, .batch_is_imported = true}},
    {Status::imported_event_not_expected, {.imported = true, .batch_is_imported = false}},
    {Status::timestamp_must_be_zero, {.timestamp = 5, .imported = false}},
    {Status::imported_event_timestamp_out_of_range, {.timestamp = 0, .imported = true}},
    {Status::imported_event_timestamp_out_of_range,
     {.timestamp = past_the_clock, .imported = true, .batch_is_imported = true}},
    {Status::imported_event_timestamp_must_not_advance,
     {.timestamp = last_moment, .imported = true}},
    {Status::imported_event_timestamp_must_not_advance,
     {.timestamp = last_moment - 1, .imported = true, .batch_is_imported = true}},
    {Status::reserved_flag, {.flags = 1U << 9}},
    {Status::reserved_flag, {.flags = 1U << 10}},
    {Status::reserved_flag, {.flags = 1U << 11}},
    {Status::reserved_flag, {.flags = 1U << 12}},
    {Status::reserved_flag, {.flags = 1U << 13}},
    {Status::id_must_not_be_zero, {.id = Uint128{}}},
    {Status::id_must_not_be_int_max, {.id = max_number}},
    {Status::exists_with_different_flags, {.flags = flag::linked, .exists = true}},
    {Status::exists_with_different_flags, {.pending = true, .exists = true}},
    {Status::exists_with_different_pending_id, {.pending_id = number(77), .exists = true}},
    {Status::exists_with_different_timeout, {.timeout = 9, .exists = true}},
    {Status::exists_with_different_debit_account_id, {.debit = nobody, .exists = true}},
    {Status::exists_with_different_credit_account_id, {.credit = nobody_else, .exists = true}},
    {Status::exists_with_different_amount, {.amount = 11, .exists = true}},
    {Status::exists_with_different_business_id, {.business_id = 999, .exists = true}},
    {Status::exists_with_different_user_id, {.user_id = 999, .exists = true}},
    {Status::exists_with_different_tag, {.tag = 999, .exists = true}},
    {Status::exists_with_different_ledger, {.ledger = 2, .exists = true}},
    {Status::exists_with_different_code, {.code = 999, .exists = true}},
    {Status::exists, {.exists = true}},
    {Status::id_already_failed, {.burnt = true}},
};

/// The rest, in the order of checking.
const std::vector<Row> content_rows = {
    {Status::flags_are_mutually_exclusive, {.flags = flag::keep_remainder}},
    {Status::debit_account_id_must_not_be_zero, {.debit = Uint128{}}},
    {Status::debit_account_id_must_not_be_int_max, {.debit = max_number}},
    {Status::credit_account_id_must_not_be_zero, {.credit = Uint128{}}},
    {Status::credit_account_id_must_not_be_int_max, {.credit = max_number}},
    {Status::accounts_must_be_different, {.debit = number(1), .credit = number(1)}},
    {Status::accounts_must_be_different, {.debit = nobody, .credit = nobody}},
    {Status::pending_id_must_be_zero, {.pending_id = number(77)}},
    {Status::pending_id_must_be_zero, {.pending_id = max_number}},
    {Status::timeout_reserved_for_pending_transfer, {.timeout = 9, .pending = false}},
    {Status::closing_transfer_must_be_pending, {.pending = false, .flags = flag::closing_debit}},
    {Status::closing_transfer_must_be_pending, {.pending = false, .flags = flag::closing_credit}},
    {Status::ledger_must_not_be_zero, {.ledger = 0}},
    {Status::code_must_not_be_zero, {.code = 0}},
    {Status::debit_account_not_found, {.debit = nobody}},
    {Status::credit_account_not_found, {.credit = nobody_else}},
    {Status::accounts_must_have_the_same_ledger, {.debit_ledger = 1, .credit_ledger = 2}},
    {Status::accounts_must_have_the_same_ledger, {.debit_ledger = 2, .credit_ledger = 1}},
    {Status::transfer_must_have_the_same_ledger_as_accounts, {.ledger = 2}},
    {Status::transfer_must_have_the_same_ledger_as_accounts, {.ledger = 99}},
    {Status::imported_event_timestamp_must_not_regress,
     {.imported = true, .moment = Moment::of_last_transfer}},
    {Status::imported_event_timestamp_must_not_regress,
     {.imported = true, .moment = Moment::of_an_account}},
    {Status::imported_event_timestamp_must_postdate_debit_account,
     {.imported = true, .moment = Moment::before_debit_account}},
    {Status::imported_event_timestamp_must_postdate_debit_account,
     {.imported = true, .moment = Moment::before_both_accounts}},
    {Status::imported_event_timestamp_must_postdate_credit_account,
     {.imported = true, .moment = Moment::before_credit_account}},
    {Status::imported_event_timeout_must_be_zero,
     {.timeout = 9, .pending = true, .imported = true}},
    {Status::debit_account_already_closed, {.debit_side = {.closed = true}}},
    {Status::credit_account_already_closed, {.credit_side = {.closed = true}}},
    {Status::debit_account_frozen, {.debit_side = {.frozen = true}}},
    {Status::credit_account_frozen, {.credit_side = {.frozen = true}}},
    {Status::overflows_debits_pending,
     {.amount = u128_max, .pending = true, .debit_side = {.pending = true}}},
    {Status::overflows_credits_pending,
     {.amount = u128_max, .pending = true, .credit_side = {.pending = true}}},
    {Status::overflows_debits_posted, {.amount = u128_max, .debit_side = {.posted = true}}},
    {Status::overflows_credits_posted, {.amount = u128_max, .credit_side = {.posted = true}}},
    {Status::overflows_debits,
     {.amount = u128_max, .pending = false, .debit_side = {.pending = true}}},
    {Status::overflows_debits,
     {.amount = u128_max - 1, .debit_side = {.posted = true, .pending = true}}},
    {Status::overflows_credits,
     {.amount = u128_max, .pending = false, .credit_side = {.pending = true}}},
    {Status::overflows_credits,
     {.amount = u128_max - 1, .credit_side = {.posted = true, .pending = true}}},
    {Status::overflows_timeout, {.timeout = eternity, .pending = true, .imported = false}},
    {Status::exceeds_credits, {.debit_side = {.flag_limited = true}}},
    {Status::exceeds_debits, {.credit_side = {.flag_limited = true}}},
    {Status::below_minimum, {.debit_side = {.value_limited = true}}},
    {Status::above_maximum, {.credit_side = {.value_limited = true}}},
};

Transfer good_transfer(std::uint64_t id, const Scene& scene) {
  Transfer event = make_transfer(id, scene.debit, scene.credit, 10);
  event.business_id = BusinessId{number(21)};
  event.trace_id = TraceId{number(22)};
  event.user_id = UserId{23};
  event.tag = Tag{24};
  return event;
}

class TransferStatusTest : public TransferTableTest {
 protected:
  void set_scene(const Wrong& wrong, Scene& scene) override {
    open_sides(wrong, scene);
    event_id_ = fresh();
    fund(wrong, scene);
    if (wrong.exists) expect_created({good_transfer(event_id_, scene)});
    if (wrong.burnt) {
      EXPECT_EQ(transfer(make_transfer(event_id_, missing_account, sink, 1)),
                "debit_account_not_found");
    }
    burden(wrong, scene, 1);
    restrain(wrong, scene, wide(0), wide(0));
  }

  Transfer good_event(const Wrong&, const Scene& scene) override {
    return good_transfer(event_id_, scene);
  }

 private:
  /// Where a flag limits an account, it needs the other side first to have anything on this one.
  void fund(const Wrong& wrong, const Scene& scene) {
    const std::uint64_t before = wrong.exists ? 10 : 0;
    const auto amount = [before](const WrongSide& side) -> std::uint64_t {
      return side.flag_limited ? before + side.posted + side.pending : 0;
    };
    if (const std::uint64_t due = amount(wrong.debit_side); due > 0) {
      const std::uint32_t ledger = wrong.debit_ledger.value_or(1);
      expect_created({make_transfer(fresh(), rich + 10 * (ledger - 1), scene.debit, due, ledger)});
    }
    if (const std::uint64_t due = amount(wrong.credit_side); due > 0) {
      const std::uint32_t ledger = wrong.credit_ledger.value_or(1);
      expect_created({make_transfer(fresh(), scene.credit, sink + 10 * (ledger - 1), due, ledger)});
    }
  }

  std::uint64_t event_id_ = 0;
};

bool is_about_an_existing_id(Status status) { return to_string(status).starts_with("exists"); }

/// Once the id exists, a later fault of the event is a difference to the original.
bool hidden_by_existing(const Row& earlier, const Row& later) {
  return is_about_an_existing_id(earlier.status) && !is_about_an_existing_id(later.status) &&
         later.wrong.changes_the_event();
}

TEST_P(TransferStatusTest, AnswersEachFaultAlone) { expect_each_alone(plain_rows()); }

TEST_P(TransferStatusTest, AnswersTheEarlierOfAnyTwoFaults) {
  expect_the_earlier_of_two(plain_rows(), 1'900, hidden_by_existing);
}

TEST_P(TransferStatusTest, AnExistingIdTurnsLaterFaultsIntoDifferences) {
  const Row differences[] = {
      {Status::exists_with_different_flags, {.flags = flag::keep_remainder}},
      {Status::exists_with_different_flags, {.flags = flag::balancing_debit}},
      {Status::exists_with_different_flags, {.flags = flag::closing_credit}},
      {Status::exists_with_different_flags, {.flags = flag::reversal}},
      {Status::exists_with_different_flags,
       {.flags = flag::post_pending_transfer | flag::void_pending_transfer}},
      {Status::exists_with_different_flags, {.imported = true}},
      {Status::exists_with_different_pending_id, {.pending_id = max_number}},
      {Status::exists_with_different_timeout, {.timeout = 1}},
      {Status::exists_with_different_debit_account_id, {.debit = Uint128{}}},
      {Status::exists_with_different_debit_account_id, {.debit = max_number}},
      {Status::exists_with_different_credit_account_id, {.credit = Uint128{}}},
      {Status::exists_with_different_credit_account_id, {.credit = max_number}},
      {Status::exists_with_different_amount, {.amount = u128_max}},
      {Status::exists_with_different_amount, {.amount = 0}},
      {Status::exists_with_different_amount, {.amount = 9}},
      {Status::exists_with_different_amount, {.amount = (static_cast<u128>(1) << 64) + 10}},
      {Status::exists_with_different_business_id, {.business_id = 0}},
      {Status::exists_with_different_user_id, {.user_id = 0}},
      {Status::exists_with_different_ledger, {.ledger = 0}},
      {Status::exists_with_different_tag, {.tag = 0}},
      {Status::exists_with_different_code, {.code = 0}},
  };
  for (const Row& row : differences) {
    Wrong wrong = row.wrong;
    wrong.exists = true;
    EXPECT_EQ(to_string(answer_to(wrong)), to_string(row.status));
  }
}

TEST_P(TransferStatusTest, ComparesNoTraceId) {
  Transfer event = make_transfer(50, rich, sink, 10);
  event.trace_id = TraceId{number(1)};
  expect_created({event});
  event.trace_id = TraceId{number(2)};
  EXPECT_EQ(transfer(event), "exists");
}

TEST_P(TransferStatusTest, BurnsTheIdOfExactlyTheTransientRefusals) {
  for (const Row& row : plain_rows()) {
    if (row.wrong.id || row.wrong.exists || row.wrong.burnt) continue;
    SCOPED_TRACE(to_string(row.status));
    ASSERT_EQ(answer_to(row.wrong), row.status);
    EXPECT_EQ(transfer(make_transfer(last_event_id(), rich, sink, 10)),
              is_transient(row.status) ? "id_already_failed" : "created");
  }
}

TEST_P(TransferStatusTest, RefusalsMoveNoMoney) {
  for (const Row& row : content_rows) {
    Scene scene;
    set_scene(row.wrong, scene);
    tick();
    const Account debit = account(scene.debit);
    const Account credit = account(scene.credit);
    const Transfer event = spoilt(good_event(row.wrong, scene), row.wrong, scene);
    EXPECT_EQ(to_string(answer_in_batch(event, row.wrong)), to_string(row.status));
    EXPECT_TRUE(same(account(scene.debit), debit)) << to_string(row.status);
    EXPECT_TRUE(same(account(scene.credit), credit)) << to_string(row.status);
  }
}

TEST_P(TransferStatusTest, ZeroAndMaxComeBeforeSameness) {
  EXPECT_EQ(answer_to({.debit = Uint128{}, .credit = Uint128{}}),
            Status::debit_account_id_must_not_be_zero);
  EXPECT_EQ(answer_to({.debit = max_number, .credit = max_number}),
            Status::debit_account_id_must_not_be_int_max);
}

TEST_P(TransferStatusTest, TakesAmountsFromZeroToTheLastThatFits) {
  open_accounts({20, 21, 22});
  const auto move = [&](std::uint64_t debit, std::uint64_t credit, u128 amount) {
    Transfer event = make_transfer(fresh(), debit, credit, 0);
    event.amount = Amount{Uint128{amount}};
    return transfer(event);
  };
  EXPECT_EQ(move(20, 21, 1), "created");
  EXPECT_EQ(move(20, 22, u128_max), "overflows_debits_posted");
  EXPECT_EQ(move(22, 21, u128_max), "overflows_credits_posted");
  EXPECT_EQ(move(20, 21, u128_max - 1), "created");
  EXPECT_EQ(move(20, 21, 0), "created");
  EXPECT_EQ(move(20, 22, 1), "overflows_debits_posted");
  EXPECT_EQ(move(22, 21, 1), "overflows_credits_posted");
  EXPECT_EQ(account(20).debits_posted, Amount{Uint128{u128_max}});
  EXPECT_EQ(account(21).credits_posted, Amount{Uint128{u128_max}});
  EXPECT_EQ(account(22).debits_posted, Amount{});
}

TEST_P(TransferStatusTest, ATimeoutReachesExactlyTheEndOfTime) {
  // The last whole number of seconds before the end of time, from a clock that ends the same way.
  constexpr std::uint64_t start = last_moment - 7 * second;
  set_clock(start);
  EXPECT_EQ(transfer(make_pending(50, rich, sink, 1, 7)), "created");
  set_clock(start + 1);
  EXPECT_EQ(transfer(make_pending(51, rich, sink, 1, 7)), "overflows_timeout");
  EXPECT_EQ(transfer(make_pending(52, rich, sink, 1, 6)), "created");
}

DAYBOOK_ON_EVERY_LEDGER(TransferStatusTest);

TEST(TransferStatusTablesTest, HaveEveryStatusBetweenThem) {
  // not_supported_yet is kept for what future versions announce before they have it.
  std::set<Status> covered{Status::created, Status::not_supported_yet};
  for (const auto& rows : {plain_rows(), resolution_rows(), reversal_rows()}) {
    for (const Row& row : rows) covered.insert(row.status);
  }
  for (std::uint16_t status = 0; status < 4'096; ++status) {
    const bool known = to_string(Status{status}) != "unknown_status";
    EXPECT_EQ(covered.contains(Status{status}), known) << status;
  }
}

}  // namespace

std::vector<Row> plain_rows() {
  std::vector<Row> rows = form_rows;
  rows.insert(rows.end(), content_rows.begin(), content_rows.end());
  return rows;
}

}  // namespace daybook::test

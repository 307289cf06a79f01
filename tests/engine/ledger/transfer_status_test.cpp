// create_transfers: every status that a plain transfer can get, and which one wins where several
// are deserved.
//
// Method: each row of `rows` makes an otherwise good transfer wrong in one way, in the documented
// order. Every two rows that can be wrong at the same time are laid over one another; the earlier
// one must be answered. What an id that exists does to later rows is a table of its own, because
// there the later fault becomes a difference. Everything runs on the engine and on the naive
// model.

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/lay_over.hpp"
#include "tests/support/ledger_under_test.hpp"
#include "tests/support/reachable.hpp"

namespace daybook::test {
namespace {

using Status = CreateTransferStatus;
namespace flag = transfer_flag;

// Accounts of the fixture.
constexpr std::uint64_t payer = 1;
constexpr std::uint64_t payee = 2;
constexpr std::uint64_t elsewhere = 3;      // In ledger 2.
constexpr std::uint64_t closed_payer = 4;   // Also without funds, and limited.
constexpr std::uint64_t closed_payee = 5;   // Also limited.
constexpr std::uint64_t full_payer = 6;     // Its debits are 2^128-1, and it is limited.
constexpr std::uint64_t full_payee = 7;     // Its credits are 2^128-1, and it is limited.
constexpr std::uint64_t limited_payer = 8;  // Debits must not exceed credits; 50 of 50 spent.
constexpr std::uint64_t limited_payee = 9;  // The mirror.
constexpr std::uint64_t missing = 900;

// Transfers of the fixture.
constexpr std::uint64_t existing_id = 100;
constexpr std::uint64_t burnt_id = 101;
constexpr std::uint64_t existing_at_limits_id = 102;

constexpr std::uint64_t far_future = 1ULL << 62;

/// What is wrong with a transfer and with the batch around it. Unset = as in a good one.
struct Wrong {
  std::optional<Uint128> id{};
  std::optional<Uint128> debit{};
  std::optional<Uint128> credit{};
  std::optional<Uint128> pending_id{};
  std::optional<u128> amount{};
  std::optional<std::uint64_t> business_id{};
  std::optional<std::uint64_t> user_id{};
  std::optional<std::uint64_t> timestamp{};
  std::optional<std::uint32_t> timeout{};
  std::optional<std::uint32_t> ledger{};
  std::optional<std::uint32_t> tag{};
  std::optional<std::uint16_t> code{};
  std::optional<bool> imported{};           ///< The transfer's own flag.
  std::optional<bool> batch_is_imported{};  ///< The first event's flag.
  std::uint16_t flags = 0;                  ///< More flags.
  bool in_failed_chain = false;             ///< A linked event before it fails.
  bool leaves_chain_open = false;           ///< Linked, and the last of its batch.
};

struct Row {
  Status status;
  Wrong wrong;
};

constexpr Uint128 max_id{~0ULL, ~0ULL};

Uint128 number(std::uint64_t value) { return Uint128{value, 0}; }

/// In the order of checking.
const std::vector<Row> row_table = {
    // On the last event of a failed chain the open chain is what is answered.
    {Status::linked_event_chain_open, {.leaves_chain_open = true}},
    {Status::linked_event_failed, {.in_failed_chain = true}},
    {Status::imported_event_expected, {.imported = false, .batch_is_imported = true}},
    {Status::imported_event_not_expected, {.imported = true, .batch_is_imported = false}},
    {Status::timestamp_must_be_zero, {.timestamp = 5, .imported = false}},
    {Status::imported_event_timestamp_out_of_range,
     {.timestamp = 0, .imported = true, .batch_is_imported = true}},
    {Status::imported_event_timestamp_out_of_range,
     {.timestamp = 1ULL << 63, .imported = true, .batch_is_imported = true}},
    {Status::imported_event_timestamp_must_not_advance,
     {.timestamp = far_future, .imported = true, .batch_is_imported = true}},
    {Status::imported_event_timestamp_must_not_advance,
     {.timestamp = (1ULL << 63) - 1, .imported = true, .batch_is_imported = true}},
    {Status::reserved_flag, {.flags = 1U << 9}},
    {Status::reserved_flag, {.flags = 1U << 10}},
    {Status::reserved_flag, {.flags = 1U << 11}},
    {Status::reserved_flag, {.flags = 1U << 12}},
    {Status::reserved_flag, {.flags = 1U << 13}},
    {Status::not_supported_yet, {.flags = flag::pending}},
    {Status::not_supported_yet, {.flags = flag::post_pending_transfer}},
    {Status::not_supported_yet, {.flags = flag::void_pending_transfer}},
    {Status::not_supported_yet, {.flags = flag::balancing_debit}},
    {Status::not_supported_yet, {.flags = flag::balancing_credit}},
    {Status::not_supported_yet, {.flags = flag::closing_debit}},
    {Status::not_supported_yet, {.flags = flag::closing_credit}},
    {Status::not_supported_yet, {.flags = flag::keep_remainder}},
    {Status::not_supported_yet, {.flags = flag::reversal}},
    {Status::not_supported_yet, {.timestamp = 1, .imported = true, .batch_is_imported = true}},
    {Status::id_must_not_be_zero, {.id = Uint128{}}},
    {Status::id_must_not_be_int_max, {.id = max_id}},
    {Status::exists_with_different_flags, {.id = number(existing_id), .flags = flag::linked}},
    {Status::exists_with_different_pending_id,
     {.id = number(existing_id), .pending_id = number(77)}},
    {Status::exists_with_different_timeout, {.id = number(existing_id), .timeout = 9}},
    {Status::exists_with_different_debit_account_id,
     {.id = number(existing_id), .debit = number(missing)}},
    {Status::exists_with_different_credit_account_id,
     {.id = number(existing_id), .credit = number(missing + 1)}},
    {Status::exists_with_different_amount, {.id = number(existing_id), .amount = 11}},
    {Status::exists_with_different_business_id, {.id = number(existing_id), .business_id = 999}},
    {Status::exists_with_different_user_id, {.id = number(existing_id), .user_id = 999}},
    {Status::exists_with_different_tag, {.id = number(existing_id), .tag = 999}},
    {Status::exists_with_different_ledger, {.id = number(existing_id), .ledger = 2}},
    {Status::exists_with_different_code, {.id = number(existing_id), .code = 999}},
    {Status::exists, {.id = number(existing_id)}},
    {Status::id_already_failed, {.id = number(burnt_id)}},
    {Status::debit_account_id_must_not_be_zero, {.debit = Uint128{}}},
    {Status::debit_account_id_must_not_be_int_max, {.debit = max_id}},
    {Status::credit_account_id_must_not_be_zero, {.credit = Uint128{}}},
    {Status::credit_account_id_must_not_be_int_max, {.credit = max_id}},
    {Status::accounts_must_be_different, {.debit = number(payer), .credit = number(payer)}},
    {Status::accounts_must_be_different, {.debit = number(missing), .credit = number(missing)}},
    {Status::pending_id_must_be_zero, {.pending_id = number(77)}},
    {Status::pending_id_must_be_zero, {.pending_id = max_id}},
    {Status::timeout_reserved_for_pending_transfer, {.timeout = 9}},
    {Status::ledger_must_not_be_zero, {.ledger = 0}},
    {Status::code_must_not_be_zero, {.code = 0}},
    {Status::debit_account_not_found, {.debit = number(missing)}},
    {Status::credit_account_not_found, {.credit = number(missing + 1)}},
    {Status::accounts_must_have_the_same_ledger, {.credit = number(elsewhere)}},
    {Status::accounts_must_have_the_same_ledger, {.debit = number(elsewhere)}},
    {Status::transfer_must_have_the_same_ledger_as_accounts, {.ledger = 2}},
    {Status::transfer_must_have_the_same_ledger_as_accounts, {.ledger = 99}},
    {Status::debit_account_already_closed, {.debit = number(closed_payer)}},
    {Status::credit_account_already_closed, {.credit = number(closed_payee)}},
    {Status::overflows_debits_posted, {.debit = number(full_payer)}},
    {Status::overflows_credits_posted, {.credit = number(full_payee)}},
    {Status::exceeds_credits, {.debit = number(limited_payer)}},
    {Status::exceeds_debits, {.credit = number(limited_payee)}},
};

const std::vector<Row>& rows() { return row_table; }

/// A transfer that is wrong in both ways, where one can be.
std::optional<Wrong> both(Wrong a, const Wrong& b) {
  const bool fit =
      lay_over(a.id, b.id) && lay_over(a.debit, b.debit) && lay_over(a.credit, b.credit) &&
      lay_over(a.pending_id, b.pending_id) && lay_over(a.amount, b.amount) &&
      lay_over(a.business_id, b.business_id) && lay_over(a.user_id, b.user_id) &&
      lay_over(a.timestamp, b.timestamp) && lay_over(a.timeout, b.timeout) &&
      lay_over(a.ledger, b.ledger) && lay_over(a.tag, b.tag) && lay_over(a.code, b.code) &&
      lay_over(a.imported, b.imported) && lay_over(a.batch_is_imported, b.batch_is_imported);
  if (!fit) return std::nullopt;
  a.flags |= b.flags;
  a.in_failed_chain |= b.in_failed_chain;
  a.leaves_chain_open |= b.leaves_chain_open;
  return a;
}

Transfer good_transfer(std::uint64_t id) {
  Transfer transfer = make_transfer(id, payer, payee, 10);
  transfer.business_id = BusinessId{number(21)};
  transfer.trace_id = TraceId{number(22)};
  transfer.user_id = UserId{23};
  transfer.tag = Tag{24};
  return transfer;
}

Transfer spoilt(const Wrong& wrong, std::uint64_t fresh_id) {
  Transfer transfer = good_transfer(fresh_id);
  if (wrong.id) transfer.id = TransferId{*wrong.id};
  if (wrong.debit) transfer.debit_account_id = AccountId{*wrong.debit};
  if (wrong.credit) transfer.credit_account_id = AccountId{*wrong.credit};
  if (wrong.pending_id) transfer.pending_id = TransferId{*wrong.pending_id};
  if (wrong.amount) transfer.amount = Amount{Uint128{*wrong.amount}};
  if (wrong.business_id) transfer.business_id = BusinessId{number(*wrong.business_id)};
  if (wrong.user_id) transfer.user_id = UserId{*wrong.user_id};
  if (wrong.timestamp) transfer.timestamp = Timestamp{*wrong.timestamp};
  if (wrong.timeout) transfer.timeout = *wrong.timeout;
  if (wrong.ledger) transfer.ledger = LedgerId{*wrong.ledger};
  if (wrong.tag) transfer.tag = Tag{*wrong.tag};
  if (wrong.code) transfer.code = Code{*wrong.code};
  transfer.flags |= wrong.flags;
  if (wrong.imported.value_or(false)) transfer.flags |= flag::imported;
  if (wrong.leaves_chain_open) transfer.flags |= flag::linked;
  return transfer;
}

class TransferStatusTest : public ::testing::TestWithParam<LedgerMaker> {
 protected:
  TransferStatusTest() : ledger_{GetParam().make({})} {
    ledger_->put_ledgers(std::vector{make_ledger(1, "EUR"), make_ledger(2, "USD")});
    namespace account = account_flag;
    const std::uint16_t no_overdraft = account::debits_must_not_exceed_credits;
    const std::uint16_t no_surplus = account::credits_must_not_exceed_debits;
    const auto closed = account::closed;
    const std::vector<Account> accounts = {
        make_account(payer),
        make_account(payee),
        make_account(elsewhere, 2),
        make_account(closed_payer, 1, closed | no_overdraft),
        make_account(closed_payee, 1, closed | no_surplus),
        make_account(full_payer, 1, no_overdraft),
        make_account(full_payee, 1, no_surplus),
        make_account(limited_payer, 1, no_overdraft),
        make_account(limited_payee, 1, no_surplus),
        make_account(10),
        make_account(11),
    };
    const BatchReply made = ledger_->create_accounts(accounts);
    EXPECT_TRUE(made.refused.empty()) << to_text(made, RequestKind::create_accounts);
    move_setup_money();
  }

  void move_setup_money() {
    std::vector<Transfer> setup = {
        make_transfer(1, 10, full_payer, 0),  // Amounts of 2^128-1, below.
        make_transfer(2, full_payee, 11, 0),
        make_transfer(3, full_payer, full_payee, 0),
        make_transfer(4, payer, limited_payer, 50),
        make_transfer(existing_at_limits_id, limited_payer, limited_payee, 50),
        good_transfer(existing_id),
        make_transfer(burnt_id, missing, payee, 10),
    };
    for (std::size_t i = 0; i < 3; ++i) setup[i].amount = Amount{Uint128{u128_max}};
    // The limited payee may take what it has paid.
    setup.insert(setup.begin() + 3, make_transfer(5, limited_payee, payee, 50));
    const BatchReply moved = ledger_->create_transfers(setup);
    EXPECT_EQ(moved.refused.size(), 1U) << to_text(moved, RequestKind::create_transfers);
    EXPECT_EQ(moved.status_of(7), static_cast<std::uint16_t>(Status::debit_account_not_found));
  }

  /// What the ledger says to a transfer that is wrong in this way, in a batch that makes it so.
  Status answer_to(const Wrong& wrong) {
    std::vector<Transfer> batch;
    const bool needs_opener = wrong.in_failed_chain || wrong.batch_is_imported.has_value();
    if (needs_opener) {
      // A reversal is refused for itself, imported or not, and burns nothing.
      Transfer opener = good_transfer(++fresh_id_);
      opener.flags = flag::reversal;
      if (wrong.in_failed_chain) opener.flags |= flag::linked;
      const bool is_imported = wrong.batch_is_imported.value_or(wrong.imported.value_or(false));
      if (is_imported) {
        opener.flags |= flag::imported;
        opener.timestamp = Timestamp{1};
      }
      batch.push_back(opener);
    }
    const auto index = static_cast<std::uint32_t>(batch.size());
    batch.push_back(spoilt(wrong, ++fresh_id_));
    if ((batch.back().flags & flag::linked) != 0 && !wrong.leaves_chain_open) {
      batch.push_back(good_transfer(++fresh_id_));
    }
    const BatchReply reply = ledger_->create_transfers(batch);
    EXPECT_EQ(reply.status, RequestStatus::ok);
    return static_cast<Status>(reply.status_of(index));
  }

  std::unique_ptr<LedgerUnderTest> ledger_;
  std::uint64_t fresh_id_ = 10'000;
};

bool is_about_an_existing_id(Status status) { return to_string(status).starts_with("exists"); }

/// Once the id exists, a later fault is a difference to the original or nothing at all.
bool hidden_by_existing(const Row& earlier, const Row& later) {
  return is_about_an_existing_id(earlier.status) && !is_about_an_existing_id(later.status);
}

TEST_P(TransferStatusTest, AnswersEachFaultAlone) {
  for (const Row& row : rows()) {
    EXPECT_EQ(to_string(answer_to(row.wrong)), to_string(row.status));
  }
}

TEST_P(TransferStatusTest, AnswersTheEarlierOfAnyTwoFaults) {
  unsigned pairs = 0;
  for (std::size_t i = 0; i < rows().size(); ++i) {
    for (std::size_t k = i + 1; k < rows().size(); ++k) {
      const Row& earlier = rows()[i];
      const Row& later = rows()[k];
      const auto wrong = both(earlier.wrong, later.wrong);
      if (!wrong || earlier.status == later.status || hidden_by_existing(earlier, later)) continue;
      ++pairs;
      ASSERT_EQ(to_string(answer_to(*wrong)), to_string(earlier.status))
          << "rows " << i << " and " << k << ", the later is " << to_string(later.status);
    }
  }
  EXPECT_GT(pairs, 1'000U);
}

TEST_P(TransferStatusTest, AnExistingIdTurnsLaterFaultsIntoDifferences) {
  struct Difference {
    Wrong wrong;
    Status status;
  };
  const Difference differences[] = {
      {{.pending_id = max_id}, Status::exists_with_different_pending_id},
      {{.timeout = 1}, Status::exists_with_different_timeout},
      {{.debit = Uint128{}}, Status::exists_with_different_debit_account_id},
      {{.debit = max_id}, Status::exists_with_different_debit_account_id},
      {{.credit = Uint128{}}, Status::exists_with_different_credit_account_id},
      {{.credit = max_id}, Status::exists_with_different_credit_account_id},
      {{.credit = number(payer)}, Status::exists_with_different_credit_account_id},
      {{.amount = u128_max}, Status::exists_with_different_amount},
      {{.amount = 0}, Status::exists_with_different_amount},
      {{.amount = 9}, Status::exists_with_different_amount},
      {{.amount = (static_cast<u128>(1) << 64) + 10}, Status::exists_with_different_amount},
      {{.business_id = 0}, Status::exists_with_different_business_id},
      {{.user_id = 0}, Status::exists_with_different_user_id},
      {{.ledger = 0}, Status::exists_with_different_ledger},
      {{.tag = 0}, Status::exists_with_different_tag},
      {{.code = 0}, Status::exists_with_different_code},
      {{.debit = number(closed_payer)}, Status::exists_with_different_debit_account_id},
      {{.credit = number(full_payee)}, Status::exists_with_different_credit_account_id},
  };
  for (const Difference& row : differences) {
    Wrong wrong = row.wrong;
    wrong.id = number(existing_id);
    EXPECT_EQ(to_string(answer_to(wrong)), to_string(row.status));
  }
}

TEST_P(TransferStatusTest, ARepeatExistsThoughItsMoneyIsGone) {
  // Both accounts are at their limits since: a new transfer of the same content is refused.
  EXPECT_EQ(answer_to({.debit = number(limited_payer), .credit = number(limited_payee)}),
            Status::exceeds_credits);
  const BatchReply repeat = ledger_->create_transfers(
      std::vector{make_transfer(existing_at_limits_id, limited_payer, limited_payee, 50)});
  EXPECT_EQ(to_string(static_cast<Status>(repeat.status_of(0))), "exists");
}

TEST_P(TransferStatusTest, ComparesNoTraceId) {
  Transfer repeat = good_transfer(existing_id);
  repeat.trace_id = TraceId{number(999)};
  const BatchReply reply = ledger_->create_transfers(std::vector{repeat});
  EXPECT_EQ(to_string(static_cast<Status>(reply.status_of(0))), "exists");
}

TEST_P(TransferStatusTest, ReachesEveryStatusButTheUnsupportedOnes) {
  std::set<Status> covered{Status::created};
  for (const Row& row : rows()) covered.insert(row.status);
  for (const Status status : statuses_not_supported_yet<Status>()) {
    EXPECT_TRUE(covered.insert(status).second) << to_string(status) << " is reached after all";
  }
  for (std::uint16_t status = 0; status < 4'096; ++status) {
    const bool known = to_string(Status{status}) != "unknown_status";
    EXPECT_EQ(covered.contains(Status{status}), known) << status;
  }
}

TEST_P(TransferStatusTest, RefusalsMoveNoMoney) {
  std::vector<Account> before;
  for (std::uint64_t id = 1; id <= 11; ++id) {
    before.push_back(ledger_->lookup_account(account_id(id)).value());
  }
  for (const Row& row : rows()) answer_to(row.wrong);
  for (const Account& account : before) {
    const auto after = ledger_->lookup_account(account.id);
    ASSERT_TRUE(after.has_value());
    EXPECT_TRUE(same(account, *after)) << "account " << account.id.value().lo;
  }
}

TEST_P(TransferStatusTest, BurnsTheIdOfExactlyTheTransientRefusals) {
  for (const Row& row : rows()) {
    if (row.wrong.id) continue;
    const std::uint64_t id =
        fresh_id_ + 1 + ((row.wrong.in_failed_chain || row.wrong.batch_is_imported) ? 1 : 0);
    SCOPED_TRACE(to_string(row.status));
    ASSERT_EQ(answer_to(row.wrong), row.status);
    const BatchReply again = ledger_->create_transfers(std::vector{good_transfer(id)});
    const Status expected = is_transient(row.status) ? Status::id_already_failed : Status::created;
    EXPECT_EQ(to_string(static_cast<Status>(again.status_of(0))), to_string(expected));
  }
}

TEST_P(TransferStatusTest, ABurntIdStaysBurntWhateverIsSentUnderIt) {
  for (const Row& row : rows()) {
    if (row.wrong.id || row.wrong.imported || row.wrong.batch_is_imported ||
        row.wrong.in_failed_chain || row.wrong.leaves_chain_open || row.wrong.flags != 0) {
      continue;
    }
    Wrong wrong = row.wrong;
    wrong.id = number(burnt_id);
    EXPECT_EQ(to_string(answer_to(wrong)), "id_already_failed") << to_string(row.status);
  }
}

TEST_P(TransferStatusTest, ZeroAndMaxComeBeforeSameness) {
  EXPECT_EQ(answer_to({.debit = Uint128{}, .credit = Uint128{}}),
            Status::debit_account_id_must_not_be_zero);
  EXPECT_EQ(answer_to({.debit = max_id, .credit = max_id}),
            Status::debit_account_id_must_not_be_int_max);
}

TEST_P(TransferStatusTest, AnImportedTimestampMustBeBeforeTheBatch) {
  const std::uint64_t batch_time = 1'000'000;
  ledger_->set_clock(batch_time);
  std::vector<Transfer> batch;
  for (const std::uint64_t timestamp : {batch_time - 1, batch_time, batch_time + 1}) {
    batch.push_back(good_transfer(++fresh_id_));
    batch.back().flags = flag::imported;
    batch.back().timestamp = Timestamp{timestamp};
  }
  const BatchReply reply = ledger_->create_transfers(batch);
  const auto status = [&](std::uint32_t index) {
    return static_cast<Status>(reply.status_of(index));
  };
  EXPECT_EQ(status(0), Status::not_supported_yet);
  EXPECT_EQ(status(1), Status::imported_event_timestamp_must_not_advance);
  EXPECT_EQ(status(2), Status::imported_event_timestamp_must_not_advance);
}

TEST_P(TransferStatusTest, TakesAmountsFromZeroToTheLastThatFits) {
  ledger_->create_accounts(std::vector{make_account(20), make_account(21), make_account(22)});
  const Uint128 a = number(20);
  const Uint128 b = number(21);
  const Uint128 c = number(22);
  EXPECT_EQ(answer_to({.debit = a, .credit = b, .amount = 1}), Status::created);
  EXPECT_EQ(answer_to({.debit = a, .credit = c, .amount = u128_max}),
            Status::overflows_debits_posted);
  EXPECT_EQ(answer_to({.debit = c, .credit = b, .amount = u128_max}),
            Status::overflows_credits_posted);
  EXPECT_EQ(answer_to({.debit = a, .credit = b, .amount = u128_max - 1}), Status::created);
  EXPECT_EQ(answer_to({.debit = a, .credit = b, .amount = 0}), Status::created);
  EXPECT_EQ(answer_to({.debit = a, .credit = c, .amount = 1}), Status::overflows_debits_posted);
  EXPECT_EQ(answer_to({.debit = c, .credit = b, .amount = 1}), Status::overflows_credits_posted);
  EXPECT_EQ(ledger_->lookup_account(account_id(20))->debits_posted, Amount{Uint128{u128_max}});
  EXPECT_EQ(ledger_->lookup_account(account_id(21))->credits_posted, Amount{Uint128{u128_max}});
  EXPECT_EQ(ledger_->lookup_account(account_id(22))->debits_posted, Amount{});
}

TEST_P(TransferStatusTest, LimitsAllowExactlyTheBalance) {
  const auto pay = [&](std::uint64_t amount) {
    return ledger_->create_transfers(
        std::vector{make_transfer(++fresh_id_, payer, limited_payer, amount)});
  };
  pay(30);
  EXPECT_EQ(answer_to({.debit = number(limited_payer), .amount = 31}), Status::exceeds_credits);
  EXPECT_EQ(answer_to({.debit = number(limited_payer), .amount = 30}), Status::created);
  EXPECT_EQ(answer_to({.debit = number(limited_payer), .amount = 1}), Status::exceeds_credits);
  EXPECT_EQ(answer_to({.debit = number(limited_payer), .amount = 0}), Status::created);

  EXPECT_EQ(answer_to({.credit = number(limited_payee), .amount = 1}), Status::exceeds_debits);
  ledger_->create_transfers(std::vector{make_transfer(++fresh_id_, limited_payee, payee, 5)});
  EXPECT_EQ(answer_to({.credit = number(limited_payee), .amount = 6}), Status::exceeds_debits);
  EXPECT_EQ(answer_to({.credit = number(limited_payee), .amount = 5}), Status::created);
}

INSTANTIATE_TEST_SUITE_P(Ledgers, TransferStatusTest, ::testing::ValuesIn(ledgers_under_test()),
                         [](const auto& test) { return name_of_maker(test.param); });

}  // namespace
}  // namespace daybook::test

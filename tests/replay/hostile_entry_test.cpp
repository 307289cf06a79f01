// Entries that no engine wrote are refused, with the sequence and the reason, although their
// checksums are right: a table of forgeries, each made from facts, sealed like any entry, and given
// to the replayer after one good entry.

#include <functional>
#include <ostream>

#include <gtest/gtest.h>

#include "engine/codec/entry_builder.hpp"
#include "engine/replay/replayer.hpp"
#include "tests/support/ledger_under_test.hpp"

namespace daybook::test {
namespace {

constexpr ClientId client{Uint128{5, 0}};

Operation operation_of(RequestKind kind, std::uint64_t number, std::uint64_t time) {
  Operation operation;
  operation.client = client;
  operation.kind = kind;
  operation.request_number = number;
  operation.time = Timestamp{time};
  operation.event_count = 4;
  return operation;
}

// Writes one operation of `count` facts of a kind that begin at the front of their vector.
void add_operation(EntryBuilder& entry, Operation operation, FactKind kind, std::uint32_t count) {
  operation.created_count = count;
  entry.add_run({.kind = kind, .reserved = 0, .operation = 0, .first = 0, .count = count},
                next(entry.first()));
  entry.add_operation(operation);
}

// Sequences 1 to 4: an operation that creates accounts 1 and 2 in ledger 1 and account 3 in 2.
constexpr std::uint32_t good_facts = 4;
void write_good(EntryBuilder& entry) {
  add_operation(entry, operation_of(RequestKind::create_accounts, 10, 100), FactKind::account, 3);
  entry.add_fact(make_account(1, 1));
  entry.add_fact(make_account(2, 1));
  entry.add_fact(make_account(3, 2));
}

void write_transfers(EntryBuilder& entry, const std::vector<Transfer>& transfers) {
  add_operation(entry, operation_of(RequestKind::create_transfers, 11, 200), FactKind::transfer,
                static_cast<std::uint32_t>(transfers.size()));
  for (const Transfer& transfer : transfers) entry.add_fact(transfer);
}

void write_accounts(EntryBuilder& entry, const Account& account) {
  add_operation(entry, operation_of(RequestKind::create_accounts, 11, 200), FactKind::account, 1);
  entry.add_fact(account);
}

void write_operation(EntryBuilder& entry, std::uint64_t number, std::uint64_t time) {
  add_operation(entry, operation_of(RequestKind::create_transfers, number, time),
                FactKind::transfer, 0);
}

struct Forgery {
  const char* name;
  std::function<void(EntryBuilder&)> write;
  std::uint32_t facts;  ///< What the header counts.
  const char* words;    ///< Of the refusal.
};

void PrintTo(const Forgery& forgery, std::ostream* out) { *out << forgery.name; }

Transfer transfer_of(u128 amount) {
  Transfer transfer = make_transfer(1, 1, 2, 0);
  transfer.amount = Amount{Uint128{amount}};
  return transfer;
}

const Forgery forgeries[] = {
    {"unknown_debit_account",
     [](EntryBuilder& entry) { write_transfers(entry, {make_transfer(1, 9, 2, 1)}); }, 2,
     "sequence 6: a transfer's accounts are not there"},
    {"unknown_credit_account",
     [](EntryBuilder& entry) { write_transfers(entry, {make_transfer(1, 1, 9, 1)}); }, 2,
     "sequence 6: a transfer's accounts are not there"},
    {"second_of_two_transfers",
     [](EntryBuilder& entry) {
       write_transfers(entry, {make_transfer(1, 1, 2, 1), make_transfer(2, 1, 9, 1)});
     },
     3, "sequence 7: a transfer's accounts are not there"},
    {"same_account_twice",
     [](EntryBuilder& entry) { write_transfers(entry, {make_transfer(1, 1, 1, 1)}); }, 2,
     "sequence 6: a transfer's accounts are not there"},
    {"accounts_of_two_ledgers",
     [](EntryBuilder& entry) { write_transfers(entry, {make_transfer(1, 1, 3, 1)}); }, 2,
     "sequence 6: a transfer could not have been accepted"},
    {"overflow",
     [](EntryBuilder& entry) {
       write_transfers(entry, {transfer_of(u128_max), make_transfer(2, 1, 2, 1)});
     },
     3, "sequence 7: a transfer could not have been accepted"},
    {"account_created_twice",
     [](EntryBuilder& entry) { write_accounts(entry, make_account(2, 1)); }, 2,
     "sequence 6: an account is created twice"},
    {"account_with_a_balance",
     [](EntryBuilder& entry) {
       Account account = make_account(4, 1);
       account.credits_posted = amount_of(1);
       write_accounts(entry, account);
     },
     2, "sequence 6: an account is created with a balance"},
    {"time_backwards", [](EntryBuilder& entry) { write_operation(entry, 11, 99); }, 1,
     "sequence 5: time runs backwards"},
    {"request_number_repeated", [](EntryBuilder& entry) { write_operation(entry, 10, 200); }, 1,
     "sequence 5: the operation's request number could not have been accepted"},
    {"request_number_falls", [](EntryBuilder& entry) { write_operation(entry, 9, 200); }, 1,
     "sequence 5: the operation's request number could not have been accepted"},
    {"eviction_of_nobody",
     [](EntryBuilder& entry) {
       entry.add_run({.kind = FactKind::client_evicted,
                      .reserved = 0,
                      .operation = no_operation,
                      .first = 0,
                      .count = 1},
                     entry.first());
       entry.add_fact(ClientEvicted{.client = ClientId{Uint128{77, 0}}, .number_too = 0});
     },
     1, "sequence 5: a client is evicted that has nothing to lose"},
    {"run_without_its_facts",
     [](EntryBuilder& entry) {
       add_operation(entry, operation_of(RequestKind::create_transfers, 11, 200),
                     FactKind::transfer, 2);
       entry.add_fact(make_transfer(1, 1, 2, 1));
     },
     3, "the runs do not use each fact once"},
    {"fact_without_a_run",
     [](EntryBuilder& entry) {
       write_operation(entry, 11, 200);
       entry.add_fact(make_transfer(1, 1, 2, 1));
     },
     1, "the runs do not use each fact once"},
    {"run_that_starts_late",
     [](EntryBuilder& entry) {
       Operation operation = operation_of(RequestKind::create_transfers, 11, 200);
       operation.created_count = 1;
       entry.add_run(
           {.kind = FactKind::transfer, .reserved = 0, .operation = 0, .first = 1, .count = 1},
           next(entry.first()));
       entry.add_operation(operation);
       entry.add_fact(make_transfer(1, 1, 2, 1));
       entry.add_fact(make_transfer(2, 1, 2, 1));
     },
     2, "a run starts in the wrong place"},
    {"run_of_an_unknown_kind",
     [](EntryBuilder& entry) {
       entry.add_run({.kind = static_cast<FactKind>(99),
                      .reserved = 0,
                      .operation = no_operation,
                      .first = 0,
                      .count = 1},
                     entry.first());
     },
     1, "a run has an unknown kind"},
    {"created_count_wrong",
     [](EntryBuilder& entry) {
       Operation operation = operation_of(RequestKind::create_transfers, 11, 200);
       operation.created_count = 2;
       entry.add_run(
           {.kind = FactKind::transfer, .reserved = 0, .operation = 0, .first = 0, .count = 1},
           next(entry.first()));
       entry.add_operation(operation);
       entry.add_fact(make_transfer(1, 1, 2, 1));
     },
     2, "an operation has another number of facts than it says"},
    {"operation_that_no_run_names",
     [](EntryBuilder& entry) {
       write_operation(entry, 11, 200);
       entry.add_operation(operation_of(RequestKind::create_transfers, 12, 200));
     },
     1, "an operation has another number of facts than it says"},
    {"header_counts_other_facts",
     [](EntryBuilder& entry) { write_transfers(entry, {make_transfer(1, 1, 2, 1)}); }, 3,
     "the entry's header counts 3 facts, its runs 2"},
    {"more_refusals_than_there_are",
     [](EntryBuilder& entry) {
       Operation operation = operation_of(RequestKind::create_transfers, 11, 200);
       operation.refusal_count = 1;
       add_operation(entry, operation, FactKind::transfer, 0);
     },
     1, "an operation has more refusals than there are"},
    {"refusal_of_no_operation",
     [](EntryBuilder& entry) {
       write_operation(entry, 11, 200);
       entry.add_refusal({.index = 0, .status = 46, .reserved = 0, .timestamp = {}});
     },
     1, "the refusals and their request data do not match"},
    {"refusal_without_its_data",
     [](EntryBuilder& entry) {
       Operation operation = operation_of(RequestKind::create_transfers, 11, 200);
       operation.refusal_count = 1;
       add_operation(entry, operation, FactKind::transfer, 0);
       entry.add_refusal({.index = 0, .status = 54, .reserved = 0, .timestamp = {}});
     },
     1, "the refusals and their request data do not match"},
    {"refusal_of_an_event_that_was_not_asked_for",
     [](EntryBuilder& entry) {
       Operation operation = operation_of(RequestKind::create_transfers, 11, 200);
       operation.refusal_count = 1;
       add_operation(entry, operation, FactKind::transfer, 0);
       entry.add_refusal({.index = 4, .status = 46, .reserved = 0, .timestamp = {}});
     },
     1, "a refusal names an event that its request did not have"},
    {"digest_of_another_state",
     [](EntryBuilder& entry) { write_transfers(entry, {make_transfer(1, 1, 2, 1)}); }, 2,
     "the entry of sequences 5 to 6 says"},
};

StateSettings settings() {
  StateSettings settings;
  settings.accounts_max = 100;
  settings.transfer_ids_max = 100;
  return settings;
}

class HostileEntryAlone : public testing::Test {
 protected:
  EntryView close(std::uint32_t facts, std::uint64_t digest) {
    EntryHeader header;
    header.fact_count = facts;
    header.state_digest = digest;
    const auto value = entry_.close(header);
    seal_entry(value, Uint128{});
    const auto view = check_entry(value);
    EXPECT_TRUE(view.ok()) << "only the meaning is wrong";
    return view.value();
  }

  // Applies the good entry, whose digest the operation boundary gives.
  void apply_good(Replayer& replayer, const State& state) {
    entry_.open(Sequence{1});
    write_good(entry_);
    ASSERT_TRUE(replayer.apply_until(close(good_facts, 0), Sequence{good_facts}).ok());
    ASSERT_EQ(state.last_sequence(), Sequence{good_facts});
  }

  EntryBuilder entry_;
};

class HostileEntry : public HostileEntryAlone, public testing::WithParamInterface<Forgery> {};

TEST_P(HostileEntry, IsRefusedWithItsSequence) {
  State state{settings()};
  Replayer replayer{state};
  apply_good(replayer, state);
  entry_.open(Sequence{good_facts + 1});
  GetParam().write(entry_);
  const auto applied = replayer.apply(close(GetParam().facts, state.digest() + 1));
  ASSERT_FALSE(applied.ok());
  EXPECT_EQ(applied.error().kind, FailureKind::damaged);
  EXPECT_NE(applied.error().what.find(GetParam().words), std::string::npos) << applied.error().what;
  EXPECT_EQ(applied.error().what.rfind("sequence ", 0), 0U) << applied.error().what;
}

INSTANTIATE_TEST_SUITE_P(Forgeries, HostileEntry, testing::ValuesIn(forgeries),
                         [](const auto& row) { return std::string{row.param.name}; });

// So that the table refuses what is wrong with its rows and not what they share.
TEST_F(HostileEntryAlone, WouldBeTakenWereItHonest) {
  State state{settings()};
  Replayer replayer{state};
  apply_good(replayer, state);
  State expected{settings()};
  Replayer expecting{expected};
  apply_good(expecting, expected);
  const auto write = [&] {
    entry_.open(Sequence{good_facts + 1});
    write_transfers(entry_, {make_transfer(1, 1, 2, 1)});
  };
  write();
  ASSERT_TRUE(expecting.apply_until(close(2, 0), Sequence{6}).ok());
  write();
  const auto applied = replayer.apply(close(2, expected.digest()));
  EXPECT_TRUE(applied.ok()) << applied.error().what;
}

TEST_F(HostileEntryAlone, IsRefusedWhereItDoesNotFollow) {
  State state{settings()};
  Replayer replayer{state};
  apply_good(replayer, state);
  entry_.open(Sequence{good_facts + 2});
  write_operation(entry_, 11, 200);
  const auto applied = replayer.apply(close(1, state.digest()));
  ASSERT_FALSE(applied.ok());
  EXPECT_NE(applied.error().what.find("does not follow sequence 4"), std::string::npos);
}

}  // namespace
}  // namespace daybook::test

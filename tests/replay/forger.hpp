#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/codec/entry_builder.hpp"
#include "engine/replay/replayer.hpp"
#include "tests/support/engine_under_test.hpp"

namespace daybook::test {

/// Writes an entry fact by fact, as a sequencer would or as a forger wants it.
///
/// What begins an operation says which facts it makes; those follow and may be given timestamps of
/// their own: 0 stands for what a sequencer would give.
class Forger {
 public:
  static constexpr ClientId client{Uint128{5, 0}};
  /// Of the operations after the good entry, unless they say otherwise.
  static constexpr std::uint64_t number = 12;
  static constexpr std::uint64_t time = 300;

  void open(Sequence first) {
    entry_.open(first);
    facts_ = 0;
  }
  [[nodiscard]] EntryBuilder& entry() { return entry_; }
  /// The facts so far, as the header has to count them.
  [[nodiscard]] std::uint32_t facts() const { return facts_; }
  /// A fact that the caller wrote into entry() himself.
  void count(std::uint32_t facts) { facts_ += facts; }

  static Operation operation(RequestKind kind, std::uint64_t at = time,
                             std::uint64_t request_number = number) {
    Operation operation;
    operation.client = client;
    operation.kind = kind;
    operation.request_number = request_number;
    operation.time = Timestamp{at};
    return operation;
  }

  /// Begins an operation of `count` facts. Events it had besides stand in `operation.event_count`.
  Forger& begin(Operation operation, FactKind kind, std::uint32_t count, std::uint32_t first = 0) {
    operation.created_count = count;
    operation.event_count += count;
    next_slot_ = operation.time.value() -
                 std::min<std::uint64_t>(operation.event_count, operation.time.value());
    time_ = operation.time;
    entry_.add_run({.kind = kind,
                    .reserved = 0,
                    .operation = entry_.operation_count(),
                    .first = first,
                    .count = count},
                   Sequence{entry_.first().value() + facts_ + 1});
    entry_.add_operation(operation);
    facts_ += 1 + count;
    return *this;
  }

  Forger& with(Account account) {
    if (account.timestamp.value() == 0) account.timestamp = Timestamp{++next_slot_};
    entry_.add_fact(account);
    return *this;
  }
  Forger& with(Transfer transfer) {
    if (transfer.timestamp.value() == 0) transfer.timestamp = Timestamp{++next_slot_};
    entry_.add_fact(transfer);
    return *this;
  }
  Forger& with(const Transfer& transfer, const TransferNote& note) {
    with(transfer);
    entry_.add_note(note);
    return *this;
  }
  Forger& with(AccountChange change) {
    if (change.timestamp.value() == 0) change.timestamp = time_;
    entry_.add_fact(change);
    return *this;
  }
  Forger& with(HoldReleased release) {
    if (release.timestamp.value() == 0) release.timestamp = time_;
    entry_.add_fact(release);
    return *this;
  }
  Forger& with(DomainEvent event, std::string_view payload = {}) {
    if (event.timestamp.value() == 0) event.timestamp = Timestamp{++next_slot_};
    entry_.add_fact(event, std::as_bytes(std::span{payload}));
    return *this;
  }
  Forger& with(EventCheckpoint checkpoint) {
    if (checkpoint.timestamp.value() == 0) checkpoint.timestamp = Timestamp{++next_slot_};
    entry_.add_fact(checkpoint);
    return *this;
  }
  Forger& with(TccFact fact) {
    if (fact.timestamp.value() == 0) fact.timestamp = time_;
    entry_.add_fact(fact);
    return *this;
  }
  Forger& with(const Ledger& ledger) {
    entry_.add_fact(ledger);
    return *this;
  }
  Forger& with(const ClockChange& change) {
    entry_.add_fact(change);
    return *this;
  }

  Forger& with(const Name& name) {
    entry_.add_fact(name);
    return *this;
  }
  /// Names that come with the events of the operation begun last, in a run of their own.
  Forger& names(const std::vector<Name>& names) {
    const auto count = static_cast<std::uint32_t>(names.size());
    entry_.add_run({.kind = FactKind::name,
                    .reserved = 0,
                    .operation = entry_.operation_count() - 1,
                    .first = entry_.name_count(),
                    .count = count},
                   Sequence{entry_.first().value() + facts_});
    for (const Name& name : names) with(name);
    facts_ += count;
    return *this;
  }

  /// One operation with all its facts.
  template <typename Fact>
  Forger& all(RequestKind request, FactKind kind, const std::vector<Fact>& facts,
              std::uint64_t at = time) {
    Operation made = operation(request, at);
    if (request == RequestKind::release_holds) made.client = {};
    if (request == RequestKind::release_holds) made.request_number = 0;
    begin(made, kind, static_cast<std::uint32_t>(facts.size()));
    for (const Fact& fact : facts) with(fact);
    return *this;
  }
  /// An operation without transfers, and facts of transactions in a run of their own.
  Forger& tccs(const std::vector<TccFact>& facts, RequestKind request = RequestKind::tcc_commands) {
    const auto count = static_cast<std::uint32_t>(facts.size());
    Operation made = operation(request);
    if (request != RequestKind::tcc_commands) made.client = {};
    if (request != RequestKind::tcc_commands) made.request_number = 0;
    made.event_count = 1;
    begin(made, FactKind::transfer, 0);
    entry_.last_operation().created_count = count;
    entry_.add_run({.kind = FactKind::tcc,
                    .reserved = 0,
                    .operation = entry_.operation_count() - 1,
                    .first = entry_.tcc_count(),
                    .count = count},
                   Sequence{entry_.first().value() + facts_});
    for (const TccFact& fact : facts) with(fact);
    facts_ += count;
    return *this;
  }
  Forger& transfers(const std::vector<Transfer>& transfers, std::uint64_t at = time) {
    return all(RequestKind::create_transfers, FactKind::transfer, transfers, at);
  }
  Forger& transfer(const Transfer& transfer, const TransferNote& note) {
    return begin(operation(RequestKind::create_transfers), FactKind::transfer, 1)
        .with(transfer, note);
  }
  Forger& account(const Account& account) {
    return all(RequestKind::create_accounts, FactKind::account, std::vector{account});
  }
  Forger& change(const AccountChange& change) {
    return all(RequestKind::change_accounts, FactKind::account_change, std::vector{change});
  }
  Forger& release(const HoldReleased& release, std::uint64_t at) {
    return all(RequestKind::release_holds, FactKind::hold_released, std::vector{release}, at);
  }

  /// An operation that refuses one transfer transiently, which burns its id.
  Forger& burn(std::uint64_t id) {
    Operation made = operation(RequestKind::create_transfers);
    made.event_count = made.refusal_count = 1;
    begin(made, FactKind::transfer, 0);
    entry_.add_refusal({.index = 0,
                        .status = static_cast<std::uint16_t>(CreateTransferStatus::exceeds_credits),
                        .part = 0,
                        .timestamp = {}});
    entry_.add_refused(make_transfer(id, 1, 2, 1), true);
    return *this;
  }

  /// A fact without an operation.
  template <typename Fact>
  Forger& own(FactKind kind, const Fact& fact, std::uint32_t first = 0) {
    entry_.add_run(
        {.kind = kind, .reserved = 0, .operation = no_operation, .first = first, .count = 1},
        entry_.first());
    if constexpr (std::is_same_v<Fact, DomainEvent>) {
      entry_.add_fact(fact, {});
    } else {
      entry_.add_fact(fact);
    }
    ++facts_;
    return *this;
  }

 private:
  EntryBuilder entry_;
  std::uint32_t facts_ = 0;
  std::uint64_t next_slot_ = 0;
  Timestamp time_;
};

/// A replayer that has applied one good entry and is about to be given another one:
///
///   1         operation 10, at time 100: accounts 1 and 2 of ledger 1, account 3 of ledger 2
///   5         operation 11, at time 200, whose transfer 199 was refused and burnt
///   6, 7      transfer 101: 100 from 1 to 2; transfer 102: a hold of 40, for one second
///   8, 9      transfer 103: a hold of 30; transfer 104: 50 from 2 to 1
///   10        transfer 105: reverses 20 of transfer 104
class AfterAGoodEntry {
 public:
  static constexpr std::uint64_t last = 10;
  static constexpr std::uint64_t deadline = 1'000'000'196;  ///< Of transfer 102.

  static StateSettings settings() {
    StateSettings settings;
    settings.accounts_max = 100;
    settings.transfer_ids_max = 100;
    settings.holds_max = 100;
    settings.names_max = 100;
    return settings;
  }

  explicit AfterAGoodEntry(const StateSettings& settings = AfterAGoodEntry::settings())
      : state_{settings}, replayer_{state_, {.earlier = &journal_, .reversals_in_full = true}} {
    forger_.open(Sequence{1});
    write_good(forger_);
    const auto applied = replayer_.apply_until(close(0), Sequence{last});
    EXPECT_TRUE(applied.ok()) << applied.error().what;
    EXPECT_EQ(state_.last_sequence(), Sequence{last});
    forger_.open(Sequence{last + 1});
  }

  [[nodiscard]] Forger& forger() { return forger_; }
  [[nodiscard]] const State& state() const { return state_; }

  /// Applies what the forger wrote; the header counts `facts`, or what was written.
  [[nodiscard]] Result<void> apply(std::uint32_t facts = 0) {
    return replayer_.apply(close(facts));
  }
  /// The same without a look at the digest.
  [[nodiscard]] Result<void> apply_honestly() {
    return replayer_.apply_until(close(0), Sequence{last + forger_.facts()});
  }

  static Transfer pending(std::uint64_t id, std::uint64_t amount, std::uint32_t timeout) {
    Transfer transfer = make_transfer(id, 1, 2, amount, 1, transfer_flag::pending);
    transfer.timeout = timeout;
    return transfer;
  }
  /// A post, void or reversal (its `flag`) of `target`, from account `debit` to the other one.
  static Transfer naming(std::uint64_t id, std::uint64_t target, std::uint16_t flag,
                         std::uint64_t amount, std::uint64_t debit = 1) {
    Transfer transfer = make_transfer(id, debit, 3 - debit, amount, 1, flag);
    transfer.pending_id = transfer_id(target);
    return transfer;
  }
  static HoldReleased release_of_102() {
    return {.id = transfer_id(102),
            .debit_account_id = account_id(1),
            .credit_account_id = account_id(2),
            .amount = amount_of(40),
            .pending_sequence = Sequence{7},
            .expires_at = Timestamp{deadline},
            .ledger = LedgerId{1},
            .flags = transfer_flag::pending,
            .reserved = 0,
            .timestamp = {}};
  }
  /// Of a reversal after transfer 105.
  static TransferNote after_105(std::uint64_t total, std::uint16_t bits = 0) {
    TransferNote note;
    note.total = amount_of(total);
    note.bits = bits;
    note.before = Sequence{10};
    return note;
  }

 private:
  static void write_good(Forger& forger) {
    forger.begin(Forger::operation(RequestKind::create_accounts, 100, 10), FactKind::account, 3)
        .with(make_account(1, 1))
        .with(make_account(2, 1))
        .with(make_account(3, 2));
    Operation transfers = Forger::operation(RequestKind::create_transfers, 200, 11);
    transfers.event_count = transfers.refusal_count = 1;
    forger.begin(transfers, FactKind::transfer, 5);
    forger.with(make_transfer(101, 1, 2, 100)).with(pending(102, 40, 1)).with(pending(103, 30, 0));
    TransferNote note;
    note.total = amount_of(20);
    forger.with(make_transfer(104, 2, 1, 50))
        .with(naming(105, 104, transfer_flag::reversal, 20), note);
    forger.entry().add_refusal({.index = 5, .status = 54, .part = 0, .timestamp = {}});
    forger.entry().add_refused(make_transfer(199, 1, 2, 1), true);
  }

  EntryView close(std::uint32_t facts) {
    EntryHeader header;
    header.fact_count = facts == 0 ? forger_.facts() : facts;
    header.state_digest = state_.digest() + 1;
    return journal_.append(forger_.entry().close(header));  // Sealed: only the meaning is wrong.
  }

  State state_;
  MemoryJournal journal_;
  Replayer replayer_;
  Forger forger_;
};

/// A row: an entry that no engine wrote.
struct Forgery {
  const char* name;
  std::function<void(Forger&)> write;
  const char* words;        ///< Of the refusal.
  std::uint32_t facts = 0;  ///< What the header counts; 0: what was written.
};

inline void PrintTo(const Forgery& forgery, std::ostream* out) { *out << forgery.name; }

/// Is refused as damaged, with its place and in its row's words.
class HostileEntry : public testing::TestWithParam<Forgery> {
 protected:
  static void expect_refused(const Forgery& forgery) {
    AfterAGoodEntry after;
    forgery.write(after.forger());
    const auto applied = after.apply(forgery.facts);
    ASSERT_FALSE(applied.ok());
    EXPECT_EQ(applied.error().kind, FailureKind::damaged);
    EXPECT_NE(applied.error().what.find(forgery.words), std::string::npos) << applied.error().what;
    EXPECT_EQ(applied.error().what.rfind("sequence ", 0), 0U) << applied.error().what;
  }
};

[[nodiscard]] inline std::string name_of_forgery(const testing::TestParamInfo<Forgery>& row) {
  return row.param.name;
}

}  // namespace daybook::test

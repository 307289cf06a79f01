#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/aggregates/reconciliation/reconciliation_rows.hpp"
#include "engine/codec/entry_facts.hpp"
#include "engine/model/aggregate.hpp"
#include "engine/model/legs_hash.hpp"
#include "engine/rebuild/rebuild.hpp"
#include "tests/support/engine_under_test.hpp"

/// An engine with two ledgers, and what an operator and a checker ask of its reconciliations.
/// Behind each test all of it replays, is found in a snapshot, and is folded from the journal.

namespace daybook::test {

using C = Command;

inline constexpr std::uint64_t bank = 1;  // A reconciliation.
inline constexpr std::uint64_t maker = 11;
inline constexpr std::uint64_t checker = 12;
inline constexpr std::uint64_t monday = 20261123;
inline constexpr std::uint64_t tuesday = 20261124;
inline constexpr std::uint64_t wednesday = 20261125;
inline constexpr std::uint64_t amount_short = 20;
inline constexpr std::uint64_t rounding = 25;

class ReconciliationTest : public ::testing::Test {
 protected:
  ReconciliationTest() {
    engine_.set_clock(1'000'000'000'000);
    WriteRequest request;
    request.kind = RequestKind::put_ledgers;
    request.ledgers = {make_ledger(1, "EUR"), make_ledger(2, "USD")};
    submit(std::move(request));
    WriteRequest accounts;
    accounts.kind = RequestKind::create_accounts;
    accounts.accounts = {make_account(1), make_account(2), make_account(3, 2), make_account(4, 2)};
    submit(std::move(accounts));
  }

  void TearDown() override {
    engine_.close_entry();
    const std::uint64_t digest = engine_.state().digest();
    compare_rebuilt();
    engine_.restart();
    EXPECT_EQ(engine_.state().digest(), digest);
    engine_.take_snapshot();
    engine_.restart();
    EXPECT_EQ(engine_.state().digest(), digest);
    EXPECT_EQ(engine_.first_failure().value_or(""), "");
  }

  void compare_rebuilt() {
    Rebuild rebuild;
    for (std::size_t at = 0; at < engine_.journal().count(); ++at) {
      const auto facts = read_facts(engine_.journal().at(at));
      ASSERT_TRUE(facts.ok());
      rebuild.add(facts.value());
    }
    for (const Mismatch& each : rebuild.compare(engine_.state()).mismatches) {
      ADD_FAILURE() << to_string(each.kind) << " " << each.key.id.lo << ": " << each.expected.name
                    << " is " << each.expected.value.lo << each.expected.text
                    << " by the journal, and " << each.found.value.lo << each.found.text;
    }
  }

  BatchReply submit(WriteRequest request) {
    request.client = ClientId{Uint128{0x5a6a, 0}};
    request.number = ++last_number_;
    request.frame_checksum = last_number_;
    return engine_.submit(request);
  }

  AskedEvent command(C what, std::uint64_t aggregate, CommandDetails details,
                     const std::string& text = "", std::uint64_t run = 0) {
    AskedEvent event;
    event.event.id = Uint128{++last_event_, 7};
    event.event.aggregate_id = Uint128{aggregate};
    event.event.business_id = BusinessId{Uint128{run}};
    std::vector<std::byte> payload;
    put_command(what, details, text, event.event, payload);
    event.payload.assign(reinterpret_cast<const char*>(payload.data()), payload.size());
    return event;
  }

  /// The last event's status, and of what is posted beside it a failed one's in front.
  std::string send(RequestKind kind, std::uint64_t principal, const std::vector<AskedEvent>& events,
                   const std::vector<Transfer>& legs = {}) {
    WriteRequest request;
    request.kind = kind;
    request.events = events;
    request.transfers = legs;
    request.principal = PrincipalId{Uint128{principal}};
    const BatchReply reply = submit(request);
    if (reply.status != RequestStatus::ok) return std::string{to_string(reply.status)};
    for (std::uint32_t i = 0; i < legs.size(); ++i) {
      const std::uint16_t status = reply.status_of(i, 0);
      if (status > 1) return status_name(RequestKind::create_transfers, status);
    }
    std::string last;
    for (std::uint32_t i = 0; i < events.size(); ++i) {
      const std::uint16_t part = is_bundle(kind) ? 1 : 0;
      last = status_name(RequestKind::append_events, reply.status_of(i, part));
      if (last != "created" && last != "linked_event_failed") return last;
    }
    return last;
  }
  std::string operate(const AskedEvent& event) {
    return send(RequestKind::reconciliation_commands, maker, {event});
  }
  std::string review(const AskedEvent& event) {
    return send(RequestKind::review_corrections, checker, {event});
  }
  std::string operate(C what, std::uint64_t aggregate, CommandDetails details = {},
                      const std::string& text = "{}", std::uint64_t run = 0) {
    return operate(command(what, aggregate, details, text, run));
  }

  std::string define(std::uint64_t reconciliation = bank) {
    return review(command(C::reconciliation_define, reconciliation, {}, "{}"));
  }
  std::string limit(std::uint64_t amount, std::uint64_t code = amount_short,
                    std::uint16_t flags = 0, std::uint32_t ledger = 1) {
    return review(command(C::approval_limit_set, bank,
                          {.amount = Amount{Uint128{amount}},
                           .quantity = code,
                           .ledger = LedgerId{ledger},
                           .flags = flags}));
  }
  std::string create(std::uint64_t run, std::uint64_t day, std::uint64_t of = bank) {
    return operate(C::run_create, run, {.subject_id = Uint128{of}, .quantity = day});
  }
  std::string phase(C what, std::uint64_t run, std::uint64_t number = 0,
                    std::uint64_t carries = 0) {
    return operate(what, run, {.subject_id = Uint128{carries}, .quantity = number});
  }

  /// Up to a state, with so many differences.
  void bring(std::uint64_t run, std::uint64_t day, RunState state, std::uint64_t carries = 0,
             std::uint64_t differences = 0, std::uint64_t cut = 100'000) {
    ASSERT_EQ(create(run, day), "created");
    const C phases[] = {C::run_import, C::run_validate, C::run_cut,   C::run_sort,
                        C::run_match,  C::run_prove,    C::run_review};
    for (std::size_t i = 0; i + 1 < static_cast<std::size_t>(state) && i < 7; ++i) {
      const C what = phases[i];
      const std::uint64_t number =
          what == C::run_cut ? cut : (what == C::run_prove ? differences : 0);
      ASSERT_EQ(phase(what, run, number, what == C::run_cut ? carries : 0), "created");
    }
  }

  std::vector<Transfer> legs(std::uint64_t id, std::uint64_t amount) const {
    return {make_transfer(id, 1, 2, amount)};
  }
  std::string propose(std::uint64_t difference, std::uint64_t run,
                      const std::vector<Transfer>& posted, std::uint64_t amount = 100,
                      std::uint16_t flags = 0, std::uint64_t code = amount_short) {
    return operate(C::correction_propose, difference,
                   {.subject_id = legs_hash(posted),
                    .amount = Amount{Uint128{amount}},
                    .quantity = code,
                    .ledger = LedgerId{1},
                    .flags = flags},
                   "{}", run);
  }
  std::string approve(std::uint64_t difference, const std::vector<Transfer>& posted,
                      std::uint64_t by = checker) {
    return send(RequestKind::review_corrections, by,
                {command(C::correction_approve, difference, {.subject_id = legs_hash(posted)})},
                posted);
  }
  std::string reopen(std::uint64_t difference, std::uint64_t run) {
    return operate(C::difference_reopen, difference, {}, "not so", run);
  }
  std::string reject(std::uint64_t difference) {
    return send(RequestKind::review_corrections, checker,
                {command(C::correction_reject, difference, {}, "no")});
  }

  [[nodiscard]] std::string state_of_run(std::uint64_t run) const {
    const ReconciliationRun* const row = engine_.state().aggregates.find_run(Uint128{run});
    return row == nullptr ? "none" : std::string{to_string(row->state)};
  }
  [[nodiscard]] std::string state_of(std::uint64_t difference) const {
    const DifferenceRow* const row =
        engine_.state().aggregates.find_difference(Uint128{difference});
    return row == nullptr ? "none" : std::string{to_string(row->state)};
  }
  [[nodiscard]] std::uint64_t debited() {
    const auto account = engine_.lookup_account(AccountId{Uint128{1}});
    return static_cast<std::uint64_t>(account->debits_posted.value().wide());
  }

  EngineUnderTest engine_{{.ids_a_generation = 1'000}};

 private:
  std::uint64_t last_number_ = 0;
  std::uint64_t last_event_ = 0;
};

}  // namespace daybook::test

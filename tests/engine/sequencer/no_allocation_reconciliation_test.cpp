// Reconciliations, their runs and corrections: nothing is allocated for them after start. The trap
// is in no_allocation_test.cpp.

#include "engine/model/aggregate.hpp"
#include "engine/model/legs_hash.hpp"
#include "tests/engine/sequencer/no_allocation_fixture.hpp"

namespace daybook::test {
namespace {

constexpr std::uint64_t run = 7;

class NoAllocationReconciliationTest : public NoAllocationTest {
 protected:
  void add(Command command, std::uint64_t aggregate, CommandDetails details,
           std::string_view text = "{}") {
    DomainEvent& event = events_.emplace_back();
    event.id = Uint128{++last_, 9};
    event.aggregate_id = Uint128{aggregate};
    event.business_id = BusinessId{Uint128{run}};
    put_command(command, details, text, event, bytes_);
  }

  /// Of an append, or with legs of a bundle; what was added is taken out.
  void send(RequestKind kind, const std::vector<Transfer>& legs = {}) {
    payloads_ = bytes_;
    if (is_bundle(kind)) {
      bundled_ = events_;
      execute(kind, legs);
    } else {
      execute(kind, events_);
    }
    bundled_ = {};
    payloads_ = {};
    events_.clear();
    bytes_.clear();
  }

  static std::vector<Transfer> legs_of(std::uint64_t difference) {
    Transfer leg;
    leg.id = TransferId{Uint128{difference, 6}};
    leg.debit_account_id = AccountId{Uint128{1}};
    leg.credit_account_id = AccountId{Uint128{2}};
    leg.amount = Amount{Uint128{5}};
    leg.ledger = LedgerId{1};
    leg.code = Code{900};
    return {leg};
  }

  void bring_into_review() {
    add(Command::reconciliation_define, 1, {});
    add(Command::approval_limit_set, 1,
        {.amount = Amount{Uint128{5}}, .quantity = 12, .ledger = LedgerId{1}}, "");
    send(RequestKind::review_corrections);
    add(Command::run_create, run, {.subject_id = Uint128{1}, .quantity = 20260131});
    for (const Command phase :
         {Command::run_import, Command::run_validate, Command::run_cut, Command::run_sort,
          Command::run_match, Command::run_prove, Command::run_review}) {
      add(phase, run, {.quantity = phase == Command::run_cut ? 1U : 0U});
    }
    send(RequestKind::reconciliation_commands);
    ASSERT_EQ(items_, 0U);
  }

  std::vector<DomainEvent> events_;
  std::vector<std::byte> bytes_;
  std::uint64_t last_ = 0;
};

TEST_F(NoAllocationReconciliationTest, AllocatesNothing) {
  create_accounts(2);
  bring_into_review();
  constexpr std::uint64_t differences = 4'000;
  for (std::uint64_t each = 1; each <= differences; ++each) {
    add(Command::correction_propose, each,
        {.subject_id = legs_hash(legs_of(each)),
         .amount = Amount{Uint128{5}},
         .quantity = 12,
         .ledger = LedgerId{1}});
  }
  send(RequestKind::reconciliation_commands);
  ASSERT_EQ(items_, 0U);
  for (std::uint64_t each = 1; each <= differences; ++each) {
    const auto legs = legs_of(each);
    principal_ = PrincipalId{Uint128{each % 3}};  // Every third one made it.
    add(Command::correction_approve, each, {.subject_id = legs_hash(legs)});
    send(RequestKind::review_corrections, legs);
    ASSERT_EQ(items_, each % 3 == 0 ? 2U : 0U);
  }
  EXPECT_EQ(state_.aggregates.differences().all().size(), differences);
  EXPECT_EQ(state_.aggregates.find_run(Uint128{run})->settled, differences - differences / 3);
}

}  // namespace
}  // namespace daybook::test

// Corrections that a saga posts: approved by another, started as they were approved and once,
// posted or failed when somebody says how it ended; replayed, folded again and found in a snapshot.

#include <algorithm>

#include "engine/saga/saga_payload.hpp"
#include "tests/engine/aggregates/reconciliation_fixture.hpp"

namespace daybook::test {
namespace {

constexpr const char* book = R"({"name":"book","version":1,
  "input":{"amount":"money","from":"account","to":"account"},
  "steps":[{"id":"post","kind":"ledger.post",
            "args":{"from":"$.from","to":"$.to","amount":"$.amount"}}]})";

class CorrectionSagaTest : public ReconciliationTest {
 protected:
  void SetUp() override {
    ASSERT_EQ(define(), "created");
    ASSERT_EQ(limit(100), "created");
    bring(1, monday, RunState::in_review, 0, 2);
    const auto read = read_definition(book);
    ASSERT_TRUE(read.ok());
    hash_ = read.value().hash;
    AskedEvent asked;
    asked.payload = read.value().canonical;
    asked.event.id = hash_;
    asked.event.aggregate_type = saga_definition_type();
    asked.event.aggregate_id = id_of("book");
    asked.event.event_type = event_type_of(SagaNews::defined);
    asked.event.content_type = ContentType::json;
    asked.event.payload_bytes = static_cast<std::uint32_t>(asked.payload.size());
    ASSERT_EQ(saga_request(RequestKind::saga_commands, asked), "created");
  }

  std::string saga_request(RequestKind kind, const AskedEvent& event) {
    return send(kind, checker, {event});
  }

  [[nodiscard]] std::vector<std::byte> payload(std::uint64_t amount) const {
    SagaValue money;
    money.type = ValueType::money;
    money.id = Uint128{amount};
    money.ledger = LedgerId{1};
    std::vector<SagaValue> values{money};
    for (const std::uint64_t account : {1U, 2U}) {
      SagaValue value;
      value.type = ValueType::account;
      value.id = account_id(account).value();
      values.push_back(value);
    }
    return started_payload(hash_, values);
  }

  [[nodiscard]] Uint128 hash_of(std::uint64_t saga, std::uint64_t amount) const {
    return saga_start_hash(Uint128{saga}, payload(amount));
  }

  std::string propose_saga(std::uint64_t difference, std::uint64_t saga, std::uint64_t amount,
                           std::uint64_t run = 1, std::uint64_t code = amount_short) {
    return operate(C::correction_propose, difference,
                   {.subject_id = hash_of(saga, amount),
                    .amount = Amount{Uint128{amount}},
                    .quantity = code,
                    .ledger = LedgerId{1},
                    .flags = command_flag::starts_saga},
                   "{}", run);
  }
  std::string approve_saga(std::uint64_t difference, const Uint128& hash,
                           std::uint64_t by = checker, const std::vector<Transfer>& beside = {}) {
    return send(RequestKind::review_corrections, by,
                {command(C::correction_approve, difference, {.subject_id = hash})}, beside);
  }
  std::string start(std::uint64_t difference, std::uint64_t saga, std::uint64_t amount,
                    RequestKind kind = RequestKind::start_corrections) {
    const auto bytes = payload(amount);
    AskedEvent asked;
    asked.payload.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    asked.event.id = Uint128{saga, 0x57a};
    asked.event.aggregate_type = saga_type();
    asked.event.aggregate_id = Uint128{saga};
    asked.event.event_type = event_type_of(SagaNews::started);
    asked.event.business_id = BusinessId{Uint128{difference}};
    asked.event.payload_bytes = static_cast<std::uint32_t>(bytes.size());
    return saga_request(kind, asked);
  }
  std::string posted(std::uint64_t difference, const Uint128& hash) {
    return operate(C::correction_post, difference, {.subject_id = hash});
  }
  std::string failed(std::uint64_t difference) {
    return operate(C::correction_fail, difference, {}, "{}");
  }

 private:
  Uint128 hash_;
};

TEST_F(CorrectionSagaTest, IsApprovedByAnotherThenStartedThenPosted) {
  ASSERT_EQ(propose_saga(50, 900, 40), "created");
  const Uint128 hash = hash_of(900, 40);
  EXPECT_EQ(start(50, 900, 40), "difference_illegal_transition") << "nobody has approved it";
  EXPECT_EQ(posted(50, hash), "difference_illegal_transition");
  EXPECT_EQ(approve_saga(50, hash, maker), "maker_is_checker");
  EXPECT_EQ(approve_saga(50, hash_of(900, 41)), "legs_differ");
  EXPECT_EQ(approve_saga(50, hash, checker, legs(70, 40)), "legs_differ") << "a saga posts its own";
  EXPECT_EQ(approve_saga(50, hash), "created");
  EXPECT_EQ(state_of(50), "approved");
  EXPECT_EQ(debited(), 0U);
  EXPECT_EQ(approve_saga(50, hash), "difference_illegal_transition");
  EXPECT_EQ(start(51, 900, 40), "difference_not_found");
  EXPECT_EQ(start(50, 901, 40), "legs_differ") << "another saga";
  EXPECT_EQ(start(50, 900, 41), "legs_differ") << "another amount";
  EXPECT_EQ(start(50, 900, 40), "created");
  EXPECT_EQ(debited(), 40U);
  EXPECT_EQ(start(50, 900, 40), "exists");
  EXPECT_EQ(debited(), 40U);
  EXPECT_EQ(posted(50, hash_of(900, 41)), "legs_differ");
  EXPECT_EQ(posted(50, hash), "created");
  EXPECT_EQ(state_of(50), "posted");
  EXPECT_EQ(posted(50, hash), "difference_illegal_transition");
  EXPECT_EQ(failed(50), "difference_illegal_transition");
}

TEST_F(CorrectionSagaTest, NothingElseMayBeAskedWithACorrection) {
  ASSERT_EQ(propose_saga(50, 900, 40), "created");
  ASSERT_EQ(approve_saga(50, hash_of(900, 40)), "created");
  AskedEvent cancel;
  cancel.event.id = Uint128{1, 0xc};
  cancel.event.aggregate_type = saga_type();
  cancel.event.aggregate_id = Uint128{900};
  cancel.event.event_type = event_type_of(SagaNews::cancel_requested);
  EXPECT_EQ(saga_request(RequestKind::start_corrections, cancel), "event_type_unknown");
}

TEST_F(CorrectionSagaTest, WhatWasApprovedWaitsForItsEnd) {
  ASSERT_EQ(propose_saga(50, 900, 40), "created");
  ASSERT_EQ(approve_saga(50, hash_of(900, 40)), "created");
  const auto forbidden = "difference_illegal_transition";
  EXPECT_EQ(propose_saga(50, 901, 40), forbidden);
  EXPECT_EQ(reopen(50, 1), forbidden);
  EXPECT_EQ(reject(50), forbidden);
  EXPECT_EQ(operate(C::difference_assign, 50, {}, "Ada", 1), forbidden);
  ASSERT_EQ(propose(51, 1, {}, 100, command_flag::accepts), "created");
  ASSERT_EQ(approve(51, {}), "created");
  EXPECT_EQ(operate(C::run_close, 1), "run_has_open_differences");
  // Nor in a run that takes the place of the first one, though its end is still told.
  bring(2, monday, RunState::in_review, 0, 1);
  EXPECT_EQ(propose_saga(50, 901, 40, 2), forbidden);
  EXPECT_EQ(posted(50, hash_of(900, 40)), "created");
}

TEST_F(CorrectionSagaTest, ARunIsClosedWhenItsSagasAreDone) {
  bring(2, monday, RunState::in_review, 0, 1);
  ASSERT_EQ(propose_saga(50, 900, 40, 2), "created");
  EXPECT_EQ(operate(C::run_close, 2), "run_has_open_differences");
  ASSERT_EQ(approve_saga(50, hash_of(900, 40)), "created");
  EXPECT_EQ(operate(C::run_close, 2), "run_has_open_differences");
  ASSERT_EQ(posted(50, hash_of(900, 40)), "created");
  EXPECT_EQ(operate(C::run_close, 2), "created");
}

TEST_F(CorrectionSagaTest, WhatFailedIsProposedAgain) {
  ASSERT_EQ(propose_saga(50, 900, 40), "created");
  ASSERT_EQ(approve_saga(50, hash_of(900, 40)), "created");
  EXPECT_EQ(failed(50), "created");
  EXPECT_EQ(state_of(50), "failed");
  EXPECT_EQ(posted(50, hash_of(900, 40)), "difference_illegal_transition");
  EXPECT_EQ(start(50, 900, 40), "difference_illegal_transition");
  EXPECT_EQ(propose_saga(50, 901, 40), "created");
  EXPECT_EQ(approve_saga(50, hash_of(900, 40)), "legs_differ") << "of the first one";
  EXPECT_EQ(approve_saga(50, hash_of(901, 40)), "created");
  EXPECT_EQ(posted(50, hash_of(900, 40)), "legs_differ");
}

TEST_F(CorrectionSagaTest, LimitsAreThoseOfOtherCorrections) {
  ASSERT_EQ(propose_saga(50, 900, 101), "created");
  EXPECT_EQ(approve_saga(50, hash_of(900, 101)), "limit_exceeded");
  ASSERT_EQ(limit(100, rounding), "created");
  ASSERT_EQ(limit(100, rounding, command_flag::automatic), "created");
  ASSERT_EQ(propose_saga(51, 901, 5, 1, rounding), "created");
  EXPECT_EQ(send(RequestKind::post_automatically, maker,
                 {command(C::correction_approve, 51,
                          {.subject_id = hash_of(901, 5), .flags = command_flag::automatic})}),
            "limit_exceeded")
      << "no saga is started that nobody looked at";
  for (const std::uint16_t other : {command_flag::accepts, command_flag::force_closes}) {
    EXPECT_EQ(operate(C::correction_propose, 52,
                      {.subject_id = Uint128{1},
                       .quantity = rounding,
                       .ledger = LedgerId{1},
                       .flags = static_cast<std::uint16_t>(command_flag::starts_saga | other)},
                      "{}", 1),
              "details_malformed");
  }
}

TEST_F(CorrectionSagaTest, NoMoreIsMovedThanWasApproved) {
  const auto proposal = [&](std::uint64_t difference, std::uint64_t amount, std::uint32_t ledger) {
    ASSERT_EQ(operate(C::correction_propose, difference,
                      {.subject_id = hash_of(difference, 41),
                       .amount = Amount{Uint128{amount}},
                       .quantity = amount_short,
                       .ledger = LedgerId{ledger},
                       .flags = command_flag::starts_saga},
                      "{}", 1),
              "created");
    ASSERT_EQ(approve_saga(difference, hash_of(difference, 41)), "created");
  };
  ASSERT_EQ(limit(100, amount_short, 0, 2), "created");
  proposal(50, 40, 1);
  EXPECT_EQ(start(50, 50, 41), "limit_exceeded") << "40 were shown to whoever approved it";
  proposal(51, 41, 2);
  EXPECT_EQ(start(51, 51, 41), "legs_differ") << "money of another ledger";
  proposal(52, 41, 1);
  EXPECT_EQ(start(52, 52, 41), "created");
}

// Whoever may say what a run found may say how a saga ended; so may whoever approved it.
TEST_F(CorrectionSagaTest, BothSidesTellTheEnd) {
  for (const std::uint64_t difference : {50U, 51U}) {
    ASSERT_EQ(propose_saga(difference, difference, 40), "created");
    ASSERT_EQ(approve_saga(difference, hash_of(difference, 40)), "created");
  }
  EXPECT_EQ(review(command(C::correction_post, 50, {.subject_id = hash_of(50, 40)}, "{}")),
            "created");
  EXPECT_EQ(review(command(C::correction_fail, 51, {}, "{}")), "created");
  EXPECT_EQ(send(RequestKind::post_automatically, maker,
                 {command(C::correction_post, 50, {.subject_id = hash_of(50, 40)}, "{}")}),
            "event_type_not_of_request");
}

}  // namespace
}  // namespace daybook::test

// Participants and the steps that were sent to them, as snapshots have them.

#include "engine/saga/participant_table.hpp"

#include "engine/saga/saga_table.hpp"
#include "tests/engine/saga/engine_work_fixture.hpp"

namespace daybook::test {
namespace {

constexpr const char* call = R"({"name": "call", "version": 1, "deadline_ms": 600000, "input": {},
  "steps": [{"id": "a", "kind": "remote.call", "type": "shop.v1", "class": "readonly",
             "timeout_ms": 5000}]})";

// Whatever fails is not taken, and what was written is taken as it was.
TEST_F(EngineWorkTest, ASnapshotHasParticipantsAsTheyAre) {
  ASSERT_EQ(pause("shop"), "created");
  const ParticipantTable& there = engine_.state().participants;
  ParticipantTable restored;
  for (ParticipantNumber number = 1; number <= there.count(); ++number) {
    const std::string& text = there.at(number).registration.canonical;
    ParticipantTable::Saved damaged = there.saved(number);
    damaged.is_paused = 2;
    EXPECT_STREQ(restored.restore(damaged, text), "has a participant that none can be");
    EXPECT_STREQ(restored.restore(there.saved(number), text + " "),
                 "has a participant that none can be");
    EXPECT_EQ(restored.restore(there.saved(number), text), nullptr);
    EXPECT_STREQ(restored.restore(there.saved(number), text), "has a participant twice");
  }
  EXPECT_EQ(restored.digest(), there.digest());
  EXPECT_EQ(restored.digest_of_rows(), there.digest());
  EXPECT_TRUE(restored.at(there.find(id_of("shop"))).is_paused);
  EXPECT_EQ(restored.find(id_of("nobody")), 0U);
  ASSERT_EQ(resume("shop"), "created");
  EXPECT_NE(restored.digest(), there.digest()) << "that it is paused is part of the state";
}

TEST_F(EngineWorkTest, ASnapshotHasNoStepThatWasSentToNobody) {
  ASSERT_EQ(define(call), "created");
  ASSERT_EQ(ask("shop", {{"shop.v1", 1}}), "ok");
  ASSERT_EQ(start(7, "call", {}), "created");
  ASSERT_EQ(got_texts(), std::vector<std::string>{"do a 1"});
  const SagaTable& there = engine_.state().sagas;
  const SagaSlot slot = there.find(Uint128{7, 0});
  SagaTable restored{{.sagas_max = 16, .hash_seed = 1}};
  restored.define(read_definition(call).value());
  EXPECT_STREQ(restored.restore(there.saved(slot), there.body(slot), 1),
               "has a saga whose step was sent to nobody that there is")
      << "the shop is the second one";
  EXPECT_EQ(restored.count(), 0U);
  EXPECT_EQ(restored.restore(there.saved(slot), there.body(slot), 2), nullptr);
  EXPECT_EQ(restored.digest(), there.digest());
}

}  // namespace
}  // namespace daybook::test

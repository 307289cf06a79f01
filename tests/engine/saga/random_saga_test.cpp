// Random sagas in a hostile world: messages are lost, doubled, late and out of order, the engine is
// killed and goes on from its bytes, an operator helps where it is stuck. Whatever happens, each
// saga comes to a legal end; completed, every step has happened once; compensated, none has; and
// nothing ever happened twice, also where a participant keeps no keys.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/engine/saga/definitions.hpp"
#include "tests/engine/saga/saga_world.hpp"
#include "tests/support/rounds.hpp"

namespace daybook::test {
namespace {

TEST(RandomSagaTest, EverySagaComesToALegalEndAndNothingHappensTwice) {
  const std::uint64_t first = wanted_seed().value_or(1);
  const std::uint64_t wanted = wanted_seed() ? 1 : rounds(100'000, 1'000'000);
  std::uint64_t completed = 0;
  std::uint64_t compensated = 0;
  std::uint64_t stuck = 0;
  // A definition is used for some rounds, for reading it takes longer than a round.
  SagaDefinition definition;
  for (std::uint64_t round = 0; round < wanted; ++round) {
    const std::uint64_t seed = first + round;
    Random random{seed / 16};
    const std::string json = random_definition(random);
    if (round == 0 || seed % 16 == 0) definition = definition_of(json);
    SagaWorld world{definition, seed};
    ASSERT_TRUE(world.run()) << "DAYBOOK_TEST_SEED=" << seed << "\n"
                             << world.what() << "\n"
                             << json;
    completed += world.status() == SagaStatus::completed ? 1 : 0;
    compensated += world.status() == SagaStatus::compensated ? 1 : 0;
    stuck += world.was_stuck() ? 1 : 0;
  }
  fmt::print("{} rounds from DAYBOOK_TEST_SEED={}: {} completed, {} compensated, {} were stuck\n",
             wanted, first, completed, compensated, stuck);
  if (wanted < 1'000) return;
  EXPECT_GT(completed, wanted / 10);
  EXPECT_GT(compensated, wanted / 10);
  EXPECT_GT(stuck, wanted / 100);
}

}  // namespace
}  // namespace daybook::test

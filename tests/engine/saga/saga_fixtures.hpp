#pragma once

#include <string>

#include <gtest/gtest.h>

#include "tests/engine/saga/definitions.hpp"
#include "tests/engine/saga/saga_driver.hpp"

/// Sagas that have just begun, for tests of what happens to them.

namespace daybook::test {

using Kind = SagaEventKind;

constexpr const char* changed = "changed";
constexpr const char* illegal = "illegal_transition";

struct ChainSagaTest : testing::Test {
  const SagaDefinition definition = definition_of(chain_json);
  SagaDriver saga{definition};
  void SetUp() override { ASSERT_EQ(saga.start(), changed); }
};

struct DiamondSagaTest : testing::Test {
  const SagaDefinition definition = definition_of(diamond_json);
  SagaDriver saga{definition};
  void SetUp() override { ASSERT_EQ(saga.start(), changed); }
};

struct PivotSagaTest : testing::Test {
  const SagaDefinition definition = definition_of(pivot_json);
  SagaDriver saga{definition};
  void SetUp() override {
    ASSERT_EQ(saga.start(), changed);
    ASSERT_EQ(saga.done("a"), changed);
    ASSERT_EQ(saga.done("b"), changed);
  }
  void pay() { ASSERT_EQ(saga.done("pay"), changed); }
  /// The pivot's tries are used up, and nobody knows.
  void lose_pivot() {
    ASSERT_EQ(saga.send("pay"), changed);
    ASSERT_EQ(saga.result("pay", StepOutcome::lost), changed);
    ASSERT_EQ(saga.status(), "STUCK(pivot_in_doubt)");
  }
  /// "told" is refused after the pivot.
  void fail_forward() {
    pay();
    ASSERT_EQ(saga.send("told"), changed);
    ASSERT_EQ(saga.result("told", StepOutcome::failed), changed);
    ASSERT_EQ(saga.status(), "STUCK(forward)");
  }
};

}  // namespace daybook::test

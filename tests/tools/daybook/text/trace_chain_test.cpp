// What belongs to a trace, and what is left of an operation that only touches it.

#include "tools/daybook/text/trace_chain.hpp"

#include <cstring>

#include <gtest/gtest.h>

#include "engine/model/transfer.hpp"

namespace daybook {
namespace {

TraceId trace(std::uint64_t number) { return TraceId{Uint128{number, 0}}; }
TransferId id(std::uint64_t number) { return TransferId{Uint128{number, 0}}; }

template <typename Fact>
LoggedFact fact_of(FactKind kind, const Fact& fact) {
  LoggedFact logged;
  logged.kind = kind;
  logged.bytes.resize(sizeof(fact));
  std::memcpy(logged.bytes.data(), &fact, sizeof(fact));
  return logged;
}

LoggedFact transfer(std::uint64_t number, std::uint64_t of = 0, std::uint64_t under = 0) {
  Transfer made;
  made.id = id(number);
  made.pending_id = id(of);
  made.trace_id = trace(under);
  return fact_of(FactKind::transfer, made);
}

LoggedFact release(std::uint64_t of) {
  HoldReleased released;
  released.id = id(of);
  return fact_of(FactKind::hold_released, released);
}

LoggedOperation operation(std::uint64_t under, std::vector<LoggedFact> facts) {
  LoggedOperation logged;
  logged.view.operation.kind = RequestKind::create_transfers;
  logged.view.operation.trace_id = trace(under);
  logged.facts = std::move(facts);
  return logged;
}

TEST(TraceChainTest, HoldsWhatIsUnderTheTraceAndWhatFollowsIt) {
  TraceChain chain{trace(7)};
  EXPECT_EQ(chain.note(operation(7, {transfer(1), transfer(2)})), (std::vector{id(1), id(2)}));
  EXPECT_TRUE(chain.has(operation(8, {transfer(3, 1)})));
  EXPECT_FALSE(chain.has(operation(8, {transfer(4), transfer(5, 4)})));
  // A post under another trace, and the reversal of that post.
  EXPECT_EQ(chain.note(operation(8, {transfer(3, 1), transfer(9)})), std::vector{id(3)});
  EXPECT_TRUE(chain.has(operation(9, {transfer(6, 3)})));
  EXPECT_TRUE(chain.has(operation(0, {release(2)})));
  EXPECT_FALSE(chain.has(operation(0, {release(9)})));
}

TEST(TraceChainTest, ATransferMayHaveTheTraceAlone) {
  TraceChain chain{trace(7)};
  EXPECT_EQ(chain.note(operation(1, {transfer(1, 0, 7), transfer(2)})), std::vector{id(1)});
  EXPECT_TRUE(chain.note(operation(1, {transfer(1, 0, 7)})).empty());
}

TEST(TraceChainTest, LeavesOfOtherOperationsOnlyWhatBelongs) {
  TraceChain chain{trace(7)};
  LoggedOperation own = operation(7, {transfer(1)});
  LoggedOperation other = operation(8, {transfer(3, 1), transfer(4), release(1), release(4)});
  Transfer refused;
  refused.trace_id = trace(7);
  for (const std::uint64_t under : {7U, 8U}) {
    refused.trace_id = trace(under);
    LoggedRefusal& refusal = other.refusals.emplace_back();
    refusal.event.resize(sizeof(refused));
    std::memcpy(refusal.event.data(), &refused, sizeof(refused));
  }
  static_cast<void>(chain.note(own));
  static_cast<void>(chain.note(other));
  chain.prune(own);
  chain.prune(other);
  EXPECT_EQ(own.facts.size(), 1U);
  ASSERT_EQ(other.facts.size(), 2U);
  EXPECT_EQ(other.facts[0].as<Transfer>().id, id(3));
  EXPECT_EQ(other.facts[1].as<HoldReleased>().id, id(1));
  ASSERT_EQ(other.refusals.size(), 1U);
  EXPECT_EQ(other.refusals[0].as<Transfer>().trace_id, trace(7));
}

}  // namespace
}  // namespace daybook

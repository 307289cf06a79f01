// TCC transactions with holds and sagas as branches, at random: participants that do what they are
// asked for, decline or say nothing, deadlines, operators, restarts. After every step each branch
// says what its saga says; in the end everything is settled, and the money agrees.

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "tests/engine/saga/engine_branch_fixture.hpp"
#include "tests/support/random.hpp"
#include "tests/support/rounds.hpp"

namespace daybook::test {
namespace {

// As "bookOrder", and soon given up.
constexpr const char* brief = R"({"name": "brief", "version": 1, "deadline_ms": 20000,
  "input": {"order": "id", "amount": "money"},
  "steps": [
    {"id": "create", "kind": "order.create",
     "args": {"order": "$.order", "amount": "$.amount", "quantity": 1, "sku": "book"}},
    {"id": "decided", "kind": "tcc.wait"}]})";

class RandomBranchTest : public EngineBranchTest {
 protected:
  void run(std::uint64_t seed, std::uint64_t steps);

 private:
  struct Tried {
    std::uint64_t gid = 0;
    std::uint64_t branch = 0;
    std::uint64_t saga = 0;  // 0 = none, as the next: a hold.
    std::uint64_t nested = 0;
  };

  [[nodiscard]] std::uint64_t pick(std::uint64_t most) { return source_.between(1, most); }
  [[nodiscard]] WorkOutcome some_outcome();
  void step();
  void begin();
  void try_some();
  void confirm_some();
  void operate_some();
  void settle();
  void check_step();
  void check_end(bool is_long);
  [[nodiscard]] SagaStatus status_of(std::uint64_t saga);
  [[nodiscard]] std::vector<TccTake> takes_of(std::uint64_t gid);

  Random source_{0};
  std::uint64_t gids_ = 0;
  std::uint64_t sagas_ = 0;
  std::vector<Tried> tried_;
};

WorkOutcome RandomBranchTest::some_outcome() {
  const std::uint64_t luck = pick(10);
  if (luck <= 6) return WorkOutcome::succeeded;
  if (luck == 7) return WorkOutcome::failed;
  return luck == 8 ? WorkOutcome::retry_later : WorkOutcome::unknown;
}

SagaStatus RandomBranchTest::status_of(std::uint64_t saga) {
  const std::string words = shown(saga);
  for (unsigned at = 1; at <= static_cast<unsigned>(SagaStatus::closed_manual); ++at) {
    const auto status = static_cast<SagaStatus>(at);
    if (words.starts_with(std::string{to_string(status)})) return status;
  }
  return SagaStatus::none;
}

std::vector<TccTake> RandomBranchTest::takes_of(std::uint64_t gid) {
  std::vector<TccTake> takes;
  const TccTable& tccs = engine_.state().tccs;
  const TccSlot slot = tccs.find(Uint128{gid, 0});
  if (slot == no_tcc) return takes;
  tccs.for_each_branch(slot, [&](const TccBranch& each) {
    if (each.is_open()) takes.push_back({each.branch});
  });
  return takes;
}

void RandomBranchTest::begin() {
  if (gids_ - std::min(gids_, engine_.state().tccs.ended_count()) > 20) return;
  const std::uint64_t now = engine_.state().last_timestamp().value();
  EXPECT_EQ(tcc_one(tcc_begin(++gids_, pick(120) * tcc_second, now)), "done");
}

void RandomBranchTest::try_some() {
  if (gids_ == 0) return;
  const std::uint64_t gid = gids_ - std::min(gids_ - 1, pick(10) - 1);
  const std::uint64_t branch = pick(4);
  if (pick(4) == 1) {
    const std::uint64_t nested = gids_ - std::min(gids_ - 1, pick(10) - 1);
    if (tcc_one(nested_of(gid, branch, nested)) == "done")
      tried_.push_back({gid, branch, 0, nested});
    return;
  }
  if (pick(3) == 1 || sagas_ == 0) {
    if (tcc_one(tcc_try(gid, branch, pick(20))) == "done") tried_.push_back({gid, branch, 0});
    return;
  }
  const std::uint64_t saga = sagas_ - std::min(sagas_ - 1, pick(10) - 1);
  if (tcc_one(branch_of(gid, branch, saga)) == "done") tried_.push_back({gid, branch, saga});
}

void RandomBranchTest::confirm_some() {
  if (gids_ == 0) return;
  const std::uint64_t gid = gids_ - std::min(gids_ - 1, pick(20) - 1);
  confirm(gid, takes_of(gid));
}

void RandomBranchTest::operate_some() {
  for (std::uint64_t saga = 1; saga <= sagas_; ++saga) {
    const SagaSlot slot = engine_.state().sagas.find(Uint128{saga, 0});
    if (slot == no_saga) continue;
    const SagaView view = engine_.state().sagas.at(slot);
    if (static_cast<SagaStatus>(view.status) != SagaStatus::stuck || pick(4) != 1) continue;
    constexpr SagaEventKind acts[] = {SagaEventKind::operator_retry, SagaEventKind::operator_skip,
                                      SagaEventKind::operator_resolve,
                                      SagaEventKind::operator_close};
    const auto step = static_cast<std::uint8_t>(pick(view.step_count) - 1);
    operate(saga, acts[pick(4) - 1], step);
  }
}

void RandomBranchTest::step() {
  switch (pick(12)) {
    case 1:
      return begin();
    case 2:
      ++sagas_;
      EXPECT_EQ(start(sagas_, pick(2) == 1 ? "brief" : "bookOrder",
                      {{"order", saga_id(sagas_)}, {"amount", saga_money(100)}}),
                "created");
      return;
    case 3:
      EXPECT_EQ(start(++sagas_, "seat", {}), "created");
      return;
    case 4:
    case 5:
    case 6:
      return try_some();
    case 7:
      return confirm_some();
    case 8:
      if (gids_ > 0) tcc_one(tcc_cancel(pick(gids_), 0, saga_begin));
      return;
    case 9:
    case 10:
      let_shop([this] { return some_outcome(); });
      return;
    case 11:
      return pass_to(engine_.state().last_timestamp().value() + pick(8) * saga_second);
    default:
      if (pick(8) == 1) return restart();
      return operate_some();
  }
}

// What a branch says is what its saga says.
void RandomBranchTest::check_step() {
  const State& state = engine_.state();
  state.tccs.for_each([&](TccSlot slot) {
    const TccView& view = state.tccs.at(slot);
    state.tccs.for_each_branch(slot, [&](const TccBranch& branch) {
      if (!branch.is_open()) return;
      if (branch.kind == TccBranchKind::transaction) {
        const TccSlot below = state.tccs.find(branch.subject());
        ASSERT_NE(below, no_tcc);
        const TccState is = state.tccs.at(below).state;
        EXPECT_FALSE(state.tccs.at(below).has_ended());
        EXPECT_EQ(branch.state == TccBranchState::stuck, is == TccState::stuck);
        EXPECT_EQ(state.tccs.owner(below).gid, view.gid);
        EXPECT_LT(state.tccs.depth_of(below), limits::tcc_nesting_max);
      }
      if (branch.kind != TccBranchKind::saga) return;
      const SagaSlot saga = state.sagas.find(branch.subject());
      ASSERT_NE(saga, no_saga);
      const auto status = static_cast<SagaStatus>(state.sagas.at(saga).status);
      EXPECT_FALSE(is_end(status));
      EXPECT_EQ(branch.state == TccBranchState::stuck, status == SagaStatus::stuck);
      EXPECT_EQ(state.sagas.owner(saga).gid, view.gid);
      EXPECT_EQ(state.sagas.owner(saga).branch, branch.branch);
    });
  });
  EXPECT_EQ(state.tccs.fault_of_rows(), nullptr);
  const auto is_open = [&](const TccOwner& owner) {
    const TccSlot slot = state.tccs.find(owner.gid);
    const TccBranch* const branch =
        slot == no_tcc ? nullptr : state.tccs.find_branch(slot, owner.branch);
    return branch != nullptr && branch->is_open();
  };
  state.sagas.for_each([&](SagaSlot saga) {
    const TccOwner& owner = state.sagas.owner(saga);
    EXPECT_TRUE(owner.is_none() || is_open(owner)) << "it belongs to a branch no longer";
  });
  state.tccs.for_each([&](TccSlot slot) {
    const TccOwner& owner = state.tccs.owner(slot);
    EXPECT_TRUE(owner.is_none() || is_open(owner)) << "it belongs to a branch no longer";
  });
}

void RandomBranchTest::settle() {
  for (std::uint64_t gid = 1; gid <= gids_; ++gid) tcc_one(tcc_cancel(gid, 0, saga_begin));
  const SagaTable& table = engine_.state().sagas;
  for (std::uint64_t round = 0; round < 100; ++round) {
    go_on();
    let_shop(WorkOutcome::succeeded);
    for (std::uint64_t saga = 1; saga <= sagas_; ++saga) {
      const SagaSlot slot = table.find(Uint128{saga, 0});
      if (slot == no_saga) continue;
      const std::uint8_t& status = table.at(slot).status;
      const auto is_stuck = [&] { return static_cast<SagaStatus>(status) == SagaStatus::stuck; };
      for (std::uint8_t at = 0; at < 3 && is_stuck(); ++at) {
        operate(saga, SagaEventKind::operator_retry, at);
      }
      // What was skipped on its way back.
      if (is_stuck()) operate(saga, SagaEventKind::operator_close);
    }
    pass_to(engine_.state().last_timestamp().value() + 60 * saga_second);
  }
}

void RandomBranchTest::check_end(bool is_long) {
  std::map<std::string, std::uint64_t> ends;
  for (const Tried& each : tried_) {
    const TccTable& tccs = engine_.state().tccs;
    const TccSlot slot = tccs.find(Uint128{each.gid, 0});
    ASSERT_NE(slot, no_tcc);
    EXPECT_TRUE(tccs.at(slot).has_ended()) << transaction(each.gid);
    const TccBranch& branch = *tccs.find_branch(slot, each.branch);
    ++ends[fmt::format("{} {}", to_string(branch.kind), to_string(branch.state))];
    if (each.nested != 0) {
      const TccState state = tccs.at(tccs.find(Uint128{each.nested, 0})).state;
      EXPECT_EQ(branch.state == TccBranchState::confirmed, state == TccState::confirmed);
      EXPECT_EQ(branch.state == TccBranchState::closed, state == TccState::closed_manual);
    }
    if (each.saga == 0) continue;
    const SagaStatus status = status_of(each.saga);
    const bool is_confirmed = branch.state == TccBranchState::confirmed;
    const bool is_closed = branch.state == TccBranchState::closed;
    EXPECT_EQ(is_confirmed, status == SagaStatus::completed) << shown(each.saga);
    EXPECT_EQ(is_closed, status == SagaStatus::closed_manual) << shown(each.saga);
    EXPECT_EQ(is_closed, is_closed && tccs.at(slot).state == TccState::closed_manual);
  }
  std::uint64_t posted = 0;
  engine_.for_each_transfer([&](Sequence, const Transfer& each, const TransferNote& note) {
    const bool posts = (each.flags & transfer_flag::post_pending_transfer) != 0;
    if (posts && note.authority == Authority::coordinator) posted += each.amount.value().lo;
  });
  EXPECT_EQ(balances(1), fmt::format("0/{} 0/1000", posted));
  if (!is_long || wanted_seed()) return;
  for (const char* end :
       {"hold confirmed", "hold cancelled", "saga confirmed", "saga cancelled", "saga withdrawn",
        "saga expired", "saga closed", "transaction confirmed", "transaction cancelled",
        "transaction expired", "transaction withdrawn"}) {
    EXPECT_GT(ends[end], 0U) << "the test would say nothing about " << end;
  }
}

void RandomBranchTest::run(std::uint64_t seed, std::uint64_t steps) {
  source_ = Random{seed};
  ASSERT_EQ(define(brief), "created");
  for (std::uint64_t at = 0; at < steps && !HasFailure(); ++at) {
    SCOPED_TRACE(fmt::format("step {}", at));
    step();
    go_on();
    check_step();
  }
  settle();
  check_step();
  check_end(steps >= 5'000);
}

TEST_F(RandomBranchTest, EveryBranchEndsAsItsTransactionIsDecided) {
  const std::uint64_t seed = wanted_seed().value_or(20'261'127);
  SCOPED_TRACE(fmt::format("DAYBOOK_TEST_SEED={}", seed));
  run(seed, rounds(5'000, 50'000));
}

}  // namespace
}  // namespace daybook::test

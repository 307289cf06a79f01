// Anything that may be asked of reconciliations, in any order: most of it is refused, and what is
// not stands in the state as a second fold of the events has it, after a replay and in a snapshot.

#include <map>
#include <random>

#include "tests/engine/aggregates/reconciliation_fixture.hpp"
#include "tests/support/rounds.hpp"

namespace daybook::test {
namespace {

class ReconciliationRandomTest : public ReconciliationTest {
 protected:
  std::uint64_t draw(std::uint64_t from, std::uint64_t to) {
    return std::uniform_int_distribution<std::uint64_t>{from, to}(random_);
  }
  // Of those that are in use now: older ones have mostly ended.
  std::uint64_t some_run() { return begun_ + draw(1, 12); }

  // The firsts of months.
  static std::uint64_t day_of(std::uint64_t number) {
    return (2'000 + number / 12) * 10'000 + (number % 12 + 1) * 100 + 1;
  }

  // The next phase of a run, or another one.
  std::string go_on(std::uint64_t run) {
    const ReconciliationRun* const row = engine_.state().aggregates.find_run(Uint128{run});
    const std::uint64_t reached =
        row == nullptr ? draw(1, 7) : static_cast<std::uint64_t>(row->reached);
    const std::uint64_t phase =
        draw(0, 9) == 0 ? draw(0, 6) : std::min<std::uint64_t>(reached - 1, 6);
    const C what = static_cast<C>(static_cast<std::uint64_t>(C::run_import) + phase);
    std::uint64_t number = 0;
    if (what == C::run_cut) number = engine_.state().last_sequence().value();
    if (what == C::run_prove) number = draw(0, 4);
    return this->phase(what, run, number, what == C::run_cut ? carried(row) : 0);
  }

  // Mostly what the rules want.
  std::uint64_t carried(const ReconciliationRun* run) {
    if (run == nullptr || draw(0, 9) == 0) return some_run();
    std::uint64_t newest = 0;
    std::uint64_t head = 0;
    for (const Period& each : engine_.state().aggregates.periods().all()) {
      if (each.day >= run->day || each.day < newest || each.head.is_zero()) continue;
      newest = each.day;
      head = each.head.lo;
    }
    return head;
  }

  std::string deal(std::uint64_t difference) {
    const std::vector<Transfer>& last = proposed_[difference];
    switch (draw(0, 7)) {
      case 0:
        return operate(C::difference_assign, difference, {}, "somebody", some_run());
      case 1:
        return reopen(difference, some_run());
      case 2:
        return reject(difference);
      case 3:
        return send(RequestKind::review_corrections, checker,
                    {command(C::correction_fail, difference, {}, "refused")});
      case 4:
      case 5:
        return approve(difference, last, draw(0, 4) == 0 ? maker : checker);
      case 6:
        return operate(C::correction_post, difference, {.subject_id = legs_hash(last)});
      default:
        break;
    }
    const std::uint64_t kind = draw(0, 4);
    const std::uint16_t flags = kind == 0   ? command_flag::accepts
                                : kind == 1 ? command_flag::force_closes
                                : kind == 2 ? command_flag::starts_saga
                                            : std::uint16_t{0};
    std::vector<Transfer> posted;
    if (flags == 0) posted = legs(++last_leg_, draw(1, 120));
    const std::string status = propose(difference, some_run(), posted, draw(50, 150), flags);
    if (status == "created") proposed_[difference] = posted;
    return status;
  }

  std::string step() {
    switch (draw(0, 9)) {
      case 0:
        return draw(0, 3) == 0 ? define() : limit(draw(80, 200));
      case 1:
        return create(some_run(), day_of(begun_ / 3 + draw(0, 4)));
      case 2:
        return operate(draw(0, 1) == 0 ? C::run_close : C::run_fail, some_run());
      case 3:
        return draw(0, 3) == 0 ? operate(C::run_cancel, some_run()) : go_on(some_run());
      case 4:
      case 5:
      case 6:
        return go_on(some_run());
      default:
        return deal(begun_ + draw(1, 8));
    }
  }

  std::mt19937_64 random_;
  std::map<std::uint64_t, std::vector<Transfer>> proposed_;
  std::uint64_t begun_ = 0;
  std::uint64_t last_leg_ = 5'000;
};

TEST_F(ReconciliationRandomTest, WhateverIsAskedTheRowsAreWhatTheEventsMakeOfThem) {
  const std::uint64_t seed = wanted_seed().value_or(20261127);
  random_.seed(seed);
  ASSERT_EQ(define(), "created");
  std::map<std::string, std::uint64_t> statuses;
  const std::uint64_t steps = rounds(20'000, 200'000);
  for (std::uint64_t at = 0; at < steps && !HasFailure(); ++at) {
    begun_ = at / 150;
    ++statuses[step()];
    if (at % 1'000 == 0) compare_rebuilt();
  }
  EXPECT_GT(statuses["created"], steps / 20) << "seed " << seed;
  if (steps < 20'000) return;  // Too few for everything to come about.
  // It is no test where nothing comes to pass, or nothing is refused.
  for (const char* const each : {"created", "run_illegal_transition", "carry_in_differs",
                                 "maker_is_checker", "correction_stale", "limit_exceeded",
                                 "difference_illegal_transition", "run_has_open_differences"}) {
    EXPECT_GT(statuses[each], 0U) << each << ", seed " << seed;
  }
  std::map<RunState, std::uint64_t> runs;
  for (const auto& run : engine_.state().aggregates.runs().all()) ++runs[run.state];
  std::map<DifferenceState, std::uint64_t> differences;
  for (const auto& each : engine_.state().aggregates.differences().all()) {
    if ((each.flags & command_flag::starts_saga) != 0) ++differences[each.state];
  }
  for (const DifferenceState each : {DifferenceState::approved, DifferenceState::posted}) {
    EXPECT_GT(differences[each], 0U) << to_string(each) << ", seed " << seed;
  }
  for (const RunState each : {RunState::superseded, RunState::closed, RunState::cancelled}) {
    EXPECT_GT(runs[each], 0U) << to_string(each) << ", seed " << seed;
  }
}

}  // namespace
}  // namespace daybook::test

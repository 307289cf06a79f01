// Cases of the list in tests/README.md that are tables: each pair of decisions, each order of a
// decision and the deadline, amounts at their limits, and a decision that is asked for long after.

#include <fmt/format.h>

#include "tests/engine/tcc/tcc_fixture.hpp"

namespace daybook::test {
namespace {

using Texts = std::vector<std::string>;
using Takes = std::vector<TccTake>;

constexpr std::uint64_t timeout = 10 * tcc_second;

class TccCaseTest : public TccTest {
 protected:
  [[nodiscard]] std::uint64_t deadline(std::uint64_t gid) const {
    return engine_.state().tccs.at(engine_.state().tccs.find({gid, 0})).deadline.value();
  }
};

// What becomes of a confirm and of the deadline, whichever the sequencer sees first.
TEST_F(TccCaseTest, Case21AConfirmAndTheDeadlineInEachOrder) {
  for (std::uint64_t gid = 1; gid <= 4; ++gid) {
    ASSERT_EQ(send({tcc_begin(gid, timeout), tcc_try(gid, 1, 100)}), (Texts{"done", "done"}));
  }
  set_clock(deadline(1) - 1);
  EXPECT_EQ(confirm(1, {{1}}), "done") << "1 ns before it";
  set_clock(deadline(2));
  EXPECT_EQ(confirm(2, {{1}}), "already_expired") << "at it, before the engine has looked";
  set_clock(deadline(4));
  engine_.do_due_work();
  EXPECT_EQ(confirm(3, {{1}}), "already_expired") << "after the engine has";
  EXPECT_EQ(confirm(1, {{1}}), "duplicate");
  EXPECT_EQ(shown(1), "confirmed client 1:confirmed");
  for (std::uint64_t gid = 2; gid <= 4; ++gid) {
    EXPECT_EQ(shown(gid), "cancelled expired 1:expired");
    EXPECT_EQ(send_one(tcc_cancel(gid)), "duplicate");
  }
  EXPECT_EQ(balances(1), "0/100 0/1000");
}

// The branches of a decision are settled one after the other, each at a time of its own; that the
// deadline is among those times changes nothing, also not for an engine that looks at it next.
TEST_F(TccCaseTest, Case22TheDeadlineBetweenADecisionAndItsBranches) {
  std::vector<TccCommand> commands{tcc_begin(7, timeout)};
  Takes takes;
  for (std::uint64_t branch = 1; branch <= 6; ++branch) {
    commands.push_back(tcc_try(7, branch, 100));
    takes.push_back({branch});
  }
  send(commands);
  const std::uint64_t due = deadline(7);
  set_clock(due - 1);
  EXPECT_EQ(confirm(7, takes), "done");
  engine_.close_entry();
  std::uint64_t last = 0;
  engine_.for_each_transfer(
      [&](Sequence, const Transfer& each, const TransferNote&) { last = each.timestamp.value(); });
  EXPECT_GE(last + 6, due) << "the case would be another one";
  set_clock(due + 1);
  engine_.do_due_work();
  EXPECT_EQ(shown(7),
            "confirmed client 1:confirmed 2:confirmed 3:confirmed 4:confirmed 5:confirmed "
            "6:confirmed");
  EXPECT_EQ(balances(1), "0/600 0/1000");
}

struct Decision {
  const char* name;
  bool cancels;
  std::uint64_t amount;
};
constexpr Decision decisions[] = {{"all", false, 100}, {"part", false, 60}, {"cancel", true, 0}};

const char* answer_to(const Decision& first, const Decision& second) {
  if (first.cancels) return second.cancels ? "duplicate" : "already_cancelled";
  if (second.cancels) return "already_confirmed";
  return first.amount == second.amount ? "duplicate" : "conflict";
}

TEST_F(TccCaseTest, Case23EveryPairOfConfirmAndCancel) {
  std::uint64_t gid = 0;
  std::uint64_t taken = 0;
  for (const char* const when : {"in one request", "one after the other", "over a restart"}) {
    for (const Decision& first : decisions) {
      for (const Decision& second : decisions) {
        SCOPED_TRACE(fmt::format("{}, then {}, {}", first.name, second.name, when));
        ++gid;
        ASSERT_EQ(send({tcc_begin(gid), tcc_try(gid, 1, 100, 4, 2)}), (Texts{"done", "done"}));
        std::vector<TccCommand> both;
        std::vector<TccAmount> amounts;
        for (const Decision* each : {&first, &second}) {
          const Takes takes{{1, each->amount}};
          both.push_back(each->cancels ? tcc_cancel(gid) : tcc_confirm(gid, takes));
          if (!each->cancels) amounts.push_back(amounts_of(takes).at(0));
        }
        Texts told;
        if (when == std::string_view{"in one request"}) {
          told = send(both, amounts);
        } else {
          told.push_back(first.cancels ? send_one(both[0]) : confirm(gid, {{1, first.amount}}));
          if (when == std::string_view{"over a restart"}) engine_.restart();
          told.push_back(second.cancels ? send_one(both[1]) : confirm(gid, {{1, second.amount}}));
        }
        EXPECT_EQ(told, (Texts{"done", answer_to(first, second)}));
        EXPECT_EQ(shown(gid),
                  first.cancels ? "cancelled client 1:cancelled" : "confirmed client 1:confirmed");
        taken += first.cancels ? 0 : first.amount;
        EXPECT_EQ(balances(2), fmt::format("0/0 0/{}", taken)) << "as the first one said";
      }
    }
  }
}

TEST_F(TccCaseTest, Case24AmountsAtTheirLimits) {
  constexpr std::uint64_t largest = ~std::uint64_t{0} - 1;
  send({tcc_begin(1), tcc_try(1, 1, largest, 4, 2)});
  EXPECT_EQ(confirm(1, {{1, largest}}), "done");
  send({tcc_begin(2), tcc_try(2, 1, 600)});
  EXPECT_EQ(confirm(2, {{1, 601}}), "exceeds_tried");
  EXPECT_EQ(confirm(2, {{1, largest}}), "exceeds_tried");
  EXPECT_EQ(balances(1), "600/0 0/1000") << "nothing was written";
  EXPECT_EQ(confirm(2, {{1, 600}}), "done");
  send({tcc_begin(3), tcc_try(3, 1, 400)});
  EXPECT_EQ(confirm(3, {{1}}), "done") << "the largest amount there is stands for all of it";
  send({tcc_begin(4), tcc_try(4, 1, 1, 4, 2)});
  EXPECT_EQ(confirm(4, {{1, 0}}), "done");
  EXPECT_EQ(balances(1), "0/1000 0/1000");
}

TEST_F(TccCaseTest, Case28ADecisionThatIsAskedForLongAfter) {
  send({tcc_begin(7, timeout), tcc_try(7, 1, 600)});
  ASSERT_EQ(confirm(7, {{1, 500}}), "done");
  send({tcc_begin(8, timeout), tcc_try(8, 1, 100)});
  ASSERT_EQ(send_one(tcc_cancel(8)), "done");
  for (const std::uint64_t days : {1U, 365U}) {
    engine_.restart();
    set_clock(tcc_start + days * 86'400 * tcc_second);
    engine_.do_due_work();
    EXPECT_EQ(shown(7), "confirmed client 1:confirmed");
    EXPECT_EQ(confirm(7, {{1, 500}}), "duplicate");
    EXPECT_EQ(confirm(7, {{1, 400}}), "conflict");
    EXPECT_EQ(send_one(tcc_cancel(7)), "already_confirmed");
    EXPECT_EQ(send_one(tcc_try(7, 1, 600)), "duplicate_confirmed");
    EXPECT_EQ(shown(8), "cancelled client 1:cancelled");
    EXPECT_EQ(confirm(8, {{1, 100}}), "already_cancelled");
    EXPECT_EQ(send_one(tcc_cancel(8)), "duplicate");
  }
  EXPECT_EQ(balances(1), "0/500 0/1000");
}

}  // namespace
}  // namespace daybook::test

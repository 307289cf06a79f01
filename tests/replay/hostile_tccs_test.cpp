// TCC transactions, forged: each row is one thing that apply requires and that no engine would have
// done; see hostile_entry_test.cpp.

#include "tests/replay/forger.hpp"

namespace daybook::test {
namespace {

using After = AfterAGoodEntry;
using enum TccFactKind;

TccFact fact(TccFactKind kind, std::uint64_t gid = 7, std::uint64_t branch = 0) {
  TccFact made;
  made.kind = kind;
  made.gid = Uint128{gid, 0};
  made.branch = branch;
  if (kind == begun) made.deadline = Timestamp{1'000};
  if (kind == decided_confirm || kind == decided_cancel) made.detail = 1;
  if (kind == begun || kind == cancelled_unseen) made.word = 100;
  return made;
}

// Branch 1 of transaction 7 is a saga or a transaction.
TccFact tried_as(TccBranchKind kind, std::uint64_t subject) {
  TccFact made = fact(tried, 7, 1);
  made.detail = static_cast<std::uint16_t>(kind);
  made.business_type = Uint128{subject, 0};
  return made;
}
TccFact nesting(std::uint64_t nested) { return tried_as(TccBranchKind::transaction, nested); }

TccFact nesting_in(std::uint64_t gid, std::uint64_t nested, std::uint64_t branch = 1) {
  TccFact made = nesting(nested);
  made.gid = Uint128{gid, 0};
  made.branch = branch;
  return made;
}

// Each nested in the one before it.
std::vector<TccFact> chain_of(std::uint64_t levels) {
  std::vector<TccFact> made{fact(begun, 1)};
  for (std::uint64_t gid = 2; gid <= levels; ++gid) {
    made.push_back(fact(begun, gid));
    made.push_back(nesting_in(gid - 1, gid));
  }
  return made;
}

// One above all others: each has as many branches as it may, before there is one below those.
std::vector<TccFact> tree_of(std::uint64_t branches) {
  std::vector<TccFact> made{fact(begun, 1)};
  for (std::uint64_t gid = 2; gid <= branches + 1; ++gid) {
    const std::uint64_t place = gid - 2;
    made.push_back(fact(begun, gid));
    made.push_back(nesting_in(place / limits::tcc_branches_max + 1, gid,
                              place % limits::tcc_branches_max + 1));
  }
  return made;
}

auto facts(const std::vector<TccFact>& made) {
  return [made](Forger& forger) { forger.tccs(made); };
}

const char* const out_of_turn = "is tried out of turn";

const Forgery rows[] = {
    {"begun_twice", facts({fact(begun), fact(begun)}), "sequence 13: a transaction begins twice"},
    {"without_an_id", facts({fact(begun, 0)}), "a transaction has an id that none may have"},
    {"that_never_began", facts({fact(tried, 7, 1)}), "a transaction goes on that is not there"},
    {"with_a_branch_0", facts({fact(begun), fact(tried)}), out_of_turn},
    {"with_a_branch_twice", facts({fact(begun), fact(tried, 7, 1), fact(tried, 7, 1)}),
     "sequence 14: a branch is tried out of turn"},
    {"tried_after_its_end", facts({fact(cancelled_unseen), fact(tried, 7, 1)}), out_of_turn},
    {"decided_twice", facts({fact(begun), fact(decided_cancel), fact(decided_confirm)}),
     "a transaction is decided out of turn"},
    {"settled_before_it_is_decided",
     facts({fact(begun), fact(tried, 7, 1), fact(branch_confirmed, 7, 1)}),
     "a branch is settled out of turn"},
    {"confirmed_after_a_cancel",
     facts({fact(begun), fact(tried, 7, 1), fact(decided_cancel), fact(branch_confirmed, 7, 1)}),
     "a branch is settled out of turn"},
    {"emptied_while_it_is_tried", facts({fact(begun), fact(branch_empty, 7, 1)}),
     "a branch is emptied out of turn"},
    {"of_an_unknown_kind", facts({fact(begun), fact(TccFactKind{99})}),
     "a fact of a transaction has an unknown kind"},
    {"begun_at_its_deadline",
     [](Forger& forger) {
       TccFact late = fact(begun);
       late.deadline = Timestamp{Forger::time};
       forger.tccs({late});
     },
     "a transaction begins at its deadline"},
    {"tried_without_a_hold", facts({fact(begun), fact(tried, 7, 1)}),
     "sequence 13: a branch was tried that nothing is held for"},
    {"decided_for_no_reason",
     [](Forger& forger) {
       TccFact decision = fact(decided_cancel);
       decision.detail = 9;
       forger.tccs({fact(begun), decision});
     },
     "a transaction is decided out of turn"},
    {"after_its_operation",
     [](Forger& forger) {
       TccFact late = fact(begun);
       late.timestamp = Timestamp{Forger::time + 1};
       forger.tccs({late});
     },
     "a transaction's timestamp is not of its operation's time"},
    {"pruned_by_a_client", facts({fact(pruned)}), "no operation of this kind makes such facts"},
    {"pruned_although_none_has_ended",
     [](Forger& forger) {
       TccFact pruning = fact(pruned, 0);
       pruning.word = 1;
       Operation made = Forger::operation(RequestKind::prune_tccs);
       made.client = {};
       made.request_number = 0;
       forger.begin(made, FactKind::tcc, 1).with(pruning);
     },
     "transactions could not have been pruned so"},
    {"in_the_first_run_of_commands",
     [](Forger& forger) {
       forger.all(RequestKind::tcc_commands, FactKind::tcc, std::vector{fact(begun)});
     },
     "no operation of this kind makes such facts"},
    {"without_an_operation", [](Forger& forger) { forger.own(FactKind::tcc, fact(begun)); },
     "no operation of this kind makes such facts"},
    {"with_a_branch_of_no_kind", facts({fact(begun), tried_as(TccBranchKind{3}, 8)}), out_of_turn},
    {"with_a_branch_without_a_subject", facts({fact(begun), nesting(0)}), out_of_turn},
    {"with_a_saga_that_is_not_there", facts({fact(begun), tried_as(TccBranchKind::saga, 5)}),
     "a saga is a branch that does not wait for a transaction"},
    {"nested_in_itself", facts({fact(begun), nesting(7)}),
     "a transaction is a branch that it cannot be"},
    {"nested_in_a_circle_of_two",
     facts({fact(begun), fact(begun, 8), nesting(8), nesting_in(8, 7)}),
     "sequence 15: a transaction is a branch that it cannot be"},
    {"nested_in_a_circle_of_three",
     facts({fact(begun), fact(begun, 8), fact(begun, 9), nesting(8), nesting_in(8, 9),
            nesting_in(9, 7)}),
     "sequence 17: a transaction is a branch that it cannot be"},
    {"nested_where_nothing_is", facts({fact(begun), nesting(8)}),
     "a transaction is a branch that it cannot be"},
    {"nested_in_what_is_not_there", facts({fact(begun, 8), nesting(8)}),
     "a transaction goes on that is not there"},
    {"nested_in_two_at_once",
     facts({fact(begun), fact(begun, 8), fact(begun, 9), nesting(8), nesting_in(9, 8)}),
     "sequence 16: a transaction is a branch that it cannot be"},
    {"nested_in_more_levels_than_there_may_be", facts(chain_of(limits::tcc_nesting_max + 1)),
     "a transaction is a branch that it cannot be"},
    {"with_more_open_branches_in_its_tree_than_a_decision_settles",
     [](Forger& forger) {
       // By two requests: it is more than one makes.
       const auto all = tree_of(limits::tcc_settlements_max + 1);
       const auto half = all.begin() + limits::tcc_settlements_max;
       forger.tccs({all.begin(), half}).tccs({half, all.end()});
       forger.entry().last_operation().request_number = Forger::number + 1;
       forger.entry().last_operation().time = Timestamp{Forger::time + 10};
     },
     "sequence 2063: a transaction has more open branches than a decision settles"},
    {"ended_although_a_branch_of_it_goes_on",
     facts({fact(begun), fact(begun, 8), nesting(8), fact(decided_cancel, 8)}),
     "a transaction has ended that is an open branch"},
    {"nested_although_it_is_decided", facts({fact(begun), fact(cancelled_unseen, 8), nesting(8)}),
     "a transaction is a branch that it cannot be"},
    {"with_a_hold_that_is_stuck", facts({fact(begun), fact(tried, 7, 1), fact(branch_stuck, 7, 1)}),
     "a branch is settled out of turn"},
    {"confirmed_although_what_is_nested_is_not",
     facts({fact(begun), fact(begun, 8), nesting(8), fact(decided_confirm),
            fact(branch_confirmed, 7, 1)}),
     "a branch has not come to what it says"},
    {"withdrawn_although_it_goes_on",
     facts({fact(begun), fact(begun, 8), nesting(8), fact(branch_withdrawn, 7, 1)}),
     "a branch has not come to what it says"},
    {"prepared_for_nobody", facts({fact(begun), fact(prepared)}),
     "a transaction waits for another one out of turn"},
    {"prepared_twice",
     facts({fact(begun), fact(begun, 8), nesting(8), fact(prepared, 8), fact(prepared, 8)}),
     "a transaction waits for another one out of turn"},
    {"with_a_branch_prepared_that_is_no_hold",
     facts({fact(begun), fact(begun, 8), nesting(8), fact(branch_prepared, 7, 1)}),
     "a branch is prepared out of turn"},
    {"begun_by_a_saga",
     [](Forger& forger) { forger.tccs({fact(begun)}, RequestKind::drive_sagas); },
     "no operation of this kind makes such facts"},
    {"expired_by_a_client",
     [](Forger& forger) {
       forger.tccs({fact(begun)}, RequestKind::expire_tccs);
       forger.entry().last_operation().client = Forger::client;
     },
     "the engine could not have done so by itself"},
};

class HostileTcc : public HostileEntry {};

TEST_P(HostileTcc, IsRefusedWithItsSequence) { expect_refused(GetParam()); }

INSTANTIATE_TEST_SUITE_P(Tccs, HostileTcc, testing::ValuesIn(rows), name_of_forgery);

TEST(HostileTccs, WouldBeTakenWereTheyHonest) {
  const std::function<void(Forger&)> honest[] = {
      facts({fact(begun), fact(tried, 7, 1), fact(refused, 7, 2), fact(decided_confirm),
             fact(branch_confirmed, 7, 1)}),
      facts({fact(begun), fact(tried, 7, 1), fact(decided_cancel), fact(branch_cancelled, 7, 1),
             fact(branch_empty, 7, 3)}),
      facts({fact(cancelled_unseen), fact(branch_empty, 7, 1)}),
      facts({fact(begun), fact(begun, 8), nesting(8), fact(decided_cancel, 8),
             fact(branch_withdrawn, 7, 1)}),
      facts({fact(begun), fact(begun, 8), nesting(8), fact(prepared, 8), fact(decided_confirm),
             fact(decided_confirm, 8), fact(branch_confirmed, 7, 1)}),
      facts(chain_of(limits::tcc_nesting_max)),
      facts(tree_of(limits::tcc_settlements_max)),
  };
  for (const auto& write : honest) {
    SCOPED_TRACE(&write - std::begin(honest));
    After after;
    write(after.forger());
    const auto applied = after.apply_honestly();
    EXPECT_TRUE(applied.ok()) << applied.error().what;
  }
}

}  // namespace
}  // namespace daybook::test

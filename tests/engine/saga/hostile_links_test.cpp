// Snapshots whose transactions, sagas and branches do not belong together: each row is one thing
// that no engine would have written. The blocks are sound by themselves, and so are their sums.

#include <algorithm>
#include <functional>
#include <ostream>

#include <fmt/format.h>

#include "engine/snapshot/state_blocks.hpp"
#include "engine/snapshot/state_snapshot.hpp"
#include "tests/engine/saga/engine_branch_fixture.hpp"
#include "tests/support/full_run_store.hpp"
#include "tests/support/memory_snapshots.hpp"

namespace daybook::test {
namespace {

using enum TccBranchKind;

constexpr std::uint64_t room = 4'000;

/// What a snapshot says of transactions and their branches.
struct Links {
  std::vector<TccView> views;
  std::vector<TccTable::SavedBranch> branches;
  bool has_sagas = true;

  [[nodiscard]] TccView& view(std::uint64_t gid) {
    return *std::find_if(views.begin(), views.end(), [gid](const TccView& each) {
      return each.gid == Uint128{gid, 0};
    });
  }
  [[nodiscard]] TccBranch& branch(std::uint64_t gid, std::uint64_t number) {
    return std::find_if(branches.begin(), branches.end(),
                        [&](const TccTable::SavedBranch& each) {
                          return each.gid == Uint128{gid, 0} && each.branch.branch == number;
                        })
        ->branch;
  }
  void begin(std::uint64_t gid) {
    TccView added = view(1);
    added.gid = Uint128{gid, 0};
    added.branch_count = added.open_count = 0;
    views.push_back(added);
  }
  void add(std::uint64_t gid, TccBranchKind kind, std::uint64_t subject) {
    TccBranch branch;
    branch.branch = ++view(gid).branch_count + 100;
    ++view(gid).open_count;
    branch.kind = kind;
    branch.state = TccBranchState::tried;
    branch.tried = Amount{kind == saga ? saga_id(subject).id : Uint128{subject, 0}};
    branches.push_back({Uint128{gid, 0}, branch});
  }
  void nest(std::uint64_t gid, std::uint64_t nested) { add(gid, transaction, nested); }
  void decide(std::uint64_t gid, std::uint8_t decision, TccState state) {
    view(gid).decision = decision;
    view(gid).reason = TccReason::client;
    view(gid).state = state;
  }
};

struct Fault {
  const char* name;
  std::function<void(Links&)> forge;
  const char* words;
};

void PrintTo(const Fault& fault, std::ostream* out) { *out << fault.name; }

void chain(Links& links, std::uint64_t levels) {
  for (std::uint64_t level = 1; level < levels; ++level) links.begin(100 + level);
  links.begin(100);
  for (std::uint64_t level = 1; level < levels; ++level) links.nest(99 + level, 100 + level);
}

// A tree with so many branches, all of them open.
void tree(Links& links, std::uint64_t branches) {
  links.begin(1'000);
  for (std::uint64_t at = 0; at < branches; ++at) {
    const std::uint64_t above = 1'000 + at / limits::tcc_branches_max;
    links.begin(1'001 + at);
    links.nest(above, 1'001 + at);
  }
}

constexpr const char* not_there = "has a branch that is a saga or a transaction that is not there";
constexpr const char* taken = "has a saga or a transaction that is two branches";
constexpr const char* in_circles = "has transactions that are nested too deep, or in a circle";
constexpr const char* too_wide =
    "has more open branches of one transaction than a decision settles";
constexpr const char* untrue = "has a branch that is not what its saga or transaction has come to";

// Transaction 1 has transaction 2 as a branch, which has a hold; saga 7 is a branch of transaction
// 3, and saga 8 of none.
const Fault faults[] = {
    {"its_own_parent", [](Links& links) { links.nest(3, 3); }, in_circles},
    {"a_circle_of_two", [](Links& links) { links.nest(2, 1); }, in_circles},
    {"a_circle_of_three",
     [](Links& links) {
       links.nest(2, 3);
       links.nest(3, 1);
     },
     in_circles},
    {"a_parent_that_is_missing",
     [](Links& links) {
       std::erase_if(links.views, [](const TccView& view) { return view.gid == Uint128{1, 0}; });
     },
     "has a branch of no transaction"},
    {"prepared_for_a_parent_that_is_missing",
     [](Links& links) { links.view(3).state = TccState::prepared; },
     "has a transaction that waits for one above it, and is no branch"},
    {"a_transaction_that_is_missing", [](Links& links) { links.nest(3, 99); }, not_there},
    {"a_saga_that_is_missing", [](Links& links) { links.add(3, saga, 99); }, not_there},
    {"all_sagas_are_missing", [](Links& links) { links.has_sagas = false; }, not_there},
    {"a_hold_that_is_missing", [](Links& links) { links.add(3, hold, 99); },
     "has a branch that nothing is held for"},
    {"a_saga_that_waits_for_no_decision", [](Links& links) { links.add(3, saga, 5); },
     "has a branch that is a saga without a wait for a decision"},
    {"a_saga_that_is_two_branches", [](Links& links) { links.add(2, saga, 7); }, taken},
    {"a_saga_that_is_two_branches_of_one", [](Links& links) { links.add(3, saga, 7); }, taken},
    {"a_transaction_with_two_parents", [](Links& links) { links.nest(3, 2); }, taken},
    {"more_levels_than_there_may_be",
     [](Links& links) { chain(links, limits::tcc_nesting_max + 1); }, in_circles},
    {"more_open_branches_than_a_decision_settles",
     [](Links& links) { tree(links, limits::tcc_settlements_max + 1); }, too_wide},
    {"more_branches_than_one_may_have",
     [](Links& links) {
       for (std::uint64_t at = 0; at < limits::tcc_branches_max; ++at) links.nest(3, 5'000 + at);
     },
     "has a transaction with more branches than one may have"},
    {"a_branch_that_has_ended",
     [](Links& links) {
       links.begin(9);
       links.decide(9, tcc_decision::cancel, TccState::cancelled);
       std::rotate(links.views.begin(), links.views.end() - 1, links.views.end());
       links.nest(3, 9);
     },
     untrue},
    {"decided_and_its_branch_is_not",
     [](Links& links) { links.decide(1, tcc_decision::confirm, TccState::confirming); }, untrue},
    {"decided_in_another_way_than_its_branch",
     [](Links& links) {
       links.nest(2, 3);
       links.branch(2, 1).state = TccBranchState::confirmed;
       --links.view(2).open_count;
       links.decide(1, tcc_decision::cancel, TccState::cancelling);
       links.decide(2, tcc_decision::confirm, TccState::confirming);
       links.decide(3, tcc_decision::confirm, TccState::confirming);
     },
     untrue},
    {"a_branch_that_is_confirmed_before_its_parent",
     [](Links& links) {
       links.nest(1, 3);
       links.decide(3, tcc_decision::confirm, TccState::confirming);
     },
     untrue},
    {"stuck_although_its_saga_goes_on",
     [](Links& links) {
       links.branch(3, 1).state = TccBranchState::stuck;
       ++links.view(3).stuck_count;
     },
     untrue},
    {"stuck_although_what_is_nested_goes_on",
     [](Links& links) {
       links.branch(1, 1).state = TccBranchState::stuck;
       ++links.view(1).stuck_count;
     },
     untrue},
};

class HostileLinks : public EngineBranchTest {
 protected:
  HostileLinks() : EngineBranchTest{with_snapshots()} {}

  void SetUp() override {
    EngineBranchTest::SetUp();
    ASSERT_EQ(define(R"({"name": "call", "version": 1, "deadline_ms": 600000, "steps": [
      {"id": "a", "kind": "remote.call", "type": "shop.v1", "class": "readonly",
       "timeout_ms": 5000}]})"),
              "created");
    ASSERT_EQ(start(5, "call", {}), "created");
    ASSERT_EQ(start_order(7), "created");
    ASSERT_EQ(start_order(8), "created");
    const auto begun = [](std::uint64_t gid) { return tcc_begin(gid, 0, saga_begin); };
    ASSERT_EQ(tcc({begun(1), begun(2), begun(3), nested_of(1, 1, 2), tcc_try(2, 1, 300),
                   branch_of(3, 1, 7)}),
              std::vector<std::string>(6, "done"));
    const TccTable& tccs = engine_.state().tccs;
    tccs.for_each([&](TccSlot slot) {
      links_.views.push_back(tccs.at(slot));
      tccs.for_each_branch(slot, [&](const TccBranch& branch) {
        links_.branches.push_back({tccs.at(slot).gid, branch});
      });
    });
  }

  [[nodiscard]] static StateSettings settings(IdRunShelf& shelf) {
    StateSettings settings;
    settings.id_runs = &shelf;
    settings.accounts_max = settings.transfer_ids_max = settings.holds_max = 1'000;
    settings.names_max = settings.streams_max = settings.event_ids_max = 1'000;
    settings.orders_max = settings.payments_max = 1'000;
    settings.tccs_max = settings.sagas_max = room;
    settings.ids_a_generation = 500;
    return settings;
  }

  struct Loaded {
    IdRunShelf shelf;
    State state{settings(shelf)};
  };
  /// Puts a snapshot with these links into `state`.
  [[nodiscard]] Result<void> load(const Links& links, Loaded& into);
  Links links_;

 private:
  void write_sagas(SnapshotWriter& writer) const;
};

void HostileLinks::write_sagas(SnapshotWriter& writer) const {
  const State& state = engine_.state();
  for (const auto& stored : state.sagas.definitions()) {
    const std::string& text = stored->definition.canonical;
    writer.put(BlockKind::saga_definitions, std::as_bytes(std::span{text}));
  }
  state.sagas.for_each([&](SagaSlot slot) {
    const SagaTable::Saved saved = state.sagas.saved(slot);
    const auto head = std::as_bytes(std::span{&saved, 1});
    std::vector<std::byte> bytes{head.begin(), head.end()};
    const auto body = state.sagas.body(slot);
    bytes.insert(bytes.end(), body.begin(), body.end());
    bytes.resize((bytes.size() + 7) / 8 * 8);
    writer.put(BlockKind::sagas, std::span<const std::byte>{bytes});
  });
}

Result<void> HostileLinks::load(const Links& links, Loaded& into) {
  State& state = into.state;
  const State& from = engine_.state();
  MemorySnapshots snapshots;
  auto made = snapshots.create();
  SnapshotWriter writer{*made.value()};
  writer.put_one(BlockKind::totals, State::Totals{});
  for (std::size_t place = 0; place < from.ledgers.count(); ++place) {
    writer.put_one(BlockKind::ledgers, SavedLedger{from.ledgers.at(place), 0});
  }
  writer.put(BlockKind::accounts, from.accounts.all());
  for (HoldSlot slot = 0; slot < from.holds.slot_end(); ++slot) {
    if (!from.holds.at(slot).id.value().is_zero()) {
      writer.put_one(BlockKind::holds, from.holds.at(slot));
    }
  }
  writer.put(BlockKind::tccs, std::span<const TccView>{links.views});
  writer.put(BlockKind::tcc_branches, std::span<const TccTable::SavedBranch>{links.branches});
  if (links.has_sagas) write_sagas(writer);
  const auto generations = state.transfer_ids.saved_generations();
  writer.put(BlockKind::id_generations, std::span{generations});
  writer.put_one(BlockKind::id_run_set, SavedRuns{});
  writer.put_end(BlockKind::end);
  EXPECT_TRUE(made.value()->finish({}).ok());
  SnapshotReader reader{snapshots.open(Sequence{}).value()};
  FullRunStore runs{0};
  const auto read = read_state(
      reader, runs, state, [](const IdRunSet&) {}, DigestCheck::tell);
  return read.ok() ? Result<void>{} : Result<void>{read.error()};
}

class HostileLinksTest : public HostileLinks, public testing::WithParamInterface<Fault> {};

TEST_P(HostileLinksTest, AreToldAndNotTaken) {
  Links links = links_;
  GetParam().forge(links);
  Loaded into;
  const auto loaded = load(links, into);
  ASSERT_FALSE(loaded.ok());
  EXPECT_EQ(loaded.error().kind, FailureKind::damaged);
  EXPECT_NE(loaded.error().what.find(GetParam().words), std::string::npos) << loaded.error().what;
}

std::string name_of_fault(const testing::TestParamInfo<Fault>& fault) { return fault.param.name; }

INSTANTIATE_TEST_SUITE_P(With, HostileLinksTest, testing::ValuesIn(faults), name_of_fault);

TEST_F(HostileLinks, WouldBeTakenWereTheyHonest) {
  const std::function<void(Links&)> honest[] = {
      [](Links&) {},
      [](Links& links) { links.add(2, saga, 8); },
      [](Links& links) { chain(links, limits::tcc_nesting_max); },
      [](Links& links) { tree(links, limits::tcc_settlements_max); },
      [](Links& links) { links.view(2).state = TccState::prepared; },
  };
  for (const auto& change : honest) {
    SCOPED_TRACE(&change - std::begin(honest));
    Links links = links_;
    change(links);
    Loaded into;
    const auto loaded = load(links, into);
    EXPECT_TRUE(loaded.ok()) << loaded.error().what;
  }
}

// Whose a saga or a transaction is stands with the branches and nowhere else: one that no branch
// names is nobody's, whatever it was.
TEST_F(HostileLinks, WhatNoBranchNamesIsNobodys) {
  Loaded honest;
  ASSERT_TRUE(load(links_, honest).ok());
  const auto owner_of = [](const State& state) {
    return state.sagas.owner(state.sagas.find(saga_id(7).id));
  };
  const auto parent_of = [](const State& state) {
    return state.tccs.owner(state.tccs.find(Uint128{2, 0}));
  };
  EXPECT_EQ(owner_of(honest.state).gid, (Uint128{3, 0}));
  EXPECT_EQ(parent_of(honest.state).gid, (Uint128{1, 0}));
  Links links = links_;
  std::erase_if(links.branches,
                [](const TccTable::SavedBranch& each) { return each.branch.kind != hold; });
  for (const std::uint64_t gid : {1U, 3U}) {
    links.view(gid).branch_count = links.view(gid).open_count = 0;
  }
  Loaded into;
  ASSERT_TRUE(load(links, into).ok());
  EXPECT_TRUE(owner_of(into.state).is_none());
  EXPECT_TRUE(parent_of(into.state).is_none());
}

}  // namespace
}  // namespace daybook::test

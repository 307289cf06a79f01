// Transfer ids that leave memory: whatever was used, however long ago and wherever it is by now
// (gathering, sealed, in a run, in a run of runs), is found as it was used, and what was not used
// is not. Against plain maps, over random histories whose seeds are printed.

#include "engine/ledger/id_retirement.hpp"

#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "engine/index/run_sink.hpp"
#include "tests/support/full_run_store.hpp"
#include "tests/support/random.hpp"
#include "tests/support/rounds.hpp"

namespace daybook::test {
namespace {

/// What the journal says, in maps.
class History final : public FactReader {
 public:
  struct Fact {
    TransferId id;       ///< Of a transfer, or burnt.
    TransferId follows;  ///< 0: nothing.
    bool burns = false;
    bool releases = false;
  };

  bool transfer_at(Sequence sequence, RecordedTransfer& recorded) override {
    const auto found = facts.find(sequence);
    if (found == facts.end() || found->second.burns || found->second.releases) return false;
    recorded.transfer.id = found->second.id;
    recorded.transfer.pending_id = found->second.follows;
    return true;
  }
  bool released_at(Sequence sequence, TransferId id) override {
    const auto found = facts.find(sequence);
    return found != facts.end() && found->second.releases && found->second.follows == id;
  }
  bool burnt_at(Sequence sequence, TransferId id) override {
    const auto found = facts.find(sequence);
    return found != facts.end() && found->second.burns && found->second.id == id;
  }
  bool name_at(Sequence, Name&) override { return false; }
  bool event_at(Sequence, DomainEvent&) override { return false; }

  std::map<Sequence, Fact> facts;
  std::map<TransferId, Sequence> uses;
  std::map<TransferId, Sequence> follow_ups;
};

constexpr std::uint64_t ids_a_generation = 100;
constexpr std::size_t runs_max = 3;

/// A table that applies a history, as the follower does, or lags behind it, as a sequencer runs
/// ahead: the order does not matter to it.
class Table {
 public:
  explicit Table(IdRunShelf& shelf)
      : table{{.ids_max = 1'000'000,
               .hash_seed = 7,
               .shelf = &shelf,
               .ids_a_generation = ids_a_generation}} {}

  void apply(Sequence sequence, const History::Fact& fact, Sequence before) {
    if (fact.burns) return table.insert_burnt(fact.id, table.tag_of(fact.id), sequence);
    if (!fact.releases) table.insert(fact.id, table.tag_of(fact.id), sequence);
    if (!fact.follows.value().is_zero()) table.follow(fact.follows, before, sequence);
  }

  TransferIdTable table;
};

class IdRetirementTest : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  /// From a small room, so that some are near each other and some are met again; or growing.
  TransferId next_id() {
    if (random_.chance(50)) return TransferId{Uint128{++last_id_, 0}};
    return TransferId{Uint128{random_.next(), random_.next()}};
  }
  TransferId some_used_id() {
    auto at = history_.uses.lower_bound(TransferId{Uint128{random_.next(), random_.next()}});
    if (at == history_.uses.end()) at = history_.uses.begin();
    if (random_.chance(50)) {
      at = history_.uses.lower_bound(TransferId{Uint128{random_.below(last_id_ + 1), 0}});
      if (at == history_.uses.end()) at = history_.uses.begin();
    }
    return at->first;
  }

  void add_fact() {
    const Sequence sequence{++last_};
    History::Fact fact;
    Sequence before;
    if (!history_.uses.empty() && random_.chance(20)) {
      fact.follows = some_used_id();
      fact.releases = random_.chance(20);
      const auto earlier = history_.follow_ups.find(fact.follows);
      // A hold is resolved once; a transfer may be reversed again and again.
      if (earlier != history_.follow_ups.end()) {
        before = earlier->second;
        fact.releases = false;
      }
    } else {
      fact.burns = random_.chance(5);
    }
    if (!fact.releases) {
      do fact.id = next_id();
      while (history_.uses.contains(fact.id));
      history_.uses.emplace(fact.id, sequence);
    }
    history_.facts.emplace(sequence, fact);
    if (!fact.follows.value().is_zero()) history_.follow_ups[fact.follows] = sequence;
    befores_[sequence] = before;
  }

  /// Applies the entry that begins with `first`; both kinds of owner do it like that.
  void apply_entry(Table& to, Sequence first) {
    to.table.begin_entry(first);
    const std::uint64_t end = first.value() + entry_facts;
    to.table.prepare(entry_facts);
    for (std::uint64_t at = first.value(); at < end; ++at) {
      to.apply(Sequence{at}, history_.facts.at(Sequence{at}), befores_.at(Sequence{at}));
    }
  }

  void expect_found(const Table& in, TransferId id) {
    RecordedTransfer recorded;
    const auto use = in.table.find(id, in.table.tag_of(id), history_, &recorded);
    ASSERT_TRUE(use.has_value());
    EXPECT_TRUE(in.table.may_hold(id, in.table.tag_of(id)));
    EXPECT_EQ(use->sequence, history_.uses.at(id));
    EXPECT_EQ(use->burnt, history_.facts.at(use->sequence).burns);
    const auto expected = history_.follow_ups.find(id);
    const auto follow_up = in.table.find_follow_up(id, history_);
    ASSERT_EQ(follow_up.has_value(), expected != history_.follow_ups.end());
    if (!follow_up) return;
    EXPECT_EQ(follow_up->sequence, expected->second);
    EXPECT_EQ(follow_up->released, history_.facts.at(expected->second).releases);
    EXPECT_TRUE(in.table.follows(id, in.table.tag_of(id), expected->second));
  }

  void expect_unused(const Table& in, TransferId id) {
    RecordedTransfer recorded;
    EXPECT_FALSE(in.table.find(id, in.table.tag_of(id), history_, &recorded).has_value());
    EXPECT_FALSE(in.table.find_follow_up(id, history_).has_value());
  }

  /// As query threads look: memory first, then what the shelf has.
  void expect_found_by_queries(const Table& in, IdRunShelf& shelf, TransferId id) {
    bool found = false;
    const auto see = [&](const TransferIdTable::Candidate& candidate) {
      found = found || candidate.sequence == history_.uses.at(id);
    };
    in.table.for_each_in_memory(id, see);
    const Sequence before = in.table.generation_first();
    ASSERT_TRUE(
        TransferIdTable::for_each_in_runs(*shelf.share(), before, id, in.table.tag_of(id), see)
            .ok());
    EXPECT_TRUE(found);
  }

  static constexpr std::uint64_t entry_facts = 10;
  Random random_{GetParam()};
  History history_;
  std::map<Sequence, Sequence> befores_;
  std::uint64_t last_ = 0;
  std::uint64_t last_id_ = 0;
};

TEST_P(IdRetirementTest, NothingIsForgottenAndNothingIsInvented) {
  IdRunShelf shelf;
  MemoryRunStore store;
  Table live{shelf};
  Table followed{shelf};
  IdRetirement retirement{followed.table, shelf, store, {.runs_max = runs_max, .journal_id = {}}};
  std::vector<Sequence> unfollowed;
  const std::uint64_t entries = rounds(400, 4'000);
  std::size_t most_runs = 0;
  for (std::uint64_t entry = 0; entry < entries; ++entry) {
    const Sequence first{last_ + 1};
    for (std::uint64_t at = 0; at < entry_facts; ++at) add_fact();
    // The live table runs ahead until it must wait for the other.
    while (!live.table.make_ready() || unfollowed.size() > 12 || random_.chance(30)) {
      if (unfollowed.empty() && live.table.make_ready()) break;
      ASSERT_TRUE(retirement.make_ready([] { return 0; }).ok());
      if (!unfollowed.empty()) {
        apply_entry(followed, unfollowed.front());
        unfollowed.erase(unfollowed.begin());
      }
      const auto went_on = retirement.step(random_.between(1, 40));
      ASSERT_TRUE(went_on.ok());
      followed.table.tend_memory();
      static_cast<void>(live.table.make_ready());
      live.table.tend_memory();
      ASSERT_TRUE(!unfollowed.empty() || went_on.value() || live.table.make_ready());
    }
    ASSERT_TRUE(live.table.make_ready());
    apply_entry(live, first);
    unfollowed.push_back(first);
    most_runs = std::max(most_runs, shelf.share()->runs.size());
    for (int look = 0; look < 5; ++look) {
      expect_found(live, some_used_id());
      expect_unused(live, TransferId{Uint128{random_.next(), last_id_ + 1}});
    }
  }
  for (const Sequence first : unfollowed) {
    ASSERT_TRUE(retirement.make_ready([] { return 0; }).ok());
    apply_entry(followed, first);
  }
  for (bool more = true; more;) {
    const auto went_on = retirement.step(1'000);
    ASSERT_TRUE(went_on.ok());
    more = went_on.value();
  }
  ASSERT_TRUE(live.table.make_ready());
  ASSERT_TRUE(followed.table.make_ready());
  EXPECT_EQ(live.table.size(), followed.table.size());
  EXPECT_GT(shelf.share()->generations, entries * entry_facts / ids_a_generation / 2);
  EXPECT_LE(shelf.share()->runs.size(), runs_max);
  EXPECT_GT(most_runs, std::size_t{1});
  for (const auto& [id, sequence] : history_.uses) {
    expect_found(live, id);
    expect_found(followed, id);
    expect_found_by_queries(followed, shelf, id);
  }
}

TEST_P(IdRetirementTest, AFollowUpInALaterGenerationIsTakenBackAlone) {
  IdRunShelf shelf;
  MemoryRunStore store;
  Table live{shelf};
  IdRetirement retirement{live.table, shelf, store, {.runs_max = runs_max, .journal_id = {}}};
  for (std::uint64_t entry = 0; entry < 60; ++entry) {
    const Sequence first{last_ + 1};
    for (std::uint64_t at = 0; at < entry_facts; ++at) add_fact();
    ASSERT_TRUE(retirement.make_ready([] { return 0; }).ok());
    apply_entry(live, first);
    ASSERT_TRUE(retirement.step(50).ok());
    live.table.tend_memory();
    // A chain that is undone: what it inserted goes, and what came before stays.
    const TransferId id = some_used_id();
    const auto before = history_.follow_ups.find(id);
    const Sequence latest = before == history_.follow_ups.end() ? Sequence{} : before->second;
    live.table.prepare(1);
    live.table.follow(id, latest, Sequence{last_ + 1});
    live.table.take_back_follow(id, latest, Sequence{last_ + 1});
    expect_found(live, id);
  }
}

/// What lies on the shelf already, because recovery has put it there, is used and not made again.
TEST_P(IdRetirementTest, ASecondTableUsesTheRunsOfTheFirst) {
  IdRunShelf shelf;
  MemoryRunStore store;
  Table live{shelf};
  std::vector<Sequence> entries;
  {
    IdRetirement recovery{live.table, shelf, store, {.runs_max = 0, .journal_id = {}}};
    for (std::uint64_t entry = 0; entry < 120; ++entry) {
      entries.push_back(Sequence{last_ + 1});
      for (std::uint64_t at = 0; at < entry_facts; ++at) add_fact();
      ASSERT_TRUE(recovery.make_ready([] { return 0; }).ok());
      apply_entry(live, entries.back());
      ASSERT_TRUE(recovery.step(50).ok());
      live.table.tend_memory();
    }
  }
  const auto recovered = shelf.share();
  EXPECT_EQ(recovered->runs.size(), recovered->generations);
  Table followed{shelf};
  IdRetirement retirement{followed.table, shelf, store, {.runs_max = 100, .journal_id = {}}};
  for (const Sequence first : entries) {
    ASSERT_TRUE(retirement.make_ready([] { return 0; }).ok());
    // Ids that come later are in runs already, and yet they are new.
    const TransferId later = history_.facts.at(Sequence{first.value() + 1}).id;
    if (!later.value().is_zero()) {
      EXPECT_FALSE(followed.table.may_hold(later, followed.table.tag_of(later)));
    }
    apply_entry(followed, first);
    if (shelf.share()->generations == recovered->generations) {
      EXPECT_EQ(shelf.share(), recovered);
    }
    ASSERT_TRUE(retirement.step(50).ok());
    followed.table.tend_memory();
  }
  for (const auto& [id, sequence] : history_.uses) expect_found(followed, id);
}

TEST_P(IdRetirementTest, WhereTheStoreIsFullRunsStayInMemory) {
  for (const std::size_t bytes : {std::size_t{0}, std::size_t{100}, std::size_t{1} << 20}) {
    IdRunShelf shelf;
    FullRunStore store{bytes};
    Table live{shelf};
    IdRetirement retirement{live.table, shelf, store, {.runs_max = runs_max, .journal_id = {}}};
    history_ = {};
    befores_.clear();
    last_ = last_id_ = 0;
    for (std::uint64_t entry = 0; entry < 100; ++entry) {
      const Sequence first{last_ + 1};
      for (std::uint64_t at = 0; at < entry_facts; ++at) add_fact();
      ASSERT_TRUE(retirement.make_ready([] { return 0; }).ok());
      apply_entry(live, first);
      ASSERT_TRUE(retirement.step(30).ok());
      live.table.tend_memory();
    }
    EXPECT_GT(shelf.share()->generations, 5U);
    for (const auto& [id, sequence] : history_.uses) expect_found(live, id);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, IdRetirementTest, ::testing::Values(1, 2, 3, 4));

}  // namespace
}  // namespace daybook::test

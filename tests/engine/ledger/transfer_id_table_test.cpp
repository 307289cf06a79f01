// TransferIdTable: how ids were used, what came last after a transfer, and that both can be taken
// back exactly. Hits are confirmed by the facts that they lead to, so an id whose tag another one
// has is told apart.

#include "engine/ledger/transfer_id_table.hpp"

#include <map>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace daybook {
namespace {

TransferId id_of_number(std::uint64_t number) { return TransferId{Uint128{number, number * 7}}; }

class FakeJournal final : public FactReader {
 public:
  bool transfer_at(Sequence sequence, RecordedTransfer& transfer) override {
    const auto found = transfers.find(sequence);
    if (found == transfers.end()) return false;
    transfer.transfer = found->second;
    return true;
  }
  bool released_at(Sequence sequence, TransferId id) override {
    return released.contains({sequence, id});
  }
  bool burnt_at(Sequence operation, TransferId id) override {
    return burnt.contains({operation, id});
  }
  bool name_at(Sequence, Name&) override { return false; }
  bool event_at(Sequence, DomainEvent&) override { return false; }

  std::map<Sequence, Transfer> transfers;
  std::set<std::pair<Sequence, TransferId>> released;
  std::set<std::pair<Sequence, TransferId>> burnt;
};

class TransferIdTableTest : public ::testing::Test {
 protected:
  TransferIdTableTest() { table_.prepare(1'000); }

  void create(std::uint64_t id, std::uint64_t sequence, std::uint64_t after = 0) {
    table_.insert(id_of_number(id), tag(id), Sequence{sequence});
    Transfer& transfer = journal_.transfers[Sequence{sequence}];
    transfer.id = id_of_number(id);
    if (after != 0) transfer.pending_id = id_of_number(after);
  }
  std::uint64_t tag(std::uint64_t id) const { return table_.tag_of(id_of_number(id)); }
  auto find(std::uint64_t id) {
    return table_.find(id_of_number(id), tag(id), journal_, &recorded_);
  }
  auto follow_up(std::uint64_t id) { return table_.find_follow_up(id_of_number(id), journal_); }

  FakeJournal journal_;
  TransferIdTable table_{{.ids_max = 10'000, .hash_seed = 1}};
  RecordedTransfer recorded_;
};

TEST_F(TransferIdTableTest, FindsWhatWasCreatedAndWhatWasBurnt) {
  create(1, 10);
  table_.insert_burnt(id_of_number(2), tag(2), Sequence{11});
  journal_.burnt.insert({Sequence{11}, id_of_number(2)});
  ASSERT_TRUE(find(1).has_value());
  EXPECT_EQ(find(1)->sequence, Sequence{10});
  EXPECT_FALSE(find(1)->burnt);
  EXPECT_EQ(recorded_.transfer.id, id_of_number(1));
  ASSERT_TRUE(find(2).has_value());
  EXPECT_EQ(find(2)->sequence, Sequence{11});
  EXPECT_TRUE(find(2)->burnt);
  EXPECT_FALSE(find(3).has_value());
  EXPECT_EQ(table_.size(), 2U);
  EXPECT_EQ(table_.room(), 9'998U);
}

TEST_F(TransferIdTableTest, AsksTheFactsWhereATagIsShared) {
  // 1 stands in the table under 2's tag as well: only the facts can tell.
  create(1, 10);
  table_.insert(id_of_number(2), tag(2), Sequence{10});
  EXPECT_FALSE(find(2).has_value());
  create(2, 11);
  EXPECT_EQ(find(2)->sequence, Sequence{11});
  table_.follow(id_of_number(2), Sequence{}, Sequence{12});
  journal_.transfers[Sequence{12}].pending_id = id_of_number(1);
  EXPECT_FALSE(follow_up(2).has_value());
}

TEST_F(TransferIdTableTest, AFollowUpIsNoUseOfTheId) {
  table_.follow(id_of_number(1), Sequence{}, Sequence{12});
  journal_.transfers[Sequence{12}].id = id_of_number(1);
  EXPECT_FALSE(find(1).has_value());
  EXPECT_EQ(table_.size(), 0U);
}

TEST_F(TransferIdTableTest, KeepsOnlyTheLastFollowUp) {
  create(1, 10);
  EXPECT_FALSE(follow_up(1).has_value());
  create(2, 11, 1);
  table_.follow(id_of_number(1), Sequence{}, Sequence{11});
  ASSERT_TRUE(follow_up(1).has_value());
  EXPECT_EQ(follow_up(1)->sequence, Sequence{11});
  EXPECT_FALSE(follow_up(1)->released);
  EXPECT_EQ(follow_up(1)->recorded.transfer.id, id_of_number(2));
  create(3, 12, 1);
  table_.follow(id_of_number(1), Sequence{11}, Sequence{12});
  EXPECT_EQ(follow_up(1)->sequence, Sequence{12});
  EXPECT_EQ(follow_up(1)->recorded.transfer.id, id_of_number(3));
  EXPECT_TRUE(table_.follows(id_of_number(1), tag(1), Sequence{12}));
  EXPECT_FALSE(table_.follows(id_of_number(1), tag(1), Sequence{11}));
  EXPECT_EQ(find(1)->sequence, Sequence{10});
}

TEST_F(TransferIdTableTest, TellsAReleaseFromATransfer) {
  create(1, 10);
  table_.follow(id_of_number(1), Sequence{}, Sequence{11});
  journal_.released.insert({Sequence{11}, id_of_number(1)});
  ASSERT_TRUE(follow_up(1).has_value());
  EXPECT_TRUE(follow_up(1)->released);
  EXPECT_EQ(follow_up(1)->sequence, Sequence{11});
}

TEST_F(TransferIdTableTest, IsTakenBackStepByStep) {
  create(1, 10);
  create(2, 11, 1);
  table_.follow(id_of_number(1), Sequence{}, Sequence{11});
  create(3, 12, 1);
  table_.follow(id_of_number(1), Sequence{11}, Sequence{12});

  table_.take_back_follow(id_of_number(1), Sequence{11}, Sequence{12});
  table_.take_back(tag(3), Sequence{12});
  EXPECT_EQ(follow_up(1)->sequence, Sequence{11});
  EXPECT_FALSE(find(3).has_value());
  table_.take_back_follow(id_of_number(1), Sequence{}, Sequence{11});
  table_.take_back(tag(2), Sequence{11});
  EXPECT_FALSE(follow_up(1).has_value());
  EXPECT_FALSE(find(2).has_value());
  EXPECT_TRUE(find(1).has_value());
  EXPECT_EQ(table_.size(), 1U);
}

TEST_F(TransferIdTableTest, ShowsCandidatesOfEachKind) {
  create(1, 10);
  table_.insert_burnt(id_of_number(1), tag(1), Sequence{11});
  table_.follow(id_of_number(1), Sequence{}, Sequence{12});
  using Seen = std::tuple<Sequence, bool, bool>;
  std::set<Seen> seen;
  table_.for_each_candidate(id_of_number(1), [&](const TransferIdTable::Candidate& use) {
    seen.emplace(use.sequence, use.burnt, use.follows);
  });
  EXPECT_EQ(seen, (std::set<Seen>{{Sequence{10}, false, false},
                                  {Sequence{11}, true, false},
                                  {Sequence{12}, false, true}}));
}

TEST_F(TransferIdTableTest, KeepsEveryFollowUpWhileItGrows) {
  constexpr std::uint64_t count = 4'000;
  for (std::uint64_t id = 1; id <= count; ++id) {
    if (id % 100 == 1) table_.prepare(100);
    create(id, id * 2);
    table_.follow(id_of_number(id), Sequence{}, Sequence{id * 2 + 1});
    journal_.transfers[Sequence{id * 2 + 1}].pending_id = id_of_number(id);
  }
  for (std::uint64_t id = 1; id <= count; ++id) {
    ASSERT_EQ(find(id)->sequence, Sequence{id * 2});
    ASSERT_EQ(follow_up(id)->sequence, Sequence{id * 2 + 1});
  }
  EXPECT_EQ(table_.size(), count);
}

}  // namespace
}  // namespace daybook

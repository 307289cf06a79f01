// NameTable: what it knows by itself, and what it has to read back for it.

#include "engine/ledger/name_table.hpp"

#include <map>
#include <string>

#include <gtest/gtest.h>

namespace daybook {
namespace {

class FakeJournal final : public FactReader {
 public:
  bool transfer_at(Sequence, RecordedTransfer&) override { return false; }
  bool released_at(Sequence, TransferId) override { return false; }
  bool burnt_at(Sequence, TransferId) override { return false; }
  bool event_at(Sequence, DomainEvent&) override { return false; }
  bool name_at(Sequence sequence, Name& name) override {
    ++reads;
    const auto found = names.find(sequence);
    if (found == names.end()) return false;
    name = found->second;
    return true;
  }

  std::map<Sequence, Name> names;
  std::uint64_t reads = 0;
};

class NameTableTest : public ::testing::Test {
 protected:
  using Match = NameTable::Match;
  static constexpr std::uint64_t names_max = 20'000;

  static Name name_of(std::uint64_t id, std::string_view text, NameKind kind = NameKind::account) {
    return make_name(kind, Uint128{id, id * 7}, text);
  }

  void put(const Name& name) {
    const Sequence sequence{++sequence_};
    table_.prepare(1);
    table_.insert(name, sequence);
    journal_.names[sequence] = name;
  }
  Match find(const Name& name) { return table_.find(name, journal_); }

  FakeJournal journal_;
  NameTable table_{names_max, 42};
  std::uint64_t sequence_ = 0;
};

TEST_F(NameTableTest, KnowsTheSameNameWithoutReading) {
  put(name_of(1, "one"));
  EXPECT_EQ(find(name_of(1, "one")), Match::same);
  EXPECT_EQ(find(name_of(2, "one")), Match::none);
  EXPECT_EQ(journal_.reads, 0U);
}

TEST_F(NameTableTest, ReadsBackToTellAnotherNameFromAnotherId) {
  put(name_of(1, "one"));
  EXPECT_EQ(find(name_of(1, "uno")), Match::conflict);
  EXPECT_EQ(find(name_of(1, "on")), Match::conflict);
  EXPECT_EQ(journal_.reads, 2U);
  // What stands there is of another id whose tag is the same: as if there were nothing.
  journal_.names[Sequence{1}] = name_of(5, "one");
  EXPECT_EQ(find(name_of(1, "uno")), Match::none);
  journal_.names.clear();
  EXPECT_EQ(find(name_of(1, "uno")), Match::none);
}

TEST_F(NameTableTest, TheSameNumberOfAnotherKindIsAnotherId) {
  put(name_of(1, "one", NameKind::account));
  EXPECT_EQ(find(name_of(1, "one", NameKind::transfer)), Match::none);
  put(name_of(1, "uno", NameKind::transfer));
  put(name_of(1, "eins", NameKind::business));
  EXPECT_EQ(find(name_of(1, "one", NameKind::account)), Match::same);
  EXPECT_EQ(find(name_of(1, "uno", NameKind::transfer)), Match::same);
  EXPECT_EQ(find(name_of(1, "one", NameKind::business)), Match::conflict);
}

TEST_F(NameTableTest, ShowsWhereANameStands) {
  put(name_of(1, "one"));
  put(name_of(2, "two"));
  std::vector<std::uint64_t> places;
  table_.for_each_candidate(name_of(2, "").key(),
                            [&](Sequence sequence) { places.push_back(sequence.value()); });
  EXPECT_EQ(places, std::vector<std::uint64_t>{2});
}

TEST_F(NameTableTest, FindsEverythingUpToItsLimitAndTakesNotOneMore) {
  for (std::uint64_t id = 1; id <= names_max; ++id) put(name_of(id, std::to_string(id)));
  EXPECT_EQ(table_.size(), names_max);
  EXPECT_EQ(table_.room(), 0U);
  for (std::uint64_t id = 1; id <= names_max; ++id) {
    ASSERT_EQ(find(name_of(id, std::to_string(id))), Match::same) << id;
  }
  EXPECT_EQ(table_.decide_put(name_of(names_max + 1, "x"), journal_),
            PutNameStatus::too_many_names);
  EXPECT_EQ(table_.decide_put(name_of(1, "1"), journal_), PutNameStatus::exists);
  EXPECT_EQ(table_.decide_put(name_of(1, "x"), journal_), PutNameStatus::name_conflict);
}

}  // namespace
}  // namespace daybook

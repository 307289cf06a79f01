// What a diff of two points of a journal shows: every account field that differs, what became of
// holds, sums, counts; and nothing between a point and itself.

#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/replay/disk_journal.hpp"
#include "tools/daybook/exit_code.hpp"
#include "tools/daybook/offline/offline_diff.hpp"

namespace daybook::test {
namespace {

Transfer pending(std::uint64_t id, std::uint64_t amount) {
  Transfer transfer = make_transfer(id, 1, 2, amount);
  transfer.flags = transfer_flag::pending;
  return transfer;
}

Transfer resolving(std::uint64_t id, std::uint64_t hold, std::uint64_t amount,
                   std::uint16_t flags) {
  Transfer transfer = make_transfer(id, 1, 2, amount);
  transfer.pending_id = transfer_id(hold);
  transfer.flags = flags;
  return transfer;
}

// Sequences: 1 opens the segment, 2 to 4 the accounts 1 and 2, 5 to 6 a transfer of 10, 7 to 9 the
// holds 50 (of 20) and 51 (of 30); then 10 to 14: account 3 is created, 50 is posted by 15 with the
// rest kept, 51 voided, a hold 52 of 5 opened; 15: a refused transfer.
class Diff : public testing::Test {
 protected:
  void SetUp() override {
    DiskJournal journal{path()};
    journal.create_accounts({make_account(1), make_account(2)});
    journal.commit();
    journal.create_transfers({make_transfer(1, 1, 2, 10)});
    journal.create_transfers({pending(50, 20), pending(51, 30)});
    journal.commit();
    middle_ = journal.state().last_sequence();
    journal.create_accounts({make_account(3)});
    journal.create_transfers(
        {resolving(60, 50, 15,
                   transfer_flag::post_pending_transfer | transfer_flag::keep_remainder),
         resolving(61, 51, 0, transfer_flag::void_pending_transfer), pending(52, 5)});
    journal.commit();
    journal.create_transfers({make_transfer(70, 1, 99, 10)});
    journal.finish();
    last_ = journal.state().last_sequence();
  }

  JournalDiff diff(Sequence from, Sequence to) {
    auto found = diff_journal(path().string(), {.until_sequence = from, .until_time = {}},
                              {.until_sequence = to, .until_time = {}}, room_);
    EXPECT_TRUE(found.ok()) << found.error().what;
    return std::move(found).value();
  }
  [[nodiscard]] std::filesystem::path path() const { return directory_.path() / "data"; }

  static const FieldChange* field_of(const AccountDiff& account, std::string_view name) {
    for (const FieldChange& field : account.fields) {
      if (field.field == name) return &field;
    }
    return nullptr;
  }

  ScratchDirectory directory_;
  StateRoom room_{.accounts_max = 1'000, .transfer_ids_max = 100'000};
  Sequence middle_;
  Sequence last_;
};

TEST_F(Diff, OfAPointAndItselfIsEmpty) {
  for (const Sequence at : {Sequence{0}, middle_, last_}) {
    const JournalDiff same = diff(at, at);
    EXPECT_TRUE(same.accounts.empty() && same.holds.empty() && same.sums.empty());
    EXPECT_EQ(same.counts.operations, 0U);
    EXPECT_EQ(same.from_digest, same.to_digest);
  }
}

TEST_F(Diff, ShowsEachFieldBeforeAndAfter) {
  const JournalDiff found = diff(middle_, last_);
  ASSERT_EQ(found.accounts.size(), 3U);
  const FieldChange* posted = field_of(found.accounts[0], "debits_posted");
  ASSERT_NE(posted, nullptr);
  EXPECT_EQ(posted->before, "10");
  EXPECT_EQ(posted->after, "25");
  const FieldChange* held = field_of(found.accounts[0], "debits_pending");
  ASSERT_NE(held, nullptr);
  EXPECT_EQ(held->before, "50");
  EXPECT_EQ(held->after, "10") << "5 are left of the first, and 5 of a new one";
  EXPECT_FALSE(found.accounts[0].is_new);
  EXPECT_EQ(field_of(found.accounts[0], "credits_posted"), nullptr);
  EXPECT_TRUE(found.accounts[2].is_new);
}

TEST_F(Diff, ShowsWhatBecameOfHolds) {
  const JournalDiff found = diff(middle_, last_);
  ASSERT_EQ(found.holds.size(), 3U);
  EXPECT_EQ(found.holds[0].id, transfer_id(50));
  EXPECT_EQ(found.holds[0].state, HoldState::open);
  EXPECT_EQ(found.holds[0].posted, amount_of(15));
  EXPECT_FALSE(found.holds[0].opened);
  EXPECT_EQ(found.holds[1].state, HoldState::voided);
  EXPECT_EQ(found.holds[2].id, transfer_id(52));
  EXPECT_TRUE(found.holds[2].opened);
  const JournalDiff all = diff(Sequence{0}, last_);
  ASSERT_EQ(all.holds.size(), 3U);
  EXPECT_TRUE(all.holds[0].opened && all.holds[1].opened);
}

TEST_F(Diff, CountsWhatLiesBetween) {
  const JournalDiff found = diff(middle_, last_);
  EXPECT_EQ(found.counts.operations, 3U);
  EXPECT_EQ(found.counts.accounts, 1U);
  EXPECT_EQ(found.counts.transfers, 3U);
  EXPECT_EQ(found.counts.posts, 1U);
  EXPECT_EQ(found.counts.voids, 1U);
  EXPECT_EQ(found.counts.pending, 1U);
  EXPECT_EQ(found.counts.events_refused, 1U);
  ASSERT_EQ(found.sums.size(), 1U);
  EXPECT_EQ(found.sums[0].before.accounts, 2U);
  EXPECT_EQ(found.sums[0].after.accounts, 3U);
}

TEST_F(Diff, IsJsonLines) {
  std::istringstream lines{diff_json(diff(middle_, last_))};
  std::map<std::string, int> changes;
  nlohmann::json summary;
  for (std::string line; std::getline(lines, line);) {
    summary = nlohmann::json::parse(line);
    ++changes[summary["change"].get<std::string>()];
  }
  EXPECT_EQ(changes["account_created"], 1);
  EXPECT_EQ(changes["account_changed"], 2);
  EXPECT_EQ(changes["hold_changed"], 2);
  EXPECT_EQ(changes["hold_opened"], 1);
  EXPECT_EQ(changes["ledger_sums"], 1);
  EXPECT_EQ(summary["change"], "summary");
  EXPECT_EQ(summary["transfers"], 3);
  EXPECT_EQ(summary["to_sequence"], std::to_string(last_.value()));
}

TEST_F(Diff, TakesSequencesAndTimes) {
  EXPECT_TRUE(parse_point("17").value().until_sequence);
  EXPECT_TRUE(parse_point("2026-01-31T12:00:00Z").value().until_time);
  EXPECT_FALSE(parse_point("yesterday").ok());
  EXPECT_FALSE(diff_journal(path().string(), {.until_sequence = last_, .until_time = {}},
                            {.until_sequence = middle_, .until_time = {}}, room_)
                   .ok());
  const std::string table = diff_text(diff(middle_, last_), 1);
  EXPECT_NE(table.find("more"), std::string::npos) << table;
}

}  // namespace
}  // namespace daybook::test

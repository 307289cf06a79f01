// A head that somebody kept proves that nothing up to it was changed, and nothing less: forged
// entries with all checksums made new, another history, a journal that ends too early are told.

#include <cstring>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/replay/disk_journal.hpp"
#include "tools/daybook/exit_code.hpp"
#include "tools/daybook/offline/offline_verify.hpp"

namespace daybook::test {
namespace {

class Head : public testing::Test {
 protected:
  // Segments of three entries: the accounts or a batch, another batch, the seal.
  void write(std::uint64_t segments, std::uint64_t amount = 10) {
    DiskJournal journal{path()};
    journal.create_accounts({make_account(1), make_account(2)});
    journal.commit();
    std::uint64_t id = 0;
    for (std::uint64_t segment = 1; segment <= segments; ++segment) {
      journal.create_transfers({make_transfer(++id, 1, 2, amount)});
      journal.commit();
      if (segment < segments) journal.rotate();
    }
    journal.finish();
  }

  [[nodiscard]] JournalVerdict verify(const HeadWish& wish = {.newest = true,
                                                              .expected = std::nullopt}) const {
    auto verdict = verify_directory(path().string(), room_, {}, wish);
    EXPECT_TRUE(verdict.ok());
    return std::move(verdict).value();
  }
  [[nodiscard]] JournalVerdict expect(const JournalHead& head) const {
    return verify({.newest = false, .expected = head});
  }

  void begin_anew() { std::filesystem::remove_all(path()); }
  [[nodiscard]] std::filesystem::path path() const { return directory_.path() / "data"; }

  ScratchDirectory directory_;
  StateRoom room_{.accounts_max = 1'000, .transfer_ids_max = 100'000};
};

TEST_F(Head, IsReadAsItIsWritten) {
  for (const std::string& text :
       {"7:" + std::string(64, 'a'), "7@1234:" + std::string(62, '0') + "1f"}) {
    const auto head = parse_head(text);
    ASSERT_TRUE(head.ok());
    EXPECT_EQ(head_text(head.value()), text);
  }
  for (const std::string& text :
       {std::string{}, std::string{"7"}, "7:" + std::string(63, 'a'), "7:" + std::string(65, 'a'),
        "0:" + std::string(64, 'a'), "7@:" + std::string(64, 'a'), "7@0:" + std::string(64, 'a'),
        "@7:" + std::string(64, 'a'), "7:" + std::string(63, 'a') + "g"}) {
    EXPECT_FALSE(parse_head(text).ok()) << text;
  }
}

TEST_F(Head, IsProvenAsLongAsTheJournalOnlyGrows) {
  write(2);
  const JournalVerdict before = verify();
  ASSERT_TRUE(before.newest_head && before.sealed_head);
  EXPECT_EQ(before.newest_head->ordinal, 2U);
  EXPECT_EQ(before.newest_head->sequence, before.last_sequence);
  EXPECT_EQ(before.sealed_head->ordinal, 1U);
  begin_anew();
  write(4);  // Under another journal id: another history.
  EXPECT_EQ(expect(*before.newest_head).expected_head->answer, HeadAnswer::differs);
  EXPECT_EQ(expect(*before.sealed_head).expected_head->answer, HeadAnswer::differs);
  const JournalVerdict after = verify();
  for (const JournalHead& head : {*after.newest_head, *after.sealed_head}) {
    const JournalVerdict verdict = expect(head);
    EXPECT_EQ(verdict.expected_head->answer, HeadAnswer::proven);
    EXPECT_EQ(verdict.exit_code(), exit_code::good);
  }
}

TEST_F(Head, OfASegmentThatGoesOnIsProvenLater) {
  std::optional<JournalHead> inside;
  {
    DiskJournal journal{path()};
    journal.create_accounts({make_account(1), make_account(2)});
    journal.commit();
    journal.finish();
    inside = verify().newest_head;
    ASSERT_TRUE(inside);
    EXPECT_EQ(inside->ordinal, 1U);
    journal.create_transfers({make_transfer(1, 1, 2, 10)});
    journal.commit();
    journal.finish();
    EXPECT_EQ(expect(*inside).expected_head->answer, HeadAnswer::proven) << "the segment grew";
    journal.rotate();
    journal.finish();
  }
  EXPECT_EQ(expect(*inside).expected_head->answer, HeadAnswer::proven) << "the segment was sealed";
  inside->sequence = Sequence{inside->sequence->value() - 1};
  EXPECT_EQ(expect(*inside).expected_head->answer, HeadAnswer::differs) << "no entry ends there";
}

TEST_F(Head, IsNotProvenByAJournalThatEndsBefore) {
  write(2);
  JournalHead head = *verify().newest_head;
  head.sequence = Sequence{head.sequence->value() + 1};
  const JournalVerdict inside = expect(head);
  EXPECT_EQ(inside.expected_head->answer, HeadAnswer::ends_before);
  EXPECT_EQ(inside.exit_code(), exit_code::no);
  head = {.ordinal = 3, .sequence = std::nullopt, .digest = {}};
  EXPECT_EQ(expect(head).expected_head->answer, HeadAnswer::ends_before);
  head.ordinal = 2;
  const JournalVerdict open = expect(head);
  EXPECT_EQ(open.expected_head->answer, HeadAnswer::unknown) << "it is not sealed";
  EXPECT_EQ(open.exit_code(), exit_code::failed);
}

// Bytes that no checksum covers: a forger would make new ones, and change what nobody hashes.
TEST_F(Head, TellsAnySingleByteOfASealedSegment) {
  write(2);
  const JournalHead head = *verify().sealed_head;
  const auto segment = JournalLayout{path()}.segment(1);
  const std::string good = read_file(segment);
  for (std::size_t at = 0; at < good.size(); at += 1'021) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 1);
    write_file(segment, bad);
    EXPECT_NE(expect(head).expected_head->answer, HeadAnswer::proven) << at;
  }
  write_file(segment, good);
  EXPECT_EQ(expect(head).expected_head->answer, HeadAnswer::proven);
}

TEST_F(Head, OfAnArchiveIsProvenFromWhatTheNextSegmentRecorded) {
  write(3);
  const JournalVerdict whole = verify();
  std::filesystem::remove(JournalLayout{path()}.segment(1));
  EXPECT_EQ(expect(*whole.sealed_head).expected_head->answer, HeadAnswer::proven);
  EXPECT_EQ(expect(*whole.newest_head).expected_head->answer, HeadAnswer::proven);
  JournalHead gone = *whole.sealed_head;
  gone.ordinal = 1;
  const JournalVerdict unknown = expect(gone);
  EXPECT_EQ(unknown.expected_head->answer, HeadAnswer::unknown);
}

TEST_F(Head, IsInTheJson) {
  write(2);
  const auto json = nlohmann::json::parse(verdict_json(verify()));
  EXPECT_EQ(json["newest_head"]["segment"], 2);
  EXPECT_EQ(json["newest_head"]["sequence"], json["last_sequence"]);
  EXPECT_EQ(json["sealed_head"]["head"], "1:" + json["sealed_head"]["sha256"].get<std::string>());
  const auto asked = nlohmann::json::parse(verdict_json(expect(*verify().sealed_head)));
  EXPECT_EQ(asked["expected_head"]["answer"], "proven");
}

}  // namespace
}  // namespace daybook::test

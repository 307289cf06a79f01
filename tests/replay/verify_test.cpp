// Offline verification says what is damaged and where, on a real journal of two segments on disk,
// damaged on purpose: a byte flipped, an entry forged with its checksum made new (so that only the
// digest or the chain can tell), a seal that lies, a file taken away.

#include <algorithm>
#include <cstring>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/replay/disk_journal.hpp"
#include "tools/daybook/exit_code.hpp"
#include "tools/daybook/offline/offline_verify.hpp"

namespace daybook::test {
namespace {

constexpr std::uint64_t transfer_entries = 4;

// Segment 1: an entry that opens it and creates accounts 1 to 3 (sequences 1 to 5); four entries
// of one request with two transfers each (6 to 8, 9 to 11, 12 to 14, 15 to 17); the seal (18).
// Segment 2: its opening (19), its hash fact with a request (20 to 22).
class Verify : public testing::Test {
 protected:
  void write(std::uint64_t miscount = 0) {
    DiskJournal journal{directory_.path()};
    journal.create_accounts({make_account(1), make_account(2), make_account(3)});
    journal.commit();
    for (std::uint64_t entry = 0; entry < transfer_entries; ++entry) {
      journal.create_transfers(
          {make_transfer(2 * entry + 1, 1, 2, 10), make_transfer(2 * entry + 2, 2, 3, 5)});
      journal.commit();
    }
    journal.rotate(miscount);
    journal.create_transfers({make_transfer(100, 3, 1, 7)});
    journal.finish();
    digest_ = journal.state().digest();
    last_ = journal.state().last_sequence();
  }

  [[nodiscard]] std::filesystem::path segment(std::uint64_t ordinal) const {
    return JournalLayout{directory_.path()}.segment(ordinal);
  }

  // Changes the entry that begins with `sequence`, and makes its checksum new if it is a forgery.
  template <typename Change>
  void change_entry(Sequence sequence, bool forge, Change change) {
    std::string file = read_file(segment(1));
    const std::size_t at = entry_offset(file, sequence);
    EntryHeader header;
    std::memcpy(&header, file.data() + at, sizeof(header));
    std::vector<Uint128> copy((padded_entry_bytes(header.payload_bytes) + 15) / 16);
    const std::span value{reinterpret_cast<std::byte*>(copy.data()),
                          padded_entry_bytes(header.payload_bytes)};
    std::memcpy(value.data(), file.data() + at, value.size());
    // The transfers stand last.
    auto* const last = reinterpret_cast<Transfer*>(value.data() + sizeof(EntryHeader) +
                                                   header.payload_bytes - sizeof(Transfer));
    change(*last);
    if (forge) seal_entry(value, header.previous_hash);
    std::memcpy(file.data() + at, value.data(), value.size());
    write_file(segment(1), file);
  }

  [[nodiscard]] JournalVerdict verify() const {
    auto verdict = verify_directory(directory_.path().string(), room_);
    EXPECT_TRUE(verdict.ok());
    return std::move(verdict).value();
  }

  [[nodiscard]] static const VerifyFinding* find(const JournalVerdict& verdict,
                                                 std::string_view kind) {
    for (const VerifyFinding& each : verdict.findings) {
      if (each.kind == kind && each.is_damage) return &each;
    }
    return nullptr;
  }

  ScratchDirectory directory_;
  StateRoom room_{.accounts_max = 1'000, .transfer_ids_max = 100'000};
  std::uint64_t digest_ = 0;
  Sequence last_;
};

TEST_F(Verify, FindsNothingInASoundJournal) {
  write();
  const JournalVerdict verdict = verify();
  for (const VerifyFinding& each : verdict.findings) EXPECT_FALSE(each.is_damage) << each.words;
  EXPECT_EQ(verdict.exit_code(), exit_code::good);
  EXPECT_TRUE(verdict.state_is_whole);
  EXPECT_EQ(verdict.last_sequence, last_);
  EXPECT_EQ(verdict.state_digest, digest_);
  EXPECT_EQ(verdict.transfers, 2 * transfer_entries + 1);
  EXPECT_EQ(verdict.hashed_segments, (std::vector<std::uint64_t>{1}));
  EXPECT_NE(verdict_text(verdict).find("GOOD"), std::string::npos);
}

TEST_F(Verify, NamesAFlippedByteAndReadsOn) {
  write();
  change_entry(Sequence{9}, false, [](Transfer& transfer) { transfer.amount = amount_of(11); });
  const JournalVerdict verdict = verify();
  EXPECT_EQ(verdict.exit_code(), exit_code::no);
  const VerifyFinding* finding = find(verdict, "entry");
  ASSERT_NE(finding, nullptr) << verdict_text(verdict);
  EXPECT_EQ(finding->file, segment(1).string());
  EXPECT_EQ(finding->sequence, Sequence{9});
  ASSERT_EQ(verdict.gaps.size(), 1U);
  EXPECT_EQ(verdict.gaps[0].first, Sequence{9});
  EXPECT_EQ(verdict.gaps[0].last, Sequence{11});
  EXPECT_EQ(verdict.last_sequence, last_) << "what follows stays readable";
  EXPECT_EQ(verdict.state_sequence, Sequence{8});
  EXPECT_FALSE(verdict.state_is_whole);
}

TEST_F(Verify, NamesAForgedAmountWithItsAccounts) {
  write();
  change_entry(Sequence{12}, true, [](Transfer& transfer) { transfer.amount = amount_of(6); });
  const JournalVerdict verdict = verify();
  EXPECT_EQ(verdict.exit_code(), exit_code::no);
  const VerifyFinding* state = find(verdict, "state");
  ASSERT_NE(state, nullptr) << verdict_text(verdict);
  EXPECT_EQ(state->sequence, Sequence{12});
  ASSERT_TRUE(state->affected);
  EXPECT_EQ(state->affected->first, Sequence{12});
  EXPECT_EQ(state->affected->last, Sequence{14});
  EXPECT_EQ(state->affected->accounts.size(), 3U);
  const VerifyFinding* chain = find(verdict, "chain");
  ASSERT_NE(chain, nullptr);
  EXPECT_EQ(chain->sequence, Sequence{15}) << "the entry behind the forged one names another hash";
  EXPECT_NE(find(verdict, "segment_hash"), nullptr) << "the sealed file is not the one recorded";
}

// No balance depends on a trace id, so the digest says nothing; the chain of hashes does.
TEST_F(Verify, FindsWhatTheDigestDoesNotCover) {
  write();
  change_entry(Sequence{12}, true, [](Transfer& transfer) {
    transfer.trace_id = TraceId{Uint128{1, 1}};
  });
  const JournalVerdict verdict = verify();
  EXPECT_EQ(verdict.exit_code(), exit_code::no);
  EXPECT_EQ(find(verdict, "state"), nullptr);
  const VerifyFinding* chain = find(verdict, "chain");
  ASSERT_NE(chain, nullptr) << verdict_text(verdict);
  ASSERT_TRUE(chain->affected);
  EXPECT_EQ(chain->affected->first, Sequence{12});
  EXPECT_EQ(chain->affected->last, Sequence{14});
}

TEST_F(Verify, FindsASealThatMiscounts) {
  write(1);
  const JournalVerdict verdict = verify();
  EXPECT_EQ(verdict.exit_code(), exit_code::no);
  const VerifyFinding* finding = find(verdict, "segment_fact");
  ASSERT_NE(finding, nullptr) << verdict_text(verdict);
  EXPECT_EQ(finding->sequence, Sequence{18});
  EXPECT_EQ(finding->ordinal, 1U);
  EXPECT_EQ(verdict.damage_count, 1U) << "nothing else is wrong";
}

TEST_F(Verify, FindsASegmentThatIsGone) {
  write();
  std::filesystem::remove(segment(2));
  const JournalVerdict verdict = verify();
  EXPECT_EQ(verdict.exit_code(), exit_code::no) << "the witness knows more";
  EXPECT_EQ(verdict.last_sequence, Sequence{18});
}

TEST_F(Verify, WritesOneObjectOfJson) {
  write();
  change_entry(Sequence{12}, true, [](Transfer& transfer) { transfer.amount = amount_of(6); });
  const auto json = nlohmann::json::parse(verdict_json(verify()));
  EXPECT_EQ(json.at("verdict"), "damaged");
  EXPECT_EQ(json.at("last_sequence"), std::to_string(last_.value()));
  const auto& findings = json.at("findings");
  EXPECT_TRUE(std::any_of(findings.begin(), findings.end(), [](const nlohmann::json& each) {
    return each.at("kind") == "state" && each.at("sequence") == "12" &&
           each.at("affected").at("accounts").size() == 3;
  }));
}

TEST_F(Verify, CannotTellWithoutADirectory) {
  const auto verdict = verify_directory((directory_.path() / "nothing").string(), room_);
  EXPECT_FALSE(verdict.ok());
}

}  // namespace
}  // namespace daybook::test

// The offline commands as scripts see them: what they print as JSON and their exit codes, on a real
// journal that its writer still has open.

#include <sstream>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/replay/disk_journal.hpp"
#include "tools/daybook/exit_code.hpp"
#include "tools/daybook/offline/offline_dump.hpp"
#include "tools/daybook/offline/offline_replay.hpp"
#include "tools/daybook/offline/offline_state.hpp"
#include "tools/daybook/offline/offline_verify.hpp"
#include "tools/daybook/serve/recovery.hpp"

namespace daybook::test {
namespace {

using Json = nlohmann::json;

// Sequences: 1 opens the segment, 2 to 4 the accounts; each later entry holds an operation and two
// transfers: 5 to 7, 8 to 10.
class OfflineCommands : public testing::Test {
 protected:
  OfflineCommands() {
    journal_.create_accounts({make_account(1), make_account(2)});
    journal_.commit();
    for (const std::uint64_t id : {1ULL, 3ULL}) {
      journal_.create_transfers({make_transfer(id, 1, 2, 10), make_transfer(id + 1, 2, 1, 3)});
      journal_.commit();
    }
    journal_.finish();
  }

  // Runs a command; its exit code, and the JSON lines that it wrote.
  template <typename Run>
  std::pair<int, std::vector<Json>> run(Run command) {
    testing::internal::CaptureStdout();
    const int code = command();
    std::istringstream lines{testing::internal::GetCapturedStdout()};
    std::vector<Json> parsed;
    for (std::string line; std::getline(lines, line);) parsed.push_back(Json::parse(line));
    return {code, parsed};
  }

  [[nodiscard]] std::string directory() const { return directory_.path().string(); }

  ScratchDirectory directory_;
  DiskJournal journal_{directory_.path()};
  StateRoom room_{.accounts_max = 1'000, .transfer_ids_max = 100'000};
};

// Every checksum, chain and digest of it is right; only the journal itself tells.
TEST_F(OfflineCommands, NobodyTakesAnIdThatWasUsedInAnEarlierEntry) {
  journal_.forget();
  journal_.create_transfers({make_transfer(1, 2, 1, 9)});
  journal_.finish();
  const std::string words = "sequence 12: the transfer id 0x" + std::string(31, '0') + "1 was used";
  const auto complains = [&](auto command) {
    testing::internal::CaptureStderr();
    EXPECT_EQ(run(command).first, exit_code::no);
    return testing::internal::GetCapturedStderr();
  };
  ReplayOptions replay;
  replay.directory = directory();
  replay.room = room_;
  EXPECT_NE(complains([&] { return run_replay(replay); }).find(words), std::string::npos);

  const auto verdict = verify_directory(directory(), room_);
  ASSERT_TRUE(verdict.ok());
  ASSERT_EQ(verdict.value().findings.size(), 1U);
  EXPECT_EQ(verdict.value().findings[0].kind, "state");
  EXPECT_NE(verdict.value().findings[0].words.find(words), std::string::npos);
  EXPECT_EQ(verdict.value().exit_code(), exit_code::no);

  State state{settings_for(room_)};
  const auto recovered = recover(directory_.path(), state, nullptr, nullptr, [](std::uint64_t) {});
  ASSERT_FALSE(recovered.ok());
  EXPECT_EQ(recovered.error().kind, FailureKind::damaged);
  EXPECT_NE(recovered.error().what.find(words), std::string::npos) << recovered.error().what;
}

// Its note and the digest are what a right engine's would be for a transfer of twice the amount.
TEST_F(OfflineCommands, VerifyFindsAReversalOfMoreThanWasMoved) {
  journal_.exaggerate();
  Transfer reversal = make_transfer(5, 2, 1, 15, 1, transfer_flag::reversal);
  reversal.pending_id = TransferId{Uint128{1, 0}};
  journal_.create_transfers({reversal});
  journal_.finish();
  const auto verdict = verify_directory(directory(), room_);
  ASSERT_TRUE(verdict.ok());
  ASSERT_EQ(verdict.value().findings.size(), 1U);
  EXPECT_EQ(verdict.value().findings[0].kind, "state");
  EXPECT_NE(verdict.value().findings[0].words.find("a transfer could not have been reversed so"),
            std::string::npos)
      << verdict.value().findings[0].words;
}

TEST_F(OfflineCommands, ReplayTellsTheLiveDigest) {
  ReplayOptions options;
  options.directory = directory();
  options.room = room_;
  options.json = options.digest = true;
  const auto [code, lines] = run([&] { return run_replay(options); });
  EXPECT_EQ(code, exit_code::good);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].at("sequence"), "10");
  EXPECT_EQ(lines[0].at("digest"), fmt::format("{:016x}", journal_.state().digest()));
  EXPECT_EQ(lines[0].size(), 2U) << "the same keys as admin digest";
}

TEST_F(OfflineCommands, ReplaySaysWhereItGotToInsideAnOperation) {
  ReplayOptions options;
  options.directory = directory();
  options.room = room_;
  options.json = true;
  options.until_sequence = "6";
  const auto [code, lines] = run([&] { return run_replay(options); });
  EXPECT_EQ(code, exit_code::good);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].at("sequence"), "7");
  EXPECT_EQ(lines[0].at("transfers"), 2);
}

TEST_F(OfflineCommands, ReplayPastTheEndCouldNotBeDone) {
  ReplayOptions options;
  options.directory = directory();
  options.room = room_;
  options.until_sequence = "11";
  EXPECT_EQ(run_replay(options), exit_code::failed);
}

TEST_F(OfflineCommands, TooLittleRoomCannotTell) {
  VerifyCommandOptions verify;
  verify.directory = directory();
  verify.room = room_;
  verify.room.accounts_max = 1;
  verify.json = true;
  const auto [code, lines] = run([&] { return run_verify(verify); });
  EXPECT_EQ(code, exit_code::failed);
  EXPECT_EQ(lines.at(0).at("verdict"), "cannot_tell");
  EXPECT_EQ(lines.at(0).at("damage_count"), 0);

  ReplayOptions options;
  options.directory = directory();
  options.room = room_;
  options.room.accounts_max = 1;
  EXPECT_EQ(run_replay(options), exit_code::failed);
}

TEST_F(OfflineCommands, StateShowsAccountsAsOfASequence) {
  StateOptions options;
  options.directory = directory();
  options.room = room_;
  options.json = true;
  options.accounts = {"1", "2"};
  options.at_sequence = "7";
  const auto [code, lines] = run([&] { return run_state(options); });
  EXPECT_EQ(code, exit_code::good);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].at("debits_posted"), "10");
  EXPECT_EQ(lines[0].at("credits_posted"), "3");
  EXPECT_EQ(lines[0].at("as_of"), "7");
}

TEST_F(OfflineCommands, StateSaysNoForAnAccountThatWasNotThereYet) {
  StateOptions options;
  options.directory = directory();
  options.room = room_;
  options.json = true;
  options.accounts = {"1"};
  options.at_sequence = "1";
  const auto [code, lines] = run([&] { return run_state(options); });
  EXPECT_EQ(code, exit_code::no);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].at("found"), false);
}

TEST_F(OfflineCommands, StateMakesATrialBalance) {
  StateOptions options;
  options.directory = directory();
  options.room = room_;
  options.json = options.trial_balance = true;
  const auto [code, lines] = run([&] { return run_state(options); });
  EXPECT_EQ(code, exit_code::good);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].at("debits_posted"), "26");
  EXPECT_EQ(lines[0].at("credits_posted"), "26");
  EXPECT_EQ(lines[0].at("balanced"), true);
}

TEST_F(OfflineCommands, StateWantsToKnowWhat) {
  StateOptions options;
  options.directory = directory();
  EXPECT_EQ(run_state(options), exit_code::failed);
}

TEST_F(OfflineCommands, DumpWritesLines) {
  DumpOptions options;
  options.directory = directory();
  options.kinds = {"transfer"};
  options.from = "7";
  const auto [code, lines] = run([&] { return run_dump(options); });
  EXPECT_EQ(code, exit_code::good);
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0].at("sequence"), "7");
  EXPECT_EQ(lines[0].at("id"), "2");
}

TEST_F(OfflineCommands, DumpRefusesAnUnknownKind) {
  DumpOptions options;
  options.directory = directory();
  options.kinds = {"holds"};
  EXPECT_EQ(run_dump(options), exit_code::failed);
}

TEST_F(OfflineCommands, TransferIdsAreStreamedInOrder) {
  std::vector<std::uint64_t> ids;
  ASSERT_TRUE(
      for_each_transfer_id(directory(), [&](TransferId id) { ids.push_back(id.value().lo); }).ok());
  EXPECT_EQ(ids, (std::vector<std::uint64_t>{1, 2, 3, 4}));
}

TEST_F(OfflineCommands, VerifyIsGoodWhileTheWriterIsThere) {
  VerifyCommandOptions options;
  options.directory = directory();
  options.room = room_;
  options.json = true;
  const auto [code, lines] = run([&] { return run_verify(options); });
  EXPECT_EQ(code, exit_code::good);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].at("verdict"), "good");
  EXPECT_EQ(lines[0].at("live"), true);
}

TEST_F(OfflineCommands, NothingIsToldOfADirectoryThatIsNotThere) {
  VerifyCommandOptions verify;
  verify.directory = directory() + "/nothing";
  EXPECT_EQ(run_verify(verify), exit_code::failed);
  ReplayOptions replay;
  replay.directory = verify.directory;
  EXPECT_EQ(run_replay(replay), exit_code::failed);
}

}  // namespace
}  // namespace daybook::test

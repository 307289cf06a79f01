#include "tools/daybook/recon/definition/check_command.hpp"

#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/scratch_directory.hpp"

// The command tells a good definition from a bad one by its exit code, and its words by the stream.

namespace daybook::recon {
namespace {

struct Checked {
  int code = 0;
  std::string out;
  std::string errors;
};

Checked check(const std::string& path, bool json = false,
              const std::vector<std::string>& sagas = {}) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  Checked checked;
  checked.code = run_check({.file = path, .sagas = sagas, .json = json});
  checked.out = testing::internal::GetCapturedStdout();
  checked.errors = testing::internal::GetCapturedStderr();
  return checked;
}

class CheckCommand : public testing::Test {
 protected:
  std::string file(std::string_view text, const char* name = "definition.json") {
    const auto path = scratch_.path() / name;
    std::ofstream{path, std::ios::binary} << text;
    return path.string();
  }

 private:
  test::ScratchDirectory scratch_;
};

TEST_F(CheckCommand, SaysWhatAGoodDefinitionMeans) {
  const std::string path =
      file(R"({"name": "n", "account": "1", "ledger": 9, "statement": {"map": "camt"}})");
  const Checked words = check(path);
  EXPECT_EQ(words.code, 0) << words.errors;
  EXPECT_EQ(words.out.substr(0, 57), "'n': account 1 of ledger 9 against statements read by 'ca");
  EXPECT_EQ(check(path, true).out,
            "{\"account\":\"1\",\"ledger\":9,\"name\":\"n\",\"statement\":{\"map\":\"camt\"}}\n");
}

TEST_F(CheckCommand, SaysAllThatIsWrong) {
  const Checked bad = check(file(R"({"name": 1, "ledger": 0})"));
  EXPECT_EQ(bad.code, 2);
  EXPECT_EQ(bad.out, "");
  EXPECT_NE(bad.errors.find("/name: "), std::string::npos);
  EXPECT_NE(bad.errors.find("/ledger: "), std::string::npos);
}

TEST_F(CheckCommand, NeedsAMappingThatIsThere) {
  const Checked bad =
      check(file(R"({"name": "n", "account": "1", "ledger": 9, "statement": {"map": "none"}})"));
  EXPECT_EQ(bad.code, 2);
  EXPECT_NE(bad.errors.find("/statement/map: none: neither a file"), std::string::npos);
  EXPECT_EQ(check("/nowhere/definition.json").code, 2);
}

TEST_F(CheckCommand, HoldsAgainstASagaWhatItsFileSays) {
  const std::string path = file(
      R"({"name": "n", "account": "1", "ledger": 9, "statement": {"map": "camt"},
          "accounts": {"suspense": "3"}, "posting": {"b_only": {"saga": "book"}}})");
  const auto saga = [&](const std::string& input) {
    return file(R"({"name": "book", "version": 1, "input": {"amount": "money", ")" + input +
                    R"(": "account"}, "steps": [{"id": "post", "kind": "ledger.post", "args":
                    {"from": "$.)" +
                    input + R"(", "to": "@x", "amount": "$.amount"}}]})",
                "saga.json");
  };
  EXPECT_EQ(check(path, false, {saga("suspense")}).code, 0);
  const Checked bad = check(path, false, {saga("fees")});
  EXPECT_EQ(bad.code, 2);
  EXPECT_NE(bad.errors.find("/posting/b_only: book@1: input 'fees': the definition has no account"),
            std::string::npos)
      << bad.errors;
  EXPECT_EQ(check(path, false, {file("{}", "saga.json")}).code, 2);
  EXPECT_EQ(check(path, false, {"/nowhere/saga.json"}).code, 2);
  const std::string other =
      file(R"({"name": "n", "account": "1", "ledger": 9, "statement": {"map": "camt"}})");
  EXPECT_NE(check(other, false, {saga("suspense")}).errors.find("nothing starts book@1"),
            std::string::npos);
}

}  // namespace
}  // namespace daybook::recon

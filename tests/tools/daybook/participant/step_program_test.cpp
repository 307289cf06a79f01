// Programs that do steps: what they are given and what they print comes through whole, and whatever
// they do, they end: by themselves, by their time, or because they print too much; and what they
// started ends with them.

#include "tools/daybook/participant/step_program.hpp"

#include <csignal>
#include <fstream>

#include <gtest/gtest.h>

#include "engine/base/limits.hpp"
#include "tests/support/process_end.hpp"
#include "tests/support/scratch_directory.hpp"

namespace daybook {
namespace {

std::chrono::steady_clock::time_point in(std::chrono::milliseconds time) {
  return std::chrono::steady_clock::now() + time;
}

ProgramEnd run(const std::string& command, const std::string& input = {},
               std::chrono::milliseconds time = std::chrono::seconds{60}) {
  auto ended = run_program(command, input, in(time));
  EXPECT_TRUE(ended.ok());
  return ended.ok() ? std::move(ended).value() : ProgramEnd{};
}

TEST(StepProgram, WhatItIsGivenAndPrintsComesThrough) {
  std::string input;
  for (int at = 0; at < 5'000; ++at) input += "a line\n";
  const ProgramEnd end = run("cat; echo aside >&2", input);
  EXPECT_EQ(end.exit_code, 0);
  EXPECT_EQ(end.output, input);
  EXPECT_EQ(end.error_line, "aside");
}

TEST(StepProgram, ItMayLeaveItsInputUnread) {
  const ProgramEnd end = run("exec 0<&-; echo done", std::string(1'000'000, 'x'));
  EXPECT_EQ(end.exit_code, 0);
  EXPECT_EQ(end.output, "done\n");
}

TEST(StepProgram, ItsExitCodeAndItsSignalAreTold) {
  const ProgramEnd code = run("echo first >&2; echo 'last line' >&2; echo >&2; exit 7");
  EXPECT_EQ(code.exit_code, 7);
  EXPECT_EQ(code.signal, 0);
  EXPECT_EQ(code.error_line, "last line");
  const ProgramEnd killed = run("kill -9 $$");
  EXPECT_EQ(killed.exit_code, -1);
  EXPECT_EQ(killed.signal, SIGKILL);
  EXPECT_EQ(run("/no/such/program 2>/dev/null").exit_code, 127);
}

TEST(StepProgram, OfALineThatIsTooLongNoHalfOfASecretIsTold) {
  const std::string secret(limits::secret_bytes_max, 's');
  for (std::size_t cut = 1; cut < secret.size(); cut += 35) {
    const std::string rest(program_error_bytes_max - (secret.size() - cut), 'x');
    const ProgramEnd end = run("cat >&2", "front " + secret + rest);
    EXPECT_EQ(end.error_line.find('s'), std::string::npos) << cut;
    EXPECT_NE(end.error_line.find('x'), std::string::npos);
  }
  // Whole lines are told whole.
  const ProgramEnd end = run("cat >&2", std::string(9'000, 'x') + "\nthe last one\n");
  EXPECT_EQ(end.error_line, "the last one");
}

TEST(StepProgram, WhoTakesTooLongIsKilledWithAllThatHeStarted) {
  const test::ScratchDirectory directory;
  const std::string file = (directory / "child").string();
  const ProgramEnd end = run("sleep 1000 & echo $! > " + file + "; echo so far; wait", {},
                             std::chrono::milliseconds{300});
  EXPECT_TRUE(end.was_late);
  EXPECT_EQ(end.signal, SIGKILL);
  EXPECT_EQ(end.output, "so far\n");
  pid_t child = 0;
  std::ifstream{file} >> child;
  ASSERT_GT(child, 0);
  EXPECT_TRUE(test::comes_to_its_end(child));
}

TEST(StepProgram, WhatIsLeftRunningDoesNotKeepItWaiting) {
  const ProgramEnd end = run("sleep 1000 & echo done");
  EXPECT_EQ(end.exit_code, 0);
  EXPECT_EQ(end.output, "done\n");
  EXPECT_FALSE(end.was_late);
}

TEST(StepProgram, WhoPrintsTooMuchIsKilled) {
  const ProgramEnd end = run("yes");
  EXPECT_TRUE(end.said_too_much);
  EXPECT_FALSE(end.was_late);
  const std::string most = std::to_string(program_output_bytes_max);
  EXPECT_FALSE(run("head -c " + most + " /dev/zero").said_too_much);
  EXPECT_EQ(run("yes >&2 | head -c 10; kill -9 $$", {}, std::chrono::milliseconds{300}).output, "");
}

TEST(StepProgram, ATimeThatIsOverAlreadyIsOver) {
  const ProgramEnd end = run("sleep 1000", {}, std::chrono::milliseconds{-5});
  EXPECT_TRUE(end.was_late);
}

}  // namespace
}  // namespace daybook

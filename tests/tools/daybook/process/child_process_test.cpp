// Programs in processes of their own: they get what they are to have, how they end is told, and
// they end with what stands for them.

#include "tools/daybook/process/child_process.hpp"

#include <cerrno>
#include <csignal>
#include <fstream>
#include <iterator>
#include <optional>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include "tests/support/process_end.hpp"
#include "tests/support/scratch_directory.hpp"

namespace daybook {
namespace {

ChildStart shell(const std::string& command) {
  return {.program = "/bin/sh", .words = {"sh", "-c", command}};
}

ChildProcess start(const ChildStart& start) {
  auto child = ChildProcess::start(start);
  EXPECT_TRUE(child.ok());
  return std::move(child).value();
}

void await_end(ChildProcess& child) {
  while (!child.wait(std::chrono::milliseconds{1'000})) {
  }
}

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

TEST(ChildProcess, HowItEndsIsTold) {
  ChildProcess by_itself = start(shell("exit 3"));
  await_end(by_itself);
  EXPECT_EQ(by_itself.exit_code(), 3);
  EXPECT_EQ(by_itself.end_signal(), 0);
  ChildProcess killed = start(shell("kill -TERM $$"));
  await_end(killed);
  EXPECT_EQ(killed.exit_code(), -1);
  EXPECT_EQ(killed.end_signal(), SIGTERM);
}

TEST(ChildProcess, ItGetsWhatItIsToHave) {
  const test::ScratchDirectory directory;
  ChildStart what = shell("pwd; echo $NAME; echo $HOME; read -r line || echo nothing");
  what.environment = {{"NAME=value", "OTHER=one"}};
  what.directory = directory.path().string();
  const Descriptor nothing{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
  const Descriptor output{::open((directory / "output").c_str(), O_WRONLY | O_CREAT, 0600)};
  what.input = nothing.number();
  what.output = output.number();
  ChildProcess child = start(what);
  await_end(child);
  EXPECT_EQ(text_of(directory / "output"), directory.path().string() + "\nvalue\n\nnothing\n");
}

TEST(ChildProcess, WithoutAnythingItHasWhatWeHave) {
  ChildProcess child = start(shell("test -n \"$PATH\" && test \"$(pwd -P)\" = '" +
                                   std::filesystem::current_path().string() + "'"));
  await_end(child);
  EXPECT_EQ(child.exit_code(), 0);
}

TEST(ChildProcess, AProgramThatIsNotThereEndsWith127) {
  const test::ScratchDirectory directory;
  const Descriptor errors{::open((directory / "errors").c_str(), O_WRONLY | O_CREAT, 0600)};
  ChildProcess child =
      start({.program = "/nowhere/at/all", .words = {"all"}, .errors = errors.number()});
  await_end(child);
  EXPECT_EQ(child.exit_code(), 127);
  EXPECT_EQ(text_of(directory / "errors"), "the program cannot be executed\n");
}

TEST(ChildProcess, AWaitThatIsOverSaysThatItGoesOn) {
  ChildProcess child = start(shell("exec sleep 1000"));
  EXPECT_FALSE(child.wait(std::chrono::milliseconds{1}));
  EXPECT_FALSE(child.wait(std::chrono::milliseconds{-1}));
  child.signal(SIGTERM);
  await_end(child);
  EXPECT_EQ(child.end_signal(), SIGTERM);
  child.signal(SIGKILL);  // There is nobody any more.
}

TEST(ChildProcess, IsKilledWithWhatStandsForIt) {
  pid_t process = 0;
  {
    std::optional<ChildProcess> first{start(shell("exec sleep 1000"))};
    process = first->id();
    const ChildProcess second{std::move(*first)};
    first.reset();
    EXPECT_EQ(::kill(process, 0), 0);
  }
  EXPECT_EQ(::kill(process, 0), -1);
  EXPECT_EQ(errno, ESRCH);
}

TEST(ChildProcess, AGroupIsKilledThatItLeads) {
  const test::ScratchDirectory directory;
  ChildStart what = shell("sleep 1000 & echo $! >" + (directory / "other").string());
  what.leads_group = true;
  ChildProcess child = start(what);
  await_end(child);
  EXPECT_EQ(child.exit_code(), 0);
  pid_t other = 0;
  std::ifstream{directory / "other"} >> other;
  ASSERT_GT(other, 0);
  EXPECT_EQ(::kill(other, 0), 0);
  child.end();
  EXPECT_TRUE(test::comes_to_its_end(other));
}

TEST(ChildProcess, ItsNumberIsItsOwnUntilItsGroupIsKilled) {
  for (const bool leads_group : {false, true}) {
    ChildStart what = shell("exit 3");
    what.leads_group = leads_group;
    ChildProcess child = start(what);
    await_end(child);
    child.signal(SIGTERM);
    EXPECT_TRUE(child.has_ended());
    EXPECT_EQ(::kill(child.id(), 0), 0);
    child.end();
    EXPECT_EQ(::kill(child.id(), 0), -1);
    EXPECT_EQ(errno, ESRCH);
    EXPECT_TRUE(child.has_ended());
    EXPECT_EQ(child.exit_code(), 3);
    EXPECT_EQ(child.end_signal(), 0);
  }
}

TEST(ChildProcess, WhoseEndTheSystemDoesNotTellHasEndedWithAnUnknownCode) {
  const auto before = std::signal(SIGCHLD, SIG_IGN);
  ChildProcess child = start(shell("exit 0"));
  bool has_ended = false;
  for (int look = 0; look < 600 && !has_ended; ++look) {
    has_ended = child.wait(std::chrono::milliseconds{100});
  }
  EXPECT_TRUE(has_ended);
  EXPECT_EQ(child.exit_code(), -1);
  EXPECT_EQ(child.end_signal(), 0);
  child.end();
  EXPECT_EQ(child.exit_code(), -1);
  std::signal(SIGCHLD, before);
}

TEST(ChildProcess, IsNotKilledByANumberThatIsNotItsOwnAnyMore) {
  ChildStart what = shell("sleep 1000 & exit 0");
  what.leads_group = true;
  ChildProcess child = start(what);
  await_end(child);
  const pid_t group = child.id();
  ASSERT_EQ(::waitpid(group, nullptr, 0), group);
  child.end();
  EXPECT_EQ(::kill(-group, 0), 0);
  ::kill(-group, SIGKILL);
}

}  // namespace
}  // namespace daybook

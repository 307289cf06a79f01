// What a process has from whoever started it is mended, and what is good stays as it is.

#include "tools/daybook/process/inherited_state.hpp"

#include <csignal>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace daybook {
namespace {

/// Whether this holds in a process of its own.
bool holds_in_a_child(bool (*claim)()) {
  const pid_t process = ::fork();
  if (process == 0) ::_exit(claim() ? 0 : 1);
  int status = 0;
  return ::waitpid(process, &status, 0) == process && status == 0;
}

bool is_open(int number) { return ::fcntl(number, F_GETFD) >= 0; }

TEST(InheritedState, DescriptorsThatAreClosedAreOpened) {
  EXPECT_TRUE(holds_in_a_child([] {
    for (const int number : {0, 1, 2}) ::close(number);
    mend_inherited_state();
    const bool are_open = is_open(0) && is_open(1) && is_open(2);
    return are_open && ::open("/dev/null", O_RDONLY) > 2;
  }));
}

TEST(InheritedState, UseOfWhatWasClosedFails) {
  EXPECT_TRUE(holds_in_a_child([] {
    for (const int number : {0, 1, 2}) ::close(number);
    mend_inherited_state();
    char piece = 'x';
    return ::read(0, &piece, 1) < 0 && ::write(1, &piece, 1) < 0 && ::write(2, &piece, 1) < 0;
  }));
}

TEST(InheritedState, ADescriptorThatIsOpenStaysWhatItIs) {
  EXPECT_TRUE(holds_in_a_child([] {
    int ends[2];
    if (::pipe(ends) != 0 || ::dup2(ends[1], 1) != 1) return false;
    ::close(0);
    mend_inherited_state();
    char piece = 'x';
    return ::write(1, &piece, 1) == 1 && ::read(ends[0], &piece, 1) == 1;
  }));
}

TEST(InheritedState, TheSystemTellsOfChildrenThatEnded) {
  EXPECT_TRUE(holds_in_a_child([] {
    std::signal(SIGCHLD, SIG_IGN);
    mend_inherited_state();
    return holds_in_a_child([] { return true; });
  }));
}

}  // namespace
}  // namespace daybook

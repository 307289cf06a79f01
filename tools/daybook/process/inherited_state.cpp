#include "tools/daybook/process/inherited_state.hpp"

#include <csignal>

#include <fcntl.h>
#include <unistd.h>

#include "engine/base/stop.hpp"

namespace daybook {
namespace {

/// In ascending order: the system gives the lowest number that is free.
void open_where_closed(int number) {
  if (::fcntl(number, F_GETFD) >= 0) return;
  // Not for what the number is used for: an answer must not be lost in silence.
  const int how = number == STDIN_FILENO ? O_WRONLY : O_RDONLY;
  if (::open("/dev/null", how) != number) stop_on_failure("/dev/null cannot be opened");
}

}  // namespace

void mend_inherited_state() {
  for (const int number : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) open_where_closed(number);
  struct sigaction usual {};
  usual.sa_handler = SIG_DFL;
  ::sigaction(SIGCHLD, &usual, nullptr);
}

}  // namespace daybook

#include "tools/daybook/demo/interruption.hpp"

#include <csignal>
#include <cstddef>

namespace daybook::demo {
namespace {

volatile std::sig_atomic_t interrupted = 0;

void note_signal(int) { interrupted = 1; }

}  // namespace

Interruption::Interruption() {
  interrupted = 0;
  struct sigaction note {};
  note.sa_handler = note_signal;  // Without SA_RESTART: who waits is woken.
  for (std::size_t at = 0; at < noted.size(); ++at) {
    ::sigaction(noted[at], &note, &before_[at]);
    // Only that one is ignored on purpose: a shell's script ignores SIGINT for what it starts with
    // an "&".
    if (noted[at] == SIGHUP && before_[at].sa_handler == SIG_IGN) {
      ::sigaction(SIGHUP, &before_[at], nullptr);
    }
  }
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &ignore, &broken_pipe_before_);
}

Interruption::~Interruption() {
  for (std::size_t at = 0; at < noted.size(); ++at) ::sigaction(noted[at], &before_[at], nullptr);
  ::sigaction(SIGPIPE, &broken_pipe_before_, nullptr);
}

bool Interruption::has_come() { return interrupted != 0; }

}  // namespace daybook::demo

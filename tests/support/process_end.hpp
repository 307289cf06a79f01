#pragma once

#include <csignal>
#include <fstream>
#include <string>

#include <sched.h>
#include <sys/types.h>

namespace daybook::test {

/// Whether a process that need not be ours is gone, or waits for its parent to notice; looked for
/// many times, because whoever kills it is not told when it is.
inline bool comes_to_its_end(pid_t process) {
  constexpr int looks_max = 1'000'000;
  for (int look = 0; look < looks_max; ++look) {
    if (::kill(process, 0) != 0) return true;
    std::ifstream file{"/proc/" + std::to_string(process) + "/stat"};
    std::string status;
    std::getline(file, status);
    if (status.find(") Z ") != std::string::npos) return true;
    ::sched_yield();
  }
  return false;
}

}  // namespace daybook::test

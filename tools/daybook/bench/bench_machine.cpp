#include "tools/daybook/bench/bench_machine.hpp"

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <thread>

#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/utsname.h>
#include <sys/vfs.h>

#if !defined(DAYBOOK_COMMIT)
#define DAYBOOK_COMMIT "unknown"
#endif

namespace daybook {

Machine this_machine() {
  Machine machine;
  machine.processor = "unknown";
  std::ifstream processors{"/proc/cpuinfo"};
  for (std::string line; std::getline(processors, line);) {
    const std::size_t colon = line.find(": ");
    if (line.rfind("model name", 0) != 0 || colon == std::string::npos) continue;
    machine.processor = line.substr(colon + 2);
    break;
  }
  machine.cores = std::thread::hardware_concurrency();
  utsname names{};
  if (::uname(&names) == 0) machine.kernel = fmt::format("{} {}", names.sysname, names.release);
#if defined(__clang__)
  machine.compiler = __VERSION__;
#else
  machine.compiler = "g++ " __VERSION__;
#endif
  machine.commit = DAYBOOK_COMMIT;
  return machine;
}

Durability durability_of(const std::string& directory) {
  struct statfs system {};
  if (::statfs(directory.c_str(), &system) != 0) {
    return {true, "each reply after a sync; the file system could not be looked at"};
  }
  const auto magic = static_cast<std::uint64_t>(system.f_type);
  if (magic == TMPFS_MAGIC || magic == RAMFS_MAGIC) {
    return {false,
            "NOT durable: the data directory is in memory (tmpfs); choose a disk with --data"};
  }
  return {true, "each reply after a sync of its bytes to disk"};
}

}  // namespace daybook

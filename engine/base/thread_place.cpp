#include "engine/base/thread_place.hpp"

#include <algorithm>

#include <pthread.h>
#include <sched.h>

#include "engine/base/assert.hpp"

namespace daybook {

std::optional<unsigned> CorePlan::core_of(std::string_view thread) const {
  const auto find = [this](std::string_view name) -> std::optional<unsigned> {
    const auto found = std::find_if(choices_.begin(), choices_.end(),
                                    [&](const Choice& choice) { return choice.thread == name; });
    if (found == choices_.end()) return std::nullopt;
    return found->core;
  };
  if (const auto own = find(thread)) return own;
  const auto number = thread.rfind('-');
  return number == std::string_view::npos ? std::nullopt : find(thread.substr(0, number));
}

std::vector<unsigned> usable_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  std::vector<unsigned> cores;
  if (::sched_getaffinity(0, sizeof(set), &set) != 0) return cores;
  for (unsigned core = 0; core < CPU_SETSIZE; ++core) {
    if (CPU_ISSET(core, &set)) cores.push_back(core);
  }
  return cores;
}

void place_thread(std::thread& thread, const std::string& name, const CorePlan& plan) {
  ENSURE(name.size() <= 15, "a thread's name has at most 15 bytes");
  // A thread that has ended already needs neither.
  static_cast<void>(::pthread_setname_np(thread.native_handle(), name.c_str()));
  const auto core = plan.core_of(name);
  if (!core || *core >= CPU_SETSIZE) return;
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(*core, &set);
  static_cast<void>(::pthread_setaffinity_np(thread.native_handle(), sizeof(set), &set));
}

}  // namespace daybook

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace daybook {

/// Which threads are bound to which core.
///
/// A name is a thread's own ("sequencer", "io-1") or, without its number, all of that kind ("io").
/// The more exact one counts.
class CorePlan {
 public:
  struct Choice {
    std::string thread;
    unsigned core = 0;
  };

  CorePlan() = default;
  explicit CorePlan(std::vector<Choice> choices) : choices_{std::move(choices)} {}

  [[nodiscard]] std::optional<unsigned> core_of(std::string_view thread) const;
  [[nodiscard]] const std::vector<Choice>& choices() const { return choices_; }

 private:
  std::vector<Choice> choices_;
};

/// The cores that this process may use, in order.
[[nodiscard]] std::vector<unsigned> usable_cores();

/// Gives a thread that was just started its name, as `top -H` and `perf` show it, and binds it to
/// the core that the plan has for it. A core that cannot be had leaves it where it is: who makes
/// the plan looks at usable_cores().
///
/// Requires: joinable; a name of at most 15 bytes, which is what the system keeps.
void place_thread(std::thread& thread, const std::string& name, const CorePlan& plan);

}  // namespace daybook

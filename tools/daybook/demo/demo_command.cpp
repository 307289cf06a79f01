#include "tools/daybook/demo/demo_command.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "tools/daybook/command.hpp"
#include "tools/daybook/demo/day.hpp"
#include "tools/daybook/demo/demo_end.hpp"
#include "tools/daybook/demo/demo_place.hpp"
#include "tools/daybook/demo/interruption.hpp"
#include "tools/daybook/demo/shell_words.hpp"

namespace daybook {
namespace {

using namespace demo;

void play(Stage& stage, const DemoPlace& place, std::uint64_t transfers) {
  const Screen& screen = stage.screen();
  screen.step(place.is_kept() ? "A gateway's day, in a directory that stays"
                              : "A gateway's day, in a directory that is removed at the end");
  screen.command(fmt::format("cd {}", as_typed(Words{place.path().string()})));
  Day day{stage};
  play_money(day);
  play_sagas(day);
  play_crashes(day, transfers);
  play_evening(day);
  screen.step("Everything held. Next: README.md, \"Five minutes from zero to a posted transfer\".");
}

/// Whether all of it held.
int play_in(const DemoPlace& place, std::uint64_t transfers) {
  Stage stage{place.path()};
  try {
    play(stage, place, transfers);
    return exit_code::good;
  } catch (const DemoEnd& end) {
    if (!end.what.empty()) complain(end.what);
    return end.exit_code;
  }
}

}  // namespace

int run_demo(const DemoOptions& options) {
  if (::access("/bin/sh", X_OK) != 0) {
    return complain("/bin/sh: is not there; the demo's participant is a program for it");
  }
  const Interruption interruption;
  DemoPlace place;
  if (auto made = place.make(options.directory, options.keeps); !made) {
    return complain(made.error().what);
  }
  const int code = play_in(place, options.transfers);
  if (place.is_kept()) {
    say(fmt::format("Its files stay in {}", place.path().string()));
  } else if (code == exit_code::no) {
    complain("its files are removed; to look at them, run it again with --keep");
  }
  return code;
}

}  // namespace daybook

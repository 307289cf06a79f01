#include <cstdio>
#include <iostream>
#include <string>

#include <fmt/format.h>
#include <unistd.h>

#include "storage/journal/segment_mending.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/repair/repair.hpp"
#include "tools/daybook/text/json_text.hpp"

namespace daybook {
namespace {

/// Nothing is done without a word: --yes, or one that is typed.
Result<void> agree(const RepairOptions& options, std::string_view question) {
  if (options.yes) return {};
  if (::isatty(STDIN_FILENO) != 1) {
    return Failure{FailureKind::invalid, "nothing was changed: say --yes, or answer at a terminal"};
  }
  fmt::print(stderr, "{} Type yes: ", question);
  std::fflush(stderr);
  std::string answer;
  std::getline(std::cin, answer);
  if (answer == "yes") return {};
  return Failure{FailureKind::damaged, "nothing was changed, as it was not agreed to"};
}

void show(const RepairPlan& plan, const RepairOptions& options) {
  if (options.json) return;
  for (const RepairStep& step : plan.steps) say(step.words);
  if (!plan.loss) return;
  say(plan.loss->words);
  say(fmt::format("this cannot be put right here without a loss: {}", plan.loss->why));
  if (options.accept_loss.empty()) {
    say(plan.loss->nothing_is_kept
            ? "bring the file back from a backup (`daybook restore`) or an archive"
            : "bring the file back from a backup (`daybook restore`) or an archive; or, to go on "
              "with what is whole: daybook repair DIR --accept-loss NEW-DIR");
  }
}

void report(const RepairOptions& options, const RepairPlan& plan, bool sound) {
  if (!options.json) return;
  std::vector<std::string> steps;
  for (const RepairStep& each : plan.steps) steps.push_back(each.words);
  JsonObject object;
  object.texts("steps", steps).truth("sound", sound);
  if (plan.loss) {
    object.text("damage", plan.loss->words)
        .text("loss", plan.loss->why)
        .sequence("whole_up_to", plan.loss->kept);
  }
  say(object.str());
}

int accept_loss(const RepairOptions& options, const RepairPlan& plan, const JournalLayout& layout) {
  if (!plan.loss) {
    return complain("nothing would be lost here: `daybook repair` without --accept-loss is enough");
  }
  if (plan.loss->nothing_is_kept) {
    complain("nothing is whole before the damage, so there is nothing to copy");
    return exit_code::no;
  }
  if (auto agreed = agree(options, "Copy what is whole, and accept that the rest is lost?");
      !agreed) {
    return complain_of(agreed.error());
  }
  const auto made = copy_whole_part(layout, options.accept_loss, plan.loss->kept, options.room);
  if (!made) return complain_of(made.error());
  if (options.json) {
    say(continued_json(made.value()));
  } else {
    print_text(continued_text(made.value(), options.accept_loss));
  }
  return exit_code::good;
}

int carry_out(const RepairOptions& options, const RepairPlan& plan, const JournalLayout& layout) {
  if (auto agreed = agree(options, "Do this?"); !agreed) return complain_of(agreed.error());
  for (const RepairStep& step : plan.steps) {
    if (auto done = step.apply(); !done) return complain_of(done.error());
  }
  const auto after = plan_repair(layout, options.room);
  if (!after) return complain_of(after.error());
  const bool sound = after.value().steps.empty() && !after.value().loss;
  report(options, plan, sound);
  if (!sound) {
    show(after.value(), options);
    return exit_code::no;
  }
  if (!options.json) say("done; the journal is sound now");
  return exit_code::good;
}

}  // namespace

int run_repair(const RepairOptions& options) {
  const auto found = layout_with_archive(options.directory);
  if (!found) return complain_of(found.error());
  const JournalLayout& layout = found.value();
  std::error_code error;
  if (!std::filesystem::is_directory(layout.journal(), error)) {
    return complain(fmt::format("{}: no data directory: it has no journal/", options.directory));
  }
  if (std::filesystem::exists(layout.backup(), error)) {
    return complain(
        fmt::format("{}: a backup, which is never changed; take another one, or restore this one",
                    options.directory));
  }
  const auto lock = lock_for_repair(layout);
  if (!lock) return complain(lock.error().what);
  const auto plan = plan_repair(layout, options.room);
  if (!plan) return complain_of(plan.error());
  show(plan.value(), options);
  if (!options.accept_loss.empty()) return accept_loss(options, plan.value(), layout);
  if (plan.value().loss) {
    report(options, plan.value(), false);
    return exit_code::no;
  }
  if (plan.value().steps.empty()) {
    report(options, plan.value(), true);
    if (!options.json) say("the journal is sound: there is nothing to repair");
    return exit_code::good;
  }
  return carry_out(options, plan.value(), layout);
}

}  // namespace daybook

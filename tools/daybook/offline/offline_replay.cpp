#include "tools/daybook/offline/offline_replay.hpp"

#include <chrono>

#include <fmt/format.h>

#include "engine/replay/replayer.hpp"
#include "storage/journal/journal_reader.hpp"
#include "tools/daybook/client/lazy_lookup.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/offline/journal_continuation.hpp"
#include "tools/daybook/text/json_text.hpp"
#include "tools/daybook/text/number_text.hpp"
#include "tools/daybook/text/progress.hpp"
#include "tools/daybook/text/rate_text.hpp"
#include "tools/daybook/text/time_text.hpp"

namespace daybook {
namespace {

enum class Step : std::uint8_t { applied, reached };

Result<Step> apply_one(Replayer& replayer, const EntryView& entry, const ReplayGoal& goal) {
  if (goal.until_time && entry.header.commit_time > goal.until_time->value()) return Step::reached;
  const bool cut = goal.until_sequence && entry.header.last() > *goal.until_sequence;
  const auto applied =
      cut ? replayer.apply_until(entry, *goal.until_sequence) : replayer.apply(entry);
  if (!applied) return applied.error();
  return cut ? Step::reached : Step::applied;
}

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

struct Replayed {
  const State& state;
  ReplayCounts counts;
  ReplayGoal goal;
  double seconds = 0;

  [[nodiscard]] double rate() const { return static_cast<double>(counts.transfers) / seconds; }
  [[nodiscard]] bool passed_goal() const {
    return goal.until_sequence && state.last_sequence() > *goal.until_sequence;
  }
};

void print_json(const Replayed& replayed, const ReplayOptions& options) {
  JsonObject object;
  object.sequence("sequence", replayed.state.last_sequence())
      .digest("digest", replayed.state.digest());
  if (!options.digest) {
    object.time("commit_time", replayed.counts.commit_time)
        .count("entries", replayed.counts.entries)
        .count("operations", replayed.counts.operations)
        .count("transfers", replayed.counts.transfers)
        .count("accounts", replayed.state.accounts.count())
        .count("ledgers", replayed.state.ledgers.count());
  }
  if (options.rate) {
    object.real("seconds", replayed.seconds).real("transfers_per_second", replayed.rate());
  }
  say(object.str());
}

void print_text(const Replayed& replayed, const ReplayOptions& options) {
  say(fmt::format("sequence {}  digest {:016x}", replayed.state.last_sequence().value(),
                  replayed.state.digest()));
  if (!options.digest) {
    say(fmt::format("{} entries, {} operations, {} transfers, {} accounts; last commit {}",
                    format_count(replayed.counts.entries), format_count(replayed.counts.operations),
                    format_count(replayed.counts.transfers),
                    format_count(replayed.state.accounts.count()),
                    format_time(replayed.counts.commit_time)));
    if (replayed.passed_goal()) {
      say(fmt::format(
          "sequence {} is inside an operation, which is not cut: sequence {} was "
          "reached",
          replayed.goal.until_sequence->value(), replayed.state.last_sequence().value()));
    }
  }
  if (options.rate) {
    say(fmt::format("{} transfers in {}: {}", format_count(replayed.counts.transfers),
                    format_seconds(replayed.seconds), format_rate(replayed.rate())));
  }
}

int run_fork(const ReplayOptions& options, const ReplayGoal& goal) {
  const auto made = continue_directory({.from = options.directory,
                                        .place = options.fork,
                                        .goal = goal,
                                        .room = options.room,
                                        .kind = ParentKind::forked});
  if (!made) return complain_of(made.error());
  if (options.json) {
    say(continued_json(made.value()));
  } else {
    daybook::print_text(continued_text(made.value(), options.fork));
  }
  return exit_code::good;
}

}  // namespace

Result<ReplayCounts> replay_entries(EntrySource& source, State& state, const ReplayGoal& goal,
                                    const ReplayProgress& progress, EntryLookup* earlier) {
  Replayer replayer{state, {.earlier = earlier, .reversals_in_full = false}};
  ReplayCounts counts;
  for (bool reached = goal.until_sequence && *goal.until_sequence <= state.last_sequence();
       !reached;) {
    const auto entry = source.next();
    if (!entry) return entry.error();
    if (!entry.value()) break;
    const auto step = apply_one(replayer, *entry.value(), goal);
    if (!step) return step.error();
    reached = step.value() == Step::reached ||
              (goal.until_sequence && *goal.until_sequence <= state.last_sequence());
    state.tend_memory();
    if (state.last_sequence() >= entry.value()->header.first()) {
      counts.commit_time = Timestamp{entry.value()->header.commit_time};
    }
    if (progress) progress(state.last_sequence(), replayer.transfers());
  }
  source.release();
  if (goal.until_sequence && state.last_sequence() < *goal.until_sequence) {
    return Failure{FailureKind::not_found,
                   fmt::format("the journal ends at sequence {}, before {}; ask for one that is "
                               "there",
                               state.last_sequence().value(), goal.until_sequence->value())};
  }
  counts.entries = replayer.entries();
  counts.operations = replayer.operations();
  counts.transfers = replayer.transfers();
  return counts;
}

Result<ReplayGoal> parse_goal(const std::string& sequence, const std::string& time) {
  ReplayGoal goal;
  if (!sequence.empty() && !time.empty()) {
    return Failure{FailureKind::invalid, "give a sequence or a time, not both"};
  }
  if (!sequence.empty()) {
    const auto value = parse_unsigned(sequence, limits::timestamp_max);
    if (!value) return value.error();
    goal.until_sequence = Sequence{value.value()};
  }
  if (!time.empty()) {
    const auto value = parse_time(time);
    if (!value) return value.error();
    goal.until_time = value.value();
  }
  return goal;
}

Result<ReplayCounts> replay_directory(const JournalPlace& place, State& state,
                                      const ReplayGoal& goal) {
  const auto reader = JournalReader::open(place.directory, reading_of(place));
  if (!reader) return reader.error();
  std::ostream* const terminal = terminal_or_nothing();
  ProgressLine line{terminal, "transfers"};
  const Sequence end = goal.until_sequence   ? *goal.until_sequence
                       : terminal != nullptr ? newest_sequence_in(place)
                                             : Sequence{};
  LazyLookup earlier{place.directory, place.archive};
  return replay_entries(
      *reader.value(), state, goal,
      [&](Sequence reached, std::uint64_t transfers) {
        std::optional<double> fraction;
        if (end.value() != 0) {
          fraction = static_cast<double>(reached.value()) / static_cast<double>(end.value());
        }
        line.show(transfers, fraction);
      },
      &earlier);
}

int run_replay(const ReplayOptions& options) {
  const auto goal = parse_goal(options.until_sequence, options.until_time);
  if (!goal) return complain(goal.error().what);
  if (!options.fork.empty()) return run_fork(options, goal.value());
  State state{settings_for(options.room)};
  const auto begin = std::chrono::steady_clock::now();
  const auto counts = replay_directory(options.directory, state, goal.value());
  const double seconds = seconds_since(begin);
  if (!counts) return complain_of(counts.error());
  const Replayed replayed{
      .state = state, .counts = counts.value(), .goal = goal.value(), .seconds = seconds};
  if (options.json) {
    print_json(replayed, options);
  } else {
    print_text(replayed, options);
  }
  return exit_code::good;
}

}  // namespace daybook

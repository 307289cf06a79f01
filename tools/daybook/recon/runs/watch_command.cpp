// recon watch: reconciliations run when they are due.

#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tools/daybook/command.hpp"
#include "tools/daybook/recon/definition/schedule.hpp"
#include "tools/daybook/recon/runs/business_day.hpp"
#include "tools/daybook/recon/runs/engine_runs.hpp"
#include "tools/daybook/recon/runs/runs_command.hpp"
#include "tools/daybook/recon/runs/watched_inbox.hpp"
#include "tools/daybook/text/time_text.hpp"

namespace daybook::recon {
namespace {

constexpr std::uint64_t day_ns = 86'400'000'000'000;
/// How far back a time that was missed is looked for.
constexpr std::uint64_t look_back_ns = 40 * day_ns;

/// A business day whose time has come.
struct DueDay {
  BusinessDay day;
  std::uint64_t number = 0;  ///< As 20260131.
};

/// That of the newest time at which the reconciliation was due; nothing where there was none.
Result<std::optional<DueDay>> due_day(const Reconciliation& definition, Timestamp now,
                                      const BusinessCalendar& calendar) {
  const auto schedule = read_schedule(definition.schedule, definition.time_zone);
  if (!schedule) return schedule.error();
  std::optional<Timestamp> last;
  Timestamp from{now.value() - std::min(now.value(), look_back_ns)};
  while (const auto next = schedule.value().next_after(from)) {
    if (*next > now) break;
    last = from = *next;
  }
  if (!last) return std::optional<DueDay>{};
  const BusinessDay day = calendar.day_for_run(*last);
  return std::optional{DueDay{day, day_number(day.value())}};
}

/// SHA-256 of every statement that a run was about.
std::set<std::string> used_statements(const RunBook& book) {
  std::set<std::string> used;
  for (const ReconciliationRun& run : book.rows().runs().all()) {
    if (run.state == RunState::cancelled) continue;
    const auto header = nlohmann::json::parse(book.texts_of(run).header, nullptr, false);
    if (header.is_object() && header.contains("statement_sha256")) {
      used.insert(header["statement_sha256"].get<std::string>());
    }
  }
  return used;
}

bool has_run(const RunBook& book, const Uint128& reconciliation, std::uint64_t day) {
  const auto all = book.rows().runs().all();
  return std::any_of(all.begin(), all.end(), [&](const ReconciliationRun& run) {
    return run.reconciliation_id == reconciliation && run.day == day &&
           run.state != RunState::cancelled;
  });
}

class Watch {
 public:
  explicit Watch(const WatchOptions& options) : options_{options}, inbox_{options.inbox} {}

  /// One look at everything. The worst exit code of what was done.
  int look(Timestamp now) {
    const auto attributes = attributes_from(options_.write);
    if (!attributes) return complain(attributes.error().what);
    const auto engine = EngineRuns::open(options_.client, attributes.value());
    if (!engine) return complain(engine.error());
    int worst = exit_code::good;
    for (const auto& [id, text] : engine.value()->book().definitions()) {
      const auto definition = read_reconciliation(text);
      if (!definition) {
        worst = std::max(worst, complain(faults_text(definition.error())));
      } else if (!definition.value().files.empty()) {
        worst = std::max(worst, look_at(definition.value(), id, now, engine.value()->book()));
      }
    }
    return worst;
  }

 private:
  int look_at(const Reconciliation& definition, const Uint128& id, Timestamp now,
              const RunBook& book) {
    const auto zone = TimeZone::find(definition.time_zone);
    if (!zone) return complain(fmt::format("{}: {}", definition.name, zone.error().what));
    const BusinessCalendar calendar{zone.value(), definition.day_begins_minutes};
    const auto due = due_day(definition, now, calendar);
    if (!due) return complain(fmt::format("{}: {}", definition.name, due.error().what));
    if (!due.value() || has_run(book, id, due.value()->number)) return exit_code::good;
    const auto file = inbox_.next(definition.files, used_statements(book));
    if (!file) return complain(file.error().what);
    if (file.value()) return run(definition, *due.value(), file.value()->string());
    return tell_missing(definition, *due.value(), calendar, now);
  }

  int run(const Reconciliation& definition, const DueDay& due, const std::string& file) {
    RunOptions run;
    run.name = definition.name;
    run.statement = file;
    run.day = format_day(due.number);
    run.data = options_.data;
    run.runs = options_.runs;
    run.memory_bytes = options_.memory_bytes;
    run.threads = options_.threads;
    run.write = options_.write;
    run.client = options_.client;
    return run_reconciliation(run);
  }

  /// Once for each day.
  int tell_missing(const Reconciliation& definition, const DueDay& due,
                   const BusinessCalendar& calendar, Timestamp now) {
    if (!definition.expected_by_minutes) return exit_code::good;
    const Timestamp deadline = calendar.deadline(due.day, *definition.expected_by_minutes);
    if (now < deadline || !told_.insert({definition.name, due.number}).second) {
      return exit_code::good;
    }
    complain(
        fmt::format("{}: there is no statement for {}, which was expected by {}: no file in {} "
                    "fits {}, but such as were used already",
                    definition.name, format_day(due.number), format_time(deadline), options_.inbox,
                    definition.files));
    return exit_code::no;
  }

  const WatchOptions& options_;
  WatchedInbox inbox_;
  std::set<std::pair<std::string, std::uint64_t>> told_;
};

Timestamp time_now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return Timestamp{static_cast<std::uint64_t>(std::chrono::nanoseconds{now}.count())};
}

}  // namespace

int run_watch(const WatchOptions& options) {
  Timestamp now = time_now();
  if (!options.at.empty()) {
    const auto at = parse_time(options.at);
    if (!at) return complain(fmt::format("--at: {}", at.error().what));
    now = at.value();
  }
  Watch watch{options};
  if (options.is_once) return watch.look(now);
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGTERM);
  ::sigaddset(&signals, SIGINT);
  ::sigprocmask(SIG_BLOCK, &signals, nullptr);
  fmt::print(stderr, "daybook: watching {}\n", options.inbox);
  double whole = 0;
  const double rest = std::modf(options.every_seconds, &whole);
  const timespec every{static_cast<time_t>(whole), static_cast<long>(rest * 1e9)};
  while (true) {
    (void)watch.look(time_now());
    if (::sigtimedwait(&signals, nullptr, &every) > 0) return exit_code::good;
  }
}

}  // namespace daybook::recon

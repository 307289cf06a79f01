// recon watch: reconciliations run when they are due.

#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <map>
#include <set>

#include <fmt/format.h>

#include "tools/daybook/command.hpp"
#include "tools/daybook/recon/runs/correction_sagas.hpp"
#include "tools/daybook/recon/runs/due_days.hpp"
#include "tools/daybook/recon/runs/engine_runs.hpp"
#include "tools/daybook/recon/runs/runs_command.hpp"
#include "tools/daybook/recon/runs/watched_inbox.hpp"
#include "tools/daybook/text/id_text.hpp"
#include "tools/daybook/text/time_text.hpp"

namespace daybook::recon {
namespace {

/// What has come of a day.
enum class Day : std::uint8_t {
  done,    ///< There is a run of it.
  wanting  ///< There is none; so later ones have to wait.
};

/// The reconciliation of a definition, looked at once.
class DefinitionWatch {
 public:
  DefinitionWatch(const WatchOptions& options, EngineRuns& engine, const Reconciliation& definition,
                  WatchedInbox& inbox, std::set<std::string>& told)
      : options_{options},
        engine_{engine},
        definition_{definition},
        id_{id_of(definition.name)},
        inbox_{inbox},
        told_{told} {}

  int look(Timestamp now) {
    const auto zone = TimeZone::find(definition_.time_zone);
    if (!zone) return complain(fmt::format("{}: {}", definition_.name, zone.error().what));
    const BusinessCalendar calendar{zone.value(), definition_.day_begins_minutes};
    const auto due = days_to_look_at(definition_, engine_.book(), now, calendar);
    if (!due) return complain(fmt::format("{}: {}", definition_.name, due.error().what));
    for (const DueDay& day : due.value()) {
      if (look_at(day, calendar, now) == Day::wanting) break;
    }
    return worst_;
  }

 private:
  Day look_at(const DueDay& due, const BusinessCalendar& calendar, Timestamp now) {
    const ReconciliationRun* const newest = engine_.book().newest_run(id_, due.number);
    if (is_reconciled(engine_.book(), id_, due)) return Day::done;
    if (newest != nullptr && newest->state != RunState::failed) {
      // Its process is gone, or still at work: then this one is turned away.
      return run(due, engine_.book().header_member(*newest, "statement"));
    }
    auto files = inbox_.fitting(pattern_for(definition_.files, due.number));
    if (!files) return complain_once(due, files.error().what);
    if (!is_dated(definition_.files)) leave_out_used(files.value());
    if (files.value().empty()) return tell_missing(due, calendar, now);
    if (files.value().size() > 1) {
      return complain_once(
          due, fmt::format("{} files fit {}, such as {} and {}: only one may", files.value().size(),
                           definition_.files, files.value()[0].path.string(),
                           files.value()[1].path.string()));
    }
    const InboxFile& file = files.value().front();
    const bool is_same = newest != nullptr &&
                         engine_.book().header_member(*newest, "statement_sha256") == file.sha256;
    if (is_same) {
      return complain_once(due,
                           fmt::format("its run has failed: {}; another file, or 'daybook recon "
                                       "run' by hand, begins anew",
                                       engine_.book().texts_of(*newest).trouble));
    }
    return run(due, file.path.string());
  }

  /// Those that earlier runs of the same reconciliation were about.
  void leave_out_used(std::vector<InboxFile>& files) const {
    std::set<std::string> used;
    const RunBook& book = engine_.book();
    for (const ReconciliationRun& run : book.rows().runs().all()) {
      if (run.reconciliation_id != id_ || run.state == RunState::cancelled) continue;
      if (run.state != RunState::failed) used.insert(book.header_member(run, "statement_sha256"));
    }
    std::erase_if(files, [&](const InboxFile& file) { return used.contains(file.sha256); });
  }

  Day run(const DueDay& due, const std::string& file) {
    RunOptions run;
    run.name = definition_.name;
    run.statement = file;
    run.day = format_day(due.number);
    run.data = options_.data;
    run.runs = options_.runs;
    run.memory_bytes = options_.memory_bytes;
    run.threads = options_.threads;
    run.write = options_.write;
    run.client = options_.client;
    worst_ = std::max(worst_, run_reconciliation(run));
    if (auto read = engine_.refresh(); !read) {
      worst_ = std::max(worst_, complain(read.error()));
      return Day::wanting;
    }
    return is_reconciled(engine_.book(), id_, due) ? Day::done : Day::wanting;
  }

  Day tell_missing(const DueDay& due, const BusinessCalendar& calendar, Timestamp now) {
    const auto deadline = deadline_of(definition_, calendar, due);
    if (!deadline || now < *deadline) return Day::wanting;
    return complain_once(due,
                         fmt::format("there is no statement, which was expected by {}: no new "
                                     "file in {} fits {}",
                                     format_time(*deadline), options_.inbox, definition_.files));
  }

  /// In the life of this process.
  Day complain_once(const DueDay& due, const std::string& what) {
    const std::string words =
        fmt::format("{}: {}: {}", definition_.name, format_day(due.number), what);
    worst_ = std::max(worst_, exit_code::no);
    if (told_.insert(words).second) complain(words);
    return Day::wanting;
  }

  const WatchOptions& options_;
  EngineRuns& engine_;
  const Reconciliation& definition_;
  Uint128 id_;
  WatchedInbox& inbox_;
  std::set<std::string>& told_;
  int worst_ = exit_code::good;
};

class Watch {
 public:
  explicit Watch(const WatchOptions& options) : options_{options}, inbox_{options.inbox} {}

  /// One look at everything. The worst exit code of what was done.
  int look(Timestamp now) {
    const auto attributes = attributes_from(options_.write);
    if (!attributes) return complain(attributes.error().what);
    const auto engine = EngineRuns::open(options_.client, attributes.value());
    if (!engine) return complain(engine.error());
    int worst = settle(*engine.value());
    const std::map<Uint128, std::string> definitions = engine.value()->book().definitions();
    for (const auto& [id, text] : definitions) {
      const auto definition = read_reconciliation(text);
      if (!definition) {
        worst = exit_code::failed;
        const std::string faults = faults_text(definition.error());
        if (told_.insert(faults).second) complain(faults);
      } else if (!definition.value().files.empty()) {
        DefinitionWatch watch{options_, *engine.value(), definition.value(), inbox_, told_};
        worst = std::max(worst, watch.look(now));
      }
    }
    return worst;
  }

 private:
  /// What was approved goes on. One that is stuck is told of once in the life of this process.
  int settle(EngineRuns& engine) {
    const auto settled = settle_sagas(engine, {}, Speaker::operator_);
    if (!settled) return complain(settled.error());
    for (const std::string& words : settled.value().refused) {
      if (told_.insert(words).second) complain(words);
    }
    for (const CorrectionSaga& each : settled.value().sagas) {
      if (each.status != SagaStatus::stuck) continue;
      const std::string words =
          fmt::format("difference {}: saga {} is stuck: {}", format_id(each.difference),
                      format_id(each.call.id), each.words);
      if (told_.insert(words).second) complain(words);
    }
    if (settled.value().posted + settled.value().failed > 0) say(settled.value().words());
    const bool is_fine = settled.value().stuck == 0 && settled.value().failed == 0 &&
                         settled.value().refused.empty();
    return is_fine ? exit_code::good : exit_code::no;
  }

  const WatchOptions& options_;
  WatchedInbox inbox_;
  std::set<std::string> told_;
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
  std::error_code error;
  if (!std::filesystem::is_directory(options.inbox, error)) {
    return complain(fmt::format("{}: there is no such directory", options.inbox));
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

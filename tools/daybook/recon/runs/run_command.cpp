// recon run: a statement against the journal at a cut; every phase is told to the engine, so that
// a run that was killed is known, and goes on.

#include <algorithm>

#include <fmt/format.h>
#include <malloc.h>
#include <nlohmann/json.hpp>

#include "engine/base/utf8.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/recon/definition/correction_text.hpp"
#include "tools/daybook/recon/report/report_files.hpp"
#include "tools/daybook/recon/runs/correction_sagas.hpp"
#include "tools/daybook/recon/runs/run_plan.hpp"
#include "tools/daybook/recon/runs/run_postings.hpp"
#include "tools/daybook/recon/runs/run_proposals.hpp"
#include "tools/daybook/recon/runs/runs_command.hpp"
#include "tools/daybook/recon/watched_file.hpp"
#include "tools/daybook/text/id_text.hpp"
#include "tools/daybook/text/json_text.hpp"

namespace daybook::recon {
namespace {

/// A phase that this process has done.
RunCommand phase(Command command, const RunPlan& plan, CommandDetails details = {},
                 std::string text = {}) {
  return {.command = command,
          .aggregate_id = plan.id,
          .details = details,
          .text = std::move(text),
          .run_id = plan.id,
          .id = {}};
}

/// All that leads up to the comparison and is not in the journal yet.
std::vector<RunCommand> opening(const RunPlan& plan, const ReconciliationRun* known) {
  std::vector<RunCommand> commands;
  const RunState reached = known == nullptr ? RunState{} : known->reached;
  if (known == nullptr) {
    commands.push_back(phase(Command::run_create, plan,
                             {.subject_id = plan.reconciliation_id, .quantity = plan.day},
                             plan.header));
  }
  if (reached < RunState::imported) commands.push_back(phase(Command::run_import, plan));
  if (reached < RunState::validated) commands.push_back(phase(Command::run_validate, plan));
  if (reached < RunState::cut) {
    commands.push_back(
        phase(Command::run_cut, plan, {.subject_id = plan.carry_in, .quantity = plan.cut.value()}));
  }
  return commands;
}

/// SHA-256 of the files that a run keeps, in hexadecimal digits.
struct KeptHashes {
  std::string carry;
  std::string differences;
};

/// What a run that is proved says of itself in the journal.
std::string summary_of(const Compared& compared, const CarryOut& carry, const KeptHashes& kept) {
  const ComparisonReport& report = compared.report;
  std::map<Code, std::uint64_t> counts;
  for (const ClassSum& each : report.classes) counts[each.code] += each.count;
  JsonObject classes;
  for (const auto& [code, count] : counts) classes.count(to_string(code), count);
  return JsonObject{}
      .count("records_a", report.records[0])
      .count("records_b", report.records[1])
      .count("matched", report.matched)
      .count("differences", report.differences)
      .count("carried", carry.size())
      .text("carry_sha256", kept.carry)
      .text("differences_sha256", kept.differences)
      .raw("classes", classes.str())
      .str();
}

class Run {
 public:
  Run(const RunOptions& options, EngineRuns& engine, RunPlan plan)
      : options_{options}, engine_{engine}, plan_{std::move(plan)} {}

  Result<int, Trouble> go() {
    const ReconciliationRun* const known = engine_.book().rows().find_run(plan_.id);
    if (known != nullptr && known->reached >= RunState::in_review && !lacks_proposals(*known)) {
      return conclude(true);
    }
    if (known != nullptr && known->state == RunState::cancelled) {
      return Trouble{exit_code::no, "this very run was cancelled"};
    }
    // Before the engine hears of anything: another process may be at work on this very run.
    auto work = WorkDirectory::open(plan_.directory.work());
    if (!work) return trouble(work.error());
    const auto commands = opening(plan_, known);
    if (!commands.empty()) {
      if (auto told = engine_.expect(commands); !told) return told.error();
    }
    auto done = compare_and_prove(*work.value());
    if (!done) return give_up(done.error());
    if (auto read = engine_.refresh(); !read) return read.error();
    return conclude(false);
  }

 private:
  /// The engine is told, and the run can be taken up again.
  Trouble give_up(const Trouble& why) {
    RunCommand failed = phase(Command::run_fail, plan_, {}, printable(why.what));
    failed.id = make_random_id();
    const auto told = engine_.expect({failed});
    if (told) return why;
    return {why.code,
            fmt::format("{} (and the engine could not be told: {})", why.what, told.error().what)};
  }

  static std::string printable(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](unsigned char each) { return each < ' '; }, ' ');
    text.resize(std::min<std::size_t>(text.size(), limits::correction_reference_bytes_max));
    while (!is_printable_utf8(text)) text.pop_back();  // A character that was cut.
    return text;
  }

  Result<void, Trouble> compare_and_prove(WorkDirectory& work) {
    RunListener listener{plan_.definition, engine_.book(), plan_.carried, plan_.begins_ns};
    auto compared = run_resumable(plan_.options, plan_.plan, true, work, &listener);
    if (!compared) return trouble(compared.error());
    if (!compared.value().report.proof_holds()) {
      return Trouble{complain_of_proof(), "the proof does not hold"};
    }
    if (!compared.value().facts.control_totals_agree()) {
      return Trouble{exit_code::no,
                     "the statement's own totals are not those of its lines, so nothing of it is "
                     "used: 'daybook recon inspect' shows them"};
    }
    const CarryOut carry = listener.take_carry();
    if (auto kept = keep(compared.value(), carry); !kept) return trouble(kept.error());
    if (auto told = tell(compared.value(), listener, carry); !told) return told.error();
    if (auto finished = work.finish(); !finished) return trouble(finished.error());
    return {};
  }

  Result<void> keep(const Compared& compared, const CarryOut& carry) {
    const std::string text = carry_text(carry);
    kept_.carry = sha256_hex(text);
    const auto differences = WatchedFile::open(plan_.directory.differences());
    if (!differences) return differences.error();
    auto hash = differences.value().sha256_of({});
    if (!hash) return hash.error();
    kept_.differences = std::move(hash).value();
    if (auto kept = replace_file(plan_.directory.carry(), std::as_bytes(std::span{text})); !kept) {
      return kept;
    }
    CompareFacts facts = compared.facts;
    facts.postings.emplace();
    return write_reports({plan_.directory.page().string(), plan_.directory.report().string()},
                         compared.report, facts);
  }

  /// The end of the run is one request: it counts with everything that it found, or not at all.
  Result<void, Trouble> tell(const Compared& compared, const RunListener& listener,
                             const CarryOut& carry) {
    const std::string summary = summary_of(compared, carry, kept_);
    const ReconciliationRun* const known = engine_.book().rows().find_run(plan_.id);
    const RunState reached = known == nullptr ? RunState::cut : known->reached;
    std::vector<RunCommand> commands;
    if (reached < RunState::sorted) commands.push_back(phase(Command::run_sort, plan_));
    if (reached < RunState::matched) commands.push_back(phase(Command::run_match, plan_));
    if (reached < RunState::proved) {
      commands.push_back(phase(Command::run_prove, plan_, {.quantity = listener.open()}, summary));
    }
    RunProposals proposals{plan_, listener};
    if (options_.proposes) {
      // Somebody may have dealt with something meanwhile.
      if (auto read = engine_.refresh(); !read) return read.error();
      if (auto made = proposals.make(engine_); !made) return made.error();
    }
    if (reached < RunState::in_review) {
      const std::string review = JsonObject{}.count("proposals", proposals.count()).str();
      commands.push_back(phase(Command::run_review, plan_, {}, review));
    }
    if (!commands.empty()) {
      if (auto told = engine_.expect(commands); !told) return told.error();
    }
    return proposals.send(engine_);
  }

  /// Was it killed before it had proposed everything, or posted what needs no approval?
  bool lacks_proposals(const ReconciliationRun& run) const {
    if (run.state != RunState::in_review || !options_.proposes) return false;
    const auto review = nlohmann::json::parse(engine_.book().texts_of(run).review, nullptr, false);
    if (!review.is_object() || !review.contains("proposals")) return false;
    std::uint64_t made = 0;
    for (const DifferenceRow& row : engine_.book().rows().differences().all()) {
      if (row.run_id != run.id) continue;
      ++made;
      const bool waits = row.state == DifferenceState::proposed;
      const auto correction = read_correction_text(engine_.book().texts_of(row).correction);
      if (waits && correction && correction.value().is_automatic) return true;
    }
    return made < review["proposals"].get<std::uint64_t>();
  }

  Result<int, Trouble> conclude(bool was_known) {
    const ReconciliationRun& run = *engine_.book().rows().find_run(plan_.id);
    if (has_reports_here(engine_.book(), run)) {
      if (auto renewed = renew_reports(engine_, run); !renewed) return renewed.error();
    }
    const RunTexts& texts = engine_.book().texts_of(run);
    const std::uint64_t open = run.differences - std::min(run.settled, run.differences);
    if (options_.client.json) {
      say(JsonObject{}
              .id("run", run.id)
              .text("reconciliation", plan_.definition.name)
              .text("day", format_day(run.day))
              .text("state", to_string(run.state))
              .truth("was_there", was_known)
              .text("cut", fmt::format("{}", run.cut))
              .count("open", open)
              .count("proposed", run.proposed)
              .raw("summary", texts.summary.empty() ? "null" : texts.summary)
              .text("report", plan_.directory.page().string())
              .str());
    } else {
      say(fmt::format("run {} of {} for {}{}", format_id(run.id), plan_.definition.name,
                      format_day(run.day), was_known ? ", which was there" : ""));
      say(fmt::format("{}, {} differences to deal with, {} corrections proposed",
                      to_string(run.state), open, run.proposed));
      say(fmt::format("report: {}", plan_.directory.page().string()));
    }
    return open == 0 ? exit_code::good : exit_code::no;
  }

  const RunOptions& options_;
  EngineRuns& engine_;
  RunPlan plan_;
  KeptHashes kept_;
};

/// What was approved since goes on, and what has ended is part of what is compared.
Result<void, Trouble> settle_before(const RunOptions& options, EngineRuns& engine) {
  const auto settled = settle_sagas(engine, id_of(options.name), Speaker::operator_);
  if (!settled) return settled.error();
  for (const std::string& words : settled.value().refused) complain(words);
  return {};
}

Result<int, Trouble> reconcile(const RunOptions& options) {
  const auto attributes = attributes_from(options.write);
  if (!attributes) return trouble(attributes.error());
  auto engine = EngineRuns::open(options.client, attributes.value());
  if (!engine) return engine.error();
  if (options.proposes) {
    if (auto settled = settle_before(options, *engine.value()); !settled) return settled.error();
  }
  auto plan = plan_run(options, *engine.value());
  if (!plan) return plan.error();
  return Run{options, *engine.value(), std::move(plan).value()}.go();
}

}  // namespace

int run_reconciliation(const RunOptions& options) {
  // An arena a thread would be memory that nobody asked for.
  ::mallopt(M_ARENA_MAX, 1);
  const auto code = reconcile(options);
  return code ? code.value() : complain(code.error());
}

}  // namespace daybook::recon

// recon approve and reject: what a checker does with what somebody else proposed.

#include <algorithm>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "engine/model/legs_hash.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/recon/runs/correction_sagas.hpp"
#include "tools/daybook/recon/runs/difference_choice.hpp"
#include "tools/daybook/recon/runs/posted_corrections.hpp"
#include "tools/daybook/recon/runs/run_postings.hpp"
#include "tools/daybook/saga/saga_source.hpp"
#include "tools/daybook/text/id_text.hpp"
#include "tools/daybook/text/json_text.hpp"
#include "tools/daybook/text/table.hpp"

namespace daybook::recon {
namespace {

/// A difference that waits for a checker, and what would be posted.
struct Waiting {
  DifferenceRow row;
  std::vector<Transfer> legs;  ///< None where nothing is posted, or a saga does it.
  std::optional<SagaCall> saga;
};

bool posts(const DifferenceRow& row) {
  return (row.flags & (command_flag::accepts | command_flag::force_closes)) == 0;
}

std::string outcome_of(const Waiting& waiting) {
  if (waiting.saga) return fmt::format("saga {}@{}", waiting.saga->name, waiting.saga->version);
  if (posts(waiting.row)) return "post";
  return (waiting.row.flags & command_flag::accepts) != 0 ? "accept" : "force_close";
}

/// Whoever approves sees a name and a version, and what is started goes by the definition's hash.
Result<void, Trouble> check_saga(EngineRuns& engine, const SagaCall& saga,
                                 std::map<std::string, Uint128>& known) {
  const std::string name = fmt::format("{}@{}", saga.name, saga.version);
  if (!known.contains(name)) {
    const auto everything = see_everything(engine.client());
    if (!everything) return everything.error();
    const auto found = fetch_definition(engine.client(), everything.value(), name);
    if (!found) return found.error();
    known[name] = found.value().definition->hash;
  }
  if (known[name] == saga.definition) return {};
  return Trouble{exit_code::failed,
                 fmt::format("what was proposed as {} is another saga: reject it", name)};
}

Result<std::vector<Waiting>, Trouble> waiting(EngineRuns& engine, const ReconciliationRun& run,
                                              const ChosenDifferences& chosen, bool rejects) {
  std::vector<Waiting> found;
  std::map<std::string, Uint128> known;
  const RunBook& book = engine.book();
  for (const DifferenceRow& row : book.rows().differences().all()) {
    const bool is_asked = row.run_id == run.id && row.state == DifferenceState::proposed &&
                          chosen.has(row.id, Code{row.code}, to_string(row.state));
    if (!is_asked) continue;
    Waiting each{.row = row, .legs = {}, .saga = {}};
    if (posts(row)) {
      auto correction = proposed_correction(book, row);
      if (!correction) return trouble(correction.error());
      each.legs = std::move(correction.value().legs);
      each.saga = std::move(correction.value().saga);
    }
    if (each.saga && !rejects) {
      if (auto good = check_saga(engine, *each.saga, known); !good) return good.error();
    }
    found.push_back(std::move(each));
  }
  for (const Uint128& id : chosen.missing()) {
    return Trouble{exit_code::no,
                   fmt::format("nothing is proposed for difference {}", format_id(id))};
  }
  return found;
}

/// How many of each kind there are, and of how much.
std::string sums_of(const EngineRuns& engine, const std::vector<Waiting>& all) {
  std::map<std::tuple<std::uint8_t, std::string, LedgerId>, std::pair<std::uint64_t, u128>> sums;
  for (const Waiting& each : all) {
    auto& sum = sums[{each.row.code, outcome_of(each), each.row.ledger}];
    ++sum.first;
    sum.second += each.row.amount.value().wide();
  }
  Table table{{{"difference", Table::Align::left},
               {"what", Table::Align::left},
               {"ledger", Table::Align::right},
               {"count", Table::Align::right},
               {"amounts", Table::Align::right}}};
  for (const auto& [kind, sum] : sums) {
    const auto& [code, what, ledger] = kind;
    table.add({std::string{to_string(Code{code})}, what, fmt::format("{}", ledger.value()),
               fmt::format("{}", sum.first),
               engine.ledgers().format(ledger, Amount{Uint128{sum.second}})});
  }
  return table.text();
}

/// What became of them.
struct Reviewed {
  std::uint64_t done = 0;
  std::uint64_t failed = 0;  ///< The ledger refused.
  std::uint64_t refused = 0;
  std::string first_refusal;
  std::optional<SettledSagas> sagas;  ///< Where there are any.
};

Result<void, Trouble> review_one(EngineRuns& engine, const Waiting& each,
                                 const ReviewOptions& options, Reviewed& reviewed) {
  RunCommand command{
      .command = options.rejects ? Command::correction_reject : Command::correction_approve,
      .aggregate_id = each.row.id,
      .details = {},
      .text = options.reason,
      .run_id = each.row.run_id,
      .id = make_random_id()};
  if (!options.rejects) command.details.subject_id = each.row.legs_hash;
  const auto legs = options.rejects ? std::vector<Transfer>{} : each.legs;
  const auto answer = engine.review(RequestKind::review_corrections, legs, {command});
  if (!answer) return answer.error();
  if (answer.value().is_done()) return ++reviewed.done, Result<void, Trouble>{};
  if (reviewed.first_refusal.empty()) {
    reviewed.first_refusal =
        fmt::format("{}: {}", format_id(each.row.id), answer.value().trouble().what);
  }
  if (!answer.value().of_leg) return ++reviewed.refused, Result<void, Trouble>{};
  ++reviewed.failed;
  const auto told = engine.review(RequestKind::review_corrections, {},
                                  {{.command = Command::correction_fail,
                                    .aggregate_id = each.row.id,
                                    .details = {},
                                    .text = answer.value().name(),
                                    .run_id = each.row.run_id,
                                    .id = make_random_id()}});
  if (!told) return told.error();
  return {};
}

/// So that the run's page says who approved what. On another machine there is none; where it cannot
/// be written, what was approved is approved all the same.
/// The number is a copy, as what is read anew takes the place of every row.
Result<void, Trouble> show_in_report(EngineRuns& engine, Uint128 id) {
  if (auto read = engine.refresh(); !read) return read;
  const ReconciliationRun& run = *engine.book().rows().find_run(id);
  return has_reports_here(engine.book(), run) ? renew_reports(engine, run)
                                              : Result<void, Trouble>{};
}

bool has_approved(const EngineRuns& engine) {
  const auto all = engine.book().rows().differences().all();
  return std::any_of(all.begin(), all.end(), [](const DifferenceRow& row) {
    return row.state == DifferenceState::approved;
  });
}

/// What was approved is started at once, and what was before is looked at. Where that fails it is
/// approved all the same, and the next one who settles goes on with it.
Result<void, Trouble> settle_approved(EngineRuns& engine, Uint128 run, Reviewed& reviewed) {
  if (auto read = engine.refresh(); !read) return read;
  const Uint128 of = engine.book().rows().find_run(run)->reconciliation_id;
  auto settled = settle_sagas(engine, of, Speaker::checker);
  if (!settled) return settled.error();
  for (const std::string& words : settled.value().refused) complain(words);
  if (!settled.value().sagas.empty()) reviewed.sagas = std::move(settled).value();
  return {};
}

int report(const ReviewOptions& options, const Reviewed& reviewed) {
  if (options.client.json) {
    JsonObject object;
    object.count(options.rejects ? "rejected" : "approved", reviewed.done)
        .count("posting_failed", reviewed.failed)
        .count("refused", reviewed.refused);
    if (reviewed.sagas) object.raw("sagas", reviewed.sagas->json());
    say(object.str());
  } else {
    say(fmt::format("{} {}, {} that the ledger refused, {} that the engine refused", reviewed.done,
                    options.rejects ? "rejected" : "approved", reviewed.failed, reviewed.refused));
    if (reviewed.sagas) say(reviewed.sagas->words());
  }
  if (reviewed.first_refusal.empty()) {
    const bool did_fail = reviewed.sagas && reviewed.sagas->failed + reviewed.sagas->stuck > 0;
    return did_fail ? exit_code::no : exit_code::good;
  }
  complain(reviewed.first_refusal);
  return exit_code::no;
}

Result<int, Trouble> review(const ReviewOptions& options) {
  const auto attributes = attributes_from(options.write);
  if (!attributes) return trouble(attributes.error());
  const auto chosen = ChosenDifferences::of(options.choice);
  if (!chosen) return trouble(chosen.error());
  auto engine = EngineRuns::open(options.client, attributes.value());
  if (!engine) return engine.error();
  const auto run = engine.value()->find_run(options.choice.run);
  if (!run) return run.error();
  const auto all = waiting(*engine.value(), *run.value(), chosen.value(), options.rejects);
  if (!all) return all.error();
  if (!options.client.json) print_text(sums_of(*engine.value(), all.value()));
  if (!options.is_sure) {
    return Trouble{exit_code::no,
                   fmt::format("{} would be {}; nothing was done: say --yes to do it",
                               all.value().size(), options.rejects ? "rejected" : "approved")};
  }
  // What is read anew takes the place of every row.
  const Uint128 id = run.value()->id;
  Reviewed reviewed;
  bool has_sagas = has_approved(*engine.value());
  for (const Waiting& each : all.value()) {
    has_sagas = has_sagas || each.saga.has_value();
    if (auto done = review_one(*engine.value(), each, options, reviewed); !done) {
      return done.error();
    }
  }
  if (!options.rejects && has_sagas) {
    if (auto settled = settle_approved(*engine.value(), id, reviewed); !settled) {
      complain("sagas of what was approved could not be looked at: " + settled.error().what);
    }
  }
  if (!options.rejects && reviewed.done > 0) {
    const auto shown = show_in_report(*engine.value(), id);
    if (!shown) complain("the run's report does not show it: " + shown.error().what);
  }
  return report(options, reviewed);
}

}  // namespace

int run_review(const ReviewOptions& options) {
  const auto code = review(options);
  return code ? code.value() : complain(code.error());
}

}  // namespace daybook::recon

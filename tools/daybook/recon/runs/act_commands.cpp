// recon close, cancel, accept, force-close, assign, reopen: what an operator does to runs and
// differences.

#include <fmt/format.h>

#include "engine/model/legs_hash.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/recon/definition/definition_file.hpp"
#include "tools/daybook/recon/runs/difference_choice.hpp"
#include "tools/daybook/recon/runs/engine_runs.hpp"
#include "tools/daybook/text/id_text.hpp"
#include "tools/daybook/text/json_text.hpp"

namespace daybook::recon {
namespace {

/// How much the difference is about, for the checker; 0 where it is of another currency, or moved
/// nothing.
Amount amount_of(const EngineRuns& runs, const Reconciliation& definition,
                 const KeptDifference& difference) {
  const Ledger* const ledger = runs.ledgers().find(definition.ledger);
  const bool is_of_ledger =
      ledger != nullptr && currency_of_text(difference.currency) == currency_of_ledger(*ledger);
  if (!is_of_ledger || difference.delta.empty()) return {};
  const std::string_view delta = difference.delta;
  const auto amount =
      runs.ledgers().parse(definition.ledger, delta.substr(delta[0] == '-' ? 1 : 0));
  return amount ? amount.value() : Amount{};
}

Result<RunCommand, Trouble> act_on(const EngineRuns& runs, const ReconciliationRun& run,
                                   const KeptDifference& difference,
                                   const DifferenceActOptions& options) {
  RunCommand command{.command = options.act,
                     .aggregate_id = difference.id,
                     .details = {},
                     .text = options.reason,
                     .run_id = run.id,
                     .id = make_random_id()};
  if (options.act != Command::correction_propose) return command;
  const std::string* const text = runs.book().definition(run.reconciliation_id);
  const auto definition = read_reconciliation(text == nullptr ? "" : *text);
  if (!definition) return Trouble{exit_code::failed, faults_text(definition.error())};
  command.details = {.subject_id = legs_hash({}),
                     .amount = amount_of(runs, definition.value(), difference),
                     .transfer_id = {},
                     .quantity = static_cast<std::uint64_t>(difference.code),
                     .ledger = definition.value().ledger,
                     .flags = options.flags};
  command.text = JsonObject{}
                     .text("why", options.reason)
                     .text("code", to_string(difference.code))
                     .text("reference", difference.reference)
                     .text("currency", difference.currency)
                     .text("delta", difference.delta)
                     .str();
  return command;
}

Result<int, Trouble> act(const DifferenceActOptions& options) {
  const auto attributes = attributes_from(options.write);
  if (!attributes) return trouble(attributes.error());
  const auto chosen = ChosenDifferences::of(options.choice);
  if (!chosen) return trouble(chosen.error());
  auto engine = EngineRuns::open(options.client, attributes.value());
  if (!engine) return engine.error();
  EngineRuns& runs = *engine.value();
  const auto run = runs.find_run(options.choice.run);
  if (!run) return run.error();
  const auto file = differences_of(runs.book(), *run.value());
  if (!file) return file.error();
  std::uint64_t done = 0;
  std::optional<Trouble> wrong;
  const auto read = read_differences(file.value(), [&](const KeptDifference& each) -> Result<void> {
    const auto state = state_of(runs.book(), each.id);
    if (wrong || !chosen.value().has(each.id, each.code, state)) return {};
    const auto command = act_on(runs, *run.value(), each, options);
    if (!command) return wrong = command.error(), Result<void>{};
    if (auto told = runs.expect({command.value()}); !told) {
      wrong =
          Trouble{told.error().code, fmt::format("{}: {}", format_id(each.id), told.error().what)};
      return {};
    }
    ++done;
    return {};
  });
  if (!read) return trouble(read.error());
  if (options.client.json) say(JsonObject{}.count("done", done).str());
  if (!options.client.json) say(fmt::format("{} differences: {}", done, to_string(options.act)));
  if (wrong) return *wrong;
  for (const Uint128& id : chosen.value().missing()) {
    return Trouble{exit_code::no, fmt::format("the run has no difference {}", format_id(id))};
  }
  return exit_code::good;
}

Result<int, Trouble> act_on_run(const RunActOptions& options) {
  const auto attributes = attributes_from(options.write);
  if (!attributes) return trouble(attributes.error());
  auto engine = EngineRuns::open(options.client, attributes.value());
  if (!engine) return engine.error();
  const auto run = engine.value()->find_run(options.run);
  if (!run) return run.error();
  const Uint128 id = run.value()->id;
  const auto told = engine.value()->expect({{.command = options.act,
                                             .aggregate_id = id,
                                             .details = {},
                                             .text = options.reason,
                                             .run_id = id,
                                             .id = make_random_id()}});
  if (!told) return told.error();
  if (options.client.json) {
    say(JsonObject{}.id("run", id).text("event", to_string(options.act)).str());
  } else {
    say(fmt::format("run {}: {}", format_id(id), to_string(options.act)));
  }
  return exit_code::good;
}

}  // namespace

int run_difference_act(const DifferenceActOptions& options) {
  const auto code = act(options);
  return code ? code.value() : complain(code.error());
}

int run_run_act(const RunActOptions& options) {
  const auto code = act_on_run(options);
  return code ? code.value() : complain(code.error());
}

}  // namespace daybook::recon

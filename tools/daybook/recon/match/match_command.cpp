// recon match: a few records at once against what a running engine has under their references.

#include "tools/daybook/recon/match/match_command.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "engine/base/durations.hpp"
#include "engine/recon/batch_comparison.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/recon/compare_plan.hpp"
#include "tools/daybook/recon/definition/definition_file.hpp"
#include "tools/daybook/recon/match/match_report.hpp"
#include "tools/daybook/recon/runs/posted_corrections.hpp"
#include "tools/daybook/recon/runs/run_plan.hpp"
#include "tools/daybook/text/id_text.hpp"

namespace daybook::recon {
namespace {

Trouble failed(std::string what) { return {exit_code::failed, std::move(what)}; }

/// Everything that the comparison is about.
struct MatchPlan {
  Reconciliation definition;
  JournalScan scan;
  std::array<SourceMapping, 2> mappings;
  PairRules rules;
};

/// What stands for the account in a journal that is not read.
Result<void, Trouble> settle_account(const EngineRuns& engine, MatchPlan& plan) {
  const Reconciliation& definition = plan.definition;
  const Ledger* const ledger = engine.ledgers().find(definition.ledger);
  if (ledger == nullptr) {
    return failed(fmt::format("ledger {} is not registered", definition.ledger.value()));
  }
  if (ledger->scale > limits::scale_max) {
    return failed(fmt::format("ledger {} has {} decimals; at most {} can be compared",
                              ledger->id.value(), ledger->scale, limits::scale_max));
  }
  plan.scan.selection.account = definition.account;
  plan.scan.selection.fee_codes = definition.fee_codes;
  plan.scan.ledger = definition.ledger;
  plan.scan.scale = ledger->scale;
  plan.scan.currency = definition.currency != 0 ? definition.currency : currency_of_ledger(*ledger);
  return {};
}

/// The engine's ledger is there up to the last entry, as a journal that is cut now.
Result<std::int64_t, Trouble> time_of_cut(EngineRuns& engine, AccountId account) {
  const auto found = settled(engine.client().lookup_accounts_at(
      std::span{&account, 1}, {.sequence = engine.read_to(), .time = {}}));
  if (!found) return found.error();
  return static_cast<std::int64_t>(found.value().commit_time.value());
}

Result<void, Trouble> settle_rules(EngineRuns& engine, MatchPlan& plan) {
  const Reconciliation& definition = plan.definition;
  auto mappings =
      mappings_beside_ledger(statement_options(definition), plan.scan.currency, plan.scan.scale);
  if (!mappings) return trouble(mappings.error());
  plan.mappings = std::move(mappings).value();
  auto tolerances = definition.tolerances_in(plan.mappings[0].scales);
  if (!tolerances) return trouble(tolerances.error());
  plan.rules.tolerances = std::move(tolerances).value();
  plan.rules.sums_groups = definition.sums_groups || plan.mappings[1].sums_groups;
  if (!definition.window_days) return {};
  plan.rules.window_ns = static_cast<std::int64_t>(*definition.window_days) * day_ns;
  const auto cut = time_of_cut(engine, definition.account);
  if (!cut) return cut.error();
  plan.rules.newest_a = cut.value();
  return {};
}

Result<std::set<std::string>, Trouble> references_of(const StatementBatch& batch,
                                                     const std::string& file) {
  std::set<std::string> references;
  for (const StatementBatch::Item& item : batch.items) {
    if (!item.reference.empty()) references.insert(item.reference);
  }
  if (references.empty() && !batch.items.empty()) {
    return failed(fmt::format(
        "{}: no record has a reference, and only by that the engine's indexes find one: 'daybook "
        "recon run' goes through the whole journal",
        file));
  }
  return references;
}

double seconds_since(std::chrono::steady_clock::time_point begun) {
  return std::chrono::duration<double>{std::chrono::steady_clock::now() - begun}.count();
}

Result<int, Trouble> match(const MatchOptions& options) {
  const auto begun = std::chrono::steady_clock::now();
  auto opened = EngineRuns::open(options.client, {});
  if (!opened) return opened.error();
  EngineRuns& engine = *opened.value();
  auto definition = definition_of(engine, options.name);
  if (!definition) return failed(definition.error().what);
  MatchPlan plan;
  plan.definition = std::move(definition).value();
  if (auto settled = settle_account(engine, plan); !settled) return settled.error();
  if (auto settled = settle_rules(engine, plan); !settled) return settled.error();
  const auto batch = read_batch(options.file, plan.mappings[1]);
  if (!batch) return trouble(batch.error());
  const auto references = references_of(batch.value(), options.file);
  if (!references) return references.error();
  const auto corrections = posted_corrections(engine, id_of(options.name));
  if (!corrections) return corrections.error();
  ReferenceLookup lookup{engine, plan.scan, plan.mappings[0]};
  const auto finds = lookup.find(references.value(), *corrections.value());
  if (!finds) return finds.error();
  std::vector<Record> records = finds.value().records;
  for (const StatementBatch::Item& item : batch.value().items) records.push_back(item.record);
  std::vector<Difference> told;
  const auto compared = compare_batch(std::move(records), plan.rules,
                                      [&](const Difference& each) { told.push_back(each); });
  if (!compared) return trouble(compared.error());
  MatchResult result{.name = options.name,
                     .sequence = engine.read_to(),
                     .outcomes = {},
                     .ledger_only = 0,
                     .has_fallback_rules = !plan.definition.fallback_rules.empty(),
                     .seconds = seconds_since(begun)};
  take_outcomes(told, batch.value(), result);
  const auto text = options.client.json ? match_json(result, batch.value(), finds.value())
                                        : match_text(result, batch.value());
  if (!text) return trouble(text.error());
  print_text(options.client.json ? text.value() + "\n" : text.value());
  return result.differing(batch.value()) == 0 ? exit_code::good : exit_code::no;
}

}  // namespace

int run_match(const MatchOptions& options) {
  const auto code = match(options);
  return code ? code.value() : complain(code.error());
}

}  // namespace daybook::recon

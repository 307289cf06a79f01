// recon runs, show, differences: what an engine knows of reconciliations.

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tools/daybook/command.hpp"
#include "tools/daybook/recon/runs/correction_sagas.hpp"
#include "tools/daybook/recon/runs/difference_choice.hpp"
#include "tools/daybook/recon/runs/posted_corrections.hpp"
#include "tools/daybook/text/id_text.hpp"
#include "tools/daybook/text/json_text.hpp"
#include "tools/daybook/text/table.hpp"
#include "tools/daybook/text/time_text.hpp"

namespace daybook::recon {
namespace {

std::string name_of(const RunBook& book, const ReconciliationRun& run) {
  const std::string name = book.header_member(run, "name");
  return name.empty() ? format_id(run.reconciliation_id) : name;
}

std::uint64_t open_of(const ReconciliationRun& run) {
  return run.differences - std::min(run.settled, run.differences);
}

JsonObject json_of(const RunBook& book, const ReconciliationRun& run) {
  const RunTexts& texts = book.texts_of(run);
  JsonObject object;
  object.id("run", run.id)
      .text("reconciliation", name_of(book, run))
      .text("day", format_day(run.day))
      .text("state", to_string(run.state))
      .text("reached", to_string(run.reached))
      .text("cut", fmt::format("{}", run.cut))
      .id("carry_in", run.carry_in)
      .count("differences", run.differences)
      .count("settled", run.settled)
      .count("proposed", run.proposed)
      .time("created_at", texts.created_at)
      .time("changed_at", texts.changed_at)
      .text("trouble", texts.trouble)
      .raw("header", texts.header)
      .raw("summary", texts.summary.empty() ? "null" : texts.summary);
  return object;
}

Result<int, Trouble> list_runs(const RunListOptions& options) {
  auto engine = EngineRuns::open(options.client, {});
  if (!engine) return engine.error();
  const RunBook& book = engine.value()->book();
  Table table{{{"reconciliation", Table::Align::left},
               {"day", Table::Align::left},
               {"run", Table::Align::left},
               {"state", Table::Align::left},
               {"differences", Table::Align::right},
               {"open", Table::Align::right},
               {"proposed", Table::Align::right}}};
  for (const ReconciliationRun& run : book.rows().runs().all()) {
    const std::string name = name_of(book, run);
    if (!options.name.empty() && options.name != name) continue;
    if (options.client.json) {
      say(json_of(book, run).str());
      continue;
    }
    table.add({name, format_day(run.day), format_id(run.id), std::string{to_string(run.state)},
               fmt::format("{}", run.differences), fmt::format("{}", open_of(run)),
               fmt::format("{}", run.proposed)});
  }
  if (options.client.json) return exit_code::good;
  if (table.empty()) say("no runs");
  if (!table.empty()) print_text(table.text());
  return exit_code::good;
}

/// The sagas under way of the run's business day.
Result<std::vector<CorrectionSaga>, Trouble> sagas_of(EngineRuns& engine,
                                                      const ReconciliationRun& run) {
  auto sagas = look_at_sagas(engine, run.reconciliation_id);
  if (!sagas) return sagas.error();
  const AggregateTables& rows = engine.book().rows();
  std::erase_if(sagas.value(), [&](const CorrectionSaga& each) {
    return rows.find_run(rows.find_difference(each.difference)->run_id)->day != run.day;
  });
  return sagas;
}

void print_sagas(const std::vector<CorrectionSaga>& sagas) {
  for (const CorrectionSaga& each : sagas) {
    say(fmt::format("  difference {}: saga {} of {} is {}{}{}", format_id(each.difference),
                    format_id(each.call.id), each.name(), each.state(),
                    each.words.empty() ? "" : ": ", each.words));
  }
}

std::string sagas_json(const std::vector<CorrectionSaga>& sagas) {
  std::vector<std::string> items;
  for (const CorrectionSaga& each : sagas) items.push_back(each.json());
  return json_array(items);
}

void print_run(const RunBook& book, const ReconciliationRun& run) {
  const RunTexts& texts = book.texts_of(run);
  say(fmt::format("run {} of {} for {}: {}", format_id(run.id), name_of(book, run),
                  format_day(run.day), to_string(run.state)));
  if (run.state == RunState::failed) {
    say(fmt::format("  failed behind {}: {}", to_string(run.reached), texts.trouble));
  }
  if (run.state == RunState::cancelled) say(fmt::format("  cancelled: {}", texts.trouble));
  say(fmt::format("  begun {}, last changed {}", format_time(texts.created_at),
                  format_time(texts.changed_at)));
  say(fmt::format("  differences {}, settled {}, waiting for a checker {}", run.differences,
                  run.settled, run.proposed));
  for (const std::string* const text : {&texts.header, &texts.summary}) {
    const auto object = nlohmann::json::parse(*text, nullptr, false);
    if (!object.is_object()) continue;
    for (const auto& [name, value] : object.items()) {
      say(fmt::format("  {}: {}", name,
                      value.is_string() ? value.get<std::string>() : value.dump()));
    }
  }
}

Result<int, Trouble> show_run(const RunShowOptions& options) {
  auto engine = EngineRuns::open(options.client, {});
  if (!engine) return engine.error();
  const auto run = engine.value()->find_run(options.run);
  if (!run) return run.error();
  const RunBook& book = engine.value()->book();
  const auto sagas = sagas_of(*engine.value(), *run.value());
  if (!sagas) return sagas.error();
  if (options.client.json) {
    say(json_of(book, *run.value()).raw("sagas", sagas_json(sagas.value())).str());
  } else {
    print_run(book, *run.value());
    print_sagas(sagas.value());
  }
  return run.value()->state == RunState::failed ? exit_code::no : exit_code::good;
}

/// What was said of it last; where a saga is to post it, which one that is.
std::string words_of(const RunBook& book, const DifferenceRow& row) {
  std::string words = book.texts_of(row).words;
  if (row.state != DifferenceState::approved) return words;
  const auto correction = proposed_correction(book, row);
  if (!correction || !correction.value().saga) return words;
  return fmt::format("{}{}saga {}", words, words.empty() ? "" : "; ",
                     format_id(correction.value().saga->id));
}

Result<int, Trouble> list_differences(const DifferenceListOptions& options) {
  const auto chosen = ChosenDifferences::of(options.choice);
  if (!chosen) return trouble(chosen.error());
  auto engine = EngineRuns::open(options.client, {});
  if (!engine) return engine.error();
  const RunBook& book = engine.value()->book();
  const auto run = engine.value()->find_run(options.choice.run);
  if (!run) return run.error();
  const auto file = differences_of(book, *run.value());
  if (!file) return file.error();
  Table table{{{"difference", Table::Align::left},
               {"what", Table::Align::left},
               {"reference", Table::Align::left},
               {"delta", Table::Align::right},
               {"currency", Table::Align::left},
               {"state", Table::Align::left},
               {"words", Table::Align::left}}};
  const auto read = read_differences(file.value(), [&](const KeptDifference& each) -> Result<void> {
    const DifferenceRow* const row = book.rows().find_difference(each.id);
    const std::string_view state = state_of(book, each.id);
    if (!chosen.value().has(each.id, each.code, state)) return {};
    const std::string words = row == nullptr ? "" : words_of(book, *row);
    if (options.client.json) {
      say(JsonObject{}
              .text("state", state)
              .text("words", words)
              .raw("correction", row == nullptr || book.texts_of(*row).correction.empty()
                                     ? "null"
                                     : book.texts_of(*row).correction)
              .raw("found", each.line)
              .str());
      return {};
    }
    table.add({format_id(each.id), std::string{to_string(each.code)}, each.reference, each.delta,
               each.currency, std::string{state}, words});
    return {};
  });
  if (!read) return trouble(read.error());
  if (!options.client.json && !table.empty()) print_text(table.text());
  if (!options.client.json && table.empty()) say("no differences");
  for (const Uint128& id : chosen.value().missing()) {
    return Trouble{exit_code::no, fmt::format("the run has no difference {}", format_id(id))};
  }
  return exit_code::good;
}

int code_of_answer(const Result<int, Trouble>& answer) {
  return answer ? answer.value() : complain(answer.error());
}

}  // namespace

int run_list_runs(const RunListOptions& options) { return code_of_answer(list_runs(options)); }
int run_show_run(const RunShowOptions& options) { return code_of_answer(show_run(options)); }
int run_list_differences(const DifferenceListOptions& options) {
  return code_of_answer(list_differences(options));
}

}  // namespace daybook::recon

#include "tools/daybook/recon/runs/run_plan.hpp"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/base/hash.hpp"
#include "engine/model/engine_version.hpp"
#include "storage/file/file.hpp"
#include "tools/daybook/exit_code.hpp"
#include "tools/daybook/recon/runs/business_day.hpp"
#include "tools/daybook/recon/runs/difference_choice.hpp"
#include "tools/daybook/recon/runs/posted_corrections.hpp"
#include "tools/daybook/recon/watched_file.hpp"
#include "tools/daybook/text/id_text.hpp"
#include "tools/daybook/text/json_text.hpp"
#include "tools/daybook/text/number_text.hpp"
#include "tools/daybook/text/time_text.hpp"

namespace daybook::recon {
namespace {

Trouble no(std::string what) { return {exit_code::no, std::move(what)}; }

std::int64_t now_ns() {
  return std::chrono::nanoseconds{std::chrono::system_clock::now().time_since_epoch()}.count();
}

Result<void> settle_day(const RunOptions& options, RunPlan& plan) {
  const Result<std::uint64_t> day =
      options.day.empty() ? day_before(plan.definition, now_ns()) : parse_day(options.day);
  if (!day) return day.error();
  plan.day = day.value();
  const auto bounds = bounds_of_day(plan.definition, plan.day);
  if (!bounds) return bounds.error();
  plan.begins_ns = plan.since_ns = bounds.value().begins_ns;
  plan.ends_ns = bounds.value().ends_ns;
  if (plan.begins_ns <= now_ns()) return {};
  return Failure{FailureKind::invalid,
                 fmt::format("{} has not begun yet: nothing was done", format_day(plan.day))};
}

/// What is asked for, or where a run of the same was cut that did not come to its end, or all that
/// is durable now.
Result<Sequence, Trouble> cut_of(const RunOptions& options, const RunPlan& plan,
                                 EngineRuns& engine) {
  if (!options.until_sequence.empty()) {
    const auto asked = parse_unsigned(options.until_sequence, UINT64_MAX);
    if (!asked) return no(fmt::format("--until-sequence: {}", asked.error().what));
    return Sequence{asked.value()};
  }
  const RunBook& book = engine.book();
  const ReconciliationRun* const newest = book.newest_run(plan.reconciliation_id, plan.day);
  const bool goes_on =
      newest != nullptr && newest->reached >= RunState::cut &&
      newest->reached < RunState::in_review && newest->carry_in == plan.carry_in &&
      book.header_member(*newest, "statement_sha256") == plan.statement_sha256 &&
      book.header_member(*newest, "definition_sha256") == sha256_hex(plan.definition.canonical);
  if (goes_on) return Sequence{newest->cut};
  const auto now = settled(engine.client().state_digest());
  if (!now) return now.error();
  return now.value().sequence;
}

/// What the run before has left, which must be what it said in the journal.
Result<void, Trouble> settle_carry(const EngineRuns& engine, RunPlan& plan) {
  const ReconciliationRun* const before =
      engine.book().run_before(plan.reconciliation_id, plan.day);
  if (before == nullptr) return {};
  plan.carry_in = before->id;
  plan.counted_to = Sequence{before->cut};
  // Whatever came since the end of that day is of this one: days that nobody reconciled, too.
  const auto ended = parse_time(engine.book().header_member(*before, "ends"));
  if (!ended) return trouble(ended.error());
  plan.since_ns = static_cast<std::int64_t>(ended.value().value());
  const auto directory = directory_of(engine.book(), *before);
  if (!directory) return directory.error();
  const std::filesystem::path path = directory.value().carry();
  std::ifstream input{path, std::ios::binary};
  const std::string text{std::istreambuf_iterator<char>{input}, {}};
  if (!input.is_open() ||
      sha256_hex(text) != engine.book().summary_member(*before, "carry_sha256")) {
    return Trouble{exit_code::failed, fmt::format("{}: it is not what the run of {} has carried on",
                                                  path.string(), format_day(before->day))};
  }
  auto carried = read_carry(text);
  if (!carried) {
    return Trouble{exit_code::failed, fmt::format("{}: {}", path.string(), carried.error().what)};
  }
  plan.carried = std::move(carried).value();
  return {};
}

CompareOptions compare_options(const RunOptions& options, const RunPlan& plan) {
  const Reconciliation& definition = plan.definition;
  CompareOptions asked = statement_options(definition);
  asked.file_a = "journal:" + options.data;
  asked.file_b = options.statement;
  asked.memory_bytes = options.memory_bytes;
  asked.threads = options.threads;
  asked.out = plan.directory.differences().string();
  asked.work = plan.directory.work().string();
  asked.account = format_id(definition.account.value());
  asked.until_sequence = fmt::format("{}", plan.cut.value());
  asked.since_time = format_time(Timestamp{static_cast<std::uint64_t>(plan.since_ns)});
  asked.before_time = format_time(Timestamp{static_cast<std::uint64_t>(plan.ends_ns)});
  for (const daybook::Code code : definition.fee_codes) asked.fee_codes.push_back(code.value());
  if (definition.sums_groups) asked.group = "sum";
  asked.has_window = definition.window_days.has_value();
  asked.window_days = definition.window_days.value_or(0);
  asked.json = options.client.json;
  return asked;
}

std::shared_ptr<const CarriedPlaces> places_of(const CarryOut& carried) {
  auto places = std::make_shared<CarriedPlaces>();
  for (const CarriedPlace& each : carried.ledger) {
    places->sequences.push_back(each.sequence);
    places->keys.push_back(each.key);
  }
  std::sort(places->keys.begin(), places->keys.end());
  return places;
}

Result<void, Trouble> settle_comparison(const RunOptions& options, EngineRuns& engine,
                                        RunPlan& plan) {
  plan.options = compare_options(options, plan);
  auto made = plan_of(plan.options);
  if (!made) return trouble(made.error());
  plan.plan = std::move(made).value();
  JournalScan& journal = *plan.plan.journals[0];
  if (journal.ledger != plan.definition.ledger) {
    return Trouble{exit_code::failed,
                   fmt::format("the account is of ledger {}, and the definition says {}",
                               journal.ledger.value(), plan.definition.ledger.value())};
  }
  const auto corrections = posted_corrections(engine, plan.reconciliation_id);
  if (!corrections) return corrections.error();
  journal.selection.carried = places_of(plan.carried);
  journal.selection.counted_to = plan.counted_to;
  if (!corrections.value()->empty()) {
    JournalSelection selection = journal.selection;
    selection.corrections = corrections.value();
    auto scanned = scan_journal(selection, plan.definition.currency);
    if (!scanned) return trouble(scanned.error());
    journal = std::move(scanned).value();
  }
  const auto tolerances = plan.definition.tolerances_in(plan.plan.mappings[0].scales);
  if (!tolerances) return trouble(tolerances.error());
  plan.plan.settings.tolerances = tolerances.value();
  // The statement is all there is of the day; of the journal that is what was written by then.
  const std::int64_t last_ns = plan.ends_ns - 1;
  const auto cut_ns = static_cast<std::int64_t>(journal.cut_time.value());
  plan.plan.settings.whole_to = {std::min(cut_ns, last_ns), last_ns};
  plan.plan.settings.fallback_rules = plan.definition.fallback_rules;
  return {};
}

std::string header_of(const RunPlan& plan, const std::string& data, std::uint64_t statement_bytes,
                      std::string_view path) {
  const JournalScan& journal = *plan.plan.journals[0];
  std::error_code error;
  return JsonObject{}
      .text("name", plan.definition.name)
      .text("definition_sha256", sha256_hex(plan.definition.canonical))
      .text("statement", path)
      .text("statement_sha256", plan.statement_sha256)
      .count("statement_bytes", statement_bytes)
      .text("cut", fmt::format("{}", plan.cut.value()))
      .text("cut_hash", to_hex(journal.cut_hash))
      .text("begins", format_time(Timestamp{static_cast<std::uint64_t>(plan.begins_ns)}))
      .text("ends", format_time(Timestamp{static_cast<std::uint64_t>(plan.ends_ns)}))
      .id("carry_in", plan.carry_in)
      .text("engine", engine_version)
      .text("kept", plan.directory.path.string())
      .text("data", std::filesystem::absolute(data, error).string())
      .str();
}

Result<void> make_directories(const RunOptions& options, RunPlan& plan) {
  std::error_code error;
  std::filesystem::path root = std::filesystem::absolute(
      options.runs.empty() ? options.data + ".reconciliations" : options.runs, error);
  if (auto made = make_directory(root); !made) return made;
  plan.directory.path = root / to_hex(plan.id);
  if (auto made = make_directory(plan.directory.path); !made) return made;
  return make_directory(plan.directory.work());
}

}  // namespace

std::string sha256_hex(std::string_view text) {
  std::string hex;
  for (const auto each : sha256(std::as_bytes(std::span{text}))) {
    hex += fmt::format("{:02x}", static_cast<unsigned>(each));
  }
  return hex;
}

CompareOptions statement_options(const Reconciliation& definition) {
  CompareOptions asked;
  asked.map_b = definition.map;
  if (definition.currency != 0) asked.currency = currency_text(definition.currency);
  for (const auto& [currency, scale] : definition.scales) {
    asked.scales.push_back(fmt::format("{}={}", currency_text(currency), scale));
  }
  return asked;
}

Result<RunPlan, Trouble> plan_run(const RunOptions& options, EngineRuns& engine) {
  RunPlan plan;
  plan.reconciliation_id = id_of(options.name);
  auto definition = definition_of(engine, options.name);
  if (!definition) return definition.error();
  plan.definition = std::move(definition).value();
  if (auto settled = settle_day(options, plan); !settled) return trouble(settled.error());
  if (auto settled = settle_carry(engine, plan); !settled) return settled.error();
  const auto statement = WatchedFile::open(options.statement);
  if (!statement) return trouble(statement.error());
  auto hash = statement.value().sha256_of({});
  if (!hash) return trouble(hash.error());
  plan.statement_sha256 = std::move(hash).value();
  const auto cut = cut_of(options, plan, engine);
  if (!cut) return cut.error();
  plan.cut = cut.value();
  plan.id = id_of(fmt::format("{}|{}|{}|{}|{}|{}", plan.definition.name, plan.day,
                              sha256_hex(plan.definition.canonical), plan.statement_sha256,
                              plan.cut.value(), to_hex(plan.carry_in)));
  if (auto made = make_directories(options, plan); !made) return trouble(made.error());
  if (auto settled = settle_comparison(options, engine, plan); !settled) return settled.error();
  std::error_code error;
  const std::string path = std::filesystem::absolute(options.statement, error).string();
  plan.header = header_of(plan, options.data, statement.value().size_bytes(), path);
  return plan;
}

}  // namespace daybook::recon

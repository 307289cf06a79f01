#include "tools/daybook/recon/compare_command.hpp"

#include <algorithm>
#include <filesystem>
#include <thread>

#include <fmt/format.h>
#include <malloc.h>

#include "storage/spill/spill_directory.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/recon/compare_report.hpp"
#include "tools/daybook/recon/difference_writer.hpp"
#include "tools/daybook/recon/journal_source.hpp"
#include "tools/daybook/recon/mapping_file.hpp"
#include "tools/daybook/recon/open_side.hpp"
#include "tools/daybook/recon/report/report_files.hpp"
#include "tools/daybook/text/id_text.hpp"
#include "tools/daybook/text/number_text.hpp"
#include "tools/daybook/text/progress.hpp"
#include "tools/daybook/text/rate_text.hpp"

namespace daybook::recon {
namespace {

/// Shows how far it is, and hands differences on to the file, if there is one.
class Watcher final : public ComparisonObserver {
 public:
  Watcher(DifferenceWriter* writer, DetailCollector* details, ProgressLine& line,
          std::uint64_t estimated)
      : writer_{writer}, details_{details}, line_{line}, estimated_{estimated} {}

  void progress(const ComparisonProgress& progress) override {
    const double share = std::min(progress.fraction, 1.0);
    line_.show(static_cast<std::uint64_t>(static_cast<double>(estimated_) * share), share);
  }
  void begin_result(const std::array<std::int64_t, 2>& newest) override {
    if (details_ != nullptr) details_->begin(std::max(newest[0], newest[1]));
  }
  Result<void> difference(const Difference& difference) override {
    if (details_ != nullptr) details_->add(difference);
    return writer_ == nullptr ? Result<void>{} : writer_->write(difference);
  }
  Result<void> invalid_line(Side side, const InvalidLine& line) override {
    if (details_ != nullptr) details_->add(side, line);
    return writer_ == nullptr ? Result<void>{} : writer_->write(side, line);
  }

 private:
  DifferenceWriter* writer_;
  DetailCollector* details_;
  ProgressLine& line_;
  std::uint64_t estimated_;
};

/// Everything that the options ask for, checked.
struct Plan {
  std::array<SourceMapping, 2> mappings;
  std::array<std::optional<JournalScan>, 2> journals;
  ComparisonSettings settings;
  std::filesystem::path spill;
};

Result<void> apply_scales(const CompareOptions& options, SourceMapping& mapping) {
  for (const std::string& text : options.scales) {
    const std::size_t equals = text.find('=');
    const std::uint64_t currency = currency_of_text(text.substr(0, equals));
    const auto scale = equals == std::string::npos
                           ? Result<std::uint64_t>{Failure{}}
                           : parse_unsigned(text.substr(equals + 1), limits::scale_max);
    if (currency == 0 || !scale) {
      return Failure{FailureKind::invalid,
                     fmt::format("--scale '{}': write it like BTC=8, with at most {} decimals",
                                 text, limits::scale_max)};
    }
    mapping.scales.insert(mapping.scales.begin(), {currency, static_cast<unsigned>(scale.value())});
  }
  if (!options.currency.empty()) {
    if (currency_of_text(options.currency) == 0) {
      return Failure{FailureKind::invalid,
                     fmt::format("--currency '{}': 1 to 8 letters and digits", options.currency)};
    }
    mapping.currency = options.currency;
  }
  return {};
}

/// One minor unit of a currency is the same amount on both sides: the smaller one, where the
/// mappings differ. Files that count in minor units cannot be told to count in others.
Result<void> agree_on_scales(std::array<SourceMapping, 2>& mappings) {
  CurrencyScales agreed;
  for (const SourceMapping& mapping : mappings) {
    for (const auto& [currency, scale] : mapping.scales) {
      const unsigned a = scale_in(mappings[0].scales, currency);
      const unsigned b = scale_in(mappings[1].scales, currency);
      if (a != b && (mappings[0].amounts.minor_units || mappings[1].amounts.minor_units)) {
        return Failure{
            FailureKind::invalid,
            fmt::format("{} has {} decimals in mapping '{}' and {} in '{}': give both "
                        "the same with --scale",
                        currency_text(currency), a, mappings[0].name, b, mappings[1].name)};
      }
      agreed.emplace_back(currency, std::max(a, b));
    }
  }
  for (SourceMapping& mapping : mappings) mapping.scales = agreed;
  return {};
}

/// What the options say of a journal, and what is known of it by reading it once.
Result<JournalScan> plan_journal(const CompareOptions& options, const std::string& address) {
  JournalSelection selection;
  selection.place = address.substr(address.find(':') + 1);
  if (!options.account.empty()) {
    const auto id = parse_id(options.account);
    if (!id) return id.error();
    selection.account = AccountId{id.value()};
  }
  if (!options.ledger.empty()) {
    const auto id = parse_unsigned(options.ledger, UINT32_MAX);
    if (!id) return id.error();
    selection.ledger = LedgerId{static_cast<std::uint32_t>(id.value())};
  }
  if (!options.fee_codes.empty() && !selection.account) {
    return Failure{FailureKind::invalid,
                   "--fee-code needs --account: without one a fee has no side"};
  }
  if (options.fee_codes.size() > limits::fee_codes_max) {
    return Failure{FailureKind::invalid,
                   fmt::format("--fee-code: at most {} of them", limits::fee_codes_max)};
  }
  for (const std::uint32_t code : options.fee_codes) {
    if (code == 0 || code > UINT16_MAX) {
      return Failure{FailureKind::invalid, "--fee-code: from 1 to 65535"};
    }
    selection.fee_codes.push_back(daybook::Code{static_cast<std::uint16_t>(code)});
  }
  const auto goal = parse_goal(options.until_sequence, options.until_time);
  if (!goal) return goal.error();
  selection.cut = goal.value();
  return scan_journal(selection, currency_of_text(options.currency));
}

Result<SourceMapping> plan_mapping(const CompareOptions& options, const std::string& name,
                                   const std::string& path, std::optional<JournalScan>& journal) {
  if (!names_journal(path)) return name.empty() ? guess_mapping(path) : load_mapping(name);
  auto scan = plan_journal(options, path);
  if (!scan) return scan.error();
  journal = std::move(scan).value();
  SourceMapping mapping = SourceMapping::standard();
  mapping.name = "journal";
  mapping.scales = {{journal->currency, journal->scale}};
  return mapping;
}

Result<void> plan_mappings(const CompareOptions& options, Plan& plan) {
  for (std::size_t side = 0; side < 2; ++side) {
    const std::string& own = side == 0 ? options.map_a : options.map_b;
    const std::string& name = own.empty() ? options.map : own;
    const std::string& path = side == 0 ? options.file_a : options.file_b;
    Result<SourceMapping> mapping = plan_mapping(options, name, path, plan.journals[side]);
    if (!mapping) return mapping.error();
    plan.mappings[side] = std::move(mapping).value();
    if (auto applied = apply_scales(options, plan.mappings[side]); !applied) return applied;
  }
  const bool is_about_journal = !options.account.empty() || !options.ledger.empty() ||
                                !options.until_sequence.empty() || !options.until_time.empty() ||
                                !options.fee_codes.empty();
  if (is_about_journal && !plan.journals[0] && !plan.journals[1]) {
    return Failure{FailureKind::invalid,
                   "--account, --ledger, --fee-code and --until-... are about a journal: write it "
                   "journal:DIR"};
  }
  return agree_on_scales(plan.mappings);
}

Result<void> plan_rules(const CompareOptions& options, ComparisonSettings& settings) {
  for (const std::string& text : options.tolerances) {
    const Result<Tolerance> tolerance = parse_tolerance(text);
    if (!tolerance) return tolerance.error();
    settings.tolerances.push_back(tolerance.value());
  }
  for (const std::string& text : options.fallbacks) {
    const Result<OrderRule> rule = parse_fallback(text);
    if (!rule) return rule.error();
    settings.fallback_rules.push_back(rule.value());
  }
  if (settings.tolerances.size() > limits::tolerances_max ||
      settings.fallback_rules.size() > limits::fallback_rules_max) {
    return Failure{FailureKind::invalid,
                   fmt::format("at most {} tolerances and {} fallback rules",
                               limits::tolerances_max, limits::fallback_rules_max)};
  }
  if (!options.group.empty() && options.group != "sum") {
    return Failure{
        FailureKind::invalid,
        fmt::format("--group '{}': only 'sum' is known: records of a reference are parts, "
                    "and their sums count",
                    options.group)};
  }
  settings.sums_groups = !options.group.empty();
  if (options.has_window) {
    if (options.window_days > limits::window_days_max) {
      return Failure{FailureKind::invalid,
                     fmt::format("--window: at most {} days", limits::window_days_max)};
    }
    constexpr std::int64_t day_ns = 86'400'000'000'000;
    settings.window_ns = static_cast<std::int64_t>(options.window_days) * day_ns;
  }
  return {};
}

Result<Plan> plan_of(const CompareOptions& options) {
  Plan plan;
  if (auto done = plan_mappings(options, plan); !done) return done.error();
  if (auto done = plan_rules(options, plan.settings); !done) return done.error();
  for (const SourceMapping& mapping : plan.mappings) {
    plan.settings.sums_groups = plan.settings.sums_groups || mapping.sums_groups;
  }
  plan.settings.memory_bytes = options.memory_bytes;
  if (options.memory_bytes < limits::memory_bytes_min ||
      options.memory_bytes > limits::memory_bytes_max) {
    return Failure{FailureKind::invalid, "--memory: from 16M to 1T"};
  }
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  plan.settings.threads =
      options.threads == 0 ? std::min(cores, limits::threads_max) : options.threads;
  // A thread that has no memory to work in does not help.
  const auto useful = static_cast<unsigned>(
      std::min<std::uint64_t>(limits::threads_max, options.memory_bytes / (4U << 20)));
  plan.settings.threads = std::clamp(plan.settings.threads, 1U, useful);
  std::error_code error;
  plan.spill = !options.spill.empty() ? std::filesystem::path{options.spill}
               : !options.out.empty() ? std::filesystem::absolute(options.out, error).parent_path()
                                      : std::filesystem::temp_directory_path(error);
  return plan;
}

/// What does not fit in memory must fit on the disk: known before the work begins.
Result<void> check_room(const Plan& plan, const MemoryPlan& memory,
                        const std::array<std::unique_ptr<SideSource>, 2>& sources) {
  std::uint64_t packed = 0;
  std::uint64_t gathered = 0;
  for (const auto& source : sources) {
    // A packed record has at most 18 bytes that its line does not have, and no field grows.
    const std::uint64_t records = source->estimated_records();
    packed +=
        std::min<std::uint64_t>(source->total_bytes() + records * 24, records * packed_bytes_max);
    gathered += records * 2 * sizeof(RunEntry);
  }
  if (packed + gathered <= memory.region_bytes * plan.settings.threads) return {};
  const Result<std::uint64_t> free = free_bytes_of(plan.spill);
  if (!free) return free.error();
  const std::uint64_t needed =
      (plan.settings.fallback_rules.empty() ? packed : 2 * packed) + packed / 16;
  if (free.value() >= needed) return {};
  return Failure{
      FailureKind::no_space,
      fmt::format("{}: {} free, but what does not fit in memory may take {}: name a "
                  "larger place with --spill, or give more --memory",
                  plan.spill.string(), format_bytes(free.value()), format_bytes(needed))};
}

Result<std::unique_ptr<SideSource>> open_planned(const std::string& path, const Plan& plan,
                                                 Side side) {
  const auto index = static_cast<std::size_t>(side);
  const auto& journal = plan.journals[index];
  if (!journal) return open_side(path, plan.mappings[index], side, plan.spill);
  auto opened = JournalSource::open(*journal, plan.mappings[index], side, plan.spill);
  if (!opened) return opened.error();
  return std::unique_ptr<SideSource>{std::move(opened).value()};
}

int conclude(const ComparisonReport& report, const CompareFacts& facts, bool json) {
  if (json) {
    say(report_json(report, facts));
  } else {
    print_text(report_text(report, facts));
  }
  if (!report.proof_holds()) {
    return complain(
        "the proof does not hold: this is a bug of daybook, so trust nothing of this report, and "
        "report it with the files if you can");
  }
  return report.is_clean() && facts.control_totals_agree() ? exit_code::good : exit_code::no;
}

/// What a reader of a report must know of what was asked for.
std::vector<std::string> rules_in_words(const CompareOptions& options,
                                        const ComparisonSettings& settings) {
  const auto joined = [](const std::vector<std::string>& texts) {
    std::string all;
    for (const std::string& text : texts) all += (all.empty() ? "" : "; ") + text;
    return all;
  };
  std::vector<std::string> rules;
  if (!options.tolerances.empty()) {
    rules.push_back("Amounts may differ by (minor units): " + joined(options.tolerances) + ".");
  }
  if (options.has_window) {
    rules.push_back("Dates may differ by " + format_count(options.window_days) + " days.");
  }
  if (settings.sums_groups) {
    rules.emplace_back("Records of one reference are parts of one movement: their sums count.");
  }
  if (!options.fallbacks.empty()) {
    rules.push_back(
        "What has no partner by its reference is matched by: " + joined(options.fallbacks) + ".");
  }
  return rules;
}

/// Hashes of files, texts of what is shown: everything that takes another look at the sides.
Result<ReportDetails> details_of(DetailCollector& collector, std::array<SideSource*, 2> sides,
                                 bool json) {
  ProgressLine line{json ? nullptr : terminal_or_nothing(), "bytes hashed"};
  const std::uint64_t total = sides[0]->total_bytes() + sides[1]->total_bytes();
  std::uint64_t done = 0;
  return collector.finish(sides, [&](std::uint64_t more) {
    done += more;
    line.show(done, std::min(1.0, static_cast<double>(done) / static_cast<double>(total + 1)));
  });
}

Result<CompareFacts> facts_of(const CompareOptions& options, const ComparisonSettings& settings,
                              std::array<SideSource*, 2> sides, const ComparisonReport& report,
                              DetailCollector& collector) {
  CompareFacts facts;
  facts.rules = rules_in_words(options, settings);
  if (!options.reports.empty()) {
    Result<ReportDetails> details = details_of(collector, sides, options.json);
    if (!details) return details.error();
    facts.details = std::move(details).value();
  }
  for (std::size_t side = 0; side < 2; ++side) {
    if (auto same = sides[side]->check_unchanged(); !same) return same.error();
    facts.paths[side] = sides[side]->name();
    facts.left_out[side] = sides[side]->left_out();
    const auto totals = sides[side]->control_totals(report.invalid[side]);
    if (!totals) return totals.error();
    facts.control_totals[side] = totals.value();
  }
  facts.scale_of = [source = sides[0]](std::uint64_t currency) {
    return source->scale_of(currency);
  };
  return facts;
}

Result<int> compare_files(const CompareOptions& options) {
  if (auto checked = check_report_paths(options.reports); !checked) return checked.error();
  Result<Plan> made = plan_of(options);
  if (!made) return made.error();
  const Plan& plan = made.value();
  std::array<std::unique_ptr<SideSource>, 2> files;
  std::uint64_t estimated = 0;
  for (std::size_t side = 0; side < 2; ++side) {
    auto opened =
        open_planned(side == 0 ? options.file_a : options.file_b, plan, static_cast<Side>(side));
    if (!opened) return opened.error();
    files[side] = std::move(opened).value();
    estimated += files[side]->estimated_records();
  }
  const std::array<SideSource*, 2> sides{files[0].get(), files[1].get()};
  const MemoryPlan memory = MemoryPlan::of(plan.settings, estimated);
  if (auto checked = check_room(plan, memory, files); !checked) return checked.error();
  auto store =
      SpillDirectory::open(plan.spill, memory.block_bytes, LanePlan{plan.settings.threads}.count());
  if (!store) return store.error();
  std::unique_ptr<DifferenceWriter> writer;
  if (!options.out.empty()) {
    auto created = DifferenceWriter::create(options.out, sides);
    if (!created) return created.error();
    writer = std::move(created).value();
  }
  ProgressLine line{options.json ? nullptr : terminal_or_nothing(), "records"};
  DetailCollector collector;
  Watcher watcher{writer.get(), options.reports.empty() ? nullptr : &collector, line, estimated};
  const Result<ComparisonReport> report =
      compare({sides[0], sides[1]}, plan.settings, memory, *store.value(), watcher);
  line.clear();
  const double seconds = line.seconds();
  if (!report) return report.error();
  Result<CompareFacts> told = facts_of(options, plan.settings, sides, report.value(), collector);
  if (!told) return told.error();
  CompareFacts& facts = told.value();
  if (writer) {
    if (auto finished = writer->finish(); !finished) return finished.error();
  }
  facts.spilled_bytes = store.value()->written_bytes();
  facts.seconds = seconds;
  if (auto written = write_reports(options.reports, report.value(), facts); !written) {
    return written.error();
  }
  return conclude(report.value(), facts, options.json);
}

}  // namespace

int run_compare(const CompareOptions& options) {
  // An arena a thread would be memory that nobody asked for.
  ::mallopt(M_ARENA_MAX, 1);
  const Result<int> code = compare_files(options);
  return code ? code.value() : complain(code.error().what);
}

}  // namespace daybook::recon

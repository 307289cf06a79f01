#include "tools/daybook/recon/compare_run.hpp"

#include <algorithm>
#include <cstdio>
#include <tuple>

#include <fmt/format.h>

#include "engine/model/engine_version.hpp"
#include "storage/spill/spill_directory.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/recon/difference_writer.hpp"
#include "tools/daybook/recon/watched_file.hpp"
#include "tools/daybook/text/json_text.hpp"
#include "tools/daybook/text/progress.hpp"
#include "tools/daybook/text/rate_text.hpp"

namespace daybook::recon {
namespace {

/// Shows how far it is, and hands differences on to the file, if there is one.
class Watcher final : public ComparisonObserver {
 public:
  struct Told {
    DifferenceWriter* writer;
    DetailCollector* details;
    CompareListener* listener;  ///< Each may be null.
    std::array<SideSource*, 2> sides;
  };
  Watcher(const Told& told, ProgressLine& line, std::uint64_t estimated)
      : told_{told}, line_{line}, estimated_{estimated} {}

  void progress(const ComparisonProgress& progress) override {
    const double share = std::min(progress.fraction, 1.0);
    line_.show(static_cast<std::uint64_t>(static_cast<double>(estimated_) * share), share);
  }
  void begin_result(const std::array<std::int64_t, 2>& newest) override {
    if (told_.details != nullptr) told_.details->begin(std::max(newest[0], newest[1]));
    if (told_.listener != nullptr) told_.listener->begin(told_.sides, newest);
  }
  Result<void> difference(const Difference& difference) override {
    if (told_.details != nullptr) told_.details->add(difference);
    Result<std::string> id{std::string{}};
    if (told_.listener != nullptr) id = told_.listener->difference(difference);
    if (!id) return id.error();
    return told_.writer == nullptr ? Result<void>{} : told_.writer->write(difference, id.value());
  }
  Result<void> invalid_line(Side side, const InvalidLine& line) override {
    if (told_.details != nullptr) told_.details->add(side, line);
    Result<std::string> id{std::string{}};
    if (told_.listener != nullptr) id = told_.listener->invalid_line(side, line);
    if (!id) return id.error();
    return told_.writer == nullptr ? Result<void>{} : told_.writer->write(side, line, id.value());
  }

 private:
  Told told_;
  ProgressLine& line_;
  std::uint64_t estimated_;
};

/// What does not fit in memory must fit on the disk: known before the work begins.
Result<void> check_room(const ComparePlan& plan, const MemoryPlan& memory,
                        const std::array<std::unique_ptr<SideSource>, 2>& sources,
                        const WorkDirectory* work) {
  std::uint64_t packed = 0;
  std::uint64_t gathered = 0;
  for (const auto& source : sources) {
    // A packed record has at most 18 bytes that its line does not have, and no field grows.
    const std::uint64_t records = source->estimated_records();
    packed +=
        std::min<std::uint64_t>(source->total_bytes() + records * 24, records * packed_bytes_max);
    gathered += records * 2 * sizeof(RunEntry);
  }
  const bool fits = packed + gathered <= memory.region_bytes * plan.settings.threads;
  if (fits && work == nullptr) return {};
  std::uint64_t there = 0;
  for (unsigned lane = 0; work != nullptr && lane < plan.settings.threads; ++lane) {
    there += work->blocks_of(lane) * memory.block_bytes;
  }
  const Result<std::uint64_t> free = free_bytes_of(plan.spill);
  if (!free) return free.error();
  const std::uint64_t needed =
      (plan.settings.fallback_rules.empty() ? packed : 2 * packed) + packed / 16;
  if (free.value() + there >= needed) return {};
  return Failure{
      FailureKind::no_space,
      fmt::format("{}: {} free, but what {} may take {}: {}", plan.spill.string(),
                  format_bytes(free.value()),
                  work != nullptr ? "is kept there" : "does not fit in memory",
                  format_bytes(needed),
                  work != nullptr ? "name a larger place with --work"
                                  : "name a larger place with --spill, or give more --memory")};
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
  if (!options.since_time.empty()) {
    rules.push_back("Of the journal, without what was before " + options.since_time + ".");
  }
  if (!options.before_time.empty()) {
    rules.push_back("Of the journal, without what was at " + options.before_time + " or later.");
  }
  if (!options.fee_codes.empty()) {
    std::string codes;
    for (const std::uint32_t code : options.fee_codes) codes += " " + std::to_string(code);
    rules.push_back("Transfers with these codes are fees:" + codes + ".");
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
                              DetailCollector* collector) {
  CompareFacts facts;
  facts.rules = rules_in_words(options, settings);
  if (collector != nullptr) {
    Result<ReportDetails> details = details_of(*collector, sides, options.json);
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

/// What is in a mapping's file; of other mappings the name says it all.
std::string mapping_of(const std::string& name, const std::string& own) {
  const std::string& chosen = own.empty() ? name : own;
  const Result<WatchedFile> file = WatchedFile::open(chosen);
  if (chosen.empty() || !file) return chosen;
  const Result<std::string> hash = file.value().sha256_of({});
  return chosen + " " + (hash ? hash.value() : std::string{});
}

/// Everything that the runs, or what becomes of them, depend on.
WorkFacts facts_of_work(const CompareOptions& options, const ComparePlan& plan,
                        const std::array<SideSource*, 2>& sides, const MemoryPlan& memory) {
  JsonObject asked;
  asked.texts("tolerances", options.tolerances)
      .texts("fallbacks", options.fallbacks)
      .texts("scales", options.scales)
      .text("group", options.group)
      .text("currency", options.currency)
      .text("account", options.account)
      .text("ledger", options.ledger)
      .text("since", options.since_time)
      .text("before", options.before_time)
      .text("until", options.until_time)
      .truth("has_window", options.has_window)
      .count("window", options.window_days);
  for (const std::uint32_t code : options.fee_codes) asked.count("fee_code", code);
  WorkFacts facts{
      {"the program", fmt::format("daybook {}, runs of format 2", engine_version)},
      {"the name of A", options.file_a},
      {"the name of B", options.file_b},
      {"A", sides[0]->fingerprint()},
      {"B", sides[1]->fingerprint()},
      {"the mapping of A", mapping_of(options.map, options.map_a)},
      {"the mapping of B", mapping_of(options.map, options.map_b)},
      {"an option", asked.str()},
      {"--memory or --threads",
       fmt::format("blocks of {}, {} threads", memory.block_bytes, plan.settings.threads)}};
  for (std::size_t side = 0; side < 2; ++side) {
    const auto& journal = plan.journals[side];
    facts.emplace_back(side == 0 ? "the cut of A" : "the cut of B",
                       journal ? fmt::format("{}", journal->cut.value()) : "");
  }
  return facts;
}

void tell(const std::string& words) { fmt::print(stderr, "daybook: {}\n", words); }

Result<void> begin_work(WorkDirectory& work, const WorkFacts& facts, unsigned threads) {
  const Result<std::string> changed = work.begin(facts, threads);
  if (!changed) return changed.error();
  if (!changed.value().empty()) {
    tell(fmt::format("{}: {} is not what it was when the work there was begun: it begins anew",
                     work.path().string(), changed.value()));
  } else if (!work.kept().empty()) {
    tell(
        fmt::format("{}: goes on behind {} sorted runs", work.path().string(), work.kept().size()));
  }
  return {};
}

Result<std::unique_ptr<SpillDirectory>> open_store(const ComparePlan& plan,
                                                   const MemoryPlan& memory,
                                                   const WorkDirectory* work) {
  const unsigned threads = plan.settings.threads;
  auto store = SpillDirectory::open(plan.spill, memory.block_bytes, LanePlan{threads}.count(),
                                    work != nullptr ? threads : 0);
  if (!store || work == nullptr) return store;
  for (unsigned lane = 0; lane < threads; ++lane) {
    const std::uint64_t blocks = work->blocks_of(lane);
    if (blocks == 0) continue;
    if (auto resumed = store.value()->resume_lane(lane, blocks); !resumed) return resumed.error();
  }
  return store;
}

}  // namespace

Result<Compared> run_planned(const CompareOptions& options, const ComparePlan& plan,
                             bool needs_details, WorkDirectory* work, CompareListener* listener) {
  Compared compared;
  std::uint64_t estimated = 0;
  for (std::size_t side = 0; side < 2; ++side) {
    auto opened =
        open_planned(side == 0 ? options.file_a : options.file_b, plan, static_cast<Side>(side));
    if (!opened) return opened.error();
    compared.sides[side] = std::move(opened).value();
    if (listener != nullptr) {
      compared.sides[side] =
          listener->wrap(std::move(compared.sides[side]), static_cast<Side>(side));
    }
    estimated += compared.sides[side]->estimated_records();
  }
  const std::array<SideSource*, 2> sides{compared.sides[0].get(), compared.sides[1].get()};
  const MemoryPlan memory = MemoryPlan::of(plan.settings, estimated);
  if (work != nullptr) {
    const WorkFacts facts = facts_of_work(options, plan, sides, memory);
    if (auto begun = begin_work(*work, facts, plan.settings.threads); !begun) return begun.error();
  }
  if (auto checked = check_room(plan, memory, compared.sides, work); !checked) {
    return checked.error();
  }
  auto store = open_store(plan, memory, work);
  if (!store) return store.error();
  std::unique_ptr<DifferenceWriter> writer;
  if (!options.out.empty()) {
    auto created = DifferenceWriter::create(options.out, sides);
    if (!created) return created.error();
    writer = std::move(created).value();
  }
  ProgressLine line{options.json ? nullptr : terminal_or_nothing(), "records"};
  DetailCollector gathering;
  DetailCollector* const collector = needs_details ? &gathering : nullptr;
  Watcher watcher{
      {.writer = writer.get(), .details = collector, .listener = listener, .sides = sides},
      line,
      estimated};
  Result<ComparisonReport> report =
      compare({sides[0], sides[1]}, plan.settings, memory, *store.value(), watcher, work);
  line.clear();
  const double seconds = line.seconds();
  if (!report) return report.error();
  compared.report = std::move(report).value();
  Result<CompareFacts> facts = facts_of(options, plan.settings, sides, compared.report, collector);
  if (!facts) return facts.error();
  compared.facts = std::move(facts).value();
  if (writer) {
    if (auto finished = writer->finish(); !finished) return finished.error();
  }
  compared.facts.spilled_bytes = store.value()->written_bytes();
  compared.facts.seconds = seconds;
  return compared;
}

Result<Compared> run_resumable(const CompareOptions& options, const ComparePlan& plan,
                               bool needs_details, WorkDirectory& work, CompareListener* listener) {
  Result<Compared> compared = run_planned(options, plan, needs_details, &work, listener);
  if (compared || !work.has_changed()) return compared;
  tell(
      fmt::format("{}: a side has other records than when the work there was begun: it begins anew",
                  work.path().string()));
  if (auto begun = work.begin_anew(); !begun) return begun.error();
  return run_planned(options, plan, needs_details, &work, listener);
}

void keep_cut(const WorkDirectory& work, CompareOptions& options) {
  if (!options.until_sequence.empty() || !options.until_time.empty()) return;
  for (const auto& [path, name, cut] :
       {std::tuple{&options.file_a, "the name of A", "the cut of A"},
        std::tuple{&options.file_b, "the name of B", "the cut of B"}}) {
    const std::string kept = work.fact(cut);
    if (!kept.empty() && work.fact(name) == *path) options.until_sequence = kept;
  }
}

int complain_of_proof() {
  return complain(
      "the proof does not hold: this is a bug of daybook, so trust nothing of this report, and "
      "report it with the files if you can");
}

}  // namespace daybook::recon

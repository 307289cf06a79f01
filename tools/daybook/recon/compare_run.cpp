#include "tools/daybook/recon/compare_run.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "storage/spill/spill_directory.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/recon/difference_writer.hpp"
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

/// What does not fit in memory must fit on the disk: known before the work begins.
Result<void> check_room(const ComparePlan& plan, const MemoryPlan& memory,
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

}  // namespace

Result<Compared> run_planned(const CompareOptions& options, const ComparePlan& plan,
                             bool needs_details) {
  Compared compared;
  std::uint64_t estimated = 0;
  for (std::size_t side = 0; side < 2; ++side) {
    auto opened =
        open_planned(side == 0 ? options.file_a : options.file_b, plan, static_cast<Side>(side));
    if (!opened) return opened.error();
    compared.sides[side] = std::move(opened).value();
    estimated += compared.sides[side]->estimated_records();
  }
  const std::array<SideSource*, 2> sides{compared.sides[0].get(), compared.sides[1].get()};
  const MemoryPlan memory = MemoryPlan::of(plan.settings, estimated);
  if (auto checked = check_room(plan, memory, compared.sides); !checked) return checked.error();
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
  DetailCollector gathering;
  DetailCollector* const collector = needs_details ? &gathering : nullptr;
  Watcher watcher{writer.get(), collector, line, estimated};
  Result<ComparisonReport> report =
      compare({sides[0], sides[1]}, plan.settings, memory, *store.value(), watcher);
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

int complain_of_proof() {
  return complain(
      "the proof does not hold: this is a bug of daybook, so trust nothing of this report, and "
      "report it with the files if you can");
}

}  // namespace daybook::recon

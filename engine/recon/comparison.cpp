#include "engine/recon/comparison.hpp"

#include <algorithm>
#include <bit>
#include <map>

#include "engine/recon/match_pass.hpp"
#include "engine/recon/result_reader.hpp"

namespace daybook::recon {
namespace {

constexpr std::size_t mebibyte = std::size_t{1} << 20;

/// Everything of one comparison, phase by phase.
class Comparison {
 public:
  Comparison(std::array<RecordSource*, 2> sources, const ComparisonSettings& settings,
             const MemoryPlan& memory, SpillStore& store, ComparisonObserver& observer,
             RunKeeper* keeper)
      : sources_{sources},
        settings_{settings},
        memory_{memory},
        store_{store},
        observer_{observer},
        keeper_{keeper},
        lanes_{settings.threads} {}

  Result<ComparisonReport> run();

 private:
  using Leftovers = std::vector<std::unique_ptr<OwnedRegion>>;

  Result<void> gather_sides();
  Result<void> match_by_reference();
  Result<void> match_by_rules();
  Result<void> make_room_for_cursors(std::vector<SortedRun>& runs);
  Leftovers make_leftovers(std::size_t rule);
  Result<ComparisonReport> read_back();

  std::array<RecordSource*, 2> sources_;
  const ComparisonSettings& settings_;
  const MemoryPlan& memory_;
  SpillStore& store_;
  ComparisonObserver& observer_;
  RunKeeper* keeper_;
  LanePlan lanes_;
  PairRules rules_;
  Gathered gathered_;
  std::vector<MergedTable> merged_;
  std::vector<BlockLog<Difference>> results_;
  Leftovers leftovers_;
  ComparisonReport report_;
};

Result<void> Comparison::gather_sides() {
  for (unsigned i = 0; i < settings_.threads; ++i) {
    gathered_.regions.push_back(std::make_unique<OwnedRegion>(memory_.region_bytes, OrderRule{},
                                                              lanes_.runs(i), memory_.run_bytes));
  }
  gathered_.invalid.emplace_back(store_, lanes_.invalid(Side::a));
  gathered_.invalid.emplace_back(store_, lanes_.invalid(Side::b));
  if (auto done = gather(sources_, store_, observer_, keeper_, gathered_); !done) return done;
  for (std::size_t side = 0; side < 2; ++side) {
    report_.records[side] = gathered_.totals[side].records;
    report_.invalid[side] = gathered_.totals[side].invalid;
  }
  rules_.tolerances = settings_.tolerances;
  rules_.window_ns = settings_.window_ns;
  rules_.sums_groups = settings_.sums_groups;
  rules_.newest_a = std::max(gathered_.totals[0].newest, settings_.whole_to[0]);
  rules_.newest_b = std::max(gathered_.totals[1].newest, settings_.whole_to[1]);
  return {};
}

Comparison::Leftovers Comparison::make_leftovers(std::size_t rule) {
  Leftovers made;
  if (rule >= settings_.fallback_rules.size()) return made;
  // Two sets take turns: while one is read, the other one is filled.
  const auto set = static_cast<unsigned>(rule % 2);
  for (unsigned i = 0; i < settings_.threads; ++i) {
    made.push_back(std::make_unique<OwnedRegion>(
        memory_.leftover_bytes, settings_.fallback_rules[rule], lanes_.leftovers(set, i)));
  }
  return made;
}

/// More runs than foreseen, because lines are short: the memory in which the last ones stand is
/// worth more as blocks of cursors.
Result<void> Comparison::make_room_for_cursors(std::vector<SortedRun>& runs) {
  const auto spilled = static_cast<std::size_t>(std::count_if(
      runs.begin(), runs.end(), [](const SortedRun& run) { return run.is_spilled(); }));
  if (spilled * (store_.block_bytes() + 512) <= memory_.merge_bytes) return {};
  std::vector<std::byte> block(store_.block_bytes());
  runs = gathered_.kept;
  for (auto& owned : gathered_.regions) {
    if (auto done = owned->region.spill(store_, block); !done) return done;
    for (const SortedRun& run : owned->region.runs()) runs.push_back(run);
    owned->memory = MappedMemory{};
  }
  return {};
}

Result<void> Comparison::match_by_reference() {
  std::vector<SortedRun> runs = gathered_.kept;
  std::vector<KeyWords> samples = gathered_.kept_samples;
  report_.kept_runs = runs.size();
  for (const auto& owned : gathered_.regions) {
    for (const SortedRun& run : owned->region.runs()) runs.push_back(run);
    samples.insert(samples.end(), owned->region.samples().begin(), owned->region.samples().end());
  }
  if (auto made = make_room_for_cursors(runs); !made) return made;
  for (const SortedRun& run : runs) report_.spilled_runs += run.is_spilled() ? 1 : 0;
  const bool regions_are_free = !gathered_.regions[0]->memory.data();
  leftovers_ = make_leftovers(0);
  merged_.resize(settings_.threads);
  results_.reserve(settings_.threads + settings_.fallback_rules.size());
  const std::uint64_t total = report_.records[0] + report_.records[1];
  std::uint64_t seen = 0;
  MatchPass pass{.rules = rules_,
                 .order = {},
                 .store = store_,
                 .merge_bytes = memory_.merge_bytes +
                                (regions_are_free ? memory_.region_bytes * settings_.threads : 0),
                 .results = {},
                 .leftovers = {},
                 .merged = {},
                 .tell = [&](std::uint64_t more) {
                   // The other ranges are as far as this one.
                   seen = std::min(total, seen + more * settings_.threads);
                   observer_.progress({.records = seen,
                                       .fraction = 2.0 / 3 + static_cast<double>(seen) /
                                                                 static_cast<double>(total) / 3});
                 }};
  for (unsigned i = 0; i < settings_.threads; ++i) {
    results_.emplace_back(store_, lanes_.result(i));
    pass.results.push_back(&results_.back());
    pass.merged.push_back(&merged_[i]);
    if (!leftovers_.empty()) pass.leftovers.push_back(&leftovers_[i]->region);
  }
  const Result<unsigned> ranges = match_runs(runs, std::move(samples), pass);
  if (!ranges) return ranges.error();
  report_.ranges = ranges.value();
  return {};
}

Result<void> Comparison::match_by_rules() {
  gathered_.regions.clear();
  for (std::size_t rule = 0; rule < settings_.fallback_rules.size(); ++rule) {
    const Leftovers found = std::move(leftovers_);
    leftovers_ = make_leftovers(rule + 1);
    std::vector<SortedRun> runs;
    for (const auto& owned : found) {
      for (const SortedRun& run : owned->region.runs()) runs.push_back(run);
    }
    results_.emplace_back(store_, lanes_.fallback_result(static_cast<unsigned>(rule)));
    MatchPass pass{.rules = rules_,
                   .order = settings_.fallback_rules[rule],
                   .store = store_,
                   .merge_bytes = memory_.merge_bytes + memory_.region_bytes,
                   .results = {&results_.back()},
                   .leftovers = {},
                   .merged = {},
                   .tell = [](std::uint64_t) {}};
    if (!leftovers_.empty()) pass.leftovers.push_back(&leftovers_[0]->region);
    const Result<unsigned> ranges = match_runs(runs, {}, pass);
    if (!ranges) return ranges.error();
  }
  return {};
}

Result<ComparisonReport> Comparison::read_back() {
  ResultReader reader{settings_.tolerances, observer_};
  for (std::size_t side = 0; side < 2; ++side) {
    reader.add_side(static_cast<Side>(side), gathered_.totals[side]);
  }
  for (const MergedTable& table : merged_) reader.add_merged(table);
  observer_.begin_result({rules_.newest_a, rules_.newest_b});
  for (const BlockLog<Difference>& log : results_) {
    if (auto read = log.for_each([&](const Difference& each) { return reader.read(each); });
        !read) {
      return read.error();
    }
  }
  for (std::size_t side = 0; side < 2; ++side) {
    const auto told = gathered_.invalid[side].for_each([&](const InvalidLine& line) {
      return observer_.invalid_line(static_cast<Side>(side), line);
    });
    if (!told) return told.error();
  }
  reader.finish(report_);
  return report_;
}

Result<ComparisonReport> Comparison::run() {
  if (auto done = gather_sides(); !done) return done.error();
  if (auto done = match_by_reference(); !done) return done.error();
  if (auto done = match_by_rules(); !done) return done.error();
  return read_back();
}

}  // namespace

MemoryPlan MemoryPlan::of(const ComparisonSettings& settings, std::uint64_t record_count) {
  const std::uint64_t threads = settings.threads;
  // Input and output buffers, one block of each log, tables, stacks.
  const std::uint64_t fixed = 3 * mebibyte + threads * mebibyte / 4 + settings.memory_bytes / 64;
  MemoryPlan plan;
  plan.merge_bytes = std::max<std::uint64_t>(settings.memory_bytes / 8, 2 * mebibyte);
  const std::uint64_t leftovers = settings.fallback_rules.empty() ? 0 : settings.memory_bytes / 8;
  plan.leftover_bytes = leftovers / (2 * threads) / 4'096 * 4'096;
  const std::uint64_t taken = fixed + plan.merge_bytes + leftovers;
  const std::uint64_t left =
      settings.memory_bytes > taken ? settings.memory_bytes - taken : mebibyte;
  plan.region_bytes = left / threads / 4'096 * 4'096;
  constexpr std::uint64_t bytes_a_record = 80;  // Packed, and its entries.
  const std::uint64_t gathered = record_count * bytes_a_record;
  if (gathered > plan.region_bytes * threads) {
    // It is spilled anyway. More pages would have to be cleared, stay in no cache, and let one
    // thread wait longer for the other in the end; that costs more than the merge of more runs, as
    // long as their cursors can read blocks that are worth a call.
    constexpr std::uint64_t region_bytes_spilled = RunRegion::run_bytes_default;
    constexpr std::uint64_t block_bytes_good = 64 * 1'024;
    const std::uint64_t for_good_blocks = gathered / plan.merge_bytes * threads * block_bytes_good;
    plan.region_bytes = std::min<std::size_t>(
        plan.region_bytes, std::max(region_bytes_spilled, for_good_blocks / 4'096 * 4'096));
    plan.run_bytes = plan.region_bytes;
  }
  // Blocks as large as the cursors of so many runs may be.
  const std::uint64_t runs = record_count * bytes_a_record / plan.region_bytes + threads;
  const std::uint64_t share = plan.merge_bytes / (runs * threads);
  plan.block_bytes =
      std::clamp(std::bit_floor(std::max<std::uint64_t>(share, 1)),
                 std::uint64_t{limits::block_bytes_min}, std::uint64_t{limits::block_bytes_max});
  // Each thread and each log have a block of their own besides.
  while (plan.block_bytes > limits::block_bytes_min &&
         plan.block_bytes * (4 * threads + 4) > fixed) {
    plan.block_bytes /= 2;
  }
  return plan;
}

bool ComparisonReport::proof_holds() const {
  return std::all_of(proofs.begin(), proofs.end(),
                     [](const CurrencyProof& proof) { return proof.holds(); });
}

Result<ComparisonReport> compare(std::array<RecordSource*, 2> sources,
                                 const ComparisonSettings& settings, const MemoryPlan& memory,
                                 SpillStore& store, ComparisonObserver& observer,
                                 RunKeeper* keeper) {
  ENSURE(settings.threads >= 1 && settings.threads <= limits::threads_max, "checked by the caller");
  ENSURE(store.lane_count() >= LanePlan{settings.threads}.count(), "made for this comparison");
  ENSURE(settings.fallback_rules.size() <= limits::fallback_rules_max, "checked by the caller");
  return Comparison{sources, settings, memory, store, observer, keeper}.run();
}

}  // namespace daybook::recon

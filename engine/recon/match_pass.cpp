#include "engine/recon/match_pass.hpp"

#include <algorithm>
#include <thread>

#include <fmt/format.h>

#include "engine/base/mapped_array.hpp"

namespace daybook::recon {
namespace {

/// Writes what becomes of the records of one range.
class RangeSink final : public OutcomeSink {
 public:
  RangeSink(const MatchPass& pass, std::size_t range)
      : rules_{pass.rules},
        store_{pass.store},
        result_{*pass.results[range]},
        leftovers_{pass.leftovers.empty() ? nullptr : pass.leftovers[range]},
        merged_{pass.merged.empty() ? nullptr : pass.merged[range]} {}

  void matched(const Record& a, const Record&) override { sums_of(a).matched.add(a); }

  void settled(const Record& a) override { sums_of(a).settled.add(a); }

  Result<void> difference(const Difference& difference) override {
    return result_.append(difference);
  }

  Result<void> leftover(const Record& record) override {
    if (leftovers_ != nullptr) return keep(record);
    return result_.append(unmatched(record, rules_));
  }

 private:
  MergedSums& sums_of(const Record& a) {
    MergedSums* const sums = merged_->find_or_add(a.currency);
    ENSURE(sums != nullptr, "the merge has seen this currency");
    return *sums;
  }

  Result<void> keep(const Record& record) {
    if (leftovers_->append(record)) return {};
    leftovers_->finish();
    if (leftovers_->has_room() && leftovers_->append(record)) return {};
    if (block_.empty()) block_.resize(store_.block_bytes());
    if (auto spilled = leftovers_->spill(store_, block_); !spilled) return spilled;
    ENSURE(leftovers_->append(record), "an empty region has room for a record");
    return {};
  }

  const PairRules& rules_;
  SpillStore& store_;
  BlockLog<Difference>& result_;
  RunRegion* leftovers_;
  MergedTable* merged_;
  std::vector<std::byte> block_;
};

/// Ranges of about the same number of records.
std::vector<WordRange> ranges_of(std::vector<KeyWords> samples, unsigned count) {
  std::sort(samples.begin(), samples.end());
  std::vector<WordRange> ranges(1);
  for (unsigned i = 1; i < count && !samples.empty(); ++i) {
    const KeyWords& cut = samples[i * samples.size() / count];
    if (ranges.back().low && !(*ranges.back().low < cut)) continue;
    ranges.back().high = cut;
    ranges.push_back({.low = cut, .high = std::nullopt});
  }
  return ranges;
}

Result<void> match_range(const std::vector<SortedRun>& runs, const WordRange& range,
                         std::size_t index, MatchPass& pass) {
  const std::size_t block_size = pass.store.block_bytes() + 64;  // And packed_slack, aligned.
  static_assert(packed_slack <= 64);
  const auto spilled = static_cast<std::size_t>(std::count_if(
      runs.begin(), runs.end(), [](const SortedRun& run) { return run.is_spilled(); }));
  const MappedMemory blocks{spilled * block_size};
  std::vector<RunCursor> cursors;
  std::size_t next_block = 0;
  for (const SortedRun& run : runs) {
    std::span<std::byte> block;
    if (run.is_spilled()) block = {blocks.data() + next_block++ * block_size, block_size};
    cursors.emplace_back(run, pass.order, &pass.store, block);
    if (auto started = cursors.back().start(range); !started) return started;
  }
  MergeStream stream{std::move(cursors)};
  stream.begin();
  RangeSink sink{pass, index};
  Joiner joiner{pass.rules, pass.order, sink, pass.merged.empty() ? nullptr : pass.merged[index],
                index == 0 ? &pass.tell : nullptr};
  return joiner.run(stream);
}

/// How many ranges the memory of the cursors is enough for.
Result<unsigned> affordable_ranges(const std::vector<SortedRun>& runs, const MatchPass& pass) {
  std::size_t of_one = 0;
  for (const SortedRun& run : runs) {
    of_one += sizeof(RunCursor) + (run.is_spilled() ? pass.store.block_bytes() + 64 : 0);
  }
  const auto wanted = static_cast<unsigned>(pass.results.size());
  if (of_one * wanted <= pass.merge_bytes) return wanted;
  const auto affordable = static_cast<unsigned>(pass.merge_bytes / of_one);
  if (affordable == 0) {
    return Failure{FailureKind::invalid,
                   fmt::format("{} sorted runs are more than this memory can merge: give --memory "
                               "twice as much",
                               runs.size())};
  }
  return affordable;
}

}  // namespace

Result<unsigned> match_runs(const std::vector<SortedRun>& runs, std::vector<KeyWords> samples,
                            MatchPass& pass) {
  const Result<unsigned> affordable = affordable_ranges(runs, pass);
  if (!affordable) return affordable.error();
  const std::vector<WordRange> ranges = ranges_of(std::move(samples), affordable.value());
  std::vector<Result<void>> outcomes(ranges.size());
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < ranges.size(); ++i) {
    threads.emplace_back([&, i] { outcomes[i] = match_range(runs, ranges[i], i, pass); });
  }
  outcomes[0] = match_range(runs, ranges[0], 0, pass);
  for (std::thread& thread : threads) thread.join();
  for (const Result<void>& outcome : outcomes) {
    if (!outcome) return outcome.error();
  }
  for (RunRegion* const region : pass.leftovers) region->finish();
  return static_cast<unsigned>(ranges.size());
}

}  // namespace daybook::recon

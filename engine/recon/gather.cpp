#include "engine/recon/gather.hpp"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "engine/recon/kept_run_check.hpp"

namespace daybook::recon {
namespace {

/// Which thread reads which source, and whether the work has failed.
///
/// Threads.  Any; everything under one lock, which is taken a few times a run.
class Turns {
 public:
  explicit Turns(std::array<RecordSource*, 2> sources) : sources_{sources} {}

  /// A source to read, the one with more left; waits while others read. Nothing when all are read
  /// or something failed.
  std::optional<std::size_t> take() {
    std::unique_lock lock{mutex_};
    while (true) {
      if (failure_ || (is_done_[0] && is_done_[1])) return std::nullopt;
      std::optional<std::size_t> best;
      for (std::size_t side = 0; side < 2; ++side) {
        if (is_taken_[side] || is_done_[side]) continue;
        if (!best || left_of(side) > left_of(*best)) best = side;
      }
      if (best) {
        is_taken_[*best] = true;
        return best;
      }
      changed_.wait(lock);
    }
  }

  void give_back(std::size_t side, bool is_done) {
    const std::lock_guard lock{mutex_};
    is_taken_[side] = false;
    is_done_[side] = is_done;
    changed_.notify_all();
  }

  void fail(const Failure& failure) {
    const std::lock_guard lock{mutex_};
    if (!failure_) failure_ = failure;
    changed_.notify_all();
  }

  [[nodiscard]] std::optional<Failure> failure() const {
    const std::lock_guard lock{mutex_};
    return failure_;
  }

 private:
  [[nodiscard]] std::uint64_t left_of(std::size_t side) const {
    return sources_[side]->total_bytes() - sources_[side]->bytes_read();
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::array<RecordSource*, 2> sources_;
  std::array<bool, 2> is_taken_{};
  std::array<bool, 2> is_done_{};
  std::optional<Failure> failure_;
};

void tell_progress(const std::array<RecordSource*, 2>& sources, ComparisonObserver& observer) {
  const std::uint64_t total = sources[0]->total_bytes() + sources[1]->total_bytes();
  const std::uint64_t read = sources[0]->bytes_read() + sources[1]->bytes_read();
  // Reading and sorting are about two thirds of the work.
  const double share = total == 0 ? 1.0 : static_cast<double>(read) / static_cast<double>(total);
  observer.progress({.records = 0, .fraction = share * 2 / 3});
}

/// What the threads of a gathering share.
struct Work {
  std::array<RecordSource*, 2> sources;
  SpillStore& store;
  Gathered& gathered;
  Turns& turns;
  RunKeeper* keeper = nullptr;
  std::array<KeptRecords, 2> kept = {};  ///< Each of the thread that reads the side.
};

/// Writes the run that was finished last, and has it remembered.
Result<void> keep_run(const Work& work, KeptRun own, std::size_t side, RunRegion& region,
                      std::span<std::byte> block) {
  if (own.record_count == 0) return {};
  if (auto spilled = region.spill(work.store, block); !spilled) return spilled;
  const SortedRun& run = region.last_spilled();
  own.side = static_cast<Side>(side);
  own.lane = run.lane;
  own.first_block = run.first_block;
  own.block_count = run.block_count;
  return work.keeper->keep(own);
}

/// Fills the region from the side. Whether that was all of it; what of it is new, in `own`.
Result<bool> read_side(Work& work, std::size_t side, RunRegion& region, KeptRun& own) {
  KeptRecords& kept = work.kept[side];
  kept.begin_run();
  Intake intake{region, work.gathered.totals[side], work.gathered.invalid[side],
                work.keeper != nullptr ? &kept : nullptr};
  Result<bool> filled = work.sources[side]->fill(intake);
  own = kept.own();
  if (!filled) return filled;
  if (filled.value() ? kept.has_changed_at_end() : kept.has_changed()) {
    work.keeper->tell_changed();
    return Failure{FailureKind::invalid, "a side has changed since its records were kept"};
  }
  return filled;
}

Result<void> run_thread(Work& work, std::size_t thread, ComparisonObserver* observer) {
  RunRegion& region = work.gathered.regions[thread]->region;
  std::vector<std::byte> block(work.store.block_bytes());
  while (true) {
    if (!region.has_room()) {
      if (auto spilled = region.spill(work.store, block); !spilled) return spilled;
    }
    const std::optional<std::size_t> side = work.turns.take();
    if (!side) return {};
    KeptRun own;
    const Result<bool> filled = read_side(work, *side, region, own);
    if (!filled) return filled.error();
    const bool is_done = filled.value();
    work.turns.give_back(*side, is_done);
    if (observer != nullptr) tell_progress(work.sources, *observer);
    region.finish();
    if (work.keeper != nullptr) {
      if (auto kept = keep_run(work, own, *side, region, block); !kept) return kept;
    } else if (!is_done && !region.has_room()) {
      if (auto spilled = region.spill(work.store, block); !spilled) return spilled;
    }
  }
}

}  // namespace

Result<void> gather(std::array<RecordSource*, 2> sources, SpillStore& store,
                    ComparisonObserver& observer, RunKeeper* keeper, Gathered& gathered) {
  Turns turns{sources};
  Work work{
      .sources = sources, .store = store, .gathered = gathered, .turns = turns, .keeper = keeper};
  if (keeper != nullptr) {
    for (CheckedRun& checked : check_kept_runs(keeper->kept(), store)) {
      work.kept[static_cast<std::size_t>(checked.kept.side)].add(checked.kept);
      gathered.kept.push_back(checked.run);
      gathered.kept_samples.insert(gathered.kept_samples.end(), checked.samples.begin(),
                                   checked.samples.end());
    }
    for (KeptRecords& kept : work.kept) kept.begin();
  }
  const auto run = [&](std::size_t thread, ComparisonObserver* watcher) {
    const Result<void> done = run_thread(work, thread, watcher);
    if (!done) turns.fail(done.error());
  };
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < gathered.regions.size(); ++i) {
    threads.emplace_back([&run, i] { run(i, nullptr); });
  }
  run(0, &observer);
  for (std::thread& thread : threads) thread.join();
  if (const std::optional<Failure> failure = turns.failure()) return *failure;
  return {};
}

}  // namespace daybook::recon

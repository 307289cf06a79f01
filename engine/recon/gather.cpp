#include "engine/recon/gather.hpp"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

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

Result<void> work(std::array<RecordSource*, 2> sources, SpillStore& store, Gathered& gathered,
                  std::size_t thread, Turns& turns, ComparisonObserver* observer) {
  RunRegion& region = gathered.regions[thread]->region;
  std::vector<std::byte> block(store.block_bytes());
  while (true) {
    if (!region.has_room()) {
      if (auto spilled = region.spill(store, block); !spilled) return spilled;
    }
    const std::optional<std::size_t> side = turns.take();
    if (!side) return {};
    Intake intake{region, gathered.totals[*side], gathered.invalid[*side]};
    const Result<bool> filled = sources[*side]->fill(intake);
    if (!filled) return filled.error();
    const bool is_done = filled.value();
    turns.give_back(*side, is_done);
    if (observer != nullptr) tell_progress(sources, *observer);
    region.finish();
    if (!is_done && !region.has_room()) {
      if (auto spilled = region.spill(store, block); !spilled) return spilled;
    }
  }
}

}  // namespace

Result<void> gather(std::array<RecordSource*, 2> sources, SpillStore& store,
                    ComparisonObserver& observer, Gathered& gathered) {
  Turns turns{sources};
  const auto run = [&](std::size_t thread, ComparisonObserver* watcher) {
    const Result<void> done = work(sources, store, gathered, thread, turns, watcher);
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

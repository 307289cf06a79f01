#include "engine/index/merge_runs.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "engine/base/assert.hpp"

namespace daybook {
namespace {

RunSettings settings_for(const std::vector<std::shared_ptr<const IndexRun>>& runs) {
  ENSURE(!runs.empty() && runs.size() <= merge_runs_max, "a merge takes 1 to 64 runs");
  RunSettings settings;
  settings.identity = runs[0]->identity();
  settings.value_base = ~std::uint64_t{0};
  settings.filter_keys_max = 0;
  RunIdentity& identity = settings.identity;
  for (const auto& run : runs) {
    const RunIdentity& part = run->identity();
    ENSURE(part.journal_id == identity.journal_id && part.index == identity.index,
           "runs of one journal and one index are merged");
    identity.first = std::min(identity.first, part.first);
    identity.last = std::max(identity.last, part.last);
    identity.tier = std::max(identity.tier, part.tier);
    if (run->pair_count() > 0) {
      settings.value_base = std::min(settings.value_base, run->value_min());
    }
    if (run->filter() == nullptr) settings.filter_keys_max.reset();
    if (settings.filter_keys_max) *settings.filter_keys_max += run->key_count();
  }
  if (identity.tier < std::numeric_limits<std::uint16_t>::max()) ++identity.tier;
  return settings;
}

}  // namespace

RunMerge::RunMerge(std::vector<std::shared_ptr<const IndexRun>> runs, RunSink& sink)
    : runs_{std::move(runs)}, builder_{settings_for(runs_), sink} {
  for (const auto& run : runs_) total_ += run->pair_count();
}

Result<void> RunMerge::open_sources() {
  opened_ = true;
  for (const auto& run : runs_) {
    if (run->pair_count() == 0) continue;
    Source source{run};
    const auto first = source.cursor.seek(run->first());
    if (!first) return first.error();
    const auto rest = source.cursor.rest();
    source.at = rest.data();
    source.end = rest.data() + rest.size();
    heads_.push_back(*source.at);
    sources_.push_back(std::move(source));
  }
  return {};
}

// Gives source `index`, whose block has been used up, its next block; or takes it out.
Result<void> RunMerge::refill(std::size_t index) {
  Source& source = sources_[index];
  const auto moved = source.cursor.next_block();
  if (!moved) return moved.error();
  if (moved.value() == nullptr) {
    sources_.erase(sources_.begin() + static_cast<std::ptrdiff_t>(index));
    heads_.erase(heads_.begin() + static_cast<std::ptrdiff_t>(index));
    return {};
  }
  const auto rest = source.cursor.rest();
  source.at = rest.data();
  source.end = rest.data() + rest.size();
  heads_[index] = *source.at;
  return {};
}

Result<bool> RunMerge::step(std::uint64_t pairs) {
  if (!opened_) {
    if (auto opened = open_sources(); !opened) return opened.error();
  }
  std::uint64_t left = std::max<std::uint64_t>(pairs, 1);
  while (!sources_.empty() && left > 0) {
    // The least head and the second least, without branches: which it is cannot be guessed.
    std::size_t least = 0;
    IndexPair bound{~std::uint64_t{0}, ~std::uint64_t{0}};
    for (std::size_t index = 1; index < heads_.size(); ++index) {
      const bool is_less = heads_[index] < heads_[least];
      const IndexPair other = is_less ? heads_[least] : heads_[index];
      bound = other < bound ? other : bound;
      least = is_less ? index : least;
    }
    // Up to the second least head all come from one source: long stretches under common keys.
    Source& source = sources_[least];
    const auto begin = source.at;
    do {
      builder_.add(*source.at++);
    } while (source.at != source.end && *source.at <= bound);
    const auto taken = static_cast<std::uint64_t>(source.at - begin);
    done_ += taken;
    left -= std::min(left, taken);
    if (source.at != source.end) {
      heads_[least] = *source.at;
    } else if (auto refilled = refill(least); !refilled) {
      return refilled.error();
    }
  }
  if (!sources_.empty()) return false;
  if (auto finished = builder_.finish(); !finished) return finished.error();
  return true;
}

Result<void> merge_runs(std::vector<std::shared_ptr<const IndexRun>> runs, RunSink& sink) {
  RunMerge merge{std::move(runs), sink};
  const auto done = merge.step(~std::uint64_t{0});
  if (!done) return done.error();
  ENSURE(done.value(), "a merge without bound ends with its sources");
  return {};
}

Result<std::shared_ptr<const IndexRun>> merge_memory_runs(
    std::vector<std::shared_ptr<const IndexRun>> runs) {
  std::size_t bytes = 0;
  for (const auto& run : runs) bytes += run->size_bytes();
  MemoryRunSink sink{bytes};
  if (auto merged = merge_runs(std::move(runs), sink); !merged) return merged.error();
  return sink.take();
}

}  // namespace daybook

#include "engine/ledger/id_retirement.hpp"

#include <algorithm>
#include <utility>

#include "engine/base/assert.hpp"
#include "engine/index/run_sink.hpp"
#include "engine/index/tier_policy.hpp"

namespace daybook {

Result<bool> IdRetirement::step(std::uint64_t pairs) {
  // Building goes first: memory waits for it.
  if (!build_) {
    if (const auto sealed = table_.oldest_sealed(shelf_.share()->generations)) {
      if (auto begun = begin_build(*sealed, false); !begun.ok()) return begun.error();
    }
  }
  if (build_) {
    if (auto built = build(pairs); !built.ok()) return built.error();
    return true;
  }
  if (!merge_ && !begin_merge(false)) return false;
  if (auto merged = merge(pairs); !merged.ok()) return merged.error();
  return true;
}

Result<void> IdRetirement::retire_all() {
  while (build_ || table_.oldest_sealed(shelf_.share()->generations)) {
    if (auto done = step(~std::uint64_t{0}); !done.ok()) return done.error();
  }
  return {};
}

IdRetirement::Making IdRetirement::make_sink(bool in_memory) {
  if (!in_memory) {
    auto stored = store_.create(to_string(IndexKind::transfer_ids));
    if (stored.ok()) return {std::move(stored).value(), false};
  }
  return {std::make_unique<MemoryRunSink>(), true};
}

Result<IdRetirement::Made> IdRetirement::open(Making& making) {
  const auto bytes = making.sink->finish();
  if (!bytes.ok()) return bytes.error();
  auto run = IndexRun::open(bytes.value().bytes, bytes.value().keeper, "a run of transfer ids");
  if (!run.ok()) return run.error();
  return Made{std::move(run).value(), making.in_memory ? std::string{} : bytes.value().name};
}

Result<void> IdRetirement::begin_build(const TransferIdTable::Sealed& sealed, bool in_memory) {
  constexpr std::uint64_t kind_values = 4;  // The table's values are sequences times this.
  build_.reset();
  build_.emplace(Build{.from = sealed, .making = make_sink(in_memory), .builder = nullptr});
  const RunSettings settings{.identity = {.journal_id = settings_.journal_id,
                                          .index = IndexKind::transfer_ids,
                                          .tier = 0,
                                          .first = sealed.first,
                                          .last = sealed.last},
                             .value_base = sealed.first.value() * kind_values,
                             .filter_keys_max = sealed.index.size()};
  build_->builder = std::make_unique<RunBuilder>(settings, *build_->making.sink);
  return {};
}

Result<void> IdRetirement::build(std::uint64_t pairs) {
  const IdIndex& index = build_->from.index;
  std::uint64_t left = std::max<std::uint64_t>(pairs, 1);
  while (left > 0 && build_->bucket < index.bucket_count()) {
    pairs_.clear();
    build_->bucket = index.collect(build_->bucket, pairs_);
    for (const IndexPair& pair : pairs_) build_->builder->add(pair);
    left -= std::min<std::uint64_t>(left, std::max<std::size_t>(pairs_.size(), 1));
  }
  return build_->bucket < index.bucket_count() ? Result<void>{} : end_build();
}

Result<void> IdRetirement::end_build() {
  auto finished = build_->builder->finish();
  auto run = finished.ok() ? open(build_->making) : Result<Made>{finished.error()};
  if (!run.ok()) {
    if (build_->making.in_memory) return run.error();
    const TransferIdTable::Sealed sealed = build_->from;
    return begin_build(sealed, true);
  }
  const IdRunSet before = *shelf_.share();
  IdRunSet set;
  set.runs.push_back({run.value().run, build_->from.ids, run.value().stored});
  set.runs.insert(set.runs.end(), before.runs.begin(), before.runs.end());
  set.generations = build_->from.ordinal + 1;
  ENSURE(before.generations == build_->from.ordinal, "generations retire one after the other");
  build_.reset();
  shelf_.publish(std::move(set));
  return {};
}

// Only what lies behind the table: a merged run that reaches further could not be used by it.
bool IdRetirement::begin_merge(bool in_memory) {
  if (settings_.runs_max == 0) return false;
  const auto set = shelf_.share();
  const auto behind = std::find_if(set->runs.begin(), set->runs.end(), [&](const IdRun& run) {
    return run.run->identity().last < table_.generation_first();
  });
  std::vector<std::uint64_t> sizes;
  for (auto run = behind; run != set->runs.end(); ++run) sizes.push_back(run->run->pair_count());
  const TierPlan plan =
      plan_merge({}, sizes, {.disk_runs_max = settings_.runs_max, .memory_runs_max = 0});
  if (plan.disk_runs < 2) return false;
  const std::size_t count = std::min(plan.disk_runs, merge_runs_max);
  merge_.reset();
  merge_.emplace(Merge{.making = make_sink(in_memory), .merge = nullptr, .sources = {}, .ids = {}});
  for (auto run = behind; run != behind + static_cast<std::ptrdiff_t>(count); ++run) {
    merge_->sources.push_back(run->run);
    merge_->ids.add(run->ids);
  }
  merge_->merge = std::make_unique<RunMerge>(merge_->sources, *merge_->making.sink);
  return true;
}

Result<void> IdRetirement::merge(std::uint64_t pairs) {
  const auto done = merge_->merge->step(pairs);
  if (done.ok()) return done.value() ? end_merge() : Result<void>{};
  // Either the store does not take it, or a source is damaged: the second attempt tells.
  if (merge_->making.in_memory || !begin_merge(true)) return done.error();
  return {};
}

Result<void> IdRetirement::end_merge() {
  auto run = open(merge_->making);
  if (!run.ok()) {
    if (merge_->making.in_memory || !begin_merge(true)) return run.error();
    return {};
  }
  IdRunSet set = *shelf_.share();
  const auto first = std::find_if(set.runs.begin(), set.runs.end(), [&](const IdRun& each) {
    return each.run == merge_->sources.front();
  });
  const auto count = static_cast<std::ptrdiff_t>(merge_->sources.size());
  ENSURE(set.runs.end() - first >= count, "runs that are merged stay on the shelf meanwhile");
  *first = {run.value().run, merge_->ids, run.value().stored};
  set.runs.erase(first + 1, first + count);
  merge_.reset();
  shelf_.publish(std::move(set));
  return {};
}

}  // namespace daybook

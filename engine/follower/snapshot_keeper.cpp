#include "engine/follower/snapshot_keeper.hpp"

#include <algorithm>
#include <utility>

namespace daybook {
namespace {

/// Passes bytes on and counts them.
class CountingSnapshot final : public StoredSnapshot {
 public:
  explicit CountingSnapshot(StoredSnapshot& into) : into_{into} {}

  Result<void> append(std::span<const std::byte> bytes) override {
    count_ += bytes.size();
    return into_.append(bytes);
  }
  Result<void> finish(const SnapshotHeader& header) override { return into_.finish(header); }
  [[nodiscard]] std::uint64_t count() const { return count_; }

 private:
  StoredSnapshot& into_;
  std::uint64_t count_ = 0;
};

}  // namespace

SnapshotKeeper::SnapshotKeeper(SnapshotStore& snapshots, RunStore& runs, std::uint64_t hash_seed,
                               const SnapshotSettings& settings)
    : snapshots_{snapshots}, runs_{runs}, settings_{settings} {
  last_.hash_seed = hash_seed;
}

Result<void> SnapshotKeeper::begin() {
  const auto found = snapshots_.list();
  if (!found.ok()) return found.error();
  for (const Sequence at : found.value()) {
    auto bytes = snapshots_.open(at);
    const SnapshotHeader header = bytes.ok() ? bytes.value().header : SnapshotHeader{};
    auto names = bytes.ok() ? runs_needed(SnapshotReader{std::move(bytes).value()})
                            : Result<std::vector<std::string>>{bytes.error()};
    if (!names.ok()) {
      // A damaged one must not count as one of those that are kept. What a newer build wrote stays.
      if (names.error().kind != FailureKind::damaged) continue;
      if (auto removed = snapshots_.remove(at); !removed.ok()) return removed;
    } else if (is_of(header.journal_id)) {
      needed_[at.value()] = std::move(names).value();
    }
  }
  return {};
}

void SnapshotKeeper::continue_from(const SnapshotHeader& header, std::vector<RecentIds> recent) {
  const std::uint64_t hash_seed = last_.hash_seed;
  last_ = header;
  last_.hash_seed = hash_seed;
  last_time_ = header.commit_time;
  recent_ = std::move(recent);
}

void SnapshotKeeper::note(const EntryFacts& facts, std::size_t bytes) {
  const EntryHeader& header = facts.header;
  last_.journal_id = header.journal_id;
  last_.entry_hash = header.hash;
  last_.sequence = header.last().value();
  last_.state_digest = header.state_digest;
  last_.commit_time = header.commit_time;
  if (!facts.segments_opened.empty()) {
    last_.segment = facts.segments_opened.back().ordinal;
    last_.segment_first = header.first_sequence;
    last_.segment_entries = 0;
  }
  ++last_.segment_entries;
  ++last_.entries;
  last_.operations += facts.operations.size();
  last_.transfers += facts.transfers.size();
  facts_since_ += header.fact_count;
  bytes_since_ += bytes;
  if (last_time_ == 0) last_time_ = header.commit_time;
}

bool SnapshotKeeper::is_due() const {
  if (!is_of(last_.journal_id)) return false;
  if (settings_.facts == 0 || facts_since_ < std::max<std::uint64_t>(not_before_facts_, 1)) {
    return false;
  }
  if (bytes_since_ < settings_.journal_share * last_bytes_) return false;
  const bool is_late = settings_.ns != 0 && last_.commit_time - last_time_ >= settings_.ns;
  return facts_since_ >= settings_.facts || is_late;
}

Result<void> SnapshotKeeper::take(const Parts& parts) {
  auto written = write(parts);
  if (!written.ok()) {
    not_before_facts_ = facts_since_ + settings_.facts;
    return written;
  }
  ++taken_;
  facts_since_ = bytes_since_ = not_before_facts_ = 0;
  last_time_ = last_.commit_time;
  return drop_older();
}

Result<void> SnapshotKeeper::write(const Parts& parts) {
  auto created = snapshots_.create();
  if (!created.ok()) return created.error();
  CountingSnapshot counted{*created.value()};
  SnapshotWriter into{counted};
  write_state(parts.state, parts.id_runs, runs_, recent_, into);
  parts.indexes.save(into);
  if (auto outcome = into.outcome(); !outcome.ok()) return outcome;
  // What the snapshot names is durable before the snapshot is there.
  std::vector<std::string> news;
  for (const std::string& name : into.runs()) {
    const bool is_kept = std::any_of(needed_.begin(), needed_.end(), [&](const auto& each) {
      return std::find(each.second.begin(), each.second.end(), name) != each.second.end();
    });
    if (!is_kept) news.push_back(name);
  }
  if (auto kept = runs_.keep(news); !kept.ok()) return kept;
  auto finished = counted.finish(last_);
  if (!finished.ok()) {
    runs_.let_go(news);
    return finished;
  }
  last_bytes_ = counted.count();
  needed_[last_.sequence] = into.runs();
  return {};
}

Result<void> SnapshotKeeper::drop_older() {
  while (needed_.size() > settings_.kept) {
    const auto oldest = needed_.begin();
    if (auto removed = snapshots_.remove(Sequence{oldest->first}); !removed.ok()) return removed;
    std::vector<std::string> unneeded = std::move(oldest->second);
    needed_.erase(oldest);
    std::erase_if(unneeded, [&](const std::string& name) {
      return std::any_of(needed_.begin(), needed_.end(), [&](const auto& each) {
        return std::find(each.second.begin(), each.second.end(), name) != each.second.end();
      });
    });
    runs_.let_go(unneeded);
  }
  return {};
}

}  // namespace daybook

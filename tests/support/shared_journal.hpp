#pragma once

#include <condition_variable>
#include <cstring>
#include <deque>
#include <functional>
#include <mutex>
#include <vector>

#include "engine/ports/journal.hpp"

namespace daybook::test {

/// A journal in memory that one thread writes and others read: what a running engine needs of
/// storage, without a disk.
///
/// Threads.  append() on one; views and lookups on any: entries never move once written.
class SharedJournal final : public JournalWriter {
 public:
  Result<SegmentSpace> append(std::span<std::byte> value, EntryPlace) override {
    std::unique_lock lock{mutex_};
    released_.wait(lock, [this] { return !held_; });
    if (broken_) return Failure{FailureKind::io, "the test's disk is broken"};
    last_hash_ = seal_entry(value, last_hash_);
    std::vector<Uint128>& bytes = entries_.emplace_back((value.size() + 15) / 16);
    std::memcpy(bytes.data(), value.data(), value.size());
    sizes_.push_back(value.size());
    return SegmentSpace{.pages_left = 1'000'000};
  }
  /// From now on append() fails.
  void break_down() {
    const std::lock_guard lock{mutex_};
    broken_ = true;
  }
  /// While held, append() waits: a disk that does not get on.
  void hold(bool held) {
    const std::lock_guard lock{mutex_};
    held_ = held;
    released_.notify_all();
  }
  Result<void> sync() override { return {}; }
  Result<void> witness(Sequence) override { return {}; }

  /// The entry at `index`; nothing past the end.
  [[nodiscard]] Result<std::optional<EntryView>> at(std::size_t index) const {
    const std::lock_guard lock{mutex_};
    if (index >= entries_.size()) return std::optional<EntryView>{};
    const auto view =
        check_entry({reinterpret_cast<const std::byte*>(entries_[index].data()), sizes_[index]});
    if (!view) return view.error();
    return std::optional{view.value()};
  }

 private:
  mutable std::mutex mutex_;
  std::deque<std::vector<Uint128>> entries_;  // Uint128: an entry wants to start 16-aligned.
  std::deque<std::size_t> sizes_;
  Uint128 last_hash_;
  std::condition_variable released_;
  bool held_ = false;
  bool broken_ = false;
};

/// Entries of a SharedJournal in order, as far as they are durable; all of them without `durable`.
class SharedSource final : public EntrySource {
 public:
  explicit SharedSource(const SharedJournal& journal, std::function<Sequence()> durable = {})
      : journal_{journal}, durable_{std::move(durable)} {}

  Result<std::optional<EntryView>> next() override {
    auto entry = journal_.at(next_);
    if (entry && entry.value()) {
      if (durable_ && durable_() < entry.value()->header.last()) return std::optional<EntryView>{};
      ++next_;
    }
    return entry;
  }
  void release() override {}

 private:
  const SharedJournal& journal_;
  std::function<Sequence()> durable_;
  std::size_t next_ = 0;
};

/// Single entries of a SharedJournal.
class SharedLookup final : public EntryLookup {
 public:
  explicit SharedLookup(const SharedJournal& journal) : journal_{journal} {}

  Result<void> with_entry(Sequence sequence,
                          const std::function<void(const EntryView&)>& use) override {
    return find(
        [&](const EntryHeader& header) {
          return header.first() <= sequence && sequence <= header.last();
        },
        use);
  }
  Result<void> with_entry_at_time(std::uint64_t time_ns,
                                  const std::function<void(const EntryView&)>& use) override {
    return find([&](const EntryHeader& header) { return header.commit_time <= time_ns; }, use);
  }

 private:
  template <typename Wanted>
  Result<void> find(Wanted wanted, const std::function<void(const EntryView&)>& use) const {
    std::optional<EntryView> newest;
    for (std::size_t index = 0;; ++index) {
      const auto entry = journal_.at(index);
      if (!entry) return entry.error();
      if (!entry.value()) break;
      if (wanted(entry.value()->header)) newest = entry.value();
    }
    if (!newest) return Failure{FailureKind::not_found, "no such entry"};
    use(*newest);
    return {};
  }

  const SharedJournal& journal_;
};

}  // namespace daybook::test

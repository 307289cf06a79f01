#pragma once

#include <filesystem>
#include <memory>
#include <utility>

#include "storage/journal/journal_lookup.hpp"

namespace daybook {

/// A JournalLookup that is opened when it is first asked: for a replay, which hardly ever looks
/// back.
///
/// Threads.  One. Errors. Those of JournalLookup, of its opening too.
class LazyLookup final : public EntryLookup {
 public:
  explicit LazyLookup(std::filesystem::path directory, std::filesystem::path archive = {})
      : directory_{std::move(directory)}, archive_{std::move(archive)} {}

  Result<void> with_entry(Sequence sequence,
                          const std::function<void(const EntryView&)>& use) override {
    if (auto opened = open(); !opened.ok()) return opened;
    return lookup_->with_entry(sequence, use);
  }
  Result<void> with_entry_at_time(std::uint64_t time_ns,
                                  const std::function<void(const EntryView&)>& use) override {
    if (auto opened = open(); !opened.ok()) return opened;
    return lookup_->with_entry_at_time(time_ns, use);
  }

 private:
  [[nodiscard]] Result<void> open() {
    if (lookup_ != nullptr) return {};
    auto opened = JournalLookup::open(directory_, {}, archive_);
    if (!opened.ok()) return opened.error();
    lookup_ = std::move(opened).value();
    return {};
  }

  std::filesystem::path directory_;
  std::filesystem::path archive_;
  std::unique_ptr<JournalLookup> lookup_;
};

}  // namespace daybook

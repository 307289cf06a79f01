#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "engine/base/hash.hpp"
#include "engine/base/result.hpp"
#include "engine/recon/record.hpp"

namespace daybook::recon {

/// A sorted run that outlives the process: which records of a side are in it, and where it is.
struct KeptRun {
  Side side = Side::a;
  std::uint64_t first_record = 0;  ///< Of the side's records, in the order in which they are read.
  std::uint64_t record_count = 0;
  unsigned lane = 0;
  std::uint64_t first_block = 0;
  std::uint64_t block_count = 0;
  std::uint64_t digest = 0;  ///< Of its records as they were read.
};

/// Remembers finished runs, so that a comparison that was killed goes on behind them.
///
/// Threads.  keep() from any; all else from the one that compares.
/// Errors.   Those of files.
class RunKeeper {
 public:
  virtual ~RunKeeper() = default;
  /// Runs of earlier processes. Nothing is known of their blocks yet.
  [[nodiscard]] virtual const std::vector<KeptRun>& kept() const = 0;
  /// The blocks of this run were written.
  [[nodiscard]] virtual Result<void> keep(const KeptRun& run) = 0;
  /// A side does not have the records any more of which there are runs.
  virtual void tell_changed() = 0;
};

/// The next digest of records, one after the other.
[[nodiscard]] inline std::uint64_t digest_with(std::uint64_t digest, const Record& record) {
  const auto bytes = std::as_bytes(std::span{&record, 1});
  return fold_multiply(digest ^ xxh3_64(bytes), 0x9e3779b97f4a7c15) + 1;
}

/// Which records of a side are in kept runs, as they are read again; and which are not, for the run
/// that is gathered now.
///
/// Threads.  One at a time.
class KeptRecords {
 public:
  void add(const KeptRun& run) { runs_.push_back(run); }
  /// Behind the last add().
  void begin() {
    std::sort(runs_.begin(), runs_.end(),
              [](const KeptRun& a, const KeptRun& b) { return a.first_record < b.first_record; });
  }

  /// Before each run that is gathered.
  void begin_run() { own_ = {}; }
  /// What was gathered since.
  [[nodiscard]] const KeptRun& own() const { return own_; }

  /// Whether the record with this number stands in a kept run, or at the start of one.
  [[nodiscard]] bool covers(std::uint64_t number) const {
    return next_ < runs_.size() && number >= runs_[next_].first_record;
  }
  /// The record was read again. Requires: covers(number).
  void pass(std::uint64_t number, const Record& record) {
    const KeptRun& run = runs_[next_];
    digest_ = digest_with(digest_, record);
    if (number + 1 < run.first_record + run.record_count) return;
    has_changed_ = has_changed_ || digest_ != run.digest;
    digest_ = 0;
    ++next_;
  }
  /// The record goes into the run that is gathered.
  void take(std::uint64_t number, const Record& record) {
    if (own_.record_count++ == 0) own_.first_record = number;
    own_.digest = digest_with(own_.digest, record);
  }

  /// The records are others than those in the runs, as far as they were read.
  [[nodiscard]] bool has_changed() const { return has_changed_; }
  /// The same when the side was read to its end.
  [[nodiscard]] bool has_changed_at_end() const { return has_changed_ || next_ != runs_.size(); }

 private:
  std::vector<KeptRun> runs_;
  std::size_t next_ = 0;
  std::uint64_t digest_ = 0;
  KeptRun own_;
  bool has_changed_ = false;
};

}  // namespace daybook::recon

#pragma once

#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "engine/recon/comparison.hpp"

namespace daybook::recon::test {

/// For what fits in memory.
class NoStore final : public SpillStore {
 public:
  [[nodiscard]] std::size_t block_bytes() const override { return 256 * 1'024; }
  [[nodiscard]] unsigned lane_count() const override { return LanePlan{1}.count(); }
  Result<std::uint64_t> write(unsigned, std::span<std::byte>) override {
    return Failure{FailureKind::no_space, "nothing is kept here"};
  }
  Result<void> read(unsigned, std::uint64_t, std::span<std::byte>) const override {
    return Failure{FailureKind::not_found, "nothing is kept here"};
  }
};

/// Gives what it was made with.
class Given final : public RecordSource {
 public:
  explicit Given(std::vector<Record> records) : records_{std::move(records)} {}
  Result<bool> fill(Intake& intake) override {
    for (; next_ < records_.size(); ++next_) {
      const auto taken = intake.append(records_[next_]);
      if (taken == Intake::Taken::region_is_full) return false;
      EXPECT_EQ(taken, Intake::Taken::yes);
    }
    return true;
  }
  [[nodiscard]] std::uint64_t bytes_read() const override { return next_; }
  [[nodiscard]] std::uint64_t total_bytes() const override { return records_.size(); }

 private:
  std::vector<Record> records_;
  std::size_t next_ = 0;
};

class Found final : public ComparisonObserver {
 public:
  void progress(const ComparisonProgress&) override {}
  Result<void> difference(const Difference& difference) override {
    differences.push_back(difference);
    if (is_difference(primary_of(difference.codes))) {
      primaries.push_back(primary_of(difference.codes));
    }
    return {};
  }
  Result<void> invalid_line(Side, const InvalidLine&) override { return {}; }
  std::vector<Code> primaries;  ///< Of what is not matched.
  std::vector<Difference> differences;
};

struct Outcome {
  ComparisonReport report;
  std::vector<Difference> differences;
  std::vector<Code> primaries;
};

/// A comparison with everything in memory. The proof holds whatever comes of it.
inline Outcome compared(RecordSource& a, RecordSource& b, const ComparisonSettings& given = {}) {
  ComparisonSettings settings = given;
  settings.memory_bytes = limits::memory_bytes_min;
  settings.threads = 1;
  NoStore store;
  Found found;
  auto report = compare({&a, &b}, settings, MemoryPlan::of(settings, 1'000), store, found);
  EXPECT_TRUE(report.ok()) << report.error().what;
  EXPECT_TRUE(report.value().proof_holds());
  return {.report = report.value(), .differences = found.differences, .primaries = found.primaries};
}

/// The same of records of both sides.
inline Outcome compared(const std::vector<Record>& records, const ComparisonSettings& given = {}) {
  std::vector<Record> sides[2];
  for (const Record& each : records) sides[static_cast<std::size_t>(each.side())].push_back(each);
  Given a{sides[0]};
  Given b{sides[1]};
  return compared(a, b, given);
}

}  // namespace daybook::recon::test

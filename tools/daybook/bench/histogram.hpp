#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace daybook {

/// Counts of durations in log-linear buckets: 128 of them in each power of two.
///
/// Units.   Whatever is recorded; the bench records nanoseconds.
/// Limits.  Any 64-bit value. A percentile is too large by less than 1 % (1/128), never too small;
///          values below 256, the minimum and the maximum are exact.
/// Threads. One at a time.
class Histogram {
 public:
  void record(std::uint64_t value);

  /// Adds everything that `other` holds.
  void merge(const Histogram& other);

  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] std::uint64_t max() const { return max_; }

  /// The smallest bucket's upper end that at least `per_100_000` of 100,000 recorded values do not
  /// pass, and never above max(): 50'000 is the median, 99'900 the 99.9th percentile. 0 when
  /// nothing was recorded. Requires: per_100_000 <= 100'000.
  [[nodiscard]] std::uint64_t percentile(std::uint32_t per_100_000) const;

 private:
  static constexpr unsigned sub_bits = 7;
  static constexpr std::size_t sub_count = std::size_t{1} << sub_bits;
  /// One linear run of 2 * sub_count below 2^(sub_bits + 1), then sub_count a power of two.
  static constexpr std::size_t bucket_count = (64 - sub_bits + 1) * sub_count;

  [[nodiscard]] static std::size_t bucket_of(std::uint64_t value);
  [[nodiscard]] static std::uint64_t upper_end(std::size_t bucket);

  std::array<std::uint64_t, bucket_count> counts_{};
  std::uint64_t count_ = 0;
  std::uint64_t max_ = 0;
};

}  // namespace daybook

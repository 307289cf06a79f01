#include "tools/daybook/bench/histogram.hpp"

#include <algorithm>
#include <bit>

#include "engine/base/assert.hpp"

namespace daybook {

std::size_t Histogram::bucket_of(std::uint64_t value) {
  if (value < 2 * sub_count) return static_cast<std::size_t>(value);
  const auto shift = static_cast<unsigned>(std::bit_width(value)) - (sub_bits + 1);
  // The top sub_bits + 1 bits, whose first is always set: [sub_count, 2 * sub_count).
  const auto mantissa = static_cast<std::size_t>(value >> shift);
  return shift * sub_count + mantissa;
}

std::uint64_t Histogram::upper_end(std::size_t bucket) {
  if (bucket < 2 * sub_count) return bucket;
  const auto shift = static_cast<unsigned>(bucket / sub_count - 1);
  const std::uint64_t mantissa = bucket - shift * sub_count;
  return (mantissa << shift) + ((std::uint64_t{1} << shift) - 1);
}

void Histogram::record(std::uint64_t value) {
  ++counts_[bucket_of(value)];
  ++count_;
  max_ = std::max(max_, value);
}

void Histogram::merge(const Histogram& other) {
  for (std::size_t i = 0; i < bucket_count; ++i) counts_[i] += other.counts_[i];
  count_ += other.count_;
  max_ = std::max(max_, other.max_);
}

std::uint64_t Histogram::percentile(std::uint32_t per_100_000) const {
  ENSURE(per_100_000 <= 100'000, "a share is at most the whole");
  if (count_ == 0) return 0;
  // The rank is rounded up, so that the 100th percentile is the last value and the 0th the first.
  const std::uint64_t whole = count_ / 100'000 * per_100_000;
  const std::uint64_t part = (count_ % 100'000 * per_100_000 + 99'999) / 100'000;
  const std::uint64_t rank = std::max<std::uint64_t>(whole + part, 1);
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < bucket_count; ++i) {
    seen += counts_[i];
    if (seen >= rank) return std::min(upper_end(i), max_);
  }
  return max_;
}

}  // namespace daybook

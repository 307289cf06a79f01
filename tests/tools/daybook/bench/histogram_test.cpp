// Histogram: percentiles against the sorted values themselves, over every size of number.
//
// Method: a fixed generator fills the histogram and a vector; each percentile must be the vector's
// value, or at most 1/128 above it.

#include "tools/daybook/bench/histogram.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace daybook {
namespace {

TEST(HistogramTest, AnEmptyOneHasNothing) {
  const auto histogram = std::make_unique<Histogram>();
  EXPECT_EQ(histogram->count(), 0U);
  EXPECT_EQ(histogram->max(), 0U);
  EXPECT_EQ(histogram->percentile(50'000), 0U);
}

TEST(HistogramTest, SmallValuesAreExact) {
  auto histogram = std::make_unique<Histogram>();
  for (std::uint64_t value = 1; value <= 100; ++value) histogram->record(value);
  EXPECT_EQ(histogram->percentile(0), 1U);
  EXPECT_EQ(histogram->percentile(1'000), 1U);
  EXPECT_EQ(histogram->percentile(1'001), 2U);
  EXPECT_EQ(histogram->percentile(50'000), 50U);
  EXPECT_EQ(histogram->percentile(99'000), 99U);
  EXPECT_EQ(histogram->percentile(99'900), 100U);
  EXPECT_EQ(histogram->percentile(100'000), 100U);
}

TEST(HistogramTest, ASingleValueIsEveryPercentile) {
  for (const std::uint64_t value : {std::uint64_t{0}, std::uint64_t{255}, std::uint64_t{256},
                                    std::uint64_t{1} << 40, ~std::uint64_t{0}}) {
    auto histogram = std::make_unique<Histogram>();
    histogram->record(value);
    EXPECT_EQ(histogram->percentile(0), value);
    EXPECT_EQ(histogram->percentile(50'000), value);
    EXPECT_EQ(histogram->max(), value);
  }
}

TEST(HistogramTest, PercentilesAreLessThanOnePercentTooLargeAndNeverTooSmall) {
  constexpr std::uint64_t seed = 20'231;
  std::mt19937_64 random{seed};
  auto histogram = std::make_unique<Histogram>();
  std::vector<std::uint64_t> values;
  for (int i = 0; i < 50'000; ++i) {
    // All magnitudes alike.
    values.push_back(random() >> (random() % 64));
    histogram->record(values.back());
  }
  std::sort(values.begin(), values.end());
  for (std::uint32_t share = 1; share <= 100'000; share += 13) {
    const std::size_t rank = (values.size() * share + 99'999) / 100'000;
    const std::uint64_t exact = values[rank - 1];
    const std::uint64_t told = histogram->percentile(share);
    ASSERT_GE(told, exact) << "seed " << seed << ", share " << share;
    ASSERT_LE(told - exact, exact / 128) << "seed " << seed << ", share " << share;
  }
  EXPECT_EQ(histogram->max(), values.back());
}

TEST(HistogramTest, MergingIsRecordingBoth) {
  auto a = std::make_unique<Histogram>();
  auto b = std::make_unique<Histogram>();
  auto both = std::make_unique<Histogram>();
  for (std::uint64_t value = 1; value < 2'000'000; value = value * 5 / 4 + 1) {
    (value % 2 == 0 ? a : b)->record(value);
    both->record(value);
  }
  a->merge(*b);
  EXPECT_EQ(a->count(), both->count());
  EXPECT_EQ(a->max(), both->max());
  for (const std::uint32_t share : {1'000U, 50'000U, 99'000U}) {
    EXPECT_EQ(a->percentile(share), both->percentile(share));
  }
}

}  // namespace
}  // namespace daybook

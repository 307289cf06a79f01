// What is decided in memory is what a whole comparison decides, on random records and by every rule
// but fallback rules; and pairs that are simply matched are told, too.
#include "engine/recon/batch_comparison.hpp"

#include <algorithm>
#include <random>
#include <tuple>

#include <gtest/gtest.h>

#include "tests/engine/recon/compare_records.hpp"
#include "tests/engine/recon/recon_records.hpp"

namespace daybook::recon {
namespace {

using test::record;

/// Few references and amounts, so that groups are large and much is nearly equal.
std::vector<Record> random_records(std::mt19937& random, std::size_t how_many) {
  const auto below = [&](unsigned bound) { return random() % bound; };
  std::vector<Record> records;
  for (std::size_t i = 0; i < how_many; ++i) {
    const Side side = below(2) == 0 ? Side::a : Side::b;
    const std::string reference = below(20) == 0 ? "" : "r" + std::to_string(below(12));
    Record made = record(side, reference, 1'000 + static_cast<int>(below(4)));
    if (reference.empty()) made.key = {};
    if (below(6) == 0) made.set_fee(static_cast<int>(below(3)));
    if (below(8) == 0) made.currency = currency_of_text("USD");
    const auto type = below(6) == 0 ? RecordType::refund : RecordType::charge;
    const auto status = below(5) == 0 ? static_cast<RecordStatus>(below(6)) : RecordStatus::ok;
    made.set_place(side, type, status, i + 1);
    made.time_ns += static_cast<std::int64_t>(below(10)) * 86'400'000'000'000;
    // What corrections and fee codes make has moved something.
    const bool is_plain = side == Side::b || status != RecordStatus::ok;
    if (!is_plain && below(8) == 0) {
      made.set_fee(0);
      made.set_fee_part(true);
    } else if (!is_plain && below(8) == 0) {
      made.set_corrected();
      if (below(2) == 0) made.set_amount(0);
      if (made.amount() == 0) made.set_fee(0);
    }
    records.push_back(made);
  }
  return records;
}

using Told =
    std::tuple<std::uint64_t, std::uint64_t, std::vector<Code>, std::uint32_t, std::uint32_t>;

std::vector<Told> told_of(const std::vector<Difference>& differences) {
  std::vector<Told> told;
  for (const Difference& each : differences) {
    std::vector<Code> codes;
    for (const Code code : all_codes) {
      if (each.codes.has(code)) codes.push_back(code);
    }
    told.emplace_back(each.has_a ? each.a.offset() : 0, each.has_b ? each.b.offset() : 0, codes,
                      each.parts_a, each.parts_b);
  }
  std::sort(told.begin(), told.end());
  return told;
}

std::int64_t newest_of(const std::vector<Record>& records, Side side) {
  std::int64_t newest = no_time;
  for (const Record& each : records) {
    if (each.side() == side) newest = std::max(newest, each.time_ns);
  }
  return newest;
}

TEST(BatchComparison, DecidesAsAWholeComparison) {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    std::mt19937 random{seed};
    const auto records = random_records(random, 1 + random() % 60);
    ComparisonSettings settings;
    settings.sums_groups = random() % 3 == 0;
    if (random() % 2 == 0) settings.window_ns = 3 * 86'400'000'000'000;
    if (random() % 2 == 0) {
      settings.tolerances.push_back(
          {.currency = currency_of_text("EUR"), .amount = 2, .cap = static_cast<i128>(4)});
    }
    const PairRules rules{.tolerances = settings.tolerances,
                          .sums_groups = settings.sums_groups,
                          .window_ns = settings.window_ns,
                          .newest_a = newest_of(records, Side::a),
                          .newest_b = newest_of(records, Side::b)};
    std::vector<Difference> differences;
    std::uint64_t matched = 0;
    const auto done = compare_batch(records, rules, [&](const Difference& each) {
      if (each.codes.empty()) return void(++matched);
      differences.push_back(each);
    });
    ASSERT_TRUE(done.ok());
    const auto whole = test::compared(records, settings);
    EXPECT_EQ(told_of(differences), told_of(whole.differences)) << "seed " << seed;
    const auto plain = static_cast<std::uint64_t>(std::count_if(
        differences.begin(), differences.end(),
        [](const Difference& each) { return !is_difference(primary_of(each.codes)); }));
    EXPECT_EQ(matched + plain, whole.report.matched) << "seed " << seed;
  }
}

TEST(BatchComparison, TellsBothSidesOfWhatIsMatched) {
  std::vector<Difference> told;
  const auto done = compare_batch({record(Side::b, "r", 5, 9), record(Side::a, "r", 5, 7)}, {},
                                  [&](const Difference& each) { told.push_back(each); });
  ASSERT_TRUE(done.ok());
  ASSERT_EQ(told.size(), 1U);
  EXPECT_TRUE(told[0].codes.empty());
  EXPECT_EQ(told[0].a.offset(), 7U);
  EXPECT_EQ(told[0].b.offset(), 9U);
}

TEST(BatchComparison, RefusesAReferenceWithTooManyRecords) {
  std::vector<Record> records(limits::group_records_max, record(Side::b));
  const auto nothing = [](const Difference&) {};
  EXPECT_TRUE(compare_batch(records, {}, nothing).ok());
  records.push_back(record(Side::b));
  EXPECT_FALSE(compare_batch(records, {}, nothing).ok());
}

}  // namespace
}  // namespace daybook::recon

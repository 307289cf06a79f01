// Business days: where they begin and end, clocks that change, and which one is over.

#include "tools/daybook/recon/runs/business_day.hpp"

#include <gtest/gtest.h>

namespace daybook::recon {
namespace {

constexpr std::int64_t hour = 3'600'000'000'000;

Reconciliation in_zone(std::string zone, unsigned begins_minutes = 0) {
  Reconciliation definition;
  definition.time_zone = std::move(zone);
  definition.day_begins_minutes = begins_minutes;
  return definition;
}

std::int64_t hours_of(const Reconciliation& definition, std::uint64_t day) {
  const auto bounds = bounds_of_day(definition, day);
  EXPECT_TRUE(bounds.ok());
  return (bounds.value().ends_ns - bounds.value().begins_ns) / hour;
}

TEST(BusinessDay, BeginsAtItsOwnMidnightOrCutOff) {
  const auto utc = bounds_of_day(in_zone("UTC"), 20260131);
  ASSERT_TRUE(utc.ok());
  EXPECT_EQ(utc.value().begins_ns, 1'769'817'600 * (hour / 3'600));
  const auto berlin = bounds_of_day(in_zone("Europe/Berlin"), 20260131);
  ASSERT_TRUE(berlin.ok());
  EXPECT_EQ(berlin.value().begins_ns, utc.value().begins_ns - hour);
  const auto late = bounds_of_day(in_zone("UTC", 17 * 60), 20260131);
  ASSERT_TRUE(late.ok());
  EXPECT_EQ(late.value().begins_ns, utc.value().begins_ns + 17 * hour);
  EXPECT_EQ(late.value().ends_ns, utc.value().ends_ns + 17 * hour);
}

TEST(BusinessDay, HasTwentyThreeOrTwentyFiveHoursWhereClocksChange) {
  const Reconciliation berlin = in_zone("Europe/Berlin");
  EXPECT_EQ(hours_of(berlin, 20260328), 24);
  EXPECT_EQ(hours_of(berlin, 20260329), 23);
  EXPECT_EQ(hours_of(berlin, 20261025), 25);
  EXPECT_EQ(hours_of(berlin, 20281231), 24);
  // A cut-off that the change skips: the day begins at the change, and none is lost.
  const Reconciliation skipped = in_zone("Europe/Berlin", 2 * 60 + 30);
  const auto before = bounds_of_day(skipped, 20260328);
  const auto after = bounds_of_day(skipped, 20260329);
  ASSERT_TRUE(before.ok() && after.ok());
  EXPECT_EQ(before.value().ends_ns, after.value().begins_ns);
}

TEST(BusinessDay, RefusesWhatIsNone) {
  EXPECT_FALSE(bounds_of_day(in_zone("UTC"), 20260230).ok());
  EXPECT_FALSE(bounds_of_day(in_zone("UTC"), 20261301).ok());
  const auto nowhere = bounds_of_day(in_zone("Europe/Nowhere"), 20260131);
  ASSERT_FALSE(nowhere.ok());
  EXPECT_NE(nowhere.error().what.find("Europe/Nowhere"), std::string::npos);
}

TEST(BusinessDay, TheDayBeforeIsTheOneThatIsOverThere) {
  const auto utc = bounds_of_day(in_zone("UTC"), 20260301);
  ASSERT_TRUE(utc.ok());
  const std::int64_t begins = utc.value().begins_ns;
  const auto day_at = [](const Reconciliation& definition, std::int64_t now) {
    const auto day = day_before(definition, now);
    return day ? day.value() : 0;
  };
  EXPECT_EQ(day_at(in_zone("UTC"), begins), 20260228U);
  EXPECT_EQ(day_at(in_zone("UTC"), begins - 1), 20260227U);
  EXPECT_EQ(day_at(in_zone("Europe/Berlin"), begins - hour), 20260228U);
  EXPECT_EQ(day_at(in_zone("America/New_York"), begins), 20260227U);
  EXPECT_EQ(day_at(in_zone("UTC", 60), begins), 20260227U);
  EXPECT_EQ(day_at(in_zone("UTC", 60), begins + hour), 20260228U);
}

}  // namespace
}  // namespace daybook::recon

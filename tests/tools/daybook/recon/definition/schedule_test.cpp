#include "tools/daybook/recon/definition/schedule.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/random.hpp"
#include "tests/support/rounds.hpp"
#include "tools/daybook/recon/definition/civil_day.hpp"
#include "tools/daybook/text/time_text.hpp"

// Clocks that jump: what is due in a jump, which days are how long; and at random against a search
// of every minute. The zones' own changes are from their laws, not from the data.

namespace daybook::recon {
namespace {

constexpr std::uint64_t hour_ns = 3'600'000'000'000;

Timestamp time(std::string_view text) { return parse_time(text).value(); }

std::string short_text(Timestamp at) { return format_time(at).substr(0, 16); }

/// The next `count` times after `from`, in UTC.
std::vector<std::string> next(std::string_view cron, std::string_view zone, std::string_view from,
                              int count = 1) {
  const Schedule schedule = read_schedule(cron, zone).value();
  std::vector<std::string> all;
  Timestamp at = time(from);
  for (int i = 0; i < count; ++i) {
    at = *schedule.next_after(at);
    all.push_back(short_text(at));
  }
  return all;
}

using Times = std::vector<std::string>;

// Berlin is one hour before UTC, two from 01:00 UTC on the last Sunday of March to 01:00 UTC on the
// last Sunday of October: on 29 March 2026 02:00 is followed by 03:00, on 25 October 03:00 by
// 02:00.
TEST(Schedule, RunsBehindTheGapWhatTheClockSkips) {
  EXPECT_EQ(next("30 2 * * *", "Europe/Berlin", "2026-03-28T00:00:00Z", 3),
            (Times{"2026-03-28T01:30", "2026-03-29T01:00", "2026-03-30T00:30"}));
  // Once, although four of its minutes are skipped, and 03:00 is one of its own.
  EXPECT_EQ(next("*/15 2,3 * * *", "Europe/Berlin", "2026-03-29T00:59:00Z", 3),
            (Times{"2026-03-29T01:00", "2026-03-29T01:15", "2026-03-29T01:30"}));
  EXPECT_EQ(next("0 2 * * *", "Europe/Berlin", "2026-03-29T01:00:00Z"),
            (Times{"2026-03-30T00:00"}));
}

TEST(Schedule, RunsOnceWhatTheClockShowsTwice) {
  EXPECT_EQ(next("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", 2),
            (Times{"2026-10-25T00:30", "2026-10-26T01:30"}));
  EXPECT_EQ(next("*/30 * * * *", "Europe/Berlin", "2026-10-24T23:59:00Z", 5),
            (Times{"2026-10-25T00:00", "2026-10-25T00:30", "2026-10-25T02:00", "2026-10-25T02:30",
                   "2026-10-25T03:00"}));
  // Asked while the clock shows it for the second time.
  EXPECT_EQ(next("30 2 * * *", "Europe/Berlin", "2026-10-25T01:10:00Z"),
            (Times{"2026-10-26T01:30"}));
}

TEST(Schedule, KnowsOtherClocks) {
  EXPECT_EQ(next("0 2 * * *", "UTC", "2026-12-31T02:00:00Z"), (Times{"2027-01-01T02:00"}));
  EXPECT_EQ(next("0 2 * * *", "Asia/Kolkata", "2026-12-31T00:00:00Z"), (Times{"2026-12-31T20:30"}));
  // New York jumps on 8 March 2026, at 07:00 UTC.
  EXPECT_EQ(next("30 2 * * *", "America/New_York", "2026-03-07T08:00:00Z", 2),
            (Times{"2026-03-08T07:00", "2026-03-09T06:30"}));
  // Lord Howe's jump has half an hour: 02:00 is 02:30 on 4 October 2026, at 15:30 UTC the day
  // before.
  EXPECT_EQ(next("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T12:00:00Z"),
            (Times{"2026-10-03T15:30"}));
}

TEST(Schedule, IsAfterAndNeverAtTheTime) {
  EXPECT_EQ(next("0 2 * * *", "UTC", "2026-01-01T01:59:59.999999999Z"),
            (Times{"2026-01-01T02:00"}));
  EXPECT_EQ(next("0 2 * * *", "UTC", "2026-01-01T02:00:00Z"), (Times{"2026-01-02T02:00"}));
  EXPECT_EQ(next("0 0 29 2 *", "Europe/Berlin", "2026-01-01T00:00:00Z"),
            (Times{"2028-02-28T23:00"}));
}

TEST(Schedule, EndsWithTime) {
  const Schedule daily = read_schedule("@daily", "UTC").value();
  EXPECT_EQ(short_text(*daily.next_after(time("2262-04-10T12:00:00Z"))), "2262-04-11T00:00");
  EXPECT_EQ(daily.next_after(time("2262-04-11T00:00:00Z")), std::nullopt);
  EXPECT_EQ(daily.next_after(Timestamp{INT64_MAX}), std::nullopt);
  EXPECT_EQ(short_text(*daily.next_after(Timestamp{0})), "1970-01-02T00:00");
}

TEST(Schedule, SaysWhatIsWrong) {
  EXPECT_EQ(read_schedule("0 2 * * *", "Europe/Nowhere").error().kind, FailureKind::not_found);
  EXPECT_EQ(read_schedule("0 2 * * *", "../../etc/passwd").error().kind, FailureKind::not_found);
  EXPECT_EQ(read_schedule("0 2 * *", "UTC").error().kind, FailureKind::invalid);
}

TEST(Schedule, IsWhatASearchOfEveryMinuteFinds) {
  const std::uint64_t first_seed = daybook::test::wanted_seed().value_or(1);
  const std::uint64_t rounds = daybook::test::wanted_seed() ? 1 : daybook::test::rounds(40, 400);
  constexpr const char* zones[]{
      "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata",
      "UTC",           "America/Sao_Paulo"};
  for (std::uint64_t seed = first_seed; seed < first_seed + rounds; ++seed) {
    daybook::test::Random random{seed};
    const char* const name = zones[random.below(std::size(zones))];
    const TimeZone zone = TimeZone::find(name).value();
    const std::string text = std::to_string(random.below(60)) + " " +
                             (random.chance(50) ? "*" : std::to_string(random.below(4))) + " * * " +
                             (random.chance(50) ? "*" : "sun");
    const Cron cron = Cron::read(text).value();
    const Schedule schedule{cron, zone};
    // Half of the rounds begin near a change.
    const bool is_near = random.chance(50);
    const std::int64_t start = static_cast<std::int64_t>(
        time(is_near ? "2026-03-27T00:00:00Z" : "2026-10-23T00:00:00Z").value() / 1'000'000'000);
    std::int64_t now = start + static_cast<std::int64_t>(random.below(4 * 86'400));
    // Due is a minute of UTC whose local minute is, and was not before, or in whose jump one was.
    const auto is_due = [&](std::int64_t minute) {
      const std::int64_t before = zone.local_of((minute - 1) * 60) / 60;
      const std::int64_t shown = zone.local_of(minute * 60) / 60;
      for (std::int64_t each = before + 1; each < shown; ++each) {
        if (cron.is_due(each)) return true;
      }
      if (!cron.is_due(shown)) return false;
      // Shown before, within the last two hours: then this is the second time.
      for (std::int64_t back = 1; back <= 120; ++back) {
        if (zone.local_of((minute - back) * 60) / 60 == shown) return false;
      }
      return true;
    };
    for (int i = 0; i < 10; ++i) {
      std::int64_t minute = now / 60 + 1;
      while (!is_due(minute)) ++minute;
      const auto due =
          schedule.next_after(Timestamp{static_cast<std::uint64_t>(now) * 1'000'000'000});
      ASSERT_EQ(due->value() / 60'000'000'000, static_cast<std::uint64_t>(minute))
          << "seed " << seed << ": " << text << " in " << name;
      now = minute * 60 + static_cast<std::int64_t>(random.below(5'000));
    }
  }
}

BusinessCalendar calendar(std::string_view zone, unsigned day_begins = 0) {
  return BusinessCalendar{TimeZone::find(zone).value(), day_begins};
}

std::string run_day(const BusinessCalendar& days, std::string_view at) {
  return day_text(days.day_for_run(time(at)).value());
}

TEST(BusinessCalendar, ARunIsForTheLastDayThatIsOver) {
  const BusinessCalendar berlin = calendar("Europe/Berlin");
  EXPECT_EQ(run_day(berlin, "2026-01-01T01:00:00Z"), "2025-12-31");
  EXPECT_EQ(run_day(berlin, "2025-12-31T22:59:59Z"), "2025-12-30");
  EXPECT_EQ(run_day(berlin, "2025-12-31T23:00:00Z"), "2025-12-31");
  EXPECT_EQ(run_day(berlin, "2028-03-01T01:00:00Z"), "2028-02-29");
  // The day that began on the 3rd at 17:30 is over on the 4th.
  const BusinessCalendar late = calendar("Europe/Berlin", 17 * 60 + 30);
  EXPECT_EQ(run_day(late, "2026-01-04T16:29:59Z"), "2026-01-02");
  EXPECT_EQ(run_day(late, "2026-01-04T16:30:00Z"), "2026-01-03");
}

TEST(BusinessCalendar, DaysAreAsLongAsTheClockMakesThem) {
  const BusinessCalendar berlin = calendar("Europe/Berlin");
  const auto hours = [&](std::string_view noon) {
    const DaySpan span = berlin.span(berlin.day_of(time(noon)));
    return (span.end.value() - span.begin.value()) / hour_ns;
  };
  EXPECT_EQ(hours("2026-03-28T12:00:00Z"), 24U);
  EXPECT_EQ(hours("2026-03-29T12:00:00Z"), 23U);
  EXPECT_EQ(hours("2026-10-25T12:00:00Z"), 25U);
  // A day that begins in the gap begins behind it.
  const BusinessCalendar in_gap = calendar("Europe/Berlin", 150);
  EXPECT_EQ(short_text(in_gap.span(in_gap.day_of(time("2026-03-29T12:00:00Z"))).begin),
            "2026-03-29T01:00");
}

TEST(BusinessCalendar, ADayThatAClockSkippedIsNobodysDay) {
  // Samoa went from 29 to 31 December 2011.
  const BusinessCalendar apia = calendar("Pacific/Apia");
  EXPECT_EQ(run_day(apia, "2011-12-30T12:00:00Z"), "2011-12-29");
  EXPECT_EQ(day_text(apia.day_of(time("2011-12-30T12:00:00Z")).value()), "2011-12-31");
}

TEST(BusinessCalendar, DaysFollowEachOtherWithoutAGap) {
  for (const char* const zone : {"Europe/Berlin", "Australia/Lord_Howe", "UTC"}) {
    for (const unsigned begins : {0U, 90U, 150U, 1'439U}) {
      const BusinessCalendar days = calendar(zone, begins);
      BusinessDay day = days.day_of(time("2026-01-01T12:00:00Z"));
      for (int i = 0; i < 800; ++i) {
        const DaySpan span = days.span(day);
        ASSERT_LT(span.begin, span.end);
        ASSERT_EQ(days.day_of(span.begin), day);
        ASSERT_EQ(days.day_of(Timestamp{span.end.value() - 1}), day);
        day = BusinessDay{day.value() + 1};
        ASSERT_EQ(days.span(day).begin, span.end);
        ASSERT_EQ(days.day_for_run(span.end).value() + 1, day.value());
      }
    }
  }
}

// Clocks of tests begin there.
TEST(BusinessCalendar, TheFirstRunOfAllIsForAnEmptyDay) {
  for (const char* const zone : {"UTC", "Europe/Berlin", "America/New_York"}) {
    const BusinessCalendar days = calendar(zone);
    const DaySpan span = days.span(days.day_for_run(Timestamp{1}));
    EXPECT_EQ(span.begin, Timestamp{0});
    EXPECT_LE(span.end, Timestamp{5 * hour_ns});
    EXPECT_EQ(days.span(BusinessDay{-5}).end, Timestamp{0});
    EXPECT_EQ(days.span(BusinessDay{200'000}).begin, days.span(BusinessDay{200'000}).end);
  }
  EXPECT_EQ(run_day(calendar("UTC"), "1970-01-01T12:00:00Z"), "1969-12-31");
  EXPECT_EQ(run_day(calendar("UTC"), "1970-01-02T02:00:00Z"), "1970-01-01");
}

TEST(BusinessCalendar, SomethingIsExpectedOnTheNextDay) {
  const BusinessCalendar berlin = calendar("Europe/Berlin");
  const BusinessDay day = berlin.day_of(time("2026-03-28T12:00:00Z"));
  EXPECT_EQ(short_text(berlin.deadline(day, 6 * 60)), "2026-03-29T04:00");
}

}  // namespace
}  // namespace daybook::recon

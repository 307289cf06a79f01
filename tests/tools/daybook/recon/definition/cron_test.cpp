#include "tools/daybook/recon/definition/cron.hpp"

#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/recon/formats/field_text.hpp"
#include "tests/support/random.hpp"
#include "tests/support/rounds.hpp"
#include "tools/daybook/recon/definition/civil_day.hpp"

// Minutes of a calendar without a time zone: by hand where it is difficult, and at random against a
// search that looks at every minute and reads the fields in its own way.

namespace daybook::recon {
namespace {

std::int64_t at(unsigned year, unsigned month, unsigned day, unsigned hour = 0,
                unsigned minute = 0) {
  return *days_of(year, month, day) * 1'440 + hour * 60 + minute;
}

std::string text_of(std::int64_t minutes) {
  const std::int64_t rest = minutes % 1'440;
  return day_text(minutes / 1'440) + " " + std::to_string(rest / 60) + ":" +
         std::to_string(rest % 60);
}

std::string next(std::string_view cron, std::int64_t from) {
  return text_of(Cron::read(cron).value().at_or_after(from));
}

TEST(CivilDay, IsTheCalendarsDay) {
  for (unsigned year = 1970; year <= 2261; ++year) {
    for (unsigned month = 1; month <= 12; ++month) {
      for (unsigned day = 1; day <= 31; ++day) {
        const auto days = days_of(year, month, day);
        if (!days) continue;
        const CivilDay civil = civil_day(*days);
        ASSERT_EQ(civil.year, year);
        ASSERT_EQ(civil.month, month);
        ASSERT_EQ(civil.day, day);
      }
    }
  }
  EXPECT_EQ(day_text(-1), "1969-12-31");
  EXPECT_EQ(weekday_of(0), 4U);
  EXPECT_EQ(weekday_of(-5), 6U);
}

TEST(Cron, FindsTheNextMinuteAcrossTheCalendar) {
  EXPECT_EQ(next("0 2 * * *", at(2026, 1, 31, 2, 0)), "2026-01-31 2:0");
  EXPECT_EQ(next("0 2 * * *", at(2026, 1, 31, 2, 1)), "2026-02-01 2:0");
  EXPECT_EQ(next("59 23 31 12 *", at(2026, 12, 31, 23, 59)), "2026-12-31 23:59");
  EXPECT_EQ(next("0 0 1 1 *", at(2026, 1, 1, 0, 1)), "2027-01-01 0:0");
  EXPECT_EQ(next("0 0 31 * *", at(2026, 4, 1)), "2026-05-31 0:0");
  EXPECT_EQ(next("0 0 29 2 *", at(2026, 1, 1)), "2028-02-29 0:0");
  EXPECT_EQ(next("0 0 29 2 *", at(2096, 3, 1)), "2104-02-29 0:0");
  EXPECT_EQ(next("0 12 * * 7", at(2026, 1, 1)), "2026-01-04 12:0");
  EXPECT_EQ(next("*/20 8-18/5 * * *", at(2026, 1, 1, 8, 41)), "2026-01-01 13:0");
}

TEST(Cron, NeedsOneOfDayAndWeekdayWhereBothAreGiven) {
  // 13 February 2026 is a Friday.
  EXPECT_EQ(next("0 0 13 * fri", at(2026, 2, 7)), "2026-02-13 0:0");
  EXPECT_EQ(next("0 0 13 * fri", at(2026, 2, 14)), "2026-02-20 0:0");
  EXPECT_EQ(next("0 0 14 * fri", at(2026, 2, 14)), "2026-02-14 0:0");
  EXPECT_EQ(next("0 0 30 2 fri", at(2026, 2, 1)), "2026-02-06 0:0");
  // As crontab(5) has it: "*/2" begins with a star, so both are needed.
  EXPECT_EQ(next("0 0 */2 * fri", at(2026, 2, 7)), "2026-02-13 0:0");
  EXPECT_EQ(next("0 0 */2 * fri", at(2026, 2, 14)), "2026-02-27 0:0");
}

TEST(Cron, TakesNamesAndWords) {
  const auto same = [](std::string_view a, std::string_view b) {
    for (std::int64_t from = at(2026, 1, 1); from < at(2027, 2, 1); from += 997) {
      if (next(a, from) != next(b, from)) return false;
    }
    return true;
  };
  EXPECT_TRUE(same("0 0 * jan,DEC mon-fri", "0 0 * 1,12 1-5"));
  EXPECT_TRUE(same("0 0 * * fri-sun", "0 0 * * 5,6,0"));
  EXPECT_TRUE(same("0 0 * * sun-tue", "0 0 * * 0-2"));
  EXPECT_TRUE(same("@daily", "0 0 * * *"));
  EXPECT_TRUE(same("@midnight", " 0\t0  * * * "));
  EXPECT_TRUE(same("@hourly", "0 * * * *"));
  EXPECT_TRUE(same("@weekly", "0 0 * * 7"));
  EXPECT_TRUE(same("@monthly", "0 0 1 * *"));
  EXPECT_TRUE(same("@yearly", "0 0 1 1 *"));
  EXPECT_TRUE(same("@annually", "@yearly"));
  EXPECT_FALSE(same("@daily", "@hourly"));
}

TEST(Cron, SaysWhatIsWrong) {
  const auto fault = [](std::string_view text) {
    const auto read = Cron::read(text);
    return read ? std::string{} : read.error().what;
  };
  EXPECT_EQ(fault("60 * * * *"), "the minute '60': it is from 0 to 59");
  EXPECT_EQ(fault("0 24 * * *"), "the hour '24': it is from 0 to 23");
  EXPECT_EQ(fault("0 0 0 * *"), "the day of the month '0': it is from 1 to 31");
  EXPECT_EQ(fault("0 0 * 13 *"), "the month '13': it is from 1 to 12");
  EXPECT_EQ(fault("0 0 * * 8"), "the weekday '8': it is from 0 to 7");
  EXPECT_EQ(fault("0 0 * * 5-2"), "the weekday '5-2': the range ends before it begins");
  EXPECT_EQ(fault("*/0 * * * *"), "the minute '*/0': a step is from 1 to 99");
  EXPECT_EQ(fault("5/10 * * * *"), "the minute '5/10': a step needs a range or '*' before it");
  EXPECT_EQ(fault("0 0 30 feb *"), "the day of the month '30': no such month has such a day");
  EXPECT_EQ(fault("0 0 31 2,4,6,9,11 *"),
            "the day of the month '31': no such month has such a day");
  for (const std::string_view text :
       {"", "0 0 * *", "0 0 * * * *", "@reboot", "a * * * *", "1, * * * *", "1-  * * * *",
        "-1 * * * *", "1-2-3 * * * *", "*/* * * * *", "001 * * * *", "jan 0 * * *", "0 0 mon * *",
        "** * * * *", "1/ * * * *"}) {
    EXPECT_NE(fault(text), "") << text;
  }
}

/// A field as text, and its numbers.
struct RandomField {
  std::string text;
  std::set<unsigned> numbers;
};

RandomField random_field(daybook::test::Random& random, unsigned low, unsigned high) {
  RandomField field;
  const auto take = [&](unsigned from, unsigned to, unsigned step) {
    for (unsigned number = from; number <= to; number += step) field.numbers.insert(number);
  };
  const auto kind = random.below(4);
  if (kind == 0) {
    take(low, high, 1);
    field.text = "*";
  } else if (kind == 1) {
    const auto step = static_cast<unsigned>(random.between(1, high));
    take(low, high, step);
    field.text = "*/" + std::to_string(step);
  } else {
    for (std::uint64_t i = 0; i < kind; ++i) {
      const auto from = static_cast<unsigned>(random.between(low, high));
      const auto to = static_cast<unsigned>(random.between(from, high));
      const auto step = static_cast<unsigned>(random.between(1, 9));
      take(from, to, step);
      field.text += (i == 0 ? "" : ",") + std::to_string(from) + "-" + std::to_string(to) + "/" +
                    std::to_string(step);
    }
  }
  return field;
}

TEST(Cron, IsWhatASearchOfEveryMinuteFinds) {
  const std::uint64_t first_seed = daybook::test::wanted_seed().value_or(1);
  const std::uint64_t rounds = daybook::test::wanted_seed() ? 1 : daybook::test::rounds(60, 1'000);
  for (std::uint64_t seed = first_seed; seed < first_seed + rounds; ++seed) {
    daybook::test::Random random{seed};
    const RandomField minute = random_field(random, 0, 59);
    const RandomField hour = random_field(random, 0, 23);
    const RandomField day = random_field(random, 1, 31);
    const RandomField month = random_field(random, 1, 12);
    const RandomField weekday = random_field(random, 0, 6);
    const std::string text =
        minute.text + " " + hour.text + " " + day.text + " " + month.text + " " + weekday.text;
    const auto read = Cron::read(text);
    if (!read) {
      // 31 in months that have no such day.
      EXPECT_GE(*day.numbers.begin(), 30U) << text << ": " << read.error().what;
      continue;
    }
    const auto is_due = [&](std::int64_t at_minute) {
      const std::int64_t days = at_minute / 1'440;
      const CivilDay civil = civil_day(days);
      const bool by_day = day.numbers.contains(civil.day);
      const bool by_weekday = weekday.numbers.contains(static_cast<unsigned>((days + 4) % 7));
      const bool has_star = day.text[0] == '*' || weekday.text[0] == '*';
      return minute.numbers.contains(static_cast<unsigned>(at_minute % 60)) &&
             hour.numbers.contains(static_cast<unsigned>(at_minute % 1'440 / 60)) &&
             month.numbers.contains(civil.month) &&
             (has_star ? by_day && by_weekday : by_day || by_weekday);
    };
    std::int64_t from = at(2026, 1, 1) + static_cast<std::int64_t>(random.below(1'440 * 1'500));
    for (int i = 0; i < 20; ++i) {
      std::int64_t naive = from;
      while (!is_due(naive) && naive < from + 1'440 * 3'000) ++naive;
      ASSERT_EQ(text_of(read.value().at_or_after(from)), text_of(naive)) << seed << " " << text;
      from = naive + static_cast<std::int64_t>(random.below(3'000)) + 1;
    }
  }
}

}  // namespace
}  // namespace daybook::recon

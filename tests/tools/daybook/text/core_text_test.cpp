// Core plans as text: what is read, and that what cannot be is refused in words.

#include "tools/daybook/text/core_text.hpp"

#include <gtest/gtest.h>

namespace daybook {
namespace {

const std::vector<unsigned> usable{0, 1, 5};

Result<CorePlan> parse(std::string_view text) {
  return parse_core_plan(text, {.io = 2, .query = 1}, usable);
}

TEST(CoreTextTest, ReadsThreadsAndTheirCores) {
  const auto plan = parse("sequencer=0,journaler=1,follower=1,preparer=5,io=1,io-1=5,query-0=0");
  ASSERT_TRUE(plan.ok()) << plan.error().what;
  EXPECT_EQ(plan.value().choices().size(), 7U);
  EXPECT_EQ(plan.value().core_of("sequencer"), 0U);
  EXPECT_EQ(plan.value().core_of("io-0"), 1U);
  EXPECT_EQ(plan.value().core_of("io-1"), 5U);
  EXPECT_TRUE(parse("").value().choices().empty());
}

TEST(CoreTextTest, RefusesInWords) {
  struct Row {
    const char* text;
    const char* words;
  };
  const Row rows[] = {
      {"sequencer", "--pin sequencer: write THREAD=CORE, such as sequencer=0"},
      {"sequencer=0,", ""},  // A comma at the end is taken.
      {"sequencer=0,,io=1", "--pin : write THREAD=CORE"},
      {"sequenzer=0", "no thread is called 'sequenzer'; there are sequencer, journaler"},
      {"io-2=0", "no thread is called 'io-2'"},
      {"io-=0", "no thread is called 'io-'"},
      {"io-01=0", "no thread is called 'io-01'"},
      {"sequencer-0=0", "no thread is called 'sequencer-0'"},
      {"sequencer=2", "--pin sequencer=2: this process may use the cores 0, 1, 5"},
      {"sequencer=", "this process may use the cores 0, 1, 5"},
      {"sequencer=-1", "this process may use the cores 0, 1, 5"},
      {"io=0,sequencer=1,io=1", "--pin names the thread 'io' twice"},
  };
  for (const Row& row : rows) {
    const auto plan = parse(row.text);
    if (row.words[0] == '\0') {
      EXPECT_TRUE(plan.ok()) << row.text;
      continue;
    }
    ASSERT_FALSE(plan.ok()) << row.text;
    EXPECT_NE(plan.error().what.find(row.words), std::string::npos) << plan.error().what;
  }
}

}  // namespace
}  // namespace daybook

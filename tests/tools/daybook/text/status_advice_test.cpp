// Every status that says no says what to do, and no other number does.

#include "tools/daybook/text/status_advice.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace daybook {
namespace {

template <typename Status>
void expect_advice_for_each_no(std::initializer_list<Status> good) {
  int refusals = 0;
  for (unsigned number = 0; number < 65'536; ++number) {
    const auto status = static_cast<Status>(number);
    const bool is_known = to_string(status) != "unknown_status";
    const bool is_good = std::find(good.begin(), good.end(), status) != good.end();
    const std::string_view words = advice(status);
    ASSERT_EQ(!words.empty(), is_known && !is_good) << number << " " << to_string(status);
    if (words.empty()) continue;
    ++refusals;
    EXPECT_TRUE(words.ends_with('.')) << words;
  }
  EXPECT_GT(refusals, 0);
}

TEST(StatusAdviceTest, EveryRefusalSaysWhatToDo) {
  expect_advice_for_each_no({CreateAccountStatus::created, CreateAccountStatus::exists});
  expect_advice_for_each_no({CreateTransferStatus::created, CreateTransferStatus::exists});
  expect_advice_for_each_no({PutLedgerStatus::created, PutLedgerStatus::exists});
  expect_advice_for_each_no({ChangeAccountStatus::changed});
  expect_advice_for_each_no({PutNameStatus::created, PutNameStatus::exists});
  expect_advice_for_each_no({AppendEventStatus::created, AppendEventStatus::exists});
  expect_advice_for_each_no({PutCheckpointStatus::created, PutCheckpointStatus::exists});
}

}  // namespace
}  // namespace daybook

// Result: a value or an error, never both, never neither; asking for the wrong one is a bug.

#include "engine/base/result.hpp"

#include <memory>
#include <string>

#include <gtest/gtest.h>

namespace daybook {
namespace {

Result<int> half_of(int number) {
  if (number % 2 != 0) return Failure{FailureKind::invalid, "odd"};
  return number / 2;
}

TEST(ResultTest, HoldsTheValueOrTheError) {
  const Result<int> good = half_of(8);
  ASSERT_TRUE(good.ok());
  EXPECT_TRUE(static_cast<bool>(good));
  EXPECT_EQ(good.value(), 4);

  const Result<int> bad = half_of(7);
  ASSERT_FALSE(bad.ok());
  EXPECT_FALSE(static_cast<bool>(bad));
  EXPECT_EQ(bad.error().kind, FailureKind::invalid);
  EXPECT_EQ(bad.error().what, "odd");
}

TEST(ResultTest, TellsValueAndErrorApartWhenTheyHaveTheSameType) {
  struct Error {
    int code;
  };
  const Result<int, Error> good{3};
  const Result<int, Error> bad{Error{3}};
  EXPECT_TRUE(good.ok());
  EXPECT_FALSE(bad.ok());
  EXPECT_EQ(bad.error().code, 3);
}

TEST(ResultTest, HandsOutAValueThatCanOnlyBeMoved) {
  Result<std::unique_ptr<int>> made{std::make_unique<int>(5)};
  const std::unique_ptr<int> taken = std::move(made).value();
  EXPECT_EQ(*taken, 5);
}

TEST(ResultTest, LetsTheValueBeChangedInPlace) {
  Result<std::string> text{std::string{"a"}};
  text.value() += "b";
  EXPECT_EQ(text.value(), "ab");
}

TEST(ResultTest, OfNothingIsDoneOrWhyNot) {
  const Result<void> done;
  EXPECT_TRUE(done.ok());
  const Result<void> failed{Failure{FailureKind::io, "disk"}};
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().what, "disk");
}

TEST(ResultDeathTest, AskingForWhatIsNotThereStopsTheProcess) {
  const Result<int> good{1};
  const Result<int> bad{Failure{}};
  const Result<void> done;
  EXPECT_DEATH(static_cast<void>(bad.value()), "a failed result has no value");
  EXPECT_DEATH(static_cast<void>(good.error()), "a good result has no error");
  EXPECT_DEATH(static_cast<void>(done.error()), "a good result has no error");
}

}  // namespace
}  // namespace daybook

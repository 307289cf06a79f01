#include "tools/daybook/recon/sequence_places.hpp"

#include <gtest/gtest.h>

#include "tests/support/scratch_directory.hpp"

// Every place that was put is found, more than a buffer of them too, and no other.

namespace daybook::recon {
namespace {

TEST(SequencePlaces, FindWhatWasPutAndNothingElse) {
  const daybook::test::ScratchDirectory scratch;
  for (const std::uint64_t count : {0U, 1U, 2U, 4'095U, 4'096U, 10'001U}) {
    auto opened = SequencePlaces::open(scratch.path());
    ASSERT_TRUE(opened.ok());
    SequencePlaces& places = opened.value();
    for (std::uint64_t i = 0; i < count; ++i) ASSERT_TRUE(places.append(3 * i + 1, i * i).ok());
    for (std::uint64_t i = 0; i < count; ++i) {
      ASSERT_EQ(places.find(3 * i + 1).value(), i * i);
      ASSERT_EQ(places.find(3 * i).value(), std::nullopt);
    }
    EXPECT_EQ(places.find(3 * count + 1).value(), std::nullopt);
  }
  // Nobody else sees the files.
  EXPECT_TRUE(std::filesystem::is_empty(scratch.path()));
}

TEST(SequencePlaces, TakeMoreAfterALook) {
  const daybook::test::ScratchDirectory scratch;
  SequencePlaces places = std::move(SequencePlaces::open(scratch.path())).value();
  ASSERT_TRUE(places.append(5, 50).ok());
  EXPECT_EQ(places.find(5).value(), 50U);
  ASSERT_TRUE(places.append(6, 60).ok());
  EXPECT_EQ(places.find(5).value(), 50U);
  EXPECT_EQ(places.find(6).value(), 60U);
}

TEST(SequencePlaces, NeedTheirDirectory) {
  EXPECT_EQ(SequencePlaces::open("/nowhere").error().kind, FailureKind::not_found);
}

}  // namespace
}  // namespace daybook::recon

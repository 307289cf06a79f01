// Texts of entries come back as they were, from memory and from the file, in any order, and leave
// no name behind.
#include "tools/daybook/recon/entry_texts.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "tests/support/scratch_directory.hpp"

namespace daybook::recon {
namespace {

TEST(EntryTexts, ComeBackAsTheyWere) {
  const daybook::test::ScratchDirectory directory;
  auto texts = EntryTexts::open(directory.path());
  ASSERT_TRUE(texts.ok());
  EXPECT_TRUE(std::filesystem::is_empty(directory.path())) << "the file has no name";
  constexpr std::size_t count = 5'000;
  std::vector<std::uint64_t> places;
  for (std::size_t i = 0; i < count; ++i) {
    const auto place = texts.value().append(std::string(i % 400, 'r') + std::to_string(i),
                                            std::string(i % 3, 'p'));
    ASSERT_TRUE(place.ok());
    places.push_back(place.value());
  }
  for (std::size_t n = 0; n < count; ++n) {
    const std::size_t i = n * 7'919 % count;
    const auto found = texts.value().read(places[i]);
    ASSERT_TRUE(found.ok());
    EXPECT_EQ(found.value().reference, std::string(i % 400, 'r') + std::to_string(i));
    EXPECT_EQ(found.value().party, std::string(i % 3, 'p'));
  }
  // More may come afterwards.
  const auto last = texts.value().append("last", "");
  ASSERT_TRUE(last.ok());
  EXPECT_GT(last.value(), places.back());
  EXPECT_EQ(texts.value().read(last.value()).value().reference, "last");
}

TEST(EntryTexts, NeedADirectory) {
  const auto texts = EntryTexts::open("/no/such/directory");
  ASSERT_FALSE(texts.ok());
  EXPECT_EQ(texts.error().kind, FailureKind::not_found);
  EXPECT_FALSE(EntryTexts::open("").ok());
}

}  // namespace
}  // namespace daybook::recon

#include "tools/daybook/recon/definition/json_walk.hpp"

#include <gtest/gtest.h>

// Texts of anybody: what is deep, double or no JSON is told and does no harm.

namespace daybook::recon {
namespace {

std::string nested(int depth) {
  std::string text;
  for (int i = 0; i < depth; ++i) text += "{\"a\":";
  text += "1";
  return text + std::string(static_cast<std::size_t>(depth), '}');
}

std::string faults_of(std::string_view text, bool allows_comments = false) {
  JsonWalk walk;
  const auto parsed = walk.parse(text, allows_comments);
  EXPECT_EQ(parsed.has_value(), walk.faults().empty());
  return faults_text(walk.faults());
}

TEST(JsonWalk, TakesDepthUpToItsMost) {
  EXPECT_EQ(faults_of(nested(JsonWalk::depth_max)), "");
  EXPECT_NE(faults_of(nested(JsonWalk::depth_max + 1)), "");
  EXPECT_NE(faults_of(nested(30'000)), "");
  EXPECT_NE(faults_of("{\"a\":" + std::string(30'000, '[') + std::string(30'000, ']') + "}"), "");
}

TEST(JsonWalk, TellsMembersThatAreThereTwice) {
  EXPECT_EQ(faults_of(R"({"a":{"b":1},"c":{"b":2}})"), "");
  EXPECT_EQ(faults_of(R"({"a":{"b":1,"b":2}})"), "'b' is there twice");
}

TEST(JsonWalk, TakesOneObjectOnly) {
  for (const std::string_view bad : {"", "[]", "1", "{} {}", "{\"a\":\"\xff\"}", "{\"a\":}", "{"}) {
    EXPECT_EQ(faults_of(bad), "it is not one JSON object") << bad;
  }
  EXPECT_EQ(faults_of("{ /* why */ }", true), "");
  EXPECT_NE(faults_of("{ /* why */ }"), "");
}

TEST(JsonWalk, KeepsABoundedNumberOfFaultsAndShowsNoBytesOfOthers) {
  JsonWalk walk;
  for (std::size_t i = 0; i < JsonWalk::faults_max + 5; ++i) walk.fault("/a\nb", "wrong");
  EXPECT_EQ(walk.faults().size(), JsonWalk::faults_max);
  EXPECT_EQ(walk.faults()[0].path, "/...");
}

TEST(JsonWalk, HoldsTextsAndNumbersToTheirLimits) {
  JsonWalk walk;
  EXPECT_TRUE(walk.text("abc", "/t", 3));
  EXPECT_FALSE(walk.text("abcd", "/t", 3));
  EXPECT_FALSE(walk.text("", "/t", 3));
  EXPECT_FALSE(walk.text("a\tb", "/t", 3));
  EXPECT_FALSE(walk.text(1, "/t", 3));
  EXPECT_TRUE(walk.number(5, "/n", 1, 5));
  EXPECT_FALSE(walk.number(6, "/n", 1, 5));
  EXPECT_FALSE(walk.number(0, "/n", 1, 5));
  EXPECT_FALSE(walk.number(~std::uint64_t{0}, "/n", 1, 5));
  EXPECT_FALSE(walk.number(1.0, "/n", 1, 5));
  EXPECT_EQ(walk.faults().size(), 8U);
}

}  // namespace
}  // namespace daybook::recon

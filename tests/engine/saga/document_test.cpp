// Texts that are not as they should be: hostile ones are refused with words, at every limit and one
// past it, and no exception leaves. Case 33.

#include "engine/saga/document.hpp"

#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "engine/base/limits.hpp"
#include "tests/engine/saga/definitions.hpp"
#include "tests/support/random.hpp"
#include "tests/support/rounds.hpp"

namespace daybook::test {
namespace {

std::string told(std::string_view json) {
  const auto read = read_document(json);
  if (read.ok()) return "none";
  std::string text;
  for (const SagaFault& fault : read.error()) {
    text += (text.empty() ? "" : "\n") + to_text(fault);
  }
  return text;
}

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

std::string list_of(std::size_t count, std::string_view item) {
  std::string text = "[";
  for (std::size_t at = 0; at < count; ++at) text += (at == 0 ? "" : ",") + std::string{item};
  return text + "]";
}

TEST(DocumentTest, SaysWhereATextIsNoJson) {
  EXPECT_EQ(told(""), "line 1, column 1: this is no JSON, or no UTF-8");
  EXPECT_EQ(told("{\"a\": 1,\n  }"), "line 2, column 3: this is no JSON, or no UTF-8");
  EXPECT_EQ(told("[1] 2"), "line 1, column 5: this is no JSON, or no UTF-8");
  EXPECT_EQ(told("[1,\n\n// a remark\n2]"), "line 3, column 1: this is no JSON, or no UTF-8");
  EXPECT_EQ(told("[\"\xff\"]"), "line 1, column 3: this is no JSON, or no UTF-8");
}

TEST(DocumentTest, RefusesTwoOfAKeyWithItsPath) {
  EXPECT_EQ(told(R"({"a": [{"b": 1, "c": {}, "b": 2}], "a": 3})"),
            "a[0].b: this key stands there twice\na: this key stands there twice");
}

TEST(DocumentTest, KnowsWholeNumbersOnly) {
  EXPECT_EQ(told("[0, 9223372036854775807]"), "none");
  const std::string odd = "a number must be a whole one from 0 to 2^63-1";
  for (const char* number :
       {"-1", "-0", "1.0", "1e3", "9223372036854775808", "99999999999999999999999999"}) {
    EXPECT_EQ(told(fmt::format(R"({{"a": [7, {}]}})", number)), "a[1]: " + odd) << number;
  }
  EXPECT_NE(told("[1e999]"), "none");
}

TEST(DocumentTest, RefusesControlCharacters) {
  EXPECT_EQ(told(R"({"a": "x\u0000y"})"), "a: a text must be UTF-8 without control characters");
  EXPECT_EQ(told(R"({"a\n": 1})"),
            "a key must be at most 64 bytes of UTF-8 without control characters");
}

TEST(DocumentTest, LimitsHoldAtAndOnePast) {
  EXPECT_EQ(told(nested(limits::saga_document_depth_max)), "none");
  EXPECT_NE(told(nested(limits::saga_document_depth_max + 1)).find("8 objects and lists deep"),
            std::string::npos);
  EXPECT_NE(told(std::string(limits::saga_definition_bytes_max, '[')).find("deep"),
            std::string::npos);

  EXPECT_EQ(told(list_of(limits::saga_document_members_max, "1")), "none");
  EXPECT_EQ(told(list_of(limits::saga_document_members_max + 1, "1")),
            "[256]: there are more than 256 values in one object or list");

  // 15 lists of 256, themselves and the list around them: 3,856; 240 more are 4,096.
  const std::string full = list_of(256, "1");
  const std::string most = list_of(15, full);
  const auto with = [&most](std::size_t more) {
    return most.substr(0, most.size() - 1) + "," + list_of(more, "1") + "]";
  };
  EXPECT_EQ(told(with(239)), "none");
  EXPECT_EQ(told(with(240)), "[15][239]: there are more than 4096 values");

  const std::string text = "[1]";
  EXPECT_EQ(told(text + std::string(limits::saga_definition_bytes_max - text.size(), ' ')), "none");
  EXPECT_EQ(told(text + std::string(limits::saga_definition_bytes_max - text.size() + 1, ' ')),
            "the text has 65537 bytes; at most 65536 are allowed");
  EXPECT_EQ(told(fmt::format(R"({{"{}": 1}})", std::string(limits::saga_name_bytes_max, 'k'))),
            "none");
  EXPECT_NE(told(fmt::format(R"({{"{}": 1}})", std::string(limits::saga_name_bytes_max + 1, 'k'))),
            "none");
}

TEST(DocumentTest, SizesOfADefinitionHoldAtAndOnePast) {
  const auto with_steps = [](std::size_t count) {
    std::string steps;
    for (std::size_t at = 0; at < count; ++at) {
      steps += fmt::format(R"({}{{"id": "s{}", "kind": "timer.wait", "delay_ms": 1}})",
                           at == 0 ? "" : ",", at);
    }
    return fmt::format(R"({{"name": "s", "version": 1, "deadline_ms": 9, "steps": [{}]}})", steps);
  };
  EXPECT_TRUE(read_definition(with_steps(limits::saga_steps_max)).ok());
  const auto many = read_definition(with_steps(limits::saga_steps_max + 1));
  ASSERT_FALSE(many.ok());
  EXPECT_EQ(to_text(many.error().front()), "steps: 65 steps are more than 64");
  const auto none = read_definition(with_steps(0));
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(to_text(none.error().front()), "steps: a saga needs at least one step");
}

TEST(DocumentTest, CanonicalTextReadsBackAsItself) {
  const char* text = R"({ "b" : [ 1 , {"z":true, "a":null} ], "a" : "q\"\\\/\u00e4" })";
  const auto read = read_document(text);
  ASSERT_TRUE(read.ok());
  const std::string canonical = canonical_text(read.value());
  EXPECT_EQ(canonical, "{\"a\":\"q\\\"\\\\/\xc3\xa4\",\"b\":[1,{\"a\":null,\"z\":true}]}");
  const auto again = read_document(canonical);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(canonical_text(again.value()), canonical);
}

// Good definitions with a few bytes changed, cut out or doubled: they are read or refused, and what
// is read has canonical bytes that read as the same.
TEST(DocumentTest, ChangedTextsAreReadOrRefused) {
  const std::uint64_t seed = wanted_seed().value_or(20'261);
  SCOPED_TRACE(fmt::format("DAYBOOK_TEST_SEED={}", seed));
  Random random{seed};
  const std::string_view bytes = "\"{}[],:0123456789$@. aeidns\\\n\x80";
  const std::uint64_t wanted = rounds(20'000, 200'000);
  std::uint64_t good = 0;
  for (std::uint64_t round = 0; round < wanted; ++round) {
    std::string text{random.chance(50) ? std::string{payout_json} : shipped_definition("payOrder")};
    for (std::uint64_t change = random.between(1, 3); change != 0; --change) {
      const std::size_t at = random.below(text.size());
      if (random.chance(60)) {
        text[at] = bytes[random.below(bytes.size())];
      } else {
        text.erase(at, random.between(1, 40));
      }
    }
    const auto read = read_definition(text);
    if (!read.ok()) {
      ASSERT_FALSE(read.error().empty());
      continue;
    }
    ++good;
    const auto again = read_definition(read.value().canonical);
    ASSERT_TRUE(again.ok()) << text;
    ASSERT_EQ(again.value().hash, read.value().hash);
  }
  EXPECT_GT(good, wanted / 100) << "changes of spaces and names leave some of them good";
}

}  // namespace
}  // namespace daybook::test

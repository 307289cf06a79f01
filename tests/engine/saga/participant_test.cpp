// Registrations of participants, rule by rule.

#include "engine/saga/participant.hpp"

#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/base/limits.hpp"
#include "engine/model/ids.hpp"

namespace daybook::test {
namespace {

std::vector<std::string> faults_of(const std::string& json) {
  const auto read = read_participant(json);
  std::vector<std::string> texts;
  if (read.ok()) return texts;
  for (const SagaFault& each : read.error()) texts.push_back(to_text(each));
  return texts;
}

std::string with_type(const std::string& type) {
  return R"({"name": "bank", "types": [{"type": "a.v1")" + type + "}]}";
}

TEST(RegistrationTest, ReadsWhatIsSaidAndFillsInTheRest) {
  const auto read = read_participant(R"({"types": [
      {"type": "a.v1"},
      {"retry": "query_then_retry", "type": "b.v1", "keeps_keys_ms": 5000},
      {"retry": "at_most_once", "type": "c.v1", "can_query": false}],
      "name": "bank", "in_flight": 7})");
  ASSERT_TRUE(read.ok());
  const ParticipantRegistration& bank = read.value();
  EXPECT_EQ(bank.name, "bank");
  EXPECT_EQ(bank.in_flight, 7U);
  ASSERT_EQ(bank.types.size(), 3U);
  EXPECT_EQ(bank.types[0].safety, RetrySafety::idempotent);
  EXPECT_FALSE(bank.types[0].can_query);
  EXPECT_EQ(bank.types[0].keeps_keys_ms, 604'800'000U);
  EXPECT_EQ(bank.types[1].safety, RetrySafety::query_then_retry);
  EXPECT_TRUE(bank.types[1].can_query);
  EXPECT_EQ(bank.types[1].keeps_keys_ms, 5'000U);
  EXPECT_EQ(bank.types[2].safety, RetrySafety::at_most_once);
  EXPECT_FALSE(bank.types[2].can_query);
  EXPECT_EQ(bank.find(id_of("c.v1")), &bank.types[2]);
  EXPECT_EQ(bank.find(id_of("d.v1")), nullptr);
  EXPECT_EQ(read_participant(bank.canonical).value().canonical, bank.canonical);
  EXPECT_EQ(read_participant(R"({"name": "b", "types": [{"type": "t"}]})").value().in_flight, 256U);
}

TEST(RegistrationTest, EachBrokenRuleIsToldWithItsPath) {
  struct Row {
    std::string json;
    std::string fault;
  };
  const Row rows[] = {
      {R"({"types": [{"type": "a"}]})", "name: a participant needs a name"},
      {R"({"name": "x"})", "types: a participant does at least one type"},
      {R"({"name": "x", "types": []})", "types: a participant does at least one type"},
      {R"({"name": "x", "types": [3]})", "types[0]: it is no object"},
      {R"({"name": "x", "types": [{}]})",
       "types[0].type: it must say what it can be asked for, 'bank.payout.v1'"},
      {R"({"name": "x", "types": [{"type": "a"}, {"type": "a"}]})", "types[1]: a is listed twice"},
      {with_type(R"(, "retry": "often")"),
       "types[0].retry: there are 'idempotent', 'query_then_retry' and 'at_most_once'"},
      {with_type(R"(, "retry": "query_then_retry", "can_query": false)"),
       "types[0].can_query: who is asked before anything is sent again must be able to answer"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(faults_of(row.json), std::vector{row.fault}) << row.json;
  }
  for (const std::string& json :
       {with_type(R"(, "keeps_keys_ms": 999)"), with_type(R"(, "colour": 1)"),
        std::string{R"({"name": "x", "in_flight": 0, "types": [{"type": "a"}]})"},
        std::string{R"({"name": "x", "in_flight": 65537, "types": [{"type": "a"}]})"},
        std::string{R"({"name": "a b", "types": [{"type": "a"}]})"}, std::string{"[]"},
        std::string{"{"}}) {
    EXPECT_FALSE(faults_of(json).empty()) << json;
  }
}

TEST(RegistrationTest, LimitsHoldAtAndOnePast) {
  const auto of_types = [](std::uint32_t count) {
    std::string json = R"({"name": "x", "types": [)";
    for (std::uint32_t at = 0; at < count; ++at) {
      json += (at == 0 ? "" : ",") + (R"({"type": "t)" + std::to_string(at) + "\"}");
    }
    return json + "]}";
  };
  EXPECT_TRUE(faults_of(of_types(limits::participant_types_max)).empty());
  EXPECT_EQ(faults_of(of_types(limits::participant_types_max + 1)),
            std::vector<std::string>{"types: 33 types are more than 32"});
  const std::string at_limit = R"({"name": "x", "types": [{"type": "a"}]})";
  const std::size_t spaces = limits::participant_bytes_max - at_limit.size();
  EXPECT_TRUE(faults_of(std::string(spaces, ' ') + at_limit).empty());
  EXPECT_FALSE(faults_of(std::string(spaces + 1, ' ') + at_limit).empty());
}

TEST(RegistrationTest, ChangedTextsAreReadOrRefused) {
  const std::string good =
      R"({"in_flight":9,"name":"bank","types":[{"retry":"at_most_once","type":"a.v1"}]})";
  std::mt19937 random{7};
  for (int round = 0; round < 20'000; ++round) {
    std::string text = good;
    for (int change = 0; change < 3; ++change) {
      text[random() % text.size()] = static_cast<char>(random() % 128);
    }
    const auto read = read_participant(text);
    if (read.ok()) {
      EXPECT_EQ(read_participant(read.value().canonical).value().canonical, read.value().canonical);
    } else {
      EXPECT_FALSE(read.error().empty());
    }
  }
}

}  // namespace
}  // namespace daybook::test

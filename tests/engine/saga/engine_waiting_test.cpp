// What waits for participants: of which types, for whom, and how much would be taken now.

#include <algorithm>

#include <fmt/format.h>

#include "tests/engine/saga/engine_work_fixture.hpp"

namespace daybook::test {
namespace {

using Texts = std::vector<std::string>;

const SagaInputs what_is_sent{{"user", saga_account(1)}, {"amount", saga_money(600)}};

TEST_F(EngineWorkTest, WhatWaitsIsListedByTypeAndForWhom) {
  const std::vector<std::string> types{"shop.v1", "shop.undo.v1", "bank.v1", "alone.v1"};
  ASSERT_EQ(define(chain_json), "created");
  ASSERT_EQ(define(R"({"name": "alone", "version": 1, "deadline_ms": 600000, "input": {},
      "steps": [{"id": "alone", "kind": "remote.call", "type": "alone.v1", "class": "readonly", "timeout_ms": 1000}]})"),
            "created");
  EXPECT_EQ(waiting(types), Texts{});
  ASSERT_EQ(start(7, "chain", what_is_sent), "created");
  ASSERT_EQ(start(8, "chain", what_is_sent), "created");
  ASSERT_EQ(start(9, "alone", {}), "created");
  EXPECT_EQ(waiting(types),
            (Texts{"shop.v1 for anybody: 2; 1 do it, 0 paused, 0 resting, 0 full",
                   "alone.v1 for anybody: 1; 0 do it, 0 paused, 0 resting, 0 full"}));
  ASSERT_EQ(ask("bank", {{"bank.v1", 3}}), "ok");
  ASSERT_EQ(ask("shop", {{"shop.v1", 1}}), "ok");
  const auto first = got().at(0);
  EXPECT_EQ(waiting(types),
            (Texts{"shop.v1 for anybody: 1; 1 do it, 0 paused, 0 resting, 0 full",
                   "alone.v1 for anybody: 1; 0 do it, 0 paused, 0 resting, 0 full"}));
  // Without an answer it goes to nobody else: not even to one that asks for it.
  ASSERT_EQ(put(R"({"name": "shop2", "types": [{"type": "shop.v1"}]})"), "created");
  const std::uint64_t late = first.command.due_at.value() + 60 * saga_second;
  pass_to(first.command.due_at.value());
  pass_to(late);
  EXPECT_EQ(waiting(types),
            (Texts{"shop.v1 for anybody: 1; 2 do it, 0 paused, 0 resting, 0 full",
                   "shop.v1 for shop: 1; 1 do it, 0 paused, 0 resting, 0 full",
                   "alone.v1 for anybody: 1; 0 do it, 0 paused, 0 resting, 0 full"}));
}

// What a restart knows of those who must have it is that there are some.
TEST_F(EngineWorkTest, WhatWaitsForOneWhoDoesItsTypeNoMoreIsListedWithoutIt) {
  ASSERT_EQ(define(chain_json), "created");
  ASSERT_EQ(start(7, "chain", what_is_sent), "created");
  ASSERT_EQ(ask("shop", {{"shop.v1", 1}}), "ok");
  const auto first = got().at(0);
  pass_to(first.command.due_at.value());
  ASSERT_EQ(put(R"({"name": "shop", "types": [{"type": "shop.undo.v1"}]})"), "created");
  pass_to(first.command.due_at.value() + 60 * saga_second);
  EXPECT_EQ(waiting({"shop.v1"}),
            Texts{"shop.v1 for shop: 1; 0 do it, 0 paused, 0 resting, 0 full"});
  restart();
  EXPECT_EQ(waiting({"shop.v1"}), Texts{"? for anybody: 1; 0 do it, 0 paused, 0 resting, 0 full"});
}

TEST_F(EngineWorkTest, WhatKeepsThoseWhoDoATypeFromItIsListed) {
  ASSERT_EQ(define(chain_json), "created");
  ASSERT_EQ(put(R"({"name": "shop2", "in_flight": 1, "types": [{"type": "shop.v1"}]})"), "created");
  ASSERT_EQ(put(R"({"name": "shop3", "types": [{"type": "shop.v1"}]})"), "created");
  ASSERT_EQ(pause("shop"), "created");
  ASSERT_EQ(ask("shop", {{"shop.v1", 9}}), "ok");
  ASSERT_EQ(ask("shop2", {{"shop.v1", 9}}), "ok");
  ASSERT_EQ(start(7, "chain", what_is_sent), "created");
  ASSERT_EQ(start(8, "chain", what_is_sent), "created");
  ASSERT_EQ(got_texts(), Texts{"do shop 1"});
  EXPECT_EQ(waiting({"shop.v1"}),
            Texts{"shop.v1 for anybody: 1; 3 do it, 1 paused, 0 resting, 1 full"});
  // As soon as one may have it, nothing waits.
  ASSERT_EQ(resume("shop"), "created");
  EXPECT_EQ(waiting({"shop.v1"}), Texts{});
}

TEST_F(EngineWorkTest, WhoDoesNotAnswerIsListedAsResting) {
  ASSERT_EQ(define(chain_json), "created");
  for (std::uint64_t at = 0; at < limits::participant_unanswered_max; ++at) {
    ASSERT_EQ(start(100 + at, "chain", what_is_sent), "created");
  }
  ASSERT_EQ(ask("shop", {{"shop.v1", limits::participant_unanswered_max}}), "ok");
  const auto commands = got();
  ASSERT_EQ(commands.size(), limits::participant_unanswered_max);
  pass_to(commands.back().command.due_at.value());
  ASSERT_EQ(start(7, "chain", what_is_sent), "created");
  EXPECT_EQ(waiting({"shop.v1"}),
            Texts{"shop.v1 for anybody: 1; 1 do it, 0 paused, 1 resting, 0 full"});
}

TEST_F(EngineWorkTest, WhatWaitsIsListedPageByPage) {
  constexpr std::uint64_t types = limits::waiting_page_max + limits::waiting_page_max / 4;
  constexpr std::uint64_t steps_each = 32;
  std::vector<std::string> names;
  for (std::uint64_t begin = 0; begin < types; begin += steps_each) {
    std::string steps;
    for (std::uint64_t at = begin; at < begin + steps_each; ++at) {
      names.push_back(fmt::format("t{}.v1", at));
      steps += fmt::format(R"({}{{"id": "s{}", "kind": "remote.call", "type": "t{}.v1",
          "class": "readonly", "timeout_ms": 1000, "after": []}})",
                           at == begin ? "" : ", ", at, at);
    }
    ASSERT_EQ(define(fmt::format(R"({{"name": "d{}", "version": 1, "deadline_ms": 600000,
        "input": {{}}, "steps": [{}]}})",
                                 begin, steps)),
              "created");
    ASSERT_EQ(start(100 + begin, fmt::format("d{}", begin), {}), "created");
  }
  std::vector<std::string> found;
  for (const std::string& each : waiting(names)) found.push_back(each.substr(0, each.find(' ')));
  EXPECT_EQ(found, names);
}

}  // namespace
}  // namespace daybook::test

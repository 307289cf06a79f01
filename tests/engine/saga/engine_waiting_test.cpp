// What waits for participants: of which types, for whom, and how much would be taken now.

#include <algorithm>

#include <fmt/format.h>

#include "tests/engine/saga/engine_work_fixture.hpp"

namespace daybook::test {
namespace {

using Texts = std::vector<std::string>;

constexpr const char* two_remote_steps = R"({"name": "chain", "version": 1, "deadline_ms": 600000,
  "input": {"user": "account", "amount": "money"},
  "steps": [
    {"id": "shop", "kind": "remote.call", "type": "shop.v1", "undo": "shop.undo.v1",
     "timeout_ms": 5000, "args": {"user": "$.user", "amount": "$.amount", "note": "for you"},
     "output": {"parcel": "id", "weight": "u64"}},
    {"id": "bank", "kind": "remote.call", "type": "bank.v1", "undo": "bank.undo.v1",
     "timeout_ms": 5000, "args": {"parcel": "$.shop.parcel"}}]})";

const SagaInputs what_is_sent{{"user", saga_account(1)}, {"amount", saga_money(600)}};

TEST_F(EngineWorkTest, WhatWaitsIsListedByTypeAndForWhom) {
  const std::vector<std::string> types{"shop.v1", "shop.undo.v1", "bank.v1", "alone.v1"};
  ASSERT_EQ(define(two_remote_steps), "created");
  ASSERT_EQ(define(R"({"name": "alone", "steps": [{"id": "alone", "kind": "remote.call",
      "type": "alone.v1", "class": "readonly", "timeout_ms": 1000}]})"),
            "created");
  EXPECT_EQ(waiting(types), Texts{});
  ASSERT_EQ(start(7, "chain", what_is_sent), "created");
  ASSERT_EQ(start(8, "chain", what_is_sent), "created");
  ASSERT_EQ(start(9, "alone", {}), "created");
  EXPECT_EQ(waiting(types), (Texts{"shop.v1 for anybody: 2, of 1 taken 0",
                                   "alone.v1 for anybody: 1, of 0 taken 0"}));
  ASSERT_EQ(ask("bank", {{"bank.v1", 3}}), "ok");
  ASSERT_EQ(ask("shop", {{"shop.v1", 1}}), "ok");
  const auto first = got().at(0);
  EXPECT_EQ(waiting(types), (Texts{"shop.v1 for anybody: 1, of 1 taken 0",
                                   "alone.v1 for anybody: 1, of 0 taken 0"}));
  // Without an answer it goes to nobody else: not even to one that asks for it.
  ASSERT_EQ(put(R"({"name": "shop2", "types": [{"type": "shop.v1"}]})"), "created");
  const std::uint64_t late = first.command.due_at.value() + 60 * saga_second;
  pass_to(first.command.due_at.value());
  pass_to(late);
  EXPECT_EQ(waiting(types),
            (Texts{"shop.v1 for anybody: 1, of 2 taken 0", "alone.v1 for anybody: 1, of 0 taken 0",
                   "shop.v1 for shop: 1, of 1 taken 0"}));
  // It does that type no more.
  ASSERT_EQ(put(R"({"name": "shop", "types": [{"type": "shop.undo.v1"}]})"), "created");
  pass_to(late + 60 * saga_second);
  const Texts left = waiting(types);
  EXPECT_NE(std::find(left.begin(), left.end(), "shop.v1 for anybody: 1, of 1 taken 0"),
            left.end());
}

TEST_F(EngineWorkTest, WhatWaitsIsListedPageByPage) {
  constexpr int types = limits::waiting_page_max + limits::waiting_page_max / 4;
  constexpr int steps_each = 32;
  std::vector<std::string> names;
  for (int begin = 0; begin < types; begin += steps_each) {
    std::string steps;
    for (int at = begin; at < begin + steps_each; ++at) {
      names.push_back(fmt::format("t{}.v1", at));
      steps += fmt::format(R"({}{{"id": "s{}", "kind": "remote.call", "type": "t{}.v1",
          "class": "readonly", "timeout_ms": 1000, "after": []}})",
                           at == begin ? "" : ", ", at, at);
    }
    ASSERT_EQ(define(fmt::format(R"({{"name": "d{}", "steps": [{}]}})", begin, steps)), "created");
    ASSERT_EQ(start(100 + begin, fmt::format("d{}", begin), {}), "created");
  }
  std::vector<std::string> found;
  for (const std::string& each : waiting(names)) found.push_back(each.substr(0, each.find(' ')));
  EXPECT_EQ(found, names);
}

}  // namespace
}  // namespace daybook::test

#include "tests/engine/saga/engine_branch_fixture.hpp"

#include <fmt/format.h>

namespace daybook::test {
namespace {

constexpr const char* order = R"({"name": "bookOrder", "version": 1, "deadline_ms": 3600000,
  "input": {"order": "id", "amount": "money"},
  "steps": [
    {"id": "create", "kind": "order.create",
     "args": {"order": "$.order", "amount": "$.amount", "quantity": 1, "sku": "book"}},
    {"id": "decided", "kind": "tcc.wait"}]})";

constexpr const char* seat = R"({"name": "seat", "version": 1, "deadline_ms": 3600000,
  "steps": [
    {"id": "try", "kind": "remote.tcc", "type": "shop.v1", "timeout_ms": 5000,
     "retry": {"initial_ms": 1000, "factor": 2, "cap_ms": 8000, "max": 3}},
    {"id": "decided", "kind": "tcc.wait"},
    {"id": "keep", "kind": "remote.tcc", "confirms": "try", "class": "retriable",
     "timeout_ms": 5000,
     "retry": {"initial_ms": 1000, "factor": 2, "cap_ms": 8000, "max": 3}}]})";

}  // namespace

void EngineBranchTest::SetUp() {
  EngineWorkTest::SetUp();
  ASSERT_EQ(define(order), "created");
  ASSERT_EQ(define(seat), "created");
}

TccCommand EngineBranchTest::branch_of(std::uint64_t gid, std::uint64_t branch,
                                       std::uint64_t saga) {
  TccCommand command;
  command.gid = Uint128{gid, 0};
  command.kind = TccCommandKind::try_;
  command.branch = branch;
  command.what = TccBranchKind::saga;
  command.business_type = saga_id(saga).id;
  return command;
}

TccCommand EngineBranchTest::nested_of(std::uint64_t gid, std::uint64_t branch,
                                       std::uint64_t nested) {
  return tcc_try_nested(gid, branch, nested);
}

std::vector<std::string> EngineBranchTest::tcc(const std::vector<TccCommand>& commands,
                                               const std::vector<TccAmount>& amounts) {
  WriteRequest request;
  request.kind = RequestKind::tcc_commands;
  request.tcc_commands = commands;
  request.tcc_amounts = amounts;
  return tcc_statuses(submit(request), commands.size());
}

std::string EngineBranchTest::confirm(std::uint64_t gid, const std::vector<TccTake>& takes) {
  return tcc({tcc_confirm(gid, takes)}, amounts_of(takes)).at(0);
}

std::string EngineBranchTest::transaction(std::uint64_t gid) {
  return shown_tcc(engine_.state().tccs, gid);
}

void EngineBranchTest::go_on() {
  engine_.do_due_work();
  engine_.close_entry();
}

std::string EngineBranchTest::start_order(std::uint64_t saga) {
  return start(saga, "bookOrder", {{"order", saga_id(saga)}, {"amount", saga_money(100)}});
}

std::string EngineBranchTest::start_seat(std::uint64_t saga, WorkOutcome outcome) {
  std::string status = start(saga, "seat", {});
  let_shop(outcome);
  return status;
}

std::vector<std::string> EngineBranchTest::let_shop(WorkOutcome outcome) {
  return let_shop([outcome] { return outcome; });
}

std::vector<std::string> EngineBranchTest::let_shop(const std::function<WorkOutcome()>& outcome) {
  std::vector<std::string> asked;
  EXPECT_EQ(ask("shop", {{"shop.v1", 100}, {"shop.undo.v1", 100}}), "ok");
  for (const GotCommand& each : got()) {
    asked.push_back(each.shown());
    EXPECT_EQ(answer("shop", each, outcome()), "created");
  }
  recall();
  return asked;
}

}  // namespace daybook::test

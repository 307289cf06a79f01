#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/engine/saga/engine_work_fixture.hpp"
#include "tests/engine/tcc/tcc_fixture.hpp"

namespace daybook::test {

/// An engine whose TCC transactions have sagas as branches: "bookOrder" creates an order and waits,
/// "seat" lets the shop try a seat, waits, and lets it confirm, with three tries.
class EngineBranchTest : public EngineWorkTest {
 protected:
  explicit EngineBranchTest(LedgerSettings settings = {}) : EngineWorkTest{settings} {}
  void SetUp() override;

  [[nodiscard]] static TccCommand branch_of(std::uint64_t gid, std::uint64_t branch,
                                            std::uint64_t saga);
  [[nodiscard]] static TccCommand nested_of(std::uint64_t gid, std::uint64_t branch,
                                            std::uint64_t nested);
  /// The statuses of a request by name, one a command.
  std::vector<std::string> tcc(const std::vector<TccCommand>& commands,
                               const std::vector<TccAmount>& amounts = {});
  std::string tcc_one(const TccCommand& command) { return tcc({command}).at(0); }
  std::string confirm(std::uint64_t gid, const std::vector<TccTake>& takes);
  /// "state reason branch:state …", or "none".
  [[nodiscard]] std::string transaction(std::uint64_t gid);
  /// What is due now, and what follows from it.
  void go_on();

  std::string start_order(std::uint64_t saga);
  /// And has the shop do what it is asked for then.
  std::string start_seat(std::uint64_t saga, WorkOutcome outcome = WorkOutcome::succeeded);
  /// The shop asks for work, and answers all of it so. What it was asked for.
  std::vector<std::string> let_shop(WorkOutcome outcome);
  std::vector<std::string> let_shop(const std::function<WorkOutcome()>& outcome);
};

}  // namespace daybook::test

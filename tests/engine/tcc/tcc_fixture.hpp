#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/model/tcc.hpp"
#include "tests/support/engine_under_test.hpp"
#include "tests/support/ledger_under_test.hpp"

namespace daybook::test {

/// gids of tests were made when the clock showed so much.
inline constexpr std::uint64_t tcc_second = 1'000'000'000;
inline constexpr std::uint64_t tcc_start = 1'000 * tcc_second;

[[nodiscard]] TccCommand tcc_begin(std::uint64_t gid, std::uint64_t timeout_ns = 0,
                                   std::uint64_t created_at = tcc_start);
[[nodiscard]] TccCommand tcc_try(std::uint64_t gid, std::uint64_t branch, std::uint64_t amount,
                                 std::uint64_t debit = 1, std::uint64_t credit = 2);
[[nodiscard]] TccCommand tcc_try_nested(std::uint64_t gid, std::uint64_t branch,
                                        std::uint64_t nested);
[[nodiscard]] TccCommand tcc_cancel(std::uint64_t gid, std::uint64_t branch = 0,
                                    std::uint64_t created_at = tcc_start);
struct TccTake {
  std::uint64_t branch = 0;
  std::uint64_t amount = all_of_it;
  static constexpr std::uint64_t all_of_it = ~std::uint64_t{0};
};

/// An engine with account 1, which must not be overdrawn and has 1,000, and accounts 2 to 4. The
/// clock stands at tcc_start unless told. At the end, what the engine journaled must replay to what
/// it has, and a restart finds the same.
class TccTest : public ::testing::Test {
 protected:
  explicit TccTest(LedgerSettings settings = {});
  void TearDown() override;

  /// The statuses of a request by name, one a command; of a try that was refused, the transfer's.
  std::vector<std::string> send(const std::vector<TccCommand>& commands,
                                const std::vector<TccAmount>& amounts = {});
  std::string send_one(const TccCommand& command) { return send({command}).at(0); }
  std::string confirm(std::uint64_t gid, const std::vector<TccTake>& takes);

  void set_clock(std::uint64_t now_ns);
  BatchReply submit(WriteRequest request);
  /// Of a plain request.
  std::string transfer(const Transfer& event);

  /// As shown_tcc().
  [[nodiscard]] std::string shown(std::uint64_t gid);
  /// "debits_pending/debits_posted credits_pending/credits_posted", in small numbers.
  [[nodiscard]] std::string balances(std::uint64_t id);
  [[nodiscard]] TransferId hold_of(std::uint64_t gid, std::uint64_t branch);

  EngineUnderTest engine_;

 private:
  std::uint64_t last_number_ = 0;
};

/// By name, one a command; of a try that was refused, the transfer's.
[[nodiscard]] std::vector<std::string> tcc_statuses(const BatchReply& reply, std::size_t commands);
/// So that snapshots can be taken.
[[nodiscard]] LedgerSettings with_snapshots();
/// "state reason branch:state …", or "none".
[[nodiscard]] std::string shown_tcc(const TccTable& tccs, std::uint64_t gid);
[[nodiscard]] std::vector<TccAmount> amounts_of(const std::vector<TccTake>& takes);
[[nodiscard]] TccCommand tcc_confirm(std::uint64_t gid, const std::vector<TccTake>& takes);

}  // namespace daybook::test

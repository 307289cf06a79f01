#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/engine_under_test.hpp"
#include "tests/support/ledger_under_test.hpp"

namespace daybook::test {

using Statuses = std::vector<std::string>;

/// A ledger with EUR as ledger 1 and USD as ledger 2, and short ways to ask it things. The clock
/// stands still unless told. At the end, what the engine journaled must replay to what it has.
class LedgerTest : public ::testing::TestWithParam<LedgerMaker> {
 protected:
  static constexpr std::uint64_t second = 1'000'000'000;

  explicit LedgerTest(LedgerSettings settings = {});
  void TearDown() override;

  /// The statuses of a batch by name, one an event.
  Statuses transfers(const std::vector<Transfer>& batch);
  Statuses accounts(const std::vector<Account>& batch);
  Statuses changes(const std::vector<AccountChange>& batch);

  /// One event; its status by name.
  std::string transfer(const Transfer& event) { return transfers({event}).at(0); }
  std::string change(const AccountChange& event) { return changes({event}).at(0); }

  /// As an operator who gives a reason, and as the coordinator that owns its holds.
  std::string transfer_by_operator(const Transfer& event);
  std::string transfer_by_coordinator(const Transfer& event, std::uint64_t owner = 0xc0);
  Statuses transfers_by_coordinator(const std::vector<Transfer>& batch, std::uint64_t owner = 0xc0);

  /// Like accounts(), and all must be created.
  void open_accounts(const std::vector<Account>& batch);
  /// Plain accounts of ledger 1.
  void open_accounts(std::initializer_list<std::uint64_t> ids);
  /// Like transfers(), and all must be created.
  void expect_created(const std::vector<Transfer>& batch);

  void set_clock(std::uint64_t now_ns);
  /// With a manual clock: also releases what is due.
  RequestStatus advance_clock(std::uint64_t by_ns);

  [[nodiscard]] Account account(std::uint64_t id);
  /// "debits_pending/debits_posted credits_pending/credits_posted", in small numbers.
  [[nodiscard]] std::string balances(std::uint64_t id);

  BatchReply submit(WriteRequest request);

  /// Null when the ledger is the naive model.
  [[nodiscard]] EngineUnderTest* engine() { return dynamic_cast<EngineUnderTest*>(ledger_.get()); }

  /// A created transfer as the engine's journal has it. Requires: engine().
  [[nodiscard]] RecordedTransfer journaled(std::uint64_t id);

  std::unique_ptr<LedgerUnderTest> ledger_;

 private:
  std::uint64_t last_number_ = 0;
};

[[nodiscard]] Transfer make_pending(std::uint64_t id, std::uint64_t debit, std::uint64_t credit,
                                    std::uint64_t amount, std::uint32_t timeout_s = 0);
/// Everything else is inherited.
[[nodiscard]] Transfer make_post(std::uint64_t id, std::uint64_t pending_id, std::uint64_t amount,
                                 std::uint16_t more_flags = 0);
/// A post of all that is held.
[[nodiscard]] Transfer make_post_of_all(std::uint64_t id, std::uint64_t pending_id,
                                        std::uint16_t more_flags = 0);
[[nodiscard]] Transfer make_void(std::uint64_t id, std::uint64_t pending_id,
                                 std::uint64_t amount = 0);
/// `amount` 0: of all that is not reversed yet.
[[nodiscard]] Transfer make_reversal(std::uint64_t id, std::uint64_t target_id,
                                     std::uint64_t amount = 0);
[[nodiscard]] Transfer imported(Transfer event, std::uint64_t timestamp);
[[nodiscard]] Account imported(Account event, std::uint64_t timestamp);

[[nodiscard]] AccountChange make_change(std::uint64_t account, AccountChangeKind kind,
                                        std::uint16_t sides = 0);
[[nodiscard]] AccountChange make_limits(std::uint64_t account, std::int64_t minimum,
                                        std::int64_t maximum);
inline constexpr Int128 int128_min{0, 1ULL << 63};
inline constexpr Int128 int128_max{~0ULL, ~0ULL >> 1};
/// The same number in 128 bits.
[[nodiscard]] constexpr Int128 wide(std::int64_t number) {
  return {static_cast<std::uint64_t>(number), number < 0 ? ~0ULL : 0};
}

}  // namespace daybook::test

/// Makes the tests of a suite run on every ledger.
#define DAYBOOK_ON_EVERY_LEDGER(suite)                                                 \
  INSTANTIATE_TEST_SUITE_P(Ledgers, suite,                                             \
                           ::testing::ValuesIn(::daybook::test::ledgers_under_test()), \
                           [](const auto& test) { return name_of_maker(test.param); })

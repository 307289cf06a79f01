#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/saga/saga_payload.hpp"
#include "tests/support/engine_under_test.hpp"
#include "tests/support/ledger_under_test.hpp"

namespace daybook::test {

inline constexpr std::uint64_t saga_second = 1'000'000'000;
inline constexpr std::uint64_t saga_begin = 1'000 * saga_second;

/// By name.
using SagaInputs = std::map<std::string, SagaValue>;

[[nodiscard]] SagaValue saga_account(std::uint64_t id);
[[nodiscard]] SagaValue saga_money(std::uint64_t amount, std::uint32_t ledger = 1);
[[nodiscard]] SagaValue saga_number(std::uint64_t number);
[[nodiscard]] SagaValue saga_id(std::uint64_t id);
[[nodiscard]] SagaValue saga_text(std::string_view text);

/// An engine with ledger 1, money, and ledger 2, stock; account 1, which must not be overdrawn and
/// has 1,000; accounts 2 to 4; and "clearing". Account 11 has 10 pieces of stock and must not be
/// overdrawn; account 12 is for what is taken out of it. At the end, what the engine journaled must
/// replay to what it has, and a restart finds the same; no ledger is out of balance.
class EngineSagaTest : public ::testing::Test {
 protected:
  explicit EngineSagaTest(LedgerSettings settings = {});
  void TearDown() override;

  /// Of a request with one event each.
  std::string define(const std::string& json);
  std::string start(std::uint64_t saga, const std::string& definition, const SagaInputs& inputs);
  std::string cancel(std::uint64_t saga);
  std::string signal(std::uint64_t saga, std::string_view name,
                     const std::vector<SagaValue>& outputs = {});
  std::string operate(std::uint64_t saga, SagaEventKind act, std::uint8_t step = no_step,
                      StepOutcome outcome = StepOutcome::succeeded,
                      const std::string& reason = "the ticket says so");

  /// One event that stores a definition, which starts can then name.
  [[nodiscard]] AskedEvent definition_of(const std::string& json);
  [[nodiscard]] AskedEvent event_for(std::uint64_t saga, SagaNews news,
                                     const std::vector<std::byte>& payload);
  /// One event that starts a saga.
  [[nodiscard]] AskedEvent start_of(std::uint64_t saga, const std::string& definition,
                                    const SagaInputs& inputs) const;
  /// The statuses by name, or the request's.
  std::vector<std::string> send(RequestKind kind, const std::vector<AskedEvent>& events,
                                const std::string& reason = "");
  BatchReply submit(WriteRequest request);
  /// With a reason: by an operator.
  std::string transfer(const Transfer& event, const std::string& reason = "");
  std::string change(const AccountChange& change);
  void set_clock(std::uint64_t now_ns) { engine_.set_clock(now_ns); }
  void pass_to(std::uint64_t now_ns);

  /// "RUNNING a:SUCCEEDED b:DISPATCHED", with "/C_..." behind a step that is undone, and "!" where
  /// that is an operator's word; of the saga's events, whether or not it is in memory. "none" where
  /// there is none.
  [[nodiscard]] std::string shown(std::uint64_t saga);
  [[nodiscard]] bool is_in_memory(std::uint64_t saga) const;
  /// The names of the saga's events.
  [[nodiscard]] std::vector<std::string> events_of(std::uint64_t saga);
  /// "debits_pending/debits_posted credits_pending/credits_posted".
  [[nodiscard]] std::string balances(std::uint64_t id);
  [[nodiscard]] std::string balances(const std::string& name);
  [[nodiscard]] std::string order_state(std::uint64_t id) const;
  [[nodiscard]] std::string payment_state(std::uint64_t id) const;

  EngineUnderTest engine_;

 private:
  [[nodiscard]] std::string balances_of(AccountId id);

  std::vector<SagaDefinition> definitions_;
  std::uint64_t last_number_ = 0;
  std::uint64_t last_event_ = 0;
};

}  // namespace daybook::test

#pragma once

#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/model/participant_work.hpp"
#include "tests/engine/saga/engine_saga_fixture.hpp"

namespace daybook::test {

/// A command as a participant got it.
struct GotCommand {
  WorkCommand command;
  std::string payload;

  [[nodiscard]] WorkPayload read() const;
  /// "do pay 1", "undo reserve 2": the operation, the step's id and the attempt.
  [[nodiscard]] std::string shown() const;
};

/// An engine with participants: "bank" does bank.v1, bank.undo.v1 (idempotent) and bank.ask.v1
/// (query_then_retry), bank.once.v1 (at_most_once); 4 commands in flight. "shop" does shop.v1 and
/// shop.undo.v1.
class EngineWorkTest : public EngineSagaTest {
 protected:
  using Credits = std::vector<std::pair<std::string, std::uint32_t>>;

  explicit EngineWorkTest(LedgerSettings settings = {}) : EngineSagaTest{settings} {}
  void SetUp() override;

  std::string put(const std::string& json);
  std::string pause(const std::string& name);
  std::string resume(const std::string& name);

  /// Lends a question; then what is due is done, and an entry closed.
  std::string ask(const std::string& name, const Credits& credits);
  /// All commands that came back since, in order.
  std::vector<GotCommand> got();
  /// The same, as GotCommand::shown().
  std::vector<std::string> got_texts();
  /// Wants all questions back that are still out; how many came.
  std::size_t recall();

  /// The status of one answer.
  std::string answer(const std::string& name, const GotCommand& to, WorkOutcome outcome,
                     std::span<const WorkValue> outputs = {}, std::uint16_t code = 0,
                     std::string_view message = {});
  std::string answer(const std::string& name, const StepAnswer& given,
                     const std::vector<std::byte>& payload = {});
  [[nodiscard]] static StepAnswer answer_to(const GotCommand& command, WorkOutcome outcome);
  [[nodiscard]] ParticipantView participant(const std::string& name);
  /// What waits of each type: "shop.v1 for shop: 2; 3 do it, 1 paused, 0 resting, 1 full".
  [[nodiscard]] std::vector<std::string> waiting(const std::vector<std::string>& types);
  /// What it was called under: forgets questions, as a restart of the engine does.
  void restart();

 private:
  struct Question {
    RequestSlot slot;
    std::vector<WorkCredit> credits;
    std::atomic<bool> cancelled{false};
    bool is_out = false;
  };

  std::string put_news(SagaNews news, const std::string& name, const std::string& payload);
  void take_given();

  std::deque<std::unique_ptr<Question>> questions_;
  std::vector<GotCommand> got_;
  std::uint64_t last_put_ = 0;
};

extern const char* const bank_json;
extern const char* const shop_json;
/// The saga "chain": shop.v1 with an undo and outputs, then bank.v1.
extern const char* const chain_json;

}  // namespace daybook::test

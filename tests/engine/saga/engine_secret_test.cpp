// Secrets of sagas in the engine: only a sealed text gets in, what does not is nowhere in the
// journal, and it travels sealed to the command of the step that names it.

#include <algorithm>

#include "engine/model/sealed_text.hpp"
#include "tests/engine/saga/engine_work_fixture.hpp"

namespace daybook::test {
namespace {

using Texts = std::vector<std::string>;

constexpr const char* payout = R"({"name": "payOut", "version": 1, "deadline_ms": 600000,
  "input": {"user": "account", "amount": "money", "iban": "secret", "note": "text"},
  "steps": [
    {"id": "reserve", "kind": "ledger.hold",
     "args": {"from": "$.user", "to": "@clearing", "amount": "$.amount"}},
    {"id": "pay", "kind": "remote.call", "type": "bank.v1", "class": "pivot", "timeout_ms": 5000,
     "retry": {"initial_ms": 1000, "max": 3, "on_exhausted": "stuck"},
     "args": {"iban": "$.iban", "amount": "$.amount"}},
    {"id": "settle", "kind": "ledger.capture", "hold": "reserve", "class": "retriable"}]})";

const std::string iban = "DE89370400440532013000";

std::string sealed(std::size_t bytes = 22, std::uint64_t key = 5) {
  SealedText text;
  text.size = sealed_beside_bytes + bytes;
  const auto head = sealed_head(Uint128{key, 6});
  std::copy(head.begin(), head.end(), text.bytes.begin());
  return to_text(text);
}

class EngineSecretTest : public EngineWorkTest {
 protected:
  /// `iban` as it is given; the texts must outlive the call.
  SagaInputs inputs(std::string_view given) {
    SagaValue value = saga_text(given);
    value.type = ValueType::secret;
    return {{"user", saga_account(1)},
            {"amount", saga_money(400)},
            {"iban", value},
            {"note", saga_text("for rent")}};
  }
  [[nodiscard]] bool is_in_journal(std::string_view text) const {
    const auto wanted = std::as_bytes(std::span{text});
    for (std::size_t at = 0; at < engine_.journal().count(); ++at) {
      const auto bytes = engine_.journal().at(at).payload();
      if (std::search(bytes.begin(), bytes.end(), wanted.begin(), wanted.end()) != bytes.end()) {
        return true;
      }
    }
    return false;
  }
};

TEST_F(EngineSecretTest, ADefinitionMayAskForASecret) { EXPECT_EQ(define(payout), "created"); }

TEST_F(EngineSecretTest, AnOutputCannotBeSecret) {
  for (const char* step :
       {R"("kind": "remote.call", "type": "bank.v1", "undo": "bank.undo.v1", "timeout_ms": 5000)",
        R"("kind": "signal.wait", "signal": "word")"}) {
    const std::string json =
        std::string{R"({"name": "x", "version": 1, "deadline_ms": 5000, "input": {},
        "steps": [{"id": "a", )"} +
        step + R"(, "output": {"fine": "text", "iban": "secret"}}]})";
    const auto read = read_definition(json);
    ASSERT_TRUE(read.ok());  // One that was stored by an earlier version is read as ever.
    const SagaFaults faults = faults_of_secrets(read.value());
    ASSERT_EQ(faults.size(), 1U);
    EXPECT_EQ(faults.front().path, "steps[0].output.iban");
    EXPECT_EQ(define(json), "saga_secrets_not_kept");
  }
}

TEST_F(EngineSecretTest, ClearTextIsRefusedAndNowhereInTheJournal) {
  ASSERT_EQ(define(payout), "created");
  const std::string good = sealed();
  std::string upper = good;
  upper[0] = 'S';
  std::uint64_t saga = 7;
  for (const std::string& wrong :
       {iban, std::string{}, good.substr(7), good + "=", " " + good, upper, good.substr(0, 60)}) {
    EXPECT_EQ(start(saga++, "payOut", inputs(wrong)), "saga_secret_not_sealed") << wrong;
  }
  EXPECT_FALSE(is_in_journal(iban));
  EXPECT_FALSE(is_in_memory(7));
  // The rest of it is as wrong as ever, and said first.
  EXPECT_EQ(start(90, "payOut", {{"iban", inputs(iban)["iban"]}}), "saga_inputs_differ");
}

TEST_F(EngineSecretTest, ASealedTextStartsASagaAndTheSameAgainIsTheSame) {
  ASSERT_EQ(define(payout), "created");
  const std::string text = sealed();
  const std::string other = sealed(22, 9);
  EXPECT_EQ(start(7, "payOut", inputs(text)), "created");
  EXPECT_EQ(start(7, "payOut", inputs(text)), "exists");
  EXPECT_EQ(start(7, "payOut", inputs(other)), "exists_with_different_payload");
  EXPECT_TRUE(is_in_journal(text));
}

TEST_F(EngineSecretTest, SealedTextsOfEveryLengthFitAndOneMoreDoesNot) {
  ASSERT_EQ(define(payout), "created");
  const std::string largest = sealed(limits::secret_bytes_max);
  EXPECT_GT(largest.size(), limits::saga_text_bytes_max);
  EXPECT_EQ(start(7, "payOut", inputs(sealed(1))), "created");
  EXPECT_EQ(start(8, "payOut", inputs(largest)), "created");
  ASSERT_EQ(ask("bank", {{"bank.v1", 2}}), "ok");
  const auto commands = got();
  ASSERT_EQ(commands.size(), 2U);
  const WorkPayload payload = commands[1].read();
  EXPECT_EQ(payload.arguments.back().name, "iban");
  EXPECT_EQ(payload.arguments.back().text, largest);
}

TEST_F(EngineSecretTest, ItTravelsSealedAndOnlyWhereTheStepNamesIt) {
  ASSERT_EQ(define(payout), "created");
  const std::string text = sealed();
  ASSERT_EQ(start(7, "payOut", inputs(text)), "created");
  ASSERT_EQ(ask("bank", {{"bank.v1", 1}}), "ok");
  const auto commands = got();
  ASSERT_EQ(commands.size(), 1U);
  const WorkPayload payload = commands.front().read();
  ASSERT_EQ(payload.arguments.size(), 2U);
  for (const WorkValue& each : payload.arguments) {
    if (each.name != "iban") continue;
    EXPECT_EQ(each.type, WorkValueType::secret);
    EXPECT_EQ(each.text, text);
  }
  EXPECT_EQ(answer("bank", commands.front(), WorkOutcome::succeeded), "created");
  EXPECT_EQ(shown(7), "COMPLETED reserve:SUCCEEDED pay:SUCCEEDED settle:SUCCEEDED");
}

TEST_F(EngineSecretTest, AStepThatFailsForItsForgottenSecretTakesTheSagaBack) {
  ASSERT_EQ(define(payout), "created");
  const std::string text = sealed();
  ASSERT_EQ(start(7, "payOut", inputs(text)), "created");
  ASSERT_EQ(ask("bank", {{"bank.v1", 1}}), "ok");
  EXPECT_EQ(answer("bank", got().at(0), WorkOutcome::failed, {}, work_code_secret_forgotten,
                   "secret_forgotten: the step needs a secret that was forgotten"),
            "created");
  EXPECT_EQ(shown(7).substr(0, 11), "COMPENSATED");
  EXPECT_EQ(balances(1), "0/0 0/1000");
}

}  // namespace
}  // namespace daybook::test

// What programs read and print: every field of a command in its JSON, with amounts by their
// ledger's scale; and of replies exactly what answers the operation, with the outputs that the step
// declares.

#include "tools/daybook/participant/step_json.hpp"

#include <gtest/gtest.h>

#include "tools/daybook/participant/registration.hpp"

namespace daybook {
namespace {

class StepJsonTest : public ::testing::Test {
 protected:
  StepJsonTest() {
    Ledger euro;
    euro.id = LedgerId{978};
    euro.scale = 2;
    ledgers_.put(euro);
    step_.outputs = {{"external_reference", ValueType::text},
                     {"at", ValueType::timestamp},
                     {"seat", ValueType::text},
                     {"price", ValueType::money}};
  }

  [[nodiscard]] Result<StepReply> read(std::string_view json,
                                       WorkOperation operation = WorkOperation::do_) const {
    return read_step_reply(json, operation, step_, ledgers_);
  }
  [[nodiscard]] std::string fault(std::string_view json,
                                  WorkOperation operation = WorkOperation::do_) const {
    const auto reply = read(json, operation);
    return reply.ok() ? std::string{} : reply.error().what;
  }

  LedgerBook ledgers_;
  SagaStep step_;
};

TEST_F(StepJsonTest, ACommandHasAllThatIsAsked) {
  StepCommand command;
  command.work.key = Uint128{11, 0};
  command.work.target = Uint128{12, 0};
  command.work.saga = Uint128{13, 0};
  command.work.operation = WorkOperation::undo;
  command.work.attempt = 2;
  command.work.flags = work_flag::allow_empty;
  command.work.due_at = Timestamp{99};
  command.work.trace_id = TraceId{Uint128{0xa3ce929d0e0e4736, 0x4bf92f3577b34da6}};
  command.work.business_id = BusinessId{Uint128{5, 0}};
  command.work.user_id = UserId{6};
  command.step = "pay";
  command.type = "bank.payout.v1";
  command.definition = "payout";
  command.version = 3;
  command.arguments = {{"user", WorkValueType::account, Uint128{7, 0}, 0, 0, {}},
                       {"amount", WorkValueType::money, Uint128{1'250, 0}, 978, 0, {}},
                       {"iban", WorkValueType::secret, {}, 0, 0, "DE\"1"},
                       {"when", WorkValueType::timestamp, {}, 0, 1'000, {}},
                       {"final", WorkValueType::truth, {}, 0, 1, {}}};
  command.outputs = {{"seat", WorkValueType::text, {}, 0, 0, "12A"}};
  EXPECT_EQ(step_command_json(command, ledgers_),
            "{\"operation\":\"undo\",\"key\":\"11\",\"target\":\"12\",\"saga\":\"13\","
            "\"step\":\"pay\",\"type\":\"bank.payout.v1\",\"definition\":\"payout\",\"version\":3,"
            "\"attempt\":2,\"allow_empty\":true,\"due_at\":\"99\","
            "\"trace_id\":\"4bf92f3577b34da6a3ce929d0e0e4736\",\"business_id\":\"5\","
            "\"user_id\":\"6\",\"arguments\":{\"user\":\"7\",\"amount\":\"12.50 978\","
            "\"iban\":\"DE\\\"1\",\"when\":\"1000\",\"final\":true},"
            "\"outputs\":{\"seat\":\"12A\"}}");
}

TEST_F(StepJsonTest, AReplyBringsWhatTheStepDeclares) {
  const auto reply = read(
      R"({"outcome":"succeeded","reference":"R-1","code":7,"message":"fine",
          "outputs":{"price":"12.50 978","seat":"12A"}})");
  ASSERT_TRUE(reply.ok()) << reply.error().what;
  EXPECT_EQ(reply.value().outcome, WorkOutcome::succeeded);
  EXPECT_EQ(reply.value().reference, "R-1");
  EXPECT_EQ(reply.value().code, 7);
  EXPECT_EQ(reply.value().message, "fine");
  ASSERT_EQ(reply.value().outputs.size(), 2U);
  EXPECT_EQ(reply.value().outputs[0].name, "seat");
  EXPECT_EQ(reply.value().outputs[0].text, "12A");
  EXPECT_EQ(reply.value().outputs[1].type, WorkValueType::money);
  EXPECT_EQ(reply.value().outputs[1].id, (Uint128{1'250, 0}));
  EXPECT_EQ(reply.value().outputs[1].ledger, 978U);
}

TEST_F(StepJsonTest, OnlyWhatSucceededBringsAnything) {
  EXPECT_EQ(fault(R"({"outcome":"failed"})"), "");
  EXPECT_EQ(fault(R"({"outcome":"retry_later","outputs":{"x":1}})"), "");
  EXPECT_EQ(fault(R"({"outcome":"succeeded"})", WorkOperation::undo), "");
  EXPECT_NE(fault(R"({"outcome":"succeeded"})"), "");
  EXPECT_NE(fault(R"({"outcome":"succeeded","outputs":{"seat":"1"}})"), "");
  EXPECT_NE(fault(R"({"outcome":"succeeded","outputs":{"seat":"1","price":"1 978","x":"1"}})"), "");
  EXPECT_NE(fault(R"({"outcome":"succeeded","outputs":{"seat":"1","price":"1.234 978"}})"), "");
}

TEST_F(StepJsonTest, AnOutcomeMustAnswerTheOperation) {
  EXPECT_NE(fault(R"({"outcome":"ok_empty"})"), "");
  EXPECT_EQ(fault(R"({"outcome":"ok_empty"})", WorkOperation::undo), "");
  EXPECT_NE(fault(R"({"outcome":"never_seen"})"), "");
  EXPECT_EQ(fault(R"({"outcome":"never_seen"})", WorkOperation::query), "");
  EXPECT_NE(fault(R"({"outcome":"done"})"), "");
  EXPECT_NE(fault(R"({})"), "");
}

TEST_F(StepJsonTest, AnythingElseIsNoReply) {
  for (const char* const text :
       {"", "nonsense", "[]", "{", "\"succeeded\"", "{\"outcome\":1}", "\xff\xfe",
        R"({"outcome":"failed","code":65536})", R"({"outcome":"failed","code":-1})",
        R"({"outcome":"failed","code":"1"})", R"({"outcome":"failed","reference":{}})"}) {
    EXPECT_NE(fault(text), "") << text;
  }
  EXPECT_NE(fault(std::string(60'000, '[')), "");
}

TEST(RegistrationText, TypesAreWrittenWithWhatTheyPromise) {
  const std::vector<std::string> types{"bank.payout.v1,retry=query_then_retry,can_query",
                                       "bank.refund.v1,keeps_keys=2d", "bank.x.v1"};
  const auto json = registration_json("bank", 64, types);
  ASSERT_TRUE(json.ok());
  EXPECT_EQ(json.value(),
            R"({"name":"bank","in_flight":64,"types":[)"
            R"({"type":"bank.payout.v1","retry":"query_then_retry","can_query":true},)"
            R"({"type":"bank.refund.v1","keeps_keys_ms":172800000},{"type":"bank.x.v1"}]})");
  for (const char* const text : {"a.v1,never", "a.v1,keeps_keys=soon", "a.v1,"}) {
    const std::vector<std::string> wrong{text};
    EXPECT_EQ(registration_json("bank", 1, wrong).ok(), std::string_view{text} == "a.v1,") << text;
  }
}

}  // namespace
}  // namespace daybook

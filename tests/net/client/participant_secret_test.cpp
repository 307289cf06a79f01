// The participant library and secrets: they come open, and a command whose secret was forgotten is
// answered without any handler, by what is remembered of it.

#include "engine/model/sealed_text.hpp"
#include "tests/net/client/participant_fixture.hpp"

namespace daybook {
namespace {

std::string sealed_iban() {
  SealedText sealed;
  sealed.size = sealed_beside_bytes + 22;
  const auto head = sealed_head(Uint128{5, 6});
  std::copy(head.begin(), head.end(), sealed.bytes.begin());
  return to_text(sealed);
}

TEST_F(ParticipantTest, ASecretComesOpen) {
  start();
  iban_ = "DE89370400440532013000";
  give({command(1)});
  EXPECT_EQ(answer().answer.outcome, WorkOutcome::succeeded);
  EXPECT_EQ(called_.front().argument("iban")->text, iban_);
}

TEST_F(ParticipantTest, ItsSecretIsMaskedInWhatAHandlerSaysOrThrows) {
  start();
  iban_ = "DE89370400440532013000";
  reply_ = {.outcome = WorkOutcome::failed,
            .reference = "for " + iban_,
            .message = "no account " + iban_ + ", twice: " + iban_ + "!"};
  give({command(1)});
  const Said said = answer();
  EXPECT_EQ(said.message, "no account ***, twice: ***!");
  EXPECT_EQ(said.reference, "for ***");
  throws_ = true;
  iban_ = "the bank";
  give({command(2)});
  EXPECT_EQ(answer().message, "*** is on fire");
}

TEST(WithoutSecrets, MasksEachSecretWhereverItStands) {
  StepCommand command;
  const auto value = [](WorkValueType type, std::string text) {
    return StepValue{"name", type, {}, 0, 3'704, std::move(text)};
  };
  const auto secret = [&](std::string text) { return value(WorkValueType::secret, text); };
  // One within the other, one too short to be masked in what programs compare, and no secret.
  command.arguments = {secret("3704"), secret("DE893704"), secret("42"), secret("")};
  command.arguments.push_back(value(WorkValueType::text, "hello"));
  StepReply reply{.reference = "DE893704-42", .message = "3704 and DE893704, hello, PIN 42"};
  reply.outputs = {value(WorkValueType::text, "it is DE893704 42"), value(WorkValueType::u64, {})};
  reply = without_secrets(command, reply);
  EXPECT_EQ(reply.message, "*** and ***, hello, PIN ***");
  EXPECT_EQ(reply.reference, "***-42");
  EXPECT_EQ(reply.outputs[0].text, "it is *** 42");
  EXPECT_EQ(reply.outputs[1].number, 3'704U);
}

TEST_F(ParticipantTest, AStepWhoseSecretIsForgottenFailsAndReachesNoHandler) {
  use_file();
  start();
  iban_ = sealed_iban();
  for (const std::uint32_t attempt : {1U, 2U}) {  // The second time as it is remembered.
    give({command(1, WorkOperation::do_, 0, attempt)});
    const Said said = answer();
    EXPECT_EQ(said.answer.outcome, WorkOutcome::failed);
    EXPECT_EQ(said.answer.code, work_code_secret_forgotten);
    EXPECT_EQ(said.message, "secret_forgotten: the step needs a secret that was forgotten");
    EXPECT_EQ(said.answer.attempt, attempt);
  }
  EXPECT_EQ(calls(), 0U);
}

TEST_F(ParticipantTest, WhatWasDoneBeforeItsSecretWasForgottenIsAnsweredAgain) {
  start();
  iban_ = "DE89370400440532013000";
  give({command(1)});
  EXPECT_EQ(answer().reference, "REF-1");
  iban_ = sealed_iban();
  give({command(1, WorkOperation::do_, 0, 2)});
  const Said said = answer();
  EXPECT_EQ(said.answer.outcome, WorkOutcome::succeeded);
  EXPECT_EQ(said.reference, "REF-1");
  EXPECT_EQ(calls(), 1U);
}

TEST_F(ParticipantTest, WhatIsInDoubtStaysSoWhenItsSecretIsForgotten) {
  start();
  iban_ = "DE89370400440532013000";
  reply_ = {.outcome = WorkOutcome::unknown};
  give({command(1)});
  EXPECT_EQ(answer().answer.outcome, WorkOutcome::unknown);
  iban_ = sealed_iban();
  give({command(1, WorkOperation::do_, 0, 2)});
  const Said said = answer();
  EXPECT_EQ(said.answer.outcome, WorkOutcome::unknown);
  EXPECT_EQ(said.answer.code, work_code_secret_forgotten);
  EXPECT_EQ(calls(), 1U);
}

TEST_F(ParticipantTest, AnUndoWithoutItsSecretIsRefusedAndTheDoStaysUndone) {
  use_file();
  start();
  iban_ = sealed_iban();
  give({command(2, WorkOperation::undo, 1)});
  EXPECT_EQ(answer().answer.outcome, WorkOutcome::failed);
  iban_ = "DE89370400440532013000";
  give({command(1)});  // It comes late: it must not be done any more.
  EXPECT_EQ(answer().message, "it was undone before it was done");
  EXPECT_EQ(calls(), 0U);
}

TEST_F(ParticipantTest, AQueryIsAskedWithoutItsForgottenSecret) {
  start(true);
  iban_ = sealed_iban();
  give({command(1, WorkOperation::query, 1)});
  EXPECT_EQ(answer().reference, "asked");
}

}  // namespace
}  // namespace daybook

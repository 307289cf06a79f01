// Checkpoints of consumers: every status in order, that they only go forward unless they are told
// otherwise, their limit, and that they outlive restarts. Against the engine and the naive model;
// at its end each test recovers the journal and compares (LedgerTest).

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/engine/ledger/ledger_fixture.hpp"

namespace daybook::test {
namespace {

class CheckpointTest : public LedgerTest {
 protected:
  CheckpointTest() { open_accounts({1, 2}); }

  BatchReply send(const std::vector<EventCheckpoint>& checkpoints) {
    WriteRequest request;
    request.kind = RequestKind::put_checkpoints;
    request.checkpoints = checkpoints;
    return submit(request);
  }
  std::string put(const EventCheckpoint& checkpoint) {
    const BatchReply reply = send({checkpoint});
    return status_name(RequestKind::put_checkpoints, reply.status_of(0));
  }
  std::string put(std::string_view name, std::uint64_t sequence, std::uint16_t flags = 0) {
    return put(make_checkpoint(name, sequence, flags));
  }
};

TEST_P(CheckpointTest, RefusesInDocumentedOrder) {
  // Each row has the fault of its own and those of all rows behind it.
  EventCheckpoint wrong = make_checkpoint("", 5, checkpoint_flag::removes);
  wrong.timestamp = Timestamp{1};
  wrong.reserved = 1;
  wrong.name_text[0] = '\xff';
  EXPECT_EQ(put(wrong), "timestamp_must_be_zero");
  wrong.timestamp = {};
  EXPECT_EQ(put(wrong), "reserved_field");
  wrong.reserved = 0;
  wrong.flags = checkpoint_flag::removes | checkpoint_flag::may_go_back;
  EXPECT_EQ(put(wrong), "reserved_field");
  wrong.flags = 4;
  EXPECT_EQ(put(wrong), "reserved_field");
  wrong.flags = checkpoint_flag::removes;
  EXPECT_EQ(put(wrong), "name_must_not_be_empty");
  wrong.name_bytes = 65;
  EXPECT_EQ(put(wrong), "name_too_long");
  wrong.name_bytes = 64;
  EXPECT_EQ(put(wrong), "name_must_be_utf8");
  wrong.set_name(std::string(64, 'n'));
  EXPECT_EQ(put(wrong), "sequence_must_be_zero");
  wrong.sequence = 0;
  EXPECT_EQ(put(wrong), "checkpoint_not_found");
  wrong.flags = 0;
  wrong.sequence = ~std::uint64_t{0};
  EXPECT_EQ(put(wrong), "ahead_of_journal");
}

TEST_P(CheckpointTest, GoForwardUnlessTheyAreToldOtherwise) {
  EXPECT_EQ(put("mailer", 2), "created");
  EXPECT_EQ(put("mailer", 4), "created");
  EXPECT_EQ(put("mailer", 4), "exists");
  EXPECT_EQ(put("mailer", 4, checkpoint_flag::may_go_back), "exists");
  EXPECT_EQ(put("mailer", 3), "must_not_go_back");
  EXPECT_EQ(put("mailer", 3, checkpoint_flag::may_go_back), "created");
  EXPECT_EQ(put("other", 1), "created");
  EXPECT_EQ(put("mailer", 0, checkpoint_flag::removes), "created");
  EXPECT_EQ(put("mailer", 0, checkpoint_flag::removes), "checkpoint_not_found");
  EXPECT_EQ(put("mailer", 1), "created");
}

TEST_P(CheckpointTest, OfOneRequestSeeEachOther) {
  const BatchReply reply =
      send({make_checkpoint("a", 3), make_checkpoint("a", 2),
            make_checkpoint("a", 0, checkpoint_flag::removes), make_checkpoint("a", 2)});
  ASSERT_EQ(reply.refused.size(), 1U);
  EXPECT_EQ(reply.refused[0].index, 1U);
  const BatchReply then = send({make_checkpoint("a", 2)});
  // The operation and three checkpoints.
  EXPECT_EQ(then.first_sequence.value(), reply.first_sequence.value() + 4);
  ASSERT_EQ(then.refused.size(), 1U);
  EXPECT_EQ(then.refused[0].timestamp.value(), reply.first_timestamp.value() + 3);
}

TEST_P(CheckpointTest, MayNameTheNewestSequenceAndNoneBeyond) {
  const std::uint64_t operation = send({make_checkpoint("a", 1)}).first_sequence.value() + 2;
  EXPECT_EQ(put("newest", operation), "created");
  EXPECT_EQ(put("beyond", operation + 3), "ahead_of_journal");
}

TEST_P(CheckpointTest, AreManyAndNotMore) {
  std::vector<EventCheckpoint> many;
  for (std::uint32_t at = 0; at < limits::checkpoints_max; ++at) {
    many.push_back(make_checkpoint("consumer " + std::to_string(at), 1));
  }
  EXPECT_TRUE(send(many).refused.empty());
  EXPECT_EQ(put("one more", 1), "too_many_checkpoints");
  EXPECT_EQ(put("consumer 7", 2), "created");
  EXPECT_EQ(put("consumer 7", 0, checkpoint_flag::removes), "created");
  EXPECT_EQ(put("one more", 1), "created");
}

TEST_P(CheckpointTest, AreThereAfterARestart) {
  put("mailer", 2);
  put("gone", 2);
  put("gone", 0, checkpoint_flag::removes);
  if (engine() == nullptr) return;
  engine()->restart();
  const auto all = engine()->state().checkpoints.all();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].name(), "mailer");
  EXPECT_EQ(all[0].sequence, 2U);
  EXPECT_EQ(put("mailer", 1), "must_not_go_back");
}

DAYBOOK_ON_EVERY_LEDGER(CheckpointTest);

}  // namespace
}  // namespace daybook::test

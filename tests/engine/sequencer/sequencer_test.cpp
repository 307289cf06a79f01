// Sequencer: what it must be given. What it decides is tested through LedgerUnderTest.

#include "engine/sequencer/sequencer.hpp"

#include <gtest/gtest.h>

#include "engine/codec/entry_builder.hpp"
#include "engine/sequencer/slab_fact_reader.hpp"

namespace daybook {
namespace {

class NoJournal final : public FactReader {
 public:
  bool transfer_at(Sequence, RecordedTransfer&) override { return false; }
  bool released_at(Sequence, TransferId) override { return false; }
  bool burnt_at(Sequence, TransferId) override { return false; }
  bool name_at(Sequence, Name&) override { return false; }
  bool event_at(Sequence, DomainEvent&) override { return false; }
};

class SequencerTest : public ::testing::Test {
 protected:
  static StateSettings small() {
    StateSettings settings;
    settings.accounts_max = settings.transfer_ids_max = settings.holds_max = 10;
    return settings;
  }

  RequestStatus execute(ClientId client, RequestKind kind) {
    RequestSlot request;
    request.kind = kind;
    request.client = client;
    request.request_number = 1;
    sequencer_.execute(request, 1);
    return request.status;
  }

  NoJournal journal_;
  State state_{small()};
  EntryBuilder slab_;
  SlabFactReader facts_{std::span{&slab_, 1}, journal_};
  Sequencer sequencer_{SequencerSettings{}, state_, facts_};
};

using SequencerDeathTest = SequencerTest;

TEST_F(SequencerDeathTest, TakesNoWriteOfNobody) {
  sequencer_.open(slab_);
  EXPECT_EQ(execute(ClientId{Uint128{1, 0}}, RequestKind::create_transfers), RequestStatus::ok);
  EXPECT_DEATH(execute(ClientId{}, RequestKind::create_transfers), "a session has a client id");
  EXPECT_EQ(execute(ClientId{}, RequestKind::state_digest), RequestStatus::ok);
}

}  // namespace
}  // namespace daybook

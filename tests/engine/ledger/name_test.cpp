// Names beside the events they come with: which sequences they take, that they outlive restarts and
// are journaled once, and that the largest request fits an entry. At its end each test recovers the
// journal and compares (LedgerTest).

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/model/ids.hpp"
#include "tests/engine/ledger/ledger_fixture.hpp"

namespace daybook::test {
namespace {

Name named(NameKind kind, std::string_view text) { return make_name(kind, id_of(text), text); }

class NameTest : public LedgerTest {
 protected:
  NameTest() { open_accounts({1, 2}); }

  BatchReply send(const std::vector<Transfer>& transfers, const std::vector<Name>& names,
                  std::uint64_t number = 0) {
    WriteRequest request;
    request.kind = RequestKind::create_transfers;
    request.transfers = transfers;
    request.names = names;
    if (number == 0) return submit(request);
    request.client = ClientId{Uint128{0xabc, 0}};
    request.number = request.frame_checksum = number;
    return ledger_->submit(request);
  }

  /// The text of the name that the journal has.
  std::string kept(NameKind kind, const Uint128& id) {
    engine()->close_entry();
    const auto name = engine()->lookup_name({.id = id, .kind = kind});
    return name ? std::string{name->text()} : "(none)";
  }
};

TEST_P(NameTest, TakeTheSequencesBehindTheirEvents) {
  const BatchReply first =
      send({make_transfer(1, 1, 2, 5), make_transfer(1, 1, 2, 6), make_transfer(2, 1, 2, 5)},
           {named(NameKind::transfer, "a"), named(NameKind::business, "b")});
  EXPECT_EQ(first.refused.size(), 1U);
  const BatchReply then = send({make_transfer(3, 1, 2, 5)}, {});
  // The operation, two transfers, two names.
  EXPECT_EQ(then.first_sequence.value(), first.first_sequence.value() + 5);
  if (engine() == nullptr) return;
  std::vector<std::uint64_t> sequences;
  engine()->for_each_transfer([&](Sequence sequence, const Transfer&, const TransferNote&) {
    sequences.push_back(sequence.value() - first.first_sequence.value());
  });
  EXPECT_EQ(sequences, (std::vector<std::uint64_t>{1, 2, 6}));
}

TEST_P(NameTest, ThatAreNoNewsTakeNoSequence) {
  const std::vector<Name> names = {named(NameKind::transfer, "a"), named(NameKind::business, "b")};
  send({make_transfer(1, 1, 2, 5)}, names);
  const BatchReply then = send({make_transfer(2, 1, 2, 5)}, names);
  const BatchReply third = send({make_transfer(3, 1, 2, 5)}, {});
  EXPECT_EQ(third.first_sequence.value(), then.first_sequence.value() + 2);
}

TEST_P(NameTest, StayWhateverBecomesOfTheEvents) {
  const Transfer lost = make_transfer(1, 1, 99, 5, 1, transfer_flag::linked);
  EXPECT_EQ(
      send({lost, make_transfer(2, 1, 2, 5)}, {named(NameKind::transfer, "a")}).refused.size(), 2U);
  EXPECT_EQ(
      send({make_transfer(3, 1, 2, 5)}, {make_name(NameKind::transfer, id_of("a"), "b")}).status,
      RequestStatus::name_conflict);
}

TEST_P(NameTest, AreKnownAfterARestart) {
  const Name kept_name = named(NameKind::account, "till-7");
  send({make_transfer(1, 1, 2, 5)}, {kept_name});
  if (engine() == nullptr) return;
  engine()->restart();
  EXPECT_EQ(kept(NameKind::account, id_of("till-7")), "till-7");
  EXPECT_EQ(kept(NameKind::business, id_of("till-7")), "(none)");
  EXPECT_EQ(send({make_transfer(2, 1, 2, 5)}, {kept_name}).status, RequestStatus::ok);
  EXPECT_EQ(
      send({make_transfer(3, 1, 2, 5)}, {make_name(NameKind::account, kept_name.id, "x")}).status,
      RequestStatus::name_conflict);
}

TEST_P(NameTest, AreKnownWithinAnOpenEntry) {
  if (engine() != nullptr) engine()->set_requests_per_entry(100);
  const Name a = named(NameKind::account, "a");
  Name other = a;
  other.set_text("b");
  send({make_transfer(1, 1, 2, 5)}, {a});
  EXPECT_EQ(send({make_transfer(2, 1, 2, 5)}, {other}).status, RequestStatus::name_conflict);
  EXPECT_EQ(send({make_transfer(3, 1, 2, 5)}, {a}).status, RequestStatus::ok);
}

TEST_P(NameTest, OfARepeatedRequestAreNotLookedAtAgain) {
  const std::vector<Name> names = {named(NameKind::account, "a")};
  const BatchReply first = send({make_transfer(1, 1, 2, 5)}, names, 1);
  const BatchReply again = send({make_transfer(1, 1, 2, 5)}, names, 1);
  EXPECT_EQ(again, first);
  Name other = names[0];
  other.set_text("b");
  const BatchReply refused = send({make_transfer(2, 1, 2, 5)}, {other}, 2);
  EXPECT_EQ(refused.status, RequestStatus::name_conflict);
  EXPECT_EQ(send({make_transfer(2, 1, 2, 5)}, {other}, 2), refused);
}

TEST_P(NameTest, OfARefusedRequestAreNotPut) {
  WriteRequest request;
  request.kind = RequestKind::put_names;
  request.names = {named(NameKind::account, "a")};
  request.refuse_with = RequestStatus::not_authorised;
  EXPECT_EQ(submit(request).status, RequestStatus::not_authorised);
  if (engine() == nullptr) return;
  EXPECT_EQ(kept(NameKind::account, id_of("a")), "(none)");
}

TEST_P(NameTest, TheLargestRequestFitsAnEntry) {
  std::vector<Transfer> transfers;
  for (std::uint64_t id = 1; id <= limits::batch_events_max; ++id) {
    transfers.push_back(make_transfer(id, 1, id % 2 == 0 ? 2 : 99, 1));  // Half are refused.
  }
  std::vector<Name> names;
  for (std::uint64_t at = 1; at <= limits::request_names_max; ++at) {
    names.push_back(named(NameKind::business, std::string(50, 'n') + std::to_string(at)));
  }
  const BatchReply reply = send(transfers, names);
  EXPECT_EQ(reply.status, RequestStatus::ok);
  EXPECT_EQ(reply.refused.size(), limits::batch_events_max / 2);

  WriteRequest request;
  request.kind = RequestKind::put_names;
  for (std::uint64_t at = 1; at <= limits::batch_events_max; ++at) {
    request.names.push_back(named(NameKind::transfer, std::string(50, 't') + std::to_string(at)));
    if (at % 2 == 0) request.names.back().set_text("\n");
  }
  EXPECT_EQ(submit(request).refused.size(), limits::batch_events_max / 2);
}

DAYBOOK_ON_EVERY_LEDGER(NameTest);

}  // namespace
}  // namespace daybook::test

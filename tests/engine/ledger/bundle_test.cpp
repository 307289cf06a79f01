// Bundles: transfers and domain events in one request, all of it or nothing, whichever part fails;
// on the engine and the model alike.

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/engine/ledger/ledger_fixture.hpp"

namespace daybook::test {
namespace {

class BundleTest : public LedgerTest {
 protected:
  BundleTest() { open_accounts({1, 2}); }

  static AskedEvent event(std::uint64_t id, std::uint64_t expected) {
    AskedEvent asked;
    asked.event.id = Uint128{id, 9};
    asked.event.aggregate_type = Uint128{7, 0};
    asked.event.aggregate_id = Uint128{1, 0};
    asked.event.event_type = Uint128{3, 0};
    asked.event.flags = event_flag::expects_version;
    asked.event.version = expected;
    asked.payload = "payload";
    asked.event.payload_bytes = 7;
    return asked;
  }

  /// "transfers' statuses | events' statuses", by name.
  std::string bundle(const std::vector<Transfer>& transfers,
                     const std::vector<AskedEvent>& events) {
    WriteRequest request;
    request.kind = RequestKind::bundle;
    request.transfers = transfers;
    request.events = events;
    reply_ = submit(request);
    if (reply_.status != RequestStatus::ok) return std::string{to_string(reply_.status)};
    std::string text;
    for (std::uint32_t i = 0; i < transfers.size(); ++i) {
      text += status_name(RequestKind::create_transfers, reply_.status_of(i, 0)) + " ";
    }
    text += "|";
    for (std::uint32_t i = 0; i < events.size(); ++i) {
      text += " " + status_name(RequestKind::append_events, reply_.status_of(i, 1));
    }
    return text;
  }

  BatchReply reply_;
};

TEST_P(BundleTest, DoesBothParts) {
  EXPECT_EQ(
      bundle({make_transfer(1, 1, 2, 10), make_transfer(2, 1, 2, 5)}, {event(1, 0), event(2, 1)}),
      "created created | created created");
  EXPECT_EQ(balances(1), "0/15 0/0");
  EXPECT_EQ(bundle({make_transfer(3, 2, 1, 15)}, {event(3, 2)}), "created | created");
  EXPECT_EQ(balances(1), "0/15 0/15");
}

TEST_P(BundleTest, ATransferThatFailsKeepsTheEventsOut) {
  EXPECT_EQ(
      bundle({make_transfer(1, 1, 2, 10), make_transfer(2, 1, 1, 5), make_transfer(3, 1, 2, 1)},
             {event(1, 0), event(2, 1)}),
      "linked_event_failed accounts_must_be_different linked_event_failed | "
      "linked_event_failed linked_event_failed");
  EXPECT_EQ(balances(1), "0/0 0/0");
  EXPECT_EQ(bundle({make_transfer(1, 1, 2, 10), make_transfer(2, 1, 2, 5)}, {event(1, 0)}),
            "created created | created");
}

TEST_P(BundleTest, AnEventThatFailsUndoesTheTransfers) {
  EXPECT_EQ(bundle({make_transfer(1, 1, 2, 10), make_pending(2, 1, 2, 5)},
                   {event(1, 0), event(2, 5), event(3, 2)}),
            "linked_event_failed linked_event_failed | "
            "linked_event_failed version_mismatch linked_event_failed");
  EXPECT_EQ(balances(1), "0/0 0/0");
  EXPECT_EQ(transfers({make_post_of_all(9, 2)}).at(0), "pending_transfer_not_found");
  EXPECT_EQ(bundle({make_transfer(1, 1, 2, 10), make_pending(2, 1, 2, 5)}, {event(1, 0)}),
            "created created | created");
  EXPECT_EQ(balances(1), "5/10 0/0");
  // Of a post, void and reversal, too.
  EXPECT_EQ(bundle({make_post(3, 2, 2, transfer_flag::keep_remainder), make_void(4, 2),
                    make_reversal(5, 1, 4)},
                   {event(2, 7)}),
            "linked_event_failed linked_event_failed linked_event_failed | version_mismatch");
  EXPECT_EQ(balances(1), "5/10 0/0");
  EXPECT_EQ(bundle({make_post(3, 2, 2, transfer_flag::keep_remainder), make_void(4, 2),
                    make_reversal(5, 1, 4)},
                   {event(2, 1)}),
            "created created created | created");
  EXPECT_EQ(balances(1), "0/12 0/4");
}

TEST_P(BundleTest, TheTransferIsLookedAtFirstWhereBothFail) {
  EXPECT_EQ(bundle({make_transfer(1, 1, 1, 10)}, {event(1, 5)}),
            "accounts_must_be_different | linked_event_failed");
}

TEST_P(BundleTest, ATransientFailureBurnsTheId) {
  EXPECT_EQ(bundle({make_transfer(1, 1, 99, 10)}, {event(1, 0)}),
            "credit_account_not_found | linked_event_failed");
  EXPECT_EQ(bundle({make_transfer(1, 1, 2, 10)}, {event(1, 0)}),
            "id_already_failed | linked_event_failed");
}

TEST_P(BundleTest, TheWholeBundleAgainExists) {
  const std::vector<Transfer> moved = {make_transfer(1, 1, 2, 10), make_transfer(2, 1, 2, 5)};
  EXPECT_EQ(bundle(moved, {event(1, 0), event(2, 1)}), "created created | created created");
  const BatchReply first = reply_;
  EXPECT_EQ(bundle(moved, {event(1, 0), event(2, 1)}), "exists exists | exists exists");
  ASSERT_EQ(reply_.refused.size(), 4U);
  for (std::uint64_t i = 0; i < 4; ++i) {
    EXPECT_EQ(reply_.refused[i].timestamp.value(), first.first_timestamp.value() + i);
  }
  EXPECT_EQ(bundle(moved, {event(1, 0)}), "exists exists | exists");
  EXPECT_EQ(bundle(moved, {event(1, 0), event(3, 2)}),
            "exists linked_event_failed | linked_event_failed linked_event_failed");
  EXPECT_EQ(bundle({make_transfer(3, 1, 2, 1)}, {event(1, 0), event(2, 1)}),
            "linked_event_failed | exists linked_event_failed");
  EXPECT_EQ(bundle({make_transfer(3, 1, 2, 1)}, {event(3, 2), event(1, 0)}),
            "linked_event_failed | linked_event_failed exists_in_part");
  EXPECT_EQ(balances(1), "0/15 0/0");
}

TEST_P(BundleTest, ImportedTransfersAreNotForBundles) {
  set_clock(1'000);
  EXPECT_EQ(bundle({imported(make_transfer(1, 1, 2, 1), 500)}, {event(1, 0)}),
            "imported_event_not_expected | linked_event_failed");
}

TEST_P(BundleTest, PayloadsAreCheckedFirst) {
  AskedEvent lie = event(1, 0);
  lie.event.payload_bytes = 8;
  EXPECT_EQ(bundle({make_transfer(1, 1, 2, 1)}, {lie}), "malformed");
  EXPECT_EQ(balances(1), "0/0 0/0");
}

TEST_P(BundleTest, OfManyOfBoth) {
  std::vector<Transfer> moved;
  std::vector<AskedEvent> events;
  for (std::uint64_t id = 1; id <= 2'000; ++id) {
    moved.push_back(make_transfer(id, 1, 2, 1));
    events.push_back(event(id, id - 1));
  }
  events.back().event.version += 1;
  static_cast<void>(bundle(moved, events));
  EXPECT_EQ(reply_.refused.size(), 4'000U);
  EXPECT_EQ(balances(1), "0/0 0/0");
  events.back().event.version -= 1;
  static_cast<void>(bundle(moved, events));
  EXPECT_EQ(reply_.refused.size(), 0U);
  EXPECT_EQ(balances(1), "0/2000 0/0");
}

DAYBOOK_ON_EVERY_LEDGER(BundleTest);

}  // namespace
}  // namespace daybook::test

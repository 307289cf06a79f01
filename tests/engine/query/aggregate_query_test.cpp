// lookup_orders and lookup_payments: what they show as of now and of every sequence there was, and
// what they refuse.

#include "engine/follower/aggregate_query.hpp"

#include <cstring>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "engine/model/aggregate.hpp"
#include "tests/engine/query/query_world.hpp"

namespace daybook::test {
namespace {

class AggregateQueryTest : public testing::Test {
 protected:
  AggregateQueryTest() : source_{engine_.journal()} {
    progress_.journaler_done.store(true);  // run() returns when there is no more to follow.
    StateSettings settings;
    settings.accounts_max = settings.transfer_ids_max = settings.holds_max = 1'000;
    follower_ = std::make_unique<Follower>(
        settings,
        Follower::Links{.source = &source_,
                        .progress = progress_,
                        .sleeper = sleeper_,
                        .on_followed = [] {},
                        .on_fatal = [](const Failure& failure) { FAIL() << failure.what; }},
        PairIndex::Sizes{.pairs_a_block = 64, .blocks_a_run = 3});
    engine_.put_ledgers(std::vector{make_ledger(1, "EUR")});
  }

  /// Does a command; afterwards the newest sequence is its event's.
  void command(Command what, std::uint64_t id, std::uint64_t subject, std::uint64_t amount,
               const std::string& text) {
    CommandDetails details;
    details.subject_id = Uint128{subject, 0};
    details.amount = amount_of(amount);
    const bool begins = what == Command::order_create || what == Command::payment_initiate;
    if (begins) details.ledger = LedgerId{1};
    if (what == Command::order_create) details.quantity = 3;
    AskedEvent asked;
    asked.event.id = Uint128{++number_, 0};
    asked.event.aggregate_id = Uint128{id, 0};
    asked.event.user_id = UserId{number_};
    std::vector<std::byte> payload;
    put_command(what, details, text, asked.event, payload);
    asked.payload.assign(reinterpret_cast<const char*>(payload.data()), payload.size());
    WriteRequest request;
    const bool order = asked.event.aggregate_type == order_type();
    request.kind = order ? RequestKind::order_commands : RequestKind::payment_commands;
    request.client = ClientId{Uint128{1, 1}};
    request.number = request.frame_checksum = number_;
    request.events = {asked};
    engine_.set_clock(now_ += 1'000);
    const BatchReply reply = engine_.submit(request);
    ASSERT_EQ(reply.status, RequestStatus::ok);
    ASSERT_TRUE(reply.refused.empty()) << to_text(reply, request.kind);
  }

  void follow() {
    source_.end = engine_.journal().count();
    follower_->run();
  }

  RequestSlot ask(RequestKind kind, const std::vector<Uint128>& ids, std::uint64_t at_sequence) {
    const WithFacts with_facts =
        [&](Sequence sequence, const std::function<void(const EntryFacts&)>& use) -> Result<void> {
      const EntryView* const entry = engine_.journal().find(sequence);
      if (entry == nullptr) return Failure{FailureKind::not_found, "no entry holds the sequence"};
      const auto facts = read_facts(*entry);
      if (!facts.ok()) return facts.error();
      use(facts.value());
      return {};
    };
    MemoryJournal unused;
    RequestSlot slot;
    slot.kind = kind;
    slot.events = reinterpret_cast<const std::byte*>(ids.data());
    slot.event_count = static_cast<std::uint32_t>(ids.size());
    slot.at_sequence = at_sequence;
    const AsOfQuery::Links links{.follower = *follower_,
                                 .with_facts = with_facts,
                                 .journal = unused,
                                 .as_of = progress_.followed()};
    EXPECT_TRUE(AggregateQuery(links, slot).run().ok());
    return slot;
  }

  /// One line an order: its id, state, texts.
  std::string orders(const std::vector<Uint128>& ids, std::uint64_t at_sequence = 0) {
    const RequestSlot slot = ask(RequestKind::lookup_orders, ids, at_sequence);
    if (slot.status != RequestStatus::ok) return std::string{to_string(slot.status)};
    std::string text;
    for (std::uint32_t at = 0; at < slot.item_count; ++at) {
      OrderView order;
      std::memcpy(&order, slot.query_items.data() + at * sizeof(order), sizeof(order));
      text +=
          fmt::format("{} {} {} {} '{}' '{}' '{}' by {} v{}\n", order.id.lo, to_string(order.state),
                      order.quantity, order.amount.value().lo, order.sku(), order.tracking(),
                      order.reason(), order.user_id.value(), order.version);
    }
    return text;
  }
  std::string payments(const std::vector<Uint128>& ids, std::uint64_t at_sequence = 0) {
    const RequestSlot slot = ask(RequestKind::lookup_payments, ids, at_sequence);
    if (slot.status != RequestStatus::ok) return std::string{to_string(slot.status)};
    std::string text;
    const std::byte* at = slot.query_items.data();
    std::size_t claims = 0;
    for (std::uint32_t item = 0; item < slot.item_count; ++item, at += sizeof(PaymentView)) {
      PaymentView view;
      std::memcpy(&view, at, sizeof(view));
      claims += view.claims;
      text += fmt::format("{} {} of {} captured {} refunded {}+{} disputed {}+{} '{}' '{}'\n",
                          view.id.lo, to_string(view.state), view.amount.value().lo,
                          view.captured.value().lo, view.refunded.value().lo,
                          view.refunds_pending.value().lo, view.disputed.value().lo,
                          view.lost.value().lo, view.channel(), view.reference());
    }
    for (; claims > 0; --claims, at += sizeof(ClaimView)) {
      ClaimView claim;
      std::memcpy(&claim, at, sizeof(claim));
      text += fmt::format("  {} {} of {}: {} {}\n", to_string(claim.kind), claim.id.lo,
                          claim.payment_id.lo, claim.amount.value().lo, to_string(claim.state));
    }
    EXPECT_EQ(at, slot.query_items.data() + slot.query_items.size());
    return text;
  }

  EngineUnderTest engine_{LedgerSettings{}};
  StepSource source_;
  Progress progress_;
  FutexSleeper sleeper_;
  std::unique_ptr<Follower> follower_;
  std::uint64_t now_ = 1'000'000;
  std::uint64_t number_ = 0;
};

TEST_F(AggregateQueryTest, ShowsOrdersAsTheyWereAndAre) {
  command(Command::order_create, 1, 0, 5, "tea");
  command(Command::order_create, 2, 0, 7, "rice");
  const std::uint64_t before = engine_.state().last_sequence().value();
  command(Command::order_cancel, 1, 0, 0, "no more tea");
  follow();
  const std::vector<Uint128> both{Uint128{2, 0}, Uint128{1, 0}};
  EXPECT_EQ(orders(both),
            "2 pending 3 7 'rice' '' '' by 2 v1\n"
            "1 cancelled 3 5 'tea' '' 'no more tea' by 1 v2\n");
  EXPECT_EQ(orders(both, before),
            "2 pending 3 7 'rice' '' '' by 2 v1\n"
            "1 pending 3 5 'tea' '' '' by 1 v1\n");
  EXPECT_EQ(orders(both, before - 2), "1 pending 3 5 'tea' '' '' by 1 v1\n");
  EXPECT_EQ(orders({Uint128{3, 0}}), "");
  EXPECT_EQ(orders(both, before + 100), "index_behind");
}

TEST_F(AggregateQueryTest, ShowsPaymentsWithTheirClaims) {
  command(Command::payment_initiate, 1, 9, 10, "card");
  command(Command::payment_authorise, 1, 0, 0, "pi_1");
  command(Command::payment_capture, 1, 0, 6, "");
  const std::uint64_t captured = engine_.state().last_sequence().value();
  command(Command::refund_request, 1, 1, 2, "");
  command(Command::dispute_open, 1, 1, 3, "");
  const std::uint64_t open = engine_.state().last_sequence().value();
  command(Command::refund_succeed, 1, 1, 0, "");
  command(Command::dispute_lose, 1, 1, 0, "");
  command(Command::refund_request, 1, 2, 1, "");
  command(Command::refund_fail, 1, 2, 0, "");
  follow();
  const std::vector<Uint128> one{Uint128{1, 0}};
  EXPECT_EQ(payments(one, captured),
            "1 partially_captured of 10 captured 6 refunded 0+0 disputed 0+0 'card' 'pi_1'\n");
  EXPECT_EQ(payments(one, open),
            "1 partially_captured of 10 captured 6 refunded 0+2 disputed 3+0 'card' 'pi_1'\n"
            "  refund 1 of 1: 2 pending\n"
            "  dispute 1 of 1: 3 opened\n");
  EXPECT_EQ(payments(one),
            "1 partially_captured of 10 captured 6 refunded 2+0 disputed 0+3 'card' 'pi_1'\n"
            "  refund 1 of 1: 2 succeeded\n"
            "  dispute 1 of 1: 3 lost\n"
            "  refund 2 of 1: 1 failed\n");
}

}  // namespace
}  // namespace daybook::test

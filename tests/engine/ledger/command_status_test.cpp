// order_commands and payment_commands: every state met by every command, every refusal and their
// order, the transfers of a bundle that commands name, limits at and past them; on the engine and
// the model alike.

#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/model/aggregate.hpp"
#include "tests/engine/ledger/ledger_fixture.hpp"

namespace daybook::test {
namespace {

using Status = AppendEventStatus;
using C = Command;

/// A command with good details, to be changed.
struct Asked {
  Command command{};
  std::uint64_t aggregate = 0;
  CommandDetails details;
  std::string text;
};

class CommandStatusTest : public LedgerTest {
 protected:
  explicit CommandStatusTest(LedgerSettings settings = {}) : LedgerTest{settings} {
    Ledger pieces = make_ledger(3, "TEA", 0);
    pieces.kind = LedgerKind::stock;
    ledger_->put_ledgers(std::vector{pieces});
    open_accounts({1, 2});
    open_accounts({make_account(3, 3), make_account(4, 3), make_account(5, 2), make_account(6, 2)});
  }

  static Asked good(Command command, std::uint64_t aggregate, std::uint64_t subject = 0,
                    std::uint64_t amount = 10) {
    Asked asked{command, aggregate, {}, {}};
    const bool names_subject =
        command == C::order_pay || command == C::order_refund || command >= C::refund_request;
    if (names_subject || command == C::payment_initiate) {
      asked.details.subject_id = Uint128{subject, 0};
    }
    if (command == C::order_create || command == C::payment_initiate ||
        command == C::payment_capture || command == C::refund_request ||
        command == C::dispute_open) {
      asked.details.amount = amount_of(amount);
    }
    if (command == C::order_create || command == C::payment_initiate) {
      asked.details.ledger = LedgerId{1};
    }
    if (command == C::order_create) asked.details.quantity = 3;
    const bool has_text = command == C::order_create || command == C::order_ship ||
                          command == C::order_cancel || command == C::payment_initiate ||
                          command == C::payment_authorise || command == C::payment_fail;
    if (has_text) asked.text = "text";
    return asked;
  }

  AskedEvent event_of(const Asked& asked) {
    AskedEvent event;
    event.event.id = Uint128{++last_command_, 7};
    event.event.aggregate_id = Uint128{asked.aggregate, 0};
    std::vector<std::byte> payload;
    CommandDetails details = asked.details;
    put_command(asked.command, details, std::string_view{asked.text}.substr(0, 160), event.event,
                payload);
    event.payload.assign(reinterpret_cast<const char*>(payload.data()), payload.size());
    return event;
  }

  std::string send(RequestKind kind, const std::vector<AskedEvent>& events,
                   const std::vector<Transfer>& transfers = {}) {
    WriteRequest request;
    request.kind = kind;
    request.events = events;
    request.transfers = transfers;
    const BatchReply reply = submit(request);
    if (reply.status != RequestStatus::ok) return std::string{to_string(reply.status)};
    const std::uint16_t part = kind == RequestKind::bundle ? 1 : 0;
    std::string text;
    for (std::uint32_t i = 0; i < events.size(); ++i) {
      text +=
          (i == 0 ? "" : " ") + status_name(RequestKind::append_events, reply.status_of(i, part));
    }
    return text;
  }
  std::string send(const AskedEvent& event) {
    const bool order = event.event.aggregate_type == order_type();
    return send(order ? RequestKind::order_commands : RequestKind::payment_commands, {event});
  }
  std::string send(const Asked& asked) { return send(event_of(asked)); }
  void expect_done(const Asked& asked) {
    ASSERT_EQ(send(asked), "created") << to_string(asked.command);
  }

  /// Payment `id` of order `order`, with these commands done after its initiation.
  void pay(std::uint64_t id, std::uint64_t order, const std::vector<Asked>& then) {
    expect_done(good(C::payment_initiate, id, order));
    for (const Asked& each : then) expect_done(each);
  }
  void pay_in_full(std::uint64_t id, std::uint64_t order) {
    pay(id, order, {good(C::payment_authorise, id), good(C::payment_capture, id)});
  }

  void bring_order(std::uint64_t id, const std::string& state) {
    if (state == "none") return;
    expect_done(good(C::order_create, id));
    if (state == "pending") return;
    if (state == "cancelled") return expect_done(good(C::order_cancel, id));
    expect_done(good(C::order_pay, id, id));
    if (state == "paid") return;
    expect_done(good(C::order_ship, id));
    if (state == "completed") expect_done(good(C::order_complete, id));
  }

  void bring_payment(std::uint64_t id, const std::string& state) {
    if (state == "none") return;
    expect_done(good(C::payment_initiate, id, 1));
    if (state == "initiated") return;
    if (state == "voided") return expect_done(good(C::payment_void, id));
    if (state == "failed") return expect_done(good(C::payment_fail, id));
    expect_done(good(C::payment_authorise, id));
    if (state == "authorised") return;
    const std::uint64_t amount = state == "partially_captured" ? 4 : 10;
    expect_done(good(C::payment_capture, id, 0, amount));
    if (state == "settled") expect_done(good(C::payment_settle, id));
  }

  std::uint64_t last_command_ = 0;
};

/// What a command is answered in each state, in the order of `states`.
struct Cells {
  Command command;
  std::vector<std::string> answers;
};

TEST_P(CommandStatusTest, EveryOrderStateMeetsEveryCommand) {
  const std::vector<std::string> states = {"none",    "pending",   "paid",
                                           "shipped", "completed", "cancelled"};
  const std::string no = "order_not_found";
  const std::string had = "order_already_exists";
  const std::string stays = "order_not_cancellable";
  const Cells rows[] = {
      {C::order_create, {"created", had, had, had, had, had}},
      {C::order_pay,
       {no, "created", "order_not_pending", "order_not_pending", "order_not_pending",
        "order_not_pending"}},
      {C::order_ship,
       {no, "order_not_paid", "created", "order_not_paid", "order_not_paid", "order_not_paid"}},
      {C::order_complete,
       {no, "order_not_shipped", "order_not_shipped", "created", "order_not_shipped",
        "order_not_shipped"}},
      {C::order_cancel, {no, "created", "created", stays, stays, stays}},
      {C::order_refund,
       {no, "order_not_paid", "created", "order_not_paid", "order_not_paid", "order_not_paid"}},
  };
  std::uint64_t id = 100;
  for (const Cells& row : rows) {
    for (std::size_t at = 0; at < states.size(); ++at) {
      ++id;
      pay_in_full(id, id);
      bring_order(id, states[at]);
      EXPECT_EQ(send(good(row.command, id, id)), row.answers[at])
          << to_string(row.command) << " of " << states[at];
    }
  }
}

TEST_P(CommandStatusTest, EveryPaymentStateMeetsEveryCommand) {
  const std::vector<std::string> states = {
      "none",     "initiated", "authorised", "partially_captured",
      "captured", "settled",   "voided",     "failed"};
  const std::string ok = "created";
  const std::string no = "payment_not_found";
  const std::string had = "payment_already_exists";
  const std::string begun = "payment_not_initiated";
  const std::string closed = "payment_not_authorised";
  const std::string moved = "payment_not_voidable";
  const std::string fixed = "payment_not_failable";
  const std::string open = "payment_not_captured";
  const std::string kept = "payment_not_refundable";
  const std::string calm = "payment_not_disputable";
  const Cells rows[] = {
      {C::payment_initiate, {ok, had, had, had, had, had, had, had}},
      {C::payment_authorise, {no, ok, begun, begun, begun, begun, begun, begun}},
      {C::payment_capture, {no, closed, ok, ok, closed, closed, closed, closed}},
      {C::payment_void, {no, ok, ok, moved, moved, moved, moved, moved}},
      {C::payment_fail, {no, ok, ok, fixed, fixed, fixed, fixed, fixed}},
      {C::payment_settle, {no, open, open, open, ok, open, open, open}},
      {C::refund_request, {no, kept, kept, ok, ok, ok, kept, kept}},
      {C::dispute_open, {no, calm, calm, ok, ok, ok, calm, calm}},
  };
  std::uint64_t id = 100;
  for (const Cells& row : rows) {
    for (std::size_t at = 0; at < states.size(); ++at) {
      bring_payment(++id, states[at]);
      EXPECT_EQ(send(good(row.command, id, 1, 1)), row.answers[at])
          << to_string(row.command) << " of " << states[at];
    }
  }
}

TEST_P(CommandStatusTest, EveryStateOfARefundOrDisputeMeetsEveryCommand) {
  struct Kind {
    Command begin, succeed, fail;
    std::string none, ended, had;
  };
  const Kind kinds[] = {{C::refund_request, C::refund_succeed, C::refund_fail, "refund_not_found",
                         "refund_not_pending", "refund_already_exists"},
                        {C::dispute_open, C::dispute_win, C::dispute_lose, "dispute_not_found",
                         "dispute_not_open", "dispute_already_exists"}};
  std::uint64_t id = 100;
  for (const Kind& kind : kinds) {
    for (int state = 0; state < 4; ++state) {
      for (const Command command : {kind.begin, kind.succeed, kind.fail}) {
        bring_payment(++id, "captured");
        if (state > 0) expect_done(good(kind.begin, id, 5, 1));
        if (state == 2) expect_done(good(kind.succeed, id, 5));
        if (state == 3) expect_done(good(kind.fail, id, 5));
        const std::string expected = command == kind.begin ? (state == 0 ? "created" : kind.had)
                                     : state == 0          ? kind.none
                                     : state == 1          ? "created"
                                                           : kind.ended;
        EXPECT_EQ(send(good(command, id, 5, 1)), expected) << to_string(command) << " " << state;
      }
    }
  }
}

struct Row {
  Status status;
  std::function<void(AskedEvent&)> spoil;
};

/// Changes the fixed part of the payload.
auto details_with(std::function<void(CommandDetails&)> change) {
  return [change](AskedEvent& asked) {
    CommandDetails details;
    std::memcpy(&details, asked.payload.data(), sizeof(details));
    change(details);
    std::memcpy(asked.payload.data(), &details, sizeof(details));
  };
}

void set_text(AskedEvent& asked, const std::string& text) {
  asked.payload = asked.payload.substr(0, sizeof(CommandDetails)) + text;
  asked.event.payload_bytes = static_cast<std::uint32_t>(asked.payload.size());
  details_with([&](CommandDetails& d) { d.text_bytes = static_cast<std::uint16_t>(text.size()); })(
      asked);
}

/// Faults of an order's creation by itself, in the order of checking.
const std::vector<Row>& rows() {
  static const std::vector<Row> all = {
      {Status::timestamp_must_be_zero, [](auto& e) { e.event.timestamp = Timestamp{1}; }},
      {Status::reserved_flag, [](auto& e) { e.event.flags = 2; }},
      {Status::id_must_not_be_zero, [](auto& e) { e.event.id = {}; }},
      {Status::aggregate_type_must_not_be_zero, [](auto& e) { e.event.aggregate_type = {}; }},
      {Status::aggregate_type_not_of_request,
       [](auto& e) { e.event.aggregate_type = payment_type(); }},
      {Status::aggregate_id_must_not_be_zero, [](auto& e) { e.event.aggregate_id = {}; }},
      {Status::event_type_must_not_be_zero, [](auto& e) { e.event.event_type = {}; }},
      {Status::event_type_unknown,
       [](auto& e) { e.event.event_type = event_type_of(C::payment_void); }},
      {Status::content_type_reserved, [](auto& e) { e.event.content_type = ContentType{7}; }},
      {Status::payload_too_large,
       [](auto& e) {
         e.payload.resize(65'537);
         e.event.payload_bytes = 65'537;
       }},
      {Status::version_must_be_zero, [](auto& e) { e.event.version = 1; }},
      {Status::details_malformed, [](auto& e) { e.event.content_type = ContentType::json; }},
      {Status::text_too_long, [](auto& e) { set_text(e, std::string(161, 't')); }},
      {Status::detail_not_expected, details_with([](auto& d) {
         d.subject_id = Uint128{1, 0};
       })},
      {Status::quantity_must_not_be_zero, details_with([](auto& d) { d.quantity = 0; })},
      {Status::amount_must_not_be_zero, details_with([](auto& d) { d.amount = {}; })},
      {Status::ledger_must_not_be_zero, details_with([](auto& d) { d.ledger = {}; })},
      {Status::text_must_not_be_empty, [](auto& e) { set_text(e, ""); }},
      {Status::version_mismatch,
       [](auto& e) {
         e.event.flags |= 1;
         e.event.version = 9;
       }},
      {Status::ledger_not_registered, details_with([](auto& d) { d.ledger = LedgerId{77}; })},
      {Status::transfer_not_in_bundle,
       details_with([](auto& d) { d.transfer_id = transfer_id(77); })},
  };
  return all;
}

/// Two that cannot be told apart, or of which the one undoes the other.
bool excludes(Status a, Status b) {
  const auto is = [&](Status x, Status y) { return (a == x && b == y) || (a == y && b == x); };
  return a == b || is(Status::version_must_be_zero, Status::version_mismatch) ||
         is(Status::reserved_flag, Status::version_mismatch) ||
         is(Status::aggregate_type_must_not_be_zero, Status::aggregate_type_not_of_request) ||
         is(Status::event_type_must_not_be_zero, Status::event_type_unknown) ||
         is(Status::content_type_reserved, Status::details_malformed) ||
         is(Status::text_too_long, Status::text_must_not_be_empty) ||
         is(Status::payload_too_large, Status::text_too_long) ||
         is(Status::payload_too_large, Status::text_must_not_be_empty) ||
         is(Status::ledger_must_not_be_zero, Status::ledger_not_registered);
}

TEST_P(CommandStatusTest, AnswersEachFaultAlone) {
  for (const Row& row : rows()) {
    AskedEvent asked = event_of(good(C::order_create, 1));
    row.spoil(asked);
    EXPECT_EQ(send(RequestKind::order_commands, {asked}), to_string(row.status));
  }
  EXPECT_EQ(send(good(C::order_create, 1)), "created");
}

TEST_P(CommandStatusTest, AnswersTheEarlierOfAnyTwoFaults) {
  for (std::size_t i = 0; i < rows().size(); ++i) {
    for (std::size_t k = i + 1; k < rows().size(); ++k) {
      if (excludes(rows()[i].status, rows()[k].status)) continue;
      AskedEvent asked = event_of(good(C::order_create, 1));
      rows()[k].spoil(asked);
      rows()[i].spoil(asked);
      ASSERT_EQ(send(RequestKind::order_commands, {asked}), to_string(rows()[i].status))
          << to_string(rows()[k].status);
    }
  }
}

TEST_P(CommandStatusTest, PayloadsAreLookedAtByteByByte) {
  const auto refused = [&](const std::function<void(AskedEvent&)>& spoil) {
    AskedEvent asked = event_of(good(C::order_create, 1));
    spoil(asked);
    asked.event.payload_bytes = static_cast<std::uint32_t>(asked.payload.size());
    return send(asked);
  };
  EXPECT_EQ(refused([](auto& e) { e.payload.clear(); }), "details_malformed");
  EXPECT_EQ(refused([](auto& e) { e.payload.resize(63); }), "details_malformed");
  EXPECT_EQ(refused([](auto& e) { e.payload += 'x'; }), "details_malformed");
  EXPECT_EQ(refused([](auto& e) { set_text(e, "a\nb"); }), "details_malformed");
  EXPECT_EQ(refused([](auto& e) { set_text(e, "\xff"); }), "details_malformed");
  EXPECT_EQ(refused(details_with([](auto& d) { d.flags = 2; })), "details_malformed");
  EXPECT_EQ(refused(details_with([](auto& d) { d.flags = 1; })), "detail_not_expected");
  EXPECT_EQ(refused([](auto& e) { set_text(e, std::string(160, 't')); }), "created");
}

TEST_P(CommandStatusTest, StreamsOfOrdersAndPaymentsTakeCommandsOnly) {
  const AskedEvent order = event_of(good(C::order_create, 1));
  const AskedEvent payment = event_of(good(C::payment_initiate, 1, 1));
  EXPECT_EQ(send(RequestKind::append_events, {order}), "aggregate_type_reserved");
  EXPECT_EQ(send(RequestKind::append_events, {payment}), "aggregate_type_reserved");
  EXPECT_EQ(send(RequestKind::payment_commands, {order}), "aggregate_type_not_of_request");
  EXPECT_EQ(send(RequestKind::order_commands, {order}), "created");
  EXPECT_EQ(send(RequestKind::payment_commands, {payment}), "created");
}

TEST_P(CommandStatusTest, ACommandIsGoodOnce) {
  const AskedEvent order = event_of(good(C::order_create, 1));
  EXPECT_EQ(send(order), "created");
  EXPECT_EQ(send(order), "exists");
  AskedEvent other = order;
  details_with([](auto& d) { d.quantity = 4; })(other);
  EXPECT_EQ(send(other), "exists_with_different_payload");
  other = order;
  other.event.user_id = UserId{5};
  EXPECT_EQ(send(other), "exists_with_different_user_id");
  EXPECT_EQ(send(good(C::order_create, 1)), "order_already_exists");
}

TEST_P(CommandStatusTest, OneRequestIsDoneAsAWhole) {
  EXPECT_EQ(send(RequestKind::order_commands,
                 {event_of(good(C::order_create, 1)), event_of(good(C::order_ship, 1))}),
            "linked_event_failed order_not_paid");
  EXPECT_EQ(send(RequestKind::order_commands,
                 {event_of(good(C::order_create, 1)), event_of(good(C::order_cancel, 1))}),
            "created created");
  EXPECT_EQ(send(good(C::order_pay, 1, 1)), "order_not_pending");
}

TEST_P(CommandStatusTest, AnOrderIsPaidByItsOwnCapturedPayment) {
  expect_done(good(C::order_create, 1));
  EXPECT_EQ(send(good(C::order_pay, 1, 9)), "payment_not_found");
  pay(9, 1, {good(C::payment_authorise, 9)});
  EXPECT_EQ(send(good(C::order_pay, 1, 9)), "payment_not_captured");
  pay_in_full(8, 2);
  EXPECT_EQ(send(good(C::order_pay, 1, 8)), "payment_is_of_another_order");
  Asked other = good(C::payment_initiate, 7, 1);
  other.details.ledger = LedgerId{2};
  expect_done(other);
  expect_done(good(C::payment_authorise, 7));
  expect_done(good(C::payment_capture, 7));
  EXPECT_EQ(send(good(C::order_pay, 1, 7)), "payment_has_different_ledger");
  Asked last = good(C::payment_capture, 9, 0, 9);
  last.details.flags = command_flag::final_capture;
  expect_done(last);
  EXPECT_EQ(send(good(C::order_pay, 1, 9)), "payment_captured_too_little");
  pay_in_full(6, 1);
  EXPECT_EQ(send(good(C::order_pay, 1, 6)), "created");
}

TEST_P(CommandStatusTest, AmountsStayWithinWhatThereIs) {
  bring_payment(1, "partially_captured");
  EXPECT_EQ(send(good(C::payment_capture, 1, 0, 7)), "capture_exceeds_amount");
  EXPECT_EQ(send(good(C::refund_request, 1, 1, 5)), "refund_exceeds_captured");
  EXPECT_EQ(send(good(C::refund_request, 1, 1, 3)), "created");
  EXPECT_EQ(send(good(C::refund_request, 1, 2, 2)), "refund_exceeds_captured");
  expect_done(good(C::refund_fail, 1, 1));
  EXPECT_EQ(send(good(C::refund_request, 1, 2, 4)), "created");
  EXPECT_EQ(send(good(C::dispute_open, 1, 1, 5)), "dispute_exceeds_captured");
  EXPECT_EQ(send(good(C::dispute_open, 1, 1, 4)), "created");
  expect_done(good(C::dispute_lose, 1, 1));
  EXPECT_EQ(send(good(C::dispute_open, 1, 2, 1)), "dispute_exceeds_captured");
  Asked end = good(C::payment_capture, 1, 0, 0);
  EXPECT_EQ(send(end), "amount_must_not_be_zero");
  end.details.flags = command_flag::final_capture;
  EXPECT_EQ(send(end), "created");
  bring_payment(2, "authorised");
  end.aggregate = 2;
  EXPECT_EQ(send(end), "payment_not_captured");
}

TEST_P(CommandStatusTest, APaymentHasSoManyCapturesRefundsAndDisputes) {
  Asked begin = good(C::payment_initiate, 1, 1, 1'000);
  expect_done(begin);
  expect_done(good(C::payment_authorise, 1));
  for (std::uint32_t i = 0; i < limits::payment_captures_max; ++i) {
    expect_done(good(C::payment_capture, 1, 0, 1));
  }
  EXPECT_EQ(send(good(C::payment_capture, 1, 0, 1)), "too_many_captures");
  for (std::uint32_t i = 1; i <= limits::payment_refunds_max; ++i) {
    expect_done(good(C::refund_request, 1, i, 1));
  }
  EXPECT_EQ(send(good(C::refund_request, 1, 65, 1)), "too_many_refunds");
  for (std::uint32_t i = 1; i <= limits::payment_disputes_max; ++i) {
    expect_done(good(C::dispute_open, 1, i, 1));
  }
  EXPECT_EQ(send(good(C::dispute_open, 1, 65, 1)), "too_many_disputes");
}

TEST_P(CommandStatusTest, PostingsAndEventsAreOneEntry) {
  Asked create = good(C::order_create, 1);
  create.details.transfer_id = transfer_id(30);
  EXPECT_EQ(send(RequestKind::bundle, {event_of(create)}, {make_transfer(30, 3, 4, 2, 3)}),
            "transfer_has_different_amount");
  EXPECT_EQ(send(RequestKind::bundle, {event_of(create)}, {make_transfer(30, 1, 2, 3)}),
            "transfer_has_different_ledger");
  EXPECT_EQ(balances(1), "0/0 0/0");
  EXPECT_EQ(send(RequestKind::bundle, {event_of(create)}, {make_transfer(30, 3, 4, 3, 3)}),
            "created");
  EXPECT_EQ(balances(4), "0/0 0/3");
}

TEST_P(CommandStatusTest, PayOrderIsOneBundle) {
  pay(9, 1, {good(C::payment_authorise, 9)});
  expect_done(good(C::order_create, 1));
  Asked capture = good(C::payment_capture, 9);
  Asked paid = good(C::order_pay, 1, 9);
  capture.details.transfer_id = paid.details.transfer_id = transfer_id(40);
  const std::vector events{event_of(capture), event_of(paid)};
  EXPECT_EQ(send(RequestKind::bundle, events, {make_transfer(40, 5, 6, 10, 2)}),
            "transfer_has_different_ledger linked_event_failed");
  EXPECT_EQ(send(RequestKind::bundle, events, {make_transfer(41, 1, 2, 10)}),
            "transfer_not_in_bundle linked_event_failed");
  EXPECT_EQ(balances(1), "0/0 0/0");
  EXPECT_EQ(send(RequestKind::bundle, events, {make_transfer(40, 1, 2, 10)}), "created created");
  EXPECT_EQ(balances(1), "0/10 0/0");
  EXPECT_EQ(send(RequestKind::bundle, events, {make_transfer(40, 1, 2, 10)}), "exists exists");
  EXPECT_EQ(send(good(C::order_ship, 1)), "created");
}

TEST_P(CommandStatusTest, CommandsOfBothKindsNeedNoTransfer) {
  pay(9, 1, {good(C::payment_authorise, 9)});
  const std::vector events{event_of(good(C::order_create, 1)),
                           event_of(good(C::payment_capture, 9)),
                           event_of(good(C::order_pay, 1, 9))};
  EXPECT_EQ(send(RequestKind::bundle, events), "created created created");
  EXPECT_EQ(send(RequestKind::bundle, events), "exists exists exists");
}

TEST_P(CommandStatusTest, AnOlderTransferIsNotOfTheBundle) {
  expect_created({make_transfer(50, 3, 4, 3, 3)});
  Asked create = good(C::order_create, 1);
  create.details.transfer_id = transfer_id(50);
  EXPECT_EQ(send(create), "transfer_not_in_bundle");
  EXPECT_EQ(send(RequestKind::bundle, {event_of(create)}, {make_transfer(51, 3, 4, 3, 3)}),
            "transfer_not_in_bundle");
}

class FullCommandTest : public CommandStatusTest {
 protected:
  FullCommandTest() : CommandStatusTest{settings()} {}
  static LedgerSettings settings() {
    LedgerSettings settings;
    settings.orders_max = 2;
    settings.payments_max = 2;
    return settings;
  }
};

TEST_P(FullCommandTest, TablesTakeSoManyAndNotOneMore) {
  EXPECT_EQ(send(RequestKind::order_commands,
                 {event_of(good(C::order_create, 1)), event_of(good(C::order_create, 2)),
                  event_of(good(C::order_create, 3))}),
            "linked_event_failed linked_event_failed too_many_orders");
  expect_done(good(C::order_create, 1));
  expect_done(good(C::order_create, 2));
  EXPECT_EQ(send(good(C::order_create, 3)), "too_many_orders");
  bring_payment(1, "captured");
  bring_payment(2, "captured");
  EXPECT_EQ(send(good(C::payment_initiate, 3, 1)), "too_many_payments");
  expect_done(good(C::refund_request, 1, 1, 1));
  expect_done(good(C::refund_request, 2, 1, 1));
  EXPECT_EQ(send(good(C::refund_request, 2, 2, 1)), "too_many_refunds");
  expect_done(good(C::dispute_open, 1, 1, 1));
  expect_done(good(C::dispute_open, 1, 2, 1));
  EXPECT_EQ(send(good(C::dispute_open, 2, 2, 1)), "too_many_disputes");
}

DAYBOOK_ON_EVERY_LEDGER(CommandStatusTest);
DAYBOOK_ON_EVERY_LEDGER(FullCommandTest);

}  // namespace
}  // namespace daybook::test

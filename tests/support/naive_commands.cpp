#include <cstring>

#include "tests/support/naive_ledger.hpp"

namespace daybook::test {
namespace {

using Status = AppendEventStatus;

const Uint128 orders = id_of("order");
const Uint128 payments = id_of("payment");

constexpr std::size_t fixed_bytes = 64;
constexpr std::size_t text_max = 160;

/// Which commands there are, and what each of them says: s a subject, a an amount, q a quantity, l
/// a ledger, t a text, x a transfer; in capitals it must, else it may.
const std::map<std::pair<Uint128, Uint128>, std::pair<std::string, std::string>>& commands() {
  static const std::map<std::pair<Uint128, Uint128>, std::pair<std::string, std::string>> all = {
      {{orders, id_of("OrderCreated")}, {"create", "AQLTx"}},
      {{orders, id_of("OrderPaid")}, {"pay", "Sx"}},
      {{orders, id_of("OrderShipped")}, {"ship", "Tx"}},
      {{orders, id_of("OrderCompleted")}, {"complete", ""}},
      {{orders, id_of("OrderCancelled")}, {"cancel", "Tx"}},
      {{orders, id_of("OrderRefunded")}, {"refund order", "Sx"}},
      {{payments, id_of("PaymentInitiated")}, {"initiate", "sALT"}},
      {{payments, id_of("PaymentAuthorised")}, {"authorise", "Tx"}},
      {{payments, id_of("PaymentCaptured")}, {"capture", "Axf"}},
      {{payments, id_of("PaymentVoided")}, {"void", "tx"}},
      {{payments, id_of("PaymentFailed")}, {"fail", "Tx"}},
      {{payments, id_of("PaymentSettled")}, {"settle", "tx"}},
      {{payments, id_of("RefundRequested")}, {"refund", "SAtx"}},
      {{payments, id_of("RefundSucceeded")}, {"refund succeeded", "Stx"}},
      {{payments, id_of("RefundFailed")}, {"refund failed", "Stx"}},
      {{payments, id_of("DisputeOpened")}, {"dispute", "SAtx"}},
      {{payments, id_of("DisputeWon")}, {"dispute won", "Stx"}},
      {{payments, id_of("DisputeLost")}, {"dispute lost", "Stx"}},
  };
  return all;
}

template <typename Number>
Number number_at(const std::string& payload, std::size_t at) {
  Number number;
  std::memcpy(&number, payload.data() + at, sizeof(number));
  return number;
}

u128 wide_at(const std::string& payload, std::size_t at) {
  return u128{number_at<std::uint64_t>(payload, at + 8)} << 64 |
         number_at<std::uint64_t>(payload, at);
}

bool is_text(const std::string& text) {
  for (const char each : text) {
    // Tests write ASCII; what is beyond is no text here, nor anywhere for the first of these.
    if (static_cast<unsigned char>(each) < 0x20 || static_cast<unsigned char>(each) >= 0x7f) {
      return false;
    }
  }
  return true;
}

struct Said {
  std::string command;
  std::string has;  ///< As commands().
  u128 subject = 0;
  u128 amount = 0;
  u128 transfer = 0;
  std::uint64_t quantity = 0;
  std::uint32_t ledger = 0;
  std::uint16_t flags = 0;
  std::string text;

  [[nodiscard]] bool may(char what) const {
    return has.find(what) != std::string::npos || must(what);
  }
  [[nodiscard]] bool must(char what) const {
    return has.find(static_cast<char>(what - 'a' + 'A')) != std::string::npos;
  }
};

Said said_by(const AskedEvent& asked) {
  const auto& known = commands().at({asked.event.aggregate_type, asked.event.event_type});
  return {known.first,
          known.second,
          wide_at(asked.payload, 0),
          wide_at(asked.payload, 16),
          wide_at(asked.payload, 32),
          number_at<std::uint64_t>(asked.payload, 48),
          number_at<std::uint32_t>(asked.payload, 56),
          number_at<std::uint16_t>(asked.payload, 60),
          asked.payload.substr(fixed_bytes)};
}

}  // namespace

bool NaiveLedger::is_command(const DomainEvent& event) {
  return event.aggregate_type == orders || event.aggregate_type == payments;
}

/// Which streams a request of this kind may append to.
AppendEventStatus NaiveLedger::judge_scope(const DomainEvent& event, RequestKind kind) {
  const bool order = event.aggregate_type == orders;
  const bool payment = event.aggregate_type == payments;
  if (kind == RequestKind::append_events && (order || payment)) {
    return Status::aggregate_type_reserved;
  }
  if ((kind == RequestKind::order_commands && !order) ||
      (kind == RequestKind::payment_commands && !payment)) {
    return Status::aggregate_type_not_of_request;
  }
  return Status::created;
}

bool NaiveLedger::is_known_command(const DomainEvent& event) {
  return commands().contains({event.aggregate_type, event.event_type});
}

/// What a command says, whatever there is.
AppendEventStatus NaiveLedger::judge_details(const AskedEvent& asked) {
  if (asked.payload.size() < fixed_bytes || asked.event.content_type != ContentType::bytes) {
    return Status::details_malformed;
  }
  const Said said = said_by(asked);
  if (number_at<std::uint16_t>(asked.payload, 62) != said.text.size()) {
    return Status::details_malformed;
  }
  if (said.text.size() > text_max) return Status::text_too_long;
  if (!is_text(said.text) || said.flags > 1) return Status::details_malformed;
  const bool unexpected =
      (said.subject != 0 && !said.may('s')) || (said.amount != 0 && !said.may('a')) ||
      (said.transfer != 0 && !said.may('x')) || (said.quantity != 0 && !said.may('q')) ||
      (said.ledger != 0 && !said.may('l')) || (said.flags != 0 && !said.may('f')) ||
      (!said.text.empty() && !said.may('t'));
  if (unexpected) return Status::detail_not_expected;
  if (said.subject == 0 && said.must('s')) return Status::subject_id_must_not_be_zero;
  if (said.quantity == 0 && said.must('q')) return Status::quantity_must_not_be_zero;
  if (said.amount == 0 && said.must('a') && said.flags == 0) {
    return Status::amount_must_not_be_zero;
  }
  if (said.ledger == 0 && said.must('l')) return Status::ledger_must_not_be_zero;
  if (said.text.empty() && said.must('t')) return Status::text_must_not_be_empty;
  return Status::created;
}

/// Is the transfer one of the request, and of what the command means?
AppendEventStatus NaiveLedger::judge_moved(const WriteRequest& request, u128 id, bool stock,
                                           LedgerId ledger, u128 amount) const {
  if (id == 0) return Status::created;
  const TransferId wanted{Uint128{id}};
  bool asked = false;
  if (request.kind == RequestKind::bundle) {
    for (const Transfer& each : request.transfers) asked = asked || each.id == wanted;
  }
  const auto found = transfers_.find(wanted);
  if (!asked || found == transfers_.end()) return Status::transfer_not_in_bundle;
  const Transfer& transfer = found->second.transfer;
  const auto book = books_.ledgers.find(transfer.ledger);
  const bool of_stock = book != books_.ledgers.end() && book->second.kind == LedgerKind::stock;
  if (stock ? !of_stock : transfer.ledger != ledger) return Status::transfer_has_different_ledger;
  if (transfer.amount.value().wide() != amount) return Status::transfer_has_different_amount;
  return Status::created;
}

AppendEventStatus NaiveLedger::judge_order(const AskedEvent& asked, const WriteRequest& request,
                                           AggregateBooks& books) const {
  const Said said = said_by(asked);
  const auto found = books.orders.find(asked.event.aggregate_id);
  if (said.command == "create") {
    if (found != books.orders.end()) return Status::order_already_exists;
    if (!books_.ledgers.contains(LedgerId{said.ledger})) return Status::ledger_not_registered;
    const Status moved = judge_moved(request, said.transfer, true, {}, said.quantity);
    if (moved != Status::created) return moved;
    if (books.orders.size() == settings_.orders_max) return Status::too_many_orders;
    books.orders[asked.event.aggregate_id] = {
        "pending", said.amount, said.quantity, LedgerId{said.ledger}, {}};
    return Status::created;
  }
  if (found == books.orders.end()) return Status::order_not_found;
  NaiveOrder& order = found->second;
  const std::string before = order.state;
  if (said.command == "pay" && before != "pending") return Status::order_not_pending;
  if ((said.command == "ship" || said.command == "refund order") && before != "paid")
    return Status::order_not_paid;
  if (said.command == "complete" && before != "shipped") return Status::order_not_shipped;
  if (said.command == "cancel" && before != "pending" && before != "paid") {
    return Status::order_not_cancellable;
  }
  if (said.command == "pay") {
    const auto payment = books.payments.find(Uint128{said.subject});
    if (payment == books.payments.end()) return Status::payment_not_found;
    const NaivePayment& by = payment->second;
    if (by.state != "captured" && by.state != "settled") return Status::payment_not_captured;
    if (by.order != asked.event.aggregate_id) return Status::payment_is_of_another_order;
    if (by.ledger != order.ledger) return Status::payment_has_different_ledger;
    if (by.captured < order.amount) return Status::payment_captured_too_little;
  }
  const bool pays = said.command == "pay";
  const bool refunds = said.command == "refund order";
  if (refunds && order.payment != Uint128{said.subject}) {
    return Status::payment_is_of_another_order;
  }
  const bool of_money = pays || refunds;
  const Status moved = judge_moved(request, said.transfer, !of_money, order.ledger,
                                   of_money ? order.amount : order.quantity);
  if (moved != Status::created) return moved;
  static const std::map<std::string, std::string> after = {{"pay", "paid"},
                                                           {"ship", "shipped"},
                                                           {"complete", "completed"},
                                                           {"cancel", "cancelled"},
                                                           {"refund order", "pending"}};
  order.state = after.at(said.command);
  if (of_money) order.payment = pays ? Uint128{said.subject} : Uint128{};
  return Status::created;
}

AppendEventStatus NaiveLedger::judge_payment(const AskedEvent& asked, const WriteRequest& request,
                                             AggregateBooks& books) const {
  const Said said = said_by(asked);
  const auto found = books.payments.find(asked.event.aggregate_id);
  if (said.command == "initiate") {
    if (found != books.payments.end()) return Status::payment_already_exists;
    if (!books_.ledgers.contains(LedgerId{said.ledger})) return Status::ledger_not_registered;
    if (books.payments.size() == settings_.payments_max) return Status::too_many_payments;
    NaivePayment payment;
    payment.order = Uint128{said.subject};
    payment.amount = said.amount;
    payment.ledger = LedgerId{said.ledger};
    books.payments[asked.event.aggregate_id] = payment;
    return Status::created;
  }
  if (found == books.payments.end()) return Status::payment_not_found;
  NaivePayment& payment = found->second;
  if (said.has.find('S') != std::string::npos) return judge_claim(asked, request, books, payment);
  const std::string before = payment.state;
  const bool untouched = before == "initiated" || before == "authorised";
  const bool open = before == "authorised" || before == "partially_captured";
  const bool captures = said.command == "capture";
  if (said.command == "authorise" && before != "initiated") return Status::payment_not_initiated;
  if (captures && !open) return Status::payment_not_authorised;
  if (said.command == "void" && !untouched) return Status::payment_not_voidable;
  if (said.command == "fail" && !untouched) return Status::payment_not_failable;
  if (said.command == "settle" && before != "captured") return Status::payment_not_captured;
  const u128 left = payment.amount - payment.captured;
  if (captures && said.amount == 0 && payment.captures == 0) return Status::payment_not_captured;
  if (captures && said.amount > left) return Status::capture_exceeds_amount;
  if (captures && payment.captures == 256) return Status::too_many_captures;
  u128 moves = payment.amount;
  if (captures) moves = said.amount == 0 ? left : said.amount;
  if (said.command == "settle") moves = payment.captured;
  const Status moved = judge_moved(request, said.transfer, false, payment.ledger, moves);
  if (moved != Status::created) return moved;
  if (captures) {
    payment.captured += said.amount;
    payment.captures += 1;
    const bool whole = said.flags == 1 || payment.captured == payment.amount;
    payment.state = whole ? "captured" : "partially_captured";
    return Status::created;
  }
  static const std::map<std::string, std::string> after = {
      {"authorise", "authorised"}, {"void", "voided"}, {"fail", "failed"}, {"settle", "settled"}};
  payment.state = after.at(said.command);
  return Status::created;
}

AppendEventStatus NaiveLedger::judge_claim(const AskedEvent& asked, const WriteRequest& request,
                                           AggregateBooks& books, NaivePayment& payment) const {
  const Said said = said_by(asked);
  const bool refund = said.command.starts_with("refund");
  const bool begins = said.command == "refund" || said.command == "dispute";
  const bool captured = payment.state == "partially_captured" || payment.state == "captured" ||
                        payment.state == "settled";
  if (begins && !captured) {
    return refund ? Status::payment_not_refundable : Status::payment_not_disputable;
  }
  auto& claims = refund ? payment.refunds : payment.disputes;
  const auto found = claims.find(Uint128{said.subject});
  if (begins && found != claims.end()) {
    return refund ? Status::refund_already_exists : Status::dispute_already_exists;
  }
  if (!begins && found == claims.end()) {
    return refund ? Status::refund_not_found : Status::dispute_not_found;
  }
  if (!begins && found->second.state != "open") {
    return refund ? Status::refund_not_pending : Status::dispute_not_open;
  }
  std::size_t everywhere = 0;
  for (const auto& [id, each] : books.payments) {
    everywhere += refund ? each.refunds.size() : each.disputes.size();
  }
  if (begins) {
    u128 taken = 0;
    for (const auto& [id, each] : claims) {
      if (each.state != "refund failed" && each.state != "dispute won") taken += each.amount;
    }
    if (said.amount > payment.captured - taken) {
      return refund ? Status::refund_exceeds_captured : Status::dispute_exceeds_captured;
    }
    if (claims.size() == 64 || everywhere == settings_.payments_max) {
      return refund ? Status::too_many_refunds : Status::too_many_disputes;
    }
  }
  const u128 amount = begins ? said.amount : found->second.amount;
  const Status moved = judge_moved(request, said.transfer, false, payment.ledger, amount);
  if (moved != Status::created) return moved;
  claims[Uint128{said.subject}] = {begins ? "open" : said.command, amount};
  return Status::created;
}

}  // namespace daybook::test

#include "engine/aggregates/order/order_rules.hpp"

namespace daybook {
namespace {

using Status = AppendEventStatus;

Status fault_of_state(const Order& order, Command command) {
  const OrderState state = order.state;
  if (command == Command::order_pay) {
    return unless(state == OrderState::pending, Status::order_not_pending);
  }
  if (command == Command::order_ship || command == Command::order_refund) {
    return unless(state == OrderState::paid, Status::order_not_paid);
  }
  if (command == Command::order_complete) {
    return unless(state == OrderState::shipped, Status::order_not_shipped);
  }
  return unless(state == OrderState::pending || state == OrderState::paid,
                Status::order_not_cancellable);
}

// An order is paid by one payment of its own, of which at least its amount is captured.
Status fault_of_payment(const AggregateRows& rows, const Order& order, const Uint128& payment_id) {
  const Payment* const payment = rows.find_payment(payment_id);
  if (payment == nullptr) return Status::payment_not_found;
  const bool captured =
      payment->state == PaymentState::captured || payment->state == PaymentState::settled;
  if (!captured) return Status::payment_not_captured;
  if (payment->order_id != order.id) return Status::payment_is_of_another_order;
  if (payment->ledger != order.ledger) return Status::payment_has_different_ledger;
  if (payment->captured.value().wide() < order.amount.value().wide()) {
    return Status::payment_captured_too_little;
  }
  return Status::created;
}

Status decide_creation(const AggregateRows& rows, const RuleContext& context,
                       const AskedCommand& asked) {
  const CommandDetails& details = asked.read.details;
  if (rows.find_order(asked.event.aggregate_id) != nullptr) return Status::order_already_exists;
  if (!context.ledgers.contains(details.ledger)) return Status::ledger_not_registered;
  const Status fault =
      fault_of_transfer(context, details.transfer_id, LedgerId{}, details.quantity);
  if (fault != Status::created) return fault;
  return rows.order_fits() ? Status::created : Status::too_many_orders;
}

}  // namespace

Status decide_order(const AggregateRows& rows, const RuleContext& context,
                    const AskedCommand& asked) {
  const Command command = asked.read.command;
  const CommandDetails& details = asked.read.details;
  if (command == Command::order_create) return decide_creation(rows, context, asked);
  const Order* const order = rows.find_order(asked.event.aggregate_id);
  if (order == nullptr) return Status::order_not_found;
  if (const Status fault = fault_of_state(*order, command); fault != Status::created) return fault;
  if (command == Command::order_pay) {
    const Status fault = fault_of_payment(rows, *order, details.subject_id);
    if (fault != Status::created) return fault;
    return fault_of_transfer(context, details.transfer_id, order->ledger,
                             order->amount.value().wide());
  }
  if (command == Command::order_refund) {
    if (details.subject_id != order->payment_id) return Status::payment_is_of_another_order;
    return fault_of_transfer(context, details.transfer_id, order->ledger,
                             order->amount.value().wide());
  }
  // What ships or comes back is counted in pieces.
  return fault_of_transfer(context, details.transfer_id, LedgerId{}, order->quantity);
}

void apply_order(AggregateRows& rows, const AskedCommand& asked) {
  const CommandDetails& details = asked.read.details;
  if (asked.read.command == Command::order_create) {
    return rows.put(Order{.id = asked.event.aggregate_id,
                          .amount = details.amount,
                          .payment_id = {},
                          .quantity = details.quantity,
                          .ledger = details.ledger});
  }
  Order order = *rows.find_order(asked.event.aggregate_id);
  const Command command = asked.read.command;
  if (command == Command::order_pay) {
    order.state = OrderState::paid;
    order.payment_id = details.subject_id;
  }
  if (command == Command::order_ship) order.state = OrderState::shipped;
  if (command == Command::order_complete) order.state = OrderState::completed;
  if (command == Command::order_cancel) order.state = OrderState::cancelled;
  if (command == Command::order_refund) {
    order.state = OrderState::pending;
    order.payment_id = {};
  }
  rows.put(order);
}

}  // namespace daybook

#include "engine/aggregates/order/order_view.hpp"

#include "engine/aggregates/view_text.hpp"
#include "engine/model/aggregate.hpp"

namespace daybook {

void fold(OrderView& order, const DomainEvent& event, std::span<const std::byte> payload) {
  const auto read = read_command(event, payload);
  if (!read || event.aggregate_type != order_type()) return;
  const CommandDetails& details = read->details;
  const Command command = read->command;
  if (command == Command::order_create) {
    order.id = event.aggregate_id;
    order.amount = details.amount;
    order.quantity = details.quantity;
    order.ledger = details.ledger;
    order.business_id = event.business_id;
    order.user_id = event.user_id;
    order.created_at = event.timestamp;
    order.state = OrderState::pending;
    order.sku_bytes = keep_text(order.sku_text, read->text);
  }
  if (command == Command::order_pay) {
    order.payment_id = details.subject_id;
    order.state = OrderState::paid;
  }
  if (command == Command::order_ship) {
    order.state = OrderState::shipped;
    order.tracking_bytes = keep_text(order.tracking_text, read->text);
  }
  if (command == Command::order_complete) order.state = OrderState::completed;
  if (command == Command::order_cancel) {
    order.state = OrderState::cancelled;
    order.reason_bytes = keep_text(order.reason_text, read->text);
  }
  if (command == Command::order_refund) {
    order.payment_id = {};
    order.state = OrderState::pending;
  }
  order.trace_id = event.trace_id;
  order.changed_at = event.timestamp;
  order.version = event.version;
}

}  // namespace daybook

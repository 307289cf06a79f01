#include "tools/daybook/demo/orders.hpp"

#include <fmt/format.h>

namespace daybook::demo {

Words placing(const Order& order) {
  Words words{"saga",
              "start",
              "createOrder",
              "--id",
              order.saga,
              "order=" + order.order,
              "user=2001",
              "sku=tea",
              "quantity=" + order.quantity,
              "stock_ledger=1",
              "stock=5001",
              "reserved_stock=5002",
              fmt::format("price={} 978", order.price),
              "--business",
              "name:cart-" + order.order};
  if (!order.trace.empty()) words.insert(words.end(), {"--trace", order.trace});
  return words;
}

std::string status_of(Day& day, const std::string& saga) {
  return day.stage.field({"saga", "show", saga}, "status");
}

void expect_end(Day& day, const std::string& saga, const std::string& status, int steps) {
  day.stage.show({"saga", "show", saga});
  day.stage.expect(status_of(day, saga) == status, fmt::format("saga {} is not {}", saga, status));
  day.stage.expect(
      day.stage.field({"saga", "show", saga}, "succeeded_count") == std::to_string(steps),
      fmt::format("not {} steps were done", steps));
}

void start_payment(Day& day, const Payment& payment) {
  day.stage.show({"saga", "start", "payOrder", "--id", payment.saga, "order=" + payment.order,
                  "payment=" + payment.payment, "user=2002", "amount=1.00 978", "method=card",
                  "card_token=" + payment.card_token, "--business", "name:cart-" + payment.order});
}

void pay(Day& day, const Payment& payment, const std::string& status) {
  start_payment(day, payment);
  day.stage.await([&] { return status_of(day, payment.saga) == status; },
                  fmt::format("saga {} is not {}", payment.saga, status));
}

}  // namespace daybook::demo

#pragma once

#include <string>

#include "tools/daybook/demo/day.hpp"

/// What a gateway asks sagas for: orders, and their payments.

namespace daybook::demo {

struct Order {
  std::string saga;
  std::string order;
  std::string quantity = "1";
  std::string price = "1.00";
  std::string trace{};  ///< Empty: a new one.
};
/// The command that places it, by a saga of createOrder.
[[nodiscard]] Words placing(const Order& order);

/// The status of a saga, such as COMPLETED.
[[nodiscard]] std::string status_of(Day& day, const std::string& saga);
/// Shows the saga, which must have come to `status`, with so many steps that are done.
void expect_end(Day& day, const std::string& saga, const std::string& status, int steps);

struct Payment {
  std::string saga;
  std::string order;
  std::string payment;
  std::string card_token;
};
/// Starts a saga of payOrder, and shows that.
void start_payment(Day& day, const Payment& payment);
/// The same, and waits until it has come to `status`.
void pay(Day& day, const Payment& payment, const std::string& status);

}  // namespace daybook::demo

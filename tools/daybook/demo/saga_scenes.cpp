// Orders that are placed or undone, and paid with the help of somebody outside.

#include <fmt/format.h>

#include "tools/daybook/demo/day.hpp"
#include "tools/daybook/demo/orders.hpp"

namespace daybook::demo {

std::string ask_sagas(Day& day) {
  return day.stage.ask({"saga", "list", "--all"}) +
         day.stage.ask({"account", "get", "5001", "5002", "name:order_clearing"});
}

namespace {

void open_stock(Stage& stage) {
  stage.show({"ledger", "put", "1", "--name", "TEA", "--scale", "0", "--kind", "stock"});
  stage.show(
      {"account", "create", "--id", "name:order_clearing", "--ledger", "978", "--code", "60"});
  stage.show({"account", "create", "--id", "5000", "--ledger", "1", "--code", "70"});
  stage.show({"account", "create", "--id", "5001", "--ledger", "1", "--code", "71", "--flag",
              "debits_must_not_exceed_credits"});
  stage.show({"account", "create", "--id", "5002", "--ledger", "1", "--code", "72"});
  stage.show({"transfer", "create", "--id", "151", "--debit", "5000", "--credit", "5001",
              "--amount", "20", "--ledger", "1", "--code", "7"});
}

/// One order succeeds, and one fails at each of the three steps.
void place_orders(Day& day) {
  Stage& stage = day.stage;
  stage.screen().step(
      "6. Sagas: orders whose steps are all done, or undone in reverse as far as they were");
  open_stock(stage);
  stage.show({"saga", "put", "sagas/createOrder.json"});
  stage.show(placing({.saga = "9001", .order = "601", .quantity = "3", .price = "12.50"}));
  expect_end(day, "9001", "COMPLETED", 3);
  stage.screen().good("the order is there, its stock is reserved, its price is paid");
  stage.show(placing({.saga = "9002", .order = "601"}));
  expect_end(day, "9002", "COMPENSATED", 0);
  stage.screen().good("there is an order 601 already: nothing was done");
  stage.show(placing({.saga = "9003", .order = "603", .quantity = "1000"}));
  expect_end(day, "9003", "COMPENSATED", 1);
  stage.screen().good("there is not enough stock: the order is cancelled");
  const std::string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
  stage.show(placing(
      {.saga = "9004", .order = "604", .quantity = "2", .price = "1000.00", .trace = trace}));
  expect_end(day, "9004", "COMPENSATED", 2);
  stage.screen().good(
      "there is not enough money: the stock is given back, then the order is cancelled");
  stage.show({"order", "get", "601", "603", "604"});
  stage.show({"account", "get", "5001", "5002", "name:order_clearing"});
  stage.show({"trial-balance"});
  stage.show({"trace", trace});
}

/// One order is paid, one card is declined, and one charge is in doubt until an operator decides.
void pay_orders(Day& day) {
  Stage& stage = day.stage;
  stage.screen().step(
      "7. Sagas with somebody outside: orders are paid, and a channel charges the cards");
  stage.show(
      {"account", "create", "--id", "name:payment_clearing", "--ledger", "978", "--code", "61"});
  stage.show(
      {"participant", "put", "participants/channel.json", "--reason", "it opens for business"});
  day.channel.start();
  stage.show({"saga", "put", "sagas/payOrder.json"});
  for (const char* order : {"605", "606", "607"}) {
    stage.show(placing({.saga = std::string{"9"} + order, .order = order}));
  }
  pay(day, {"9101", "605", "705", "tok_visa"}, "COMPLETED");
  stage.show({"saga", "show", "9101"});
  pay(day, {"9102", "606", "706", "tok_declined"}, "COMPENSATED");
  stage.show({"saga", "show", "9102"});
  stage.screen().good(
      "one order is paid; the other one's card was declined, and its hold is released");
  pay(day, {"9103", "607", "707", "tok_crash"}, "STUCK");
  stage.show({"saga", "list", "--status", "stuck"});
  stage.show({"account", "get", "2002"});
  stage.screen().good(
      "the channel died with a charge: nobody knows, so the hold stays and nothing is sent twice");
  stage.expect(day.channel.charges().size() == 1, "the channel's book has another charge");
  stage.show({"saga", "resolve", "9103", "charge", "--failed", "--reason",
              "the channel's book has no such charge"});
  expect_end(day, "9103", "COMPENSATED", 2);
  stage.screen().good("an operator has looked into the channel's book: it is undone in reverse");
  stage.show({"order", "get", "605", "606", "607"});
  stage.show({"trial-balance"});
}

}  // namespace

void play_sagas(Day& day) {
  place_orders(day);
  pay_orders(day);
}

}  // namespace daybook::demo

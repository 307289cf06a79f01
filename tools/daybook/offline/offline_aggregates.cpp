#include "tools/daybook/offline/offline_aggregates.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "tools/daybook/command.hpp"
#include "tools/daybook/offline/offline_state.hpp"
#include "tools/daybook/text/id_text.hpp"
#include "tools/daybook/text/json_text.hpp"
#include "tools/daybook/text/table.hpp"

namespace daybook {
namespace {

constexpr auto right = Table::Align::right;

/// Calls `show(row)` for each that is there, `find(id)` says where.
template <typename Find, typename Show>
int for_each_found(const State& state, const std::vector<std::string>& texts, const char* what,
                   bool json, Find find, Show show) {
  int code = exit_code::good;
  for (const std::string& text : texts) {
    const auto id = parse_id(text);
    if (!id) return complain(fmt::format("{}: {}", what, id.error().what));
    if (const auto* row = find(id.value())) {
      show(*row);
      continue;
    }
    code = exit_code::no;
    if (json) {
      say(JsonObject{}
              .id("id", id.value())
              .truth("found", false)
              .sequence("as_of", state.last_sequence())
              .str());
    }
    complain(fmt::format("there was no {} {} at sequence {}", what, text,
                         state.last_sequence().value()));
  }
  return code;
}

}  // namespace

int print_orders(const State& state, const std::vector<std::string>& texts, bool json) {
  const LedgerBook ledgers = book_of(state);
  Table table{{{"order", right},
               {"state"},
               {"quantity", right},
               {"amount", right},
               {"ledger", right},
               {"payment", right}}};
  const int code = for_each_found(
      state, texts, "order", json,
      [&](const Uint128& id) { return state.aggregates.find_order(id); },
      [&](const Order& order) {
        const std::string amount = ledgers.format(order.ledger, order.amount);
        if (json) {
          say(JsonObject{}
                  .id("id", order.id)
                  .truth("found", true)
                  .text("state", to_string(order.state))
                  .text("quantity", fmt::format("{}", order.quantity))
                  .text("amount", amount)
                  .count("ledger", order.ledger.value())
                  .id("payment_id", order.payment_id)
                  .sequence("as_of", state.last_sequence())
                  .str());
        } else {
          table.add({format_id(order.id), std::string{to_string(order.state)},
                     fmt::format("{}", order.quantity), amount,
                     fmt::format("{}", order.ledger.value()), format_id(order.payment_id)});
        }
      });
  if (!table.empty()) print_text(table.text());
  return code;
}

int print_payments(const State& state, const std::vector<std::string>& texts, bool json) {
  const LedgerBook ledgers = book_of(state);
  Table table{{{"payment", right},
               {"state"},
               {"order", right},
               {"amount", right},
               {"captured", right},
               {"refunded or pending", right},
               {"disputed or lost", right},
               {"ledger", right}}};
  const int code = for_each_found(
      state, texts, "payment", json,
      [&](const Uint128& id) { return state.aggregates.find_payment(id); },
      [&](const Payment& payment) {
        const auto amount = [&](Amount value) { return ledgers.format(payment.ledger, value); };
        if (json) {
          say(JsonObject{}
                  .id("id", payment.id)
                  .truth("found", true)
                  .text("state", to_string(payment.state))
                  .id("order_id", payment.order_id)
                  .text("amount", amount(payment.amount))
                  .text("captured", amount(payment.captured))
                  .text("refunded_or_pending", amount(payment.refunded))
                  .text("disputed_or_lost", amount(payment.disputed))
                  .count("ledger", payment.ledger.value())
                  .sequence("as_of", state.last_sequence())
                  .str());
        } else {
          table.add({format_id(payment.id), std::string{to_string(payment.state)},
                     format_id(payment.order_id), amount(payment.amount), amount(payment.captured),
                     amount(payment.refunded), amount(payment.disputed),
                     fmt::format("{}", payment.ledger.value())});
        }
      });
  if (!table.empty()) print_text(table.text());
  return code;
}

}  // namespace daybook

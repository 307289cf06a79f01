#include "tools/daybook/text/aggregate_table.hpp"

#include <fmt/format.h>

#include "tools/daybook/text/id_text.hpp"
#include "tools/daybook/text/time_text.hpp"

namespace daybook {
namespace {

constexpr auto right = Table::Align::right;

}  // namespace

OrderTable::OrderTable()
    : table_{{{"id", right},
              {"state"},
              {"sku"},
              {"quantity", right},
              {"amount", right},
              {"ledger", right},
              {"payment", right},
              {"tracking number"},
              {"reason"},
              {"version", right},
              {"changed"}}} {}

void OrderTable::add(const OrderView& order, const LedgerBook& ledgers) {
  table_.add({format_id(order.id), std::string{to_string(order.state)}, std::string{order.sku()},
              fmt::format("{}", order.quantity), ledgers.format(order.ledger, order.amount),
              fmt::format("{}", order.ledger.value()), format_id(order.payment_id),
              std::string{order.tracking()}, std::string{order.reason()},
              fmt::format("{}", order.version), format_time(order.changed_at)});
}

std::string OrderTable::text() const { return table_.empty() ? std::string{} : table_.text(); }

PaymentTable::PaymentTable()
    : payments_{{{"id", right},
                 {"state"},
                 {"order", right},
                 {"amount", right},
                 {"captured", right},
                 {"refunded", right},
                 {"ledger", right},
                 {"channel"},
                 {"external reference"},
                 {"reason"},
                 {"version", right},
                 {"changed"}}},
      claims_{
          {{"payment", right}, {"what"}, {"id", right}, {"state"}, {"amount", right}, {"since"}}} {}

void PaymentTable::add(const PaymentView& payment, std::span<const ClaimView> claims,
                       const LedgerBook& ledgers) {
  const auto amount = [&](Amount value) { return ledgers.format(payment.ledger, value); };
  payments_.add({format_id(payment.id), std::string{to_string(payment.state)},
                 format_id(payment.order_id), amount(payment.amount), amount(payment.captured),
                 amount(payment.refunded), fmt::format("{}", payment.ledger.value()),
                 std::string{payment.channel()}, std::string{payment.reference()},
                 std::string{payment.reason()}, fmt::format("{}", payment.version),
                 format_time(payment.changed_at)});
  for (const ClaimView& each : claims) {
    claims_.add({format_id(each.payment_id), std::string{to_string(each.kind)}, format_id(each.id),
                 std::string{to_string(each.state)}, amount(each.amount),
                 format_time(each.opened_at)});
  }
}

std::string PaymentTable::text() const {
  if (payments_.empty()) return {};
  return claims_.empty() ? payments_.text() : payments_.text() + claims_.text();
}

}  // namespace daybook

#pragma once

#include <span>
#include <string>

#include "engine/model/aggregate_views.hpp"
#include "tools/daybook/text/ledger_book.hpp"
#include "tools/daybook/text/table.hpp"

namespace daybook {

/// Orders for people, one a line.
class OrderTable {
 public:
  OrderTable();
  void add(const OrderView& order, const LedgerBook& ledgers);
  /// Empty where nothing was added.
  [[nodiscard]] std::string text() const;

 private:
  Table table_;
};

/// Payments for people, one a line, and below them their refunds and disputes.
class PaymentTable {
 public:
  PaymentTable();
  void add(const PaymentView& payment, std::span<const ClaimView> claims,
           const LedgerBook& ledgers);
  /// Empty where nothing was added.
  [[nodiscard]] std::string text() const;

 private:
  Table payments_;
  Table claims_;
};

}  // namespace daybook

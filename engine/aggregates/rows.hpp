#pragma once

#include <cstdint>
#include <type_traits>

#include "engine/aggregates/reconciliation/reconciliation_rows.hpp"
#include "engine/model/aggregate_views.hpp"
#include "engine/model/ids.hpp"

namespace daybook {

/// What the rules need to know of an order. 64 bytes; the rest stands in its events.
struct Order {
  Uint128 id;
  Amount amount;
  Uint128 payment_id;  ///< 0 until it is paid.
  std::uint64_t quantity = 0;
  LedgerId ledger;
  OrderState state = OrderState::pending;
  std::uint16_t reserved = 0;

  [[nodiscard]] const Uint128& key() const { return id; }
};
static_assert(sizeof(Order) == 64 && std::is_trivially_copyable_v<Order>);

/// What the rules need to know of a payment. 112 bytes.
struct Payment {
  Uint128 id;
  Uint128 order_id;
  Amount amount;
  Amount captured;
  Amount refunded;  ///< Of refunds that succeeded or are pending.
  Amount disputed;  ///< Of disputes that are open or lost.
  LedgerId ledger;
  PaymentState state = PaymentState::initiated;
  std::uint16_t captures = 0;
  std::uint16_t refunds = 0;  ///< However they ended, as disputes.
  std::uint16_t disputes = 0;
  std::uint32_t reserved = 0;

  [[nodiscard]] const Uint128& key() const { return id; }
};
static_assert(sizeof(Payment) == 112 && std::is_trivially_copyable_v<Payment>);

struct ClaimKey {
  Uint128 payment_id;
  Uint128 id;

  friend bool operator==(const ClaimKey&, const ClaimKey&) = default;
};

/// A refund or a dispute: what is asked back out of a payment. 56 bytes.
struct Claim {
  Uint128 payment_id;
  Uint128 id;
  Amount amount;
  ClaimKind kind = ClaimKind::refund;
  ClaimState state = ClaimState::pending;
  std::uint32_t reserved = 0;

  [[nodiscard]] ClaimKey key() const { return {payment_id, id}; }
};
static_assert(sizeof(Claim) == 56 && std::is_trivially_copyable_v<Claim>);

/// Where the rules find what there is and put what it becomes: the tables of the state, or what the
/// earlier events of a request would leave behind.
class AggregateRows {
 public:
  virtual ~AggregateRows() = default;

  /// Null where there is none. Valid until the next put().
  [[nodiscard]] virtual const Order* find_order(const Uint128& id) const = 0;
  [[nodiscard]] virtual const Payment* find_payment(const Uint128& id) const = 0;
  [[nodiscard]] virtual const Claim* find_claim(ClaimKind kind, const ClaimKey& key) const = 0;
  [[nodiscard]] virtual const ReconciliationRow* find_reconciliation(const Uint128& id) const = 0;
  [[nodiscard]] virtual const ApprovalLimit* find_limit(const NumberKey& key) const = 0;
  [[nodiscard]] virtual const Period* find_period(const NumberKey& key) const = 0;
  [[nodiscard]] virtual const ReconciliationRun* find_run(const Uint128& id) const = 0;
  [[nodiscard]] virtual const DifferenceRow* find_difference(const Uint128& id) const = 0;

  /// Is there room for one more?
  [[nodiscard]] virtual bool order_fits() const = 0;
  [[nodiscard]] virtual bool payment_fits() const = 0;
  [[nodiscard]] virtual bool claim_fits(ClaimKind kind) const = 0;
  [[nodiscard]] virtual bool reconciliation_fits() const = 0;
  [[nodiscard]] virtual bool limit_fits() const = 0;
  [[nodiscard]] virtual bool period_fits() const = 0;
  [[nodiscard]] virtual bool run_fits() const = 0;
  [[nodiscard]] virtual bool difference_fits() const = 0;

  /// Puts a new row, or what becomes of an old one. Requires: of a new one, room.
  virtual void put(const Order& order) = 0;
  virtual void put(const Payment& payment) = 0;
  virtual void put(const Claim& claim) = 0;
  virtual void put(const ReconciliationRow& reconciliation) = 0;
  virtual void put(const ApprovalLimit& limit) = 0;
  virtual void put(const Period& period) = 0;
  virtual void put(const ReconciliationRun& run) = 0;
  virtual void put(const DifferenceRow& difference) = 0;
};

}  // namespace daybook

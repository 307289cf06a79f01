#pragma once

#include <algorithm>
#include <cstdint>

#include "engine/aggregates/row_table.hpp"
#include "engine/aggregates/rows.hpp"

namespace daybook {

/// All orders and payments, with the refunds and disputes of these, and their part of the state
/// digest.
///
/// Threads.  One, but for tend_memory().
/// Limits.   At construction: orders_max; payments_max, which is also that of all refunds and of
///           all disputes.
class AggregateTables final : public AggregateRows {
 public:
  AggregateTables(std::uint64_t orders_max, std::uint64_t payments_max, std::uint64_t hash_seed)
      : orders_{orders_max, hash_seed},
        payments_{payments_max, hash_seed},
        refunds_{payments_max, hash_seed},
        disputes_{payments_max, hash_seed} {}

  [[nodiscard]] const Order* find_order(const Uint128& id) const override {
    return orders_.find(id);
  }
  [[nodiscard]] const Payment* find_payment(const Uint128& id) const override {
    return payments_.find(id);
  }
  [[nodiscard]] const Claim* find_claim(ClaimKind kind, const ClaimKey& key) const override {
    return claims(kind).find(key);
  }

  [[nodiscard]] bool order_fits() const override { return orders_.room() > 0; }
  [[nodiscard]] bool payment_fits() const override { return payments_.room() > 0; }
  [[nodiscard]] bool claim_fits(ClaimKind kind) const override { return claims(kind).room() > 0; }

  void put(const Order& order) override;
  void put(const Payment& payment) override;
  void put(const Claim& claim) override;

  /// Makes room for what `count` more events can put, as far as there is any.
  void prepare(std::uint64_t count);

  [[nodiscard]] const RowTable<Order>& orders() const { return orders_; }
  [[nodiscard]] const RowTable<Payment>& payments() const { return payments_; }
  [[nodiscard]] const RowTable<Claim>& claims(ClaimKind kind) const {
    return kind == ClaimKind::refund ? refunds_ : disputes_;
  }

  /// The sum over all rows of the digest of their bytes: a part of the state digest.
  [[nodiscard]] std::uint64_t digest() const { return digest_; }
  /// The same, added up anew. Cost: O(rows).
  [[nodiscard]] std::uint64_t digest_of_rows() const;

  void tend_memory() {
    orders_.tend_memory();
    payments_.tend_memory();
    refunds_.tend_memory();
    disputes_.tend_memory();
  }

 private:
  template <typename Row>
  void put_in(RowTable<Row>& table, const Row& row);

  RowTable<Order> orders_;
  RowTable<Payment> payments_;
  RowTable<Claim> refunds_;
  RowTable<Claim> disputes_;
  std::uint64_t digest_ = 0;
};

}  // namespace daybook

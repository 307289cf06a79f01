#pragma once

#include <algorithm>
#include <cstdint>

#include "engine/aggregates/row_table.hpp"
#include "engine/aggregates/rows.hpp"
#include "engine/base/limits.hpp"

namespace daybook {

/// All orders and payments, with the refunds and disputes of these, all of reconciliations, and
/// their part of the state digest.
///
/// Threads.  One, but for tend_memory().
/// Limits.   At construction: orders_max; payments_max, which is also that of all refunds and of
///           all disputes. What belongs to reconciliations has named limits.
class AggregateTables final : public AggregateRows {
 public:
  AggregateTables(std::uint64_t orders_max, std::uint64_t payments_max, std::uint64_t hash_seed)
      : orders_{orders_max, hash_seed},
        payments_{payments_max, hash_seed},
        refunds_{payments_max, hash_seed},
        disputes_{payments_max, hash_seed},
        reconciliations_{daybook::limits::reconciliations_max, hash_seed},
        limits_{daybook::limits::approval_limits_max, hash_seed},
        periods_{daybook::limits::reconciliation_runs_max, hash_seed},
        runs_{daybook::limits::reconciliation_runs_max, hash_seed},
        differences_{daybook::limits::differences_max, hash_seed} {}

  [[nodiscard]] const Order* find_order(const Uint128& id) const override {
    return orders_.find(id);
  }
  [[nodiscard]] const Payment* find_payment(const Uint128& id) const override {
    return payments_.find(id);
  }
  [[nodiscard]] const Claim* find_claim(ClaimKind kind, const ClaimKey& key) const override {
    return claims(kind).find(key);
  }
  [[nodiscard]] const ReconciliationRow* find_reconciliation(const Uint128& id) const override {
    return reconciliations_.find(id);
  }
  [[nodiscard]] const ApprovalLimit* find_limit(const NumberKey& key) const override {
    return limits_.find(key);
  }
  [[nodiscard]] const Period* find_period(const NumberKey& key) const override {
    return periods_.find(key);
  }
  [[nodiscard]] const ReconciliationRun* find_run(const Uint128& id) const override {
    return runs_.find(id);
  }
  [[nodiscard]] const DifferenceRow* find_difference(const Uint128& id) const override {
    return differences_.find(id);
  }

  [[nodiscard]] bool order_fits() const override { return orders_.room() > 0; }
  [[nodiscard]] bool payment_fits() const override { return payments_.room() > 0; }
  [[nodiscard]] bool claim_fits(ClaimKind kind) const override { return claims(kind).room() > 0; }
  [[nodiscard]] bool reconciliation_fits() const override { return reconciliations_.room() > 0; }
  [[nodiscard]] bool limit_fits() const override { return limits_.room() > 0; }
  [[nodiscard]] bool period_fits() const override { return periods_.room() > 0; }
  [[nodiscard]] bool run_fits() const override { return runs_.room() > 0; }
  [[nodiscard]] bool difference_fits() const override { return differences_.room() > 0; }

  void put(const Order& order) override;
  void put(const Payment& payment) override;
  void put(const Claim& claim) override;
  void put(const ReconciliationRow& reconciliation) override;
  void put(const ApprovalLimit& limit) override;
  void put(const Period& period) override;
  void put(const ReconciliationRun& run) override;
  void put(const DifferenceRow& difference) override;

  /// Makes room for what `count` more events can put, as far as there is any.
  void prepare(std::uint64_t count);

  [[nodiscard]] const RowTable<Order>& orders() const { return orders_; }
  [[nodiscard]] const RowTable<Payment>& payments() const { return payments_; }
  [[nodiscard]] const RowTable<Claim>& claims(ClaimKind kind) const {
    return kind == ClaimKind::refund ? refunds_ : disputes_;
  }
  [[nodiscard]] const RowTable<ReconciliationRow>& reconciliations() const {
    return reconciliations_;
  }
  [[nodiscard]] const RowTable<ApprovalLimit>& limits() const { return limits_; }
  [[nodiscard]] const RowTable<Period>& periods() const { return periods_; }
  [[nodiscard]] const RowTable<ReconciliationRun>& runs() const { return runs_; }
  [[nodiscard]] const RowTable<DifferenceRow>& differences() const { return differences_; }

  /// The sum over all rows of the digest of their bytes: a part of the state digest.
  [[nodiscard]] std::uint64_t digest() const { return digest_; }
  /// The same, added up anew. Cost: O(rows).
  [[nodiscard]] std::uint64_t digest_of_rows() const;

  void tend_memory() {
    orders_.tend_memory();
    payments_.tend_memory();
    refunds_.tend_memory();
    disputes_.tend_memory();
    reconciliations_.tend_memory();
    limits_.tend_memory();
    periods_.tend_memory();
    runs_.tend_memory();
    differences_.tend_memory();
  }

 private:
  template <typename Row>
  void put_in(RowTable<Row>& table, const Row& row);

  RowTable<Order> orders_;
  RowTable<Payment> payments_;
  RowTable<Claim> refunds_;
  RowTable<Claim> disputes_;
  RowTable<ReconciliationRow> reconciliations_;
  RowTable<ApprovalLimit> limits_;
  RowTable<Period> periods_;
  RowTable<ReconciliationRun> runs_;
  RowTable<DifferenceRow> differences_;
  std::uint64_t digest_ = 0;
};

}  // namespace daybook

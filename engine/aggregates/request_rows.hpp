#pragma once

#include <cstdint>

#include "engine/aggregates/aggregate_tables.hpp"
#include "engine/base/limits.hpp"
#include "engine/base/mapped_array.hpp"

namespace daybook {

/// What the earlier events of a request would make of rows of one kind.
///
/// Cost.  No allocation after construction.
template <typename Row>
class ChangedRows {
 public:
  ChangedRows() : slots_{slot_count} {}

  /// Forgets everything.
  void clear() {
    added_ = 0;
    if (++round_ != 0) return;
    slots_ = MappedArray<Slot>{slot_count};  // After 2^32 requests: the first ones' would look new.
    round_ = 1;
  }

  /// Null where none has changed it. `tag`: of its key.
  template <typename Key>
  [[nodiscard]] const Row* find(std::uint64_t tag, const Key& key) const {
    const Slot& slot = slots_[place_of(tag, key)];
    return slot.round == round_ ? &slot.row : nullptr;
  }

  /// Requires: fewer than limits::batch_events_max others since clear().
  void put(std::uint64_t tag, const Row& row, bool is_new) {
    Slot& slot = slots_[place_of(tag, row.key())];
    if (is_new && slot.round != round_) ++added_;
    slot = {.round = round_, .row = row};
  }

  /// How many there are that no table has yet.
  [[nodiscard]] std::uint64_t added() const { return added_; }

 private:
  struct Slot {
    std::uint32_t round = 0;  ///< A slot of an older one is free.
    Row row;
  };

  template <typename Key>
  [[nodiscard]] std::size_t place_of(std::uint64_t tag, const Key& key) const {
    std::size_t at = tag & (slot_count - 1);
    while (slots_[at].round == round_ && !(slots_[at].row.key() == key)) {
      at = (at + 1) & (slot_count - 1);
    }
    return at;
  }

  static constexpr std::size_t slot_count = 2 * limits::batch_events_max;
  static_assert((slot_count & (slot_count - 1)) == 0, "a slot is found by masking");

  MappedArray<Slot> slots_;
  std::uint32_t round_ = 1;
  std::uint64_t added_ = 0;
};

/// The rows as they would be after the earlier events of a request, none of which is applied yet.
///
/// Threads.  One.
class RequestRows final : public AggregateRows {
 public:
  /// Begins a request. `tables` are looked at until the next call.
  void begin(const AggregateTables& tables) {
    tables_ = &tables;
    orders_.clear();
    payments_.clear();
    refunds_.clear();
    disputes_.clear();
    reconciliations_.clear();
    limits_.clear();
    periods_.clear();
    runs_.clear();
    differences_.clear();
  }

  [[nodiscard]] const Order* find_order(const Uint128& id) const override {
    return find(orders_, tables_->orders(), id);
  }
  [[nodiscard]] const Payment* find_payment(const Uint128& id) const override {
    return find(payments_, tables_->payments(), id);
  }
  [[nodiscard]] const Claim* find_claim(ClaimKind kind, const ClaimKey& key) const override {
    return find(kind == ClaimKind::refund ? refunds_ : disputes_, tables_->claims(kind), key);
  }
  [[nodiscard]] const ReconciliationRow* find_reconciliation(const Uint128& id) const override {
    return find(reconciliations_, tables_->reconciliations(), id);
  }
  [[nodiscard]] const ApprovalLimit* find_limit(const NumberKey& key) const override {
    return find(limits_, tables_->limits(), key);
  }
  [[nodiscard]] const Period* find_period(const NumberKey& key) const override {
    return find(periods_, tables_->periods(), key);
  }
  [[nodiscard]] const ReconciliationRun* find_run(const Uint128& id) const override {
    return find(runs_, tables_->runs(), id);
  }
  [[nodiscard]] const DifferenceRow* find_difference(const Uint128& id) const override {
    return find(differences_, tables_->differences(), id);
  }

  [[nodiscard]] bool order_fits() const override {
    return orders_.added() < tables_->orders().room();
  }
  [[nodiscard]] bool payment_fits() const override {
    return payments_.added() < tables_->payments().room();
  }
  [[nodiscard]] bool claim_fits(ClaimKind kind) const override {
    return (kind == ClaimKind::refund ? refunds_ : disputes_).added() <
           tables_->claims(kind).room();
  }
  [[nodiscard]] bool reconciliation_fits() const override {
    return reconciliations_.added() < tables_->reconciliations().room();
  }
  [[nodiscard]] bool limit_fits() const override {
    return limits_.added() < tables_->limits().room();
  }
  [[nodiscard]] bool period_fits() const override {
    return periods_.added() < tables_->periods().room();
  }
  [[nodiscard]] bool run_fits() const override { return runs_.added() < tables_->runs().room(); }
  [[nodiscard]] bool difference_fits() const override {
    return differences_.added() < tables_->differences().room();
  }

  void put(const Order& order) override { put_in(orders_, tables_->orders(), order); }
  void put(const Payment& payment) override { put_in(payments_, tables_->payments(), payment); }
  void put(const Claim& claim) override {
    put_in(claim.kind == ClaimKind::refund ? refunds_ : disputes_, tables_->claims(claim.kind),
           claim);
  }
  void put(const ReconciliationRow& reconciliation) override {
    put_in(reconciliations_, tables_->reconciliations(), reconciliation);
  }
  void put(const ApprovalLimit& limit) override { put_in(limits_, tables_->limits(), limit); }
  void put(const Period& period) override { put_in(periods_, tables_->periods(), period); }
  void put(const ReconciliationRun& run) override { put_in(runs_, tables_->runs(), run); }
  void put(const DifferenceRow& difference) override {
    put_in(differences_, tables_->differences(), difference);
  }

 private:
  template <typename Row, typename Key>
  static const Row* find(const ChangedRows<Row>& changed, const RowTable<Row>& table,
                         const Key& key) {
    const Row* const found = changed.find(table.tag_of(key), key);
    return found != nullptr ? found : table.find(key);
  }
  template <typename Row>
  static void put_in(ChangedRows<Row>& changed, const RowTable<Row>& table, const Row& row) {
    changed.put(table.tag_of(row.key()), row, table.find(row.key()) == nullptr);
  }

  const AggregateTables* tables_ = nullptr;
  ChangedRows<Order> orders_;
  ChangedRows<Payment> payments_;
  ChangedRows<Claim> refunds_;
  ChangedRows<Claim> disputes_;
  ChangedRows<ReconciliationRow> reconciliations_;
  ChangedRows<ApprovalLimit> limits_;
  ChangedRows<Period> periods_;
  ChangedRows<ReconciliationRun> runs_;
  ChangedRows<DifferenceRow> differences_;
};

}  // namespace daybook

// Orders and payments, folded as answers show them and compared with the rows that the rules keep.

#include <algorithm>
#include <memory>

#include "engine/aggregates/order/order_view.hpp"
#include "engine/aggregates/payment/payment_view.hpp"
#include "engine/model/aggregate.hpp"
#include "engine/rebuild/aggregate_fold.hpp"

namespace daybook {
namespace {

Uint128 sum(Amount a, Amount b) { return Uint128{a.value().wide() + b.value().wide()}; }

/// What orders and payments share: one map, filled from the events of one aggregate type.
template <typename Folded>
class CommandFold : public AggregateFold {
 public:
  void keep_only(AggregateKind only, const AggregateKey& key) override {
    only_ = only == kind() ? key : AggregateKey{};
  }

  void add(const FoldedFact& fact) override {
    if (fact.event == nullptr || fact.event->aggregate_type != type()) return;
    const AggregateKey key = aggregate_key(fact.event->aggregate_id);
    if (only_ && !(*only_ == key)) return;
    fold(folded_[key], *fact.event, fact.payload);
    touch(key, fact.sequence);
  }

  [[nodiscard]] bool has_folded(const AggregateKey& key) const override {
    return folded_.contains(key);
  }
  void for_each_folded(const Use& use) const override {
    for (const auto& [key, each] : folded_) use(key);
  }
  [[nodiscard]] std::optional<AggregateFields> folded(const AggregateKey& key) const override {
    const auto found = folded_.find(key);
    if (found == folded_.end()) return std::nullopt;
    return fields_of(found->second);
  }

 protected:
  [[nodiscard]] virtual const Uint128& type() const = 0;
  [[nodiscard]] virtual AggregateFields fields_of(const Folded& folded) const = 0;

 private:
  std::optional<AggregateKey> only_;
  std::unordered_map<AggregateKey, Folded, AggregateKeyHash> folded_;
};

class OrderFold final : public CommandFold<OrderView> {
 public:
  [[nodiscard]] AggregateKind kind() const override { return AggregateKind::order; }

  [[nodiscard]] std::optional<AggregateFields> kept(const State& state,
                                                    const AggregateKey& key) const override {
    const Order* const order = state.aggregates.find_order(key.id);
    if (order == nullptr || !key.type.is_zero()) return std::nullopt;
    return fields(*order);
  }
  void for_each_kept(const State& state, const Use& use) const override {
    for (const Order& order : state.aggregates.orders().all()) use(aggregate_key(order.id));
  }

 private:
  [[nodiscard]] const Uint128& type() const override { return order_type(); }
  [[nodiscard]] AggregateFields fields_of(const OrderView& order) const override {
    return fields(order);
  }
  template <typename T>
  static AggregateFields fields(const T& order) {
    return {text_field("state", to_string(order.state)),
            {"amount", order.amount.value()},
            {"quantity", {order.quantity, 0}},
            {"ledger", {order.ledger.value(), 0}},
            {"payment", order.payment_id, FieldShow::id}};
  }
};

class PaymentFold final : public CommandFold<WholePayment> {
 public:
  [[nodiscard]] AggregateKind kind() const override { return AggregateKind::payment; }

  [[nodiscard]] std::optional<AggregateFields> kept(const State& state,
                                                    const AggregateKey& key) const override {
    const Payment* const payment = state.aggregates.find_payment(key.id);
    if (payment == nullptr || !key.type.is_zero()) return std::nullopt;
    AggregateFields all = fields(*payment, payment->refunded.value(), payment->disputed.value());
    all.push_back({"refunds", {payment->refunds, 0}});
    all.push_back({"disputes", {payment->disputes, 0}});
    return all;
  }
  void for_each_kept(const State& state, const Use& use) const override {
    for (const Payment& payment : state.aggregates.payments().all()) use(aggregate_key(payment.id));
  }

 private:
  [[nodiscard]] const Uint128& type() const override { return payment_type(); }
  [[nodiscard]] AggregateFields fields_of(const WholePayment& whole) const override {
    const PaymentView& payment = whole.payment;
    AggregateFields all = fields(payment, sum(payment.refunded, payment.refunds_pending),
                                 sum(payment.disputed, payment.lost));
    const auto refunds =
        std::count_if(whole.claims.begin(), whole.claims.end(),
                      [](const ClaimView& each) { return each.kind == ClaimKind::refund; });
    all.push_back({"refunds", {static_cast<std::uint64_t>(refunds), 0}});
    all.push_back({"disputes", {whole.claims.size() - static_cast<std::uint64_t>(refunds), 0}});
    return all;
  }
  template <typename T>
  static AggregateFields fields(const T& payment, const Uint128& refunded,
                                const Uint128& disputed) {
    return {text_field("state", to_string(payment.state)),
            {"amount", payment.amount.value()},
            {"ledger", {payment.ledger.value(), 0}},
            {"order", payment.order_id, FieldShow::id},
            {"captured", payment.captured.value()},
            {"refunded", refunded},
            {"disputed", disputed}};
  }
};

}  // namespace

std::unique_ptr<AggregateFold> make_order_fold() { return std::make_unique<OrderFold>(); }
std::unique_ptr<AggregateFold> make_payment_fold() { return std::make_unique<PaymentFold>(); }

}  // namespace daybook

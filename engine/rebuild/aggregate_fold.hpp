#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "engine/base/hash.hpp"
#include "engine/base/uint128.hpp"
#include "engine/codec/entry_facts.hpp"
#include "engine/model/rebuild.hpp"
#include "engine/state/state.hpp"

namespace daybook {

/// Which aggregate of a kind: an account's or hold's id, a ledger's number, a stream's type and id,
/// a name's kind and id.
struct AggregateKey {
  Uint128 id;
  Uint128 type;  ///< Of a stream its aggregate type, of a name its kind; else 0.

  friend bool operator==(const AggregateKey&, const AggregateKey&) = default;
  friend auto operator<=>(const AggregateKey&, const AggregateKey&) = default;
};

/// Of what has only an id.
[[nodiscard]] inline AggregateKey aggregate_key(const Uint128& id) {
  return {.id = id, .type = {}};
}

struct AggregateKeyHash {
  std::size_t operator()(const AggregateKey& key) const {
    return static_cast<std::size_t>(mix(key.id, 0) ^ mix(key.type, 1));
  }
};

struct AggregateField {
  std::string_view name;  ///< Lives for ever.
  Uint128 value;
  FieldShow show = FieldShow::number;
  std::string text{};

  friend bool operator==(const AggregateField& a, const AggregateField& b) {
    return a.value == b.value && a.text == b.text;
  }
};

[[nodiscard]] inline AggregateField text_field(std::string_view name, std::string_view text) {
  return {name, {}, FieldShow::text, std::string{text}};
}

/// Of one aggregate, always the same ones of a kind, in the same order.
using AggregateFields = std::vector<AggregateField>;

/// One fact as folds see it: one of the pointers is set.
struct FoldedFact {
  Sequence sequence;
  const Account* account = nullptr;
  const Transfer* transfer = nullptr;
  Uint128 owner{};  ///< Of a pending transfer, from its note.
  const HoldReleased* release = nullptr;
  const AccountChange* change = nullptr;
  const Ledger* ledger = nullptr;
  const Name* name = nullptr;
  const DomainEvent* event = nullptr;
  std::span<const std::byte> payload{};  ///< Of the event.
};

/// All aggregates of a kind, folded from facts by code that shares nothing with State's apply, so
/// that it can disagree with it; and the same fields as a state has them.
///
/// A new kind of aggregate is a class of these and a line in make_folds().
///
/// Threads.  One.
/// Errors.   Facts that no honest journal has (a post of no hold) are passed over: replay refuses
///           them in words. What follows from them shows as a difference.
class AggregateFold {
 public:
  using Touched = std::function<void(AggregateKind, const AggregateKey&, Sequence)>;
  using Use = std::function<void(const AggregateKey&)>;

  virtual ~AggregateFold() = default;

  [[nodiscard]] virtual AggregateKind kind() const = 0;

  /// Takes the next fact of the journal. Folds before this one in make_folds() have taken it.
  virtual void add(const FoldedFact& fact) = 0;

  /// As the facts so far say; nothing where they say of none (or of one that is over).
  [[nodiscard]] virtual std::optional<AggregateFields> folded(const AggregateKey& key) const = 0;
  /// As `state` has it.
  [[nodiscard]] virtual std::optional<AggregateFields> kept(const State& state,
                                                            const AggregateKey& key) const = 0;

  [[nodiscard]] virtual bool has_folded(const AggregateKey& key) const = 0;
  virtual void for_each_folded(const Use& use) const = 0;
  virtual void for_each_kept(const State& state, const Use& use) const = 0;

  /// Quick: is `key` the same in both? May say no where comparing fields finds none that differs.
  [[nodiscard]] virtual bool is_same(const State& state, const AggregateKey& key) const {
    return folded(key) == kept(state, key);
  }

  /// From now on keeps only what comparing this one needs: perhaps nothing. Call before add().
  virtual void keep_only(AggregateKind kind, const AggregateKey& key) = 0;

  /// From now on called for each aggregate that a fact has changed, after it was folded.
  void on_touched(Touched touched) { touched_ = std::move(touched); }

 protected:
  void touch(const AggregateKey& key, Sequence sequence) const {
    if (touched_) touched_(kind(), key, sequence);
  }

 private:
  Touched touched_;
};

/// One of each kind, in the order in which they take a fact.
[[nodiscard]] std::vector<std::unique_ptr<AggregateFold>> make_folds();

/// Parts of make_folds().
[[nodiscard]] std::vector<std::unique_ptr<AggregateFold>> make_money_folds();
[[nodiscard]] std::unique_ptr<AggregateFold> make_stream_fold();
[[nodiscard]] std::unique_ptr<AggregateFold> make_ledger_fold();
[[nodiscard]] std::unique_ptr<AggregateFold> make_name_fold();
[[nodiscard]] std::unique_ptr<AggregateFold> make_order_fold();
[[nodiscard]] std::unique_ptr<AggregateFold> make_payment_fold();
[[nodiscard]] std::vector<std::unique_ptr<AggregateFold>> make_reconciliation_folds();

}  // namespace daybook

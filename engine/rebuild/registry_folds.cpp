// Streams, ledgers and names: what is put once, or only grows.

#include <memory>
#include <utility>

#include <fmt/format.h>

#include "engine/rebuild/aggregate_fold.hpp"

namespace daybook {
namespace {

class StreamFold final : public AggregateFold {
 public:
  [[nodiscard]] AggregateKind kind() const override { return AggregateKind::stream; }

  void keep_only(AggregateKind only, const AggregateKey& key) override {
    only_ = only == AggregateKind::stream ? key : AggregateKey{};
  }

  void add(const FoldedFact& fact) override {
    if (fact.event == nullptr) return;
    const AggregateKey key{.id = fact.event->aggregate_id, .type = fact.event->aggregate_type};
    if (only_ && !(*only_ == key)) return;
    Head& head = heads_[key];
    ++head.events;
    head.last = fact.sequence;
    touch(key, fact.sequence);
  }

  [[nodiscard]] std::optional<AggregateFields> folded(const AggregateKey& key) const override {
    const auto found = heads_.find(key);
    if (found == heads_.end()) return std::nullopt;
    return fields_of(found->second.events, found->second.last);
  }
  [[nodiscard]] std::optional<AggregateFields> kept(const State& state,
                                                    const AggregateKey& key) const override {
    const StreamSlot slot =
        state.streams.find({.aggregate_type = key.type, .aggregate_id = key.id});
    if (slot == no_stream) return std::nullopt;
    return fields_of(state.streams.at(slot).version, state.streams.at(slot).last_sequence);
  }

  [[nodiscard]] bool has_folded(const AggregateKey& key) const override {
    return heads_.contains(key);
  }
  void for_each_folded(const Use& use) const override {
    for (const auto& [key, head] : heads_) use(key);
  }
  void for_each_kept(const State& state, const Use& use) const override {
    for (const Stream& stream : state.streams.all()) {
      use({.id = stream.key.aggregate_id, .type = stream.key.aggregate_type});
    }
  }

 private:
  struct Head {
    std::uint64_t events = 0;
    Sequence last;
  };
  static AggregateFields fields_of(std::uint64_t version, Sequence last) {
    return {{"version", {version, 0}}, {"last_sequence", {last.value(), 0}}};
  }

  std::optional<AggregateKey> only_;
  std::unordered_map<AggregateKey, Head, AggregateKeyHash> heads_;
};

class LedgerRegistryFold final : public AggregateFold {
 public:
  [[nodiscard]] AggregateKind kind() const override { return AggregateKind::ledger; }

  void keep_only(AggregateKind only, const AggregateKey& key) override {
    only_ = only == AggregateKind::ledger ? key : AggregateKey{};
  }

  void add(const FoldedFact& fact) override {
    if (fact.ledger != nullptr) {
      if (only_ && !(*only_ == key_of(fact.ledger->id))) return;
      ledgers_.insert_or_assign(key_of(fact.ledger->id), *fact.ledger);
      touch(key_of(fact.ledger->id), fact.sequence);
    } else if (fact.account != nullptr && !ledgers_.contains(key_of(fact.account->ledger))) {
      if (only_ && !(*only_ == key_of(fact.account->ledger))) return;
      // The account that names it implies it.
      Ledger implied;
      implied.id = fact.account->ledger;
      implied.set_name(fmt::format("ledger-{}", implied.id.value()));
      ledgers_.emplace(key_of(implied.id), implied);
      touch(key_of(implied.id), fact.sequence);
    }
  }

  [[nodiscard]] std::optional<AggregateFields> folded(const AggregateKey& key) const override {
    const auto found = ledgers_.find(key);
    if (found == ledgers_.end()) return std::nullopt;
    return fields_of(found->second);
  }
  [[nodiscard]] std::optional<AggregateFields> kept(const State& state,
                                                    const AggregateKey& key) const override {
    const auto number = static_cast<std::uint32_t>(key.id.lo);
    const Ledger* const ledger =
        Uint128{number, 0} == key.id ? state.ledgers.find(LedgerId{number}) : nullptr;
    if (ledger == nullptr) return std::nullopt;
    return fields_of(*ledger);
  }

  [[nodiscard]] bool has_folded(const AggregateKey& key) const override {
    return ledgers_.contains(key);
  }
  void for_each_folded(const Use& use) const override {
    for (const auto& [key, ledger] : ledgers_) use(key);
  }
  void for_each_kept(const State& state, const Use& use) const override {
    for (std::size_t at = 0; at < state.ledgers.count(); ++at) use(key_of(state.ledgers.at(at).id));
  }

 private:
  static AggregateKey key_of(LedgerId id) { return {.id = {id.value(), 0}, .type = {}}; }
  static AggregateFields fields_of(const Ledger& ledger) {
    return {{"scale", {ledger.scale, 0}},
            {"kind", {static_cast<std::uint64_t>(ledger.kind), 0}},
            {"name", {}, FieldShow::text, std::string{ledger.name()}}};
  }

  std::optional<AggregateKey> only_;
  std::unordered_map<AggregateKey, Ledger, AggregateKeyHash> ledgers_;
};

/// The state keeps where the journal has a name, and no text.
class NameFold final : public AggregateFold {
 public:
  [[nodiscard]] AggregateKind kind() const override { return AggregateKind::name; }

  void keep_only(AggregateKind only, const AggregateKey& key) override {
    only_ = only == AggregateKind::name ? key : AggregateKey{};
  }

  void add(const FoldedFact& fact) override {
    if (fact.name == nullptr) return;
    const AggregateKey key{.id = fact.name->id,
                           .type = {static_cast<std::uint64_t>(fact.name->kind), 0}};
    if (only_ && !(*only_ == key)) return;
    names_.insert_or_assign(key, fact.sequence);
    by_sequence_.insert_or_assign(fact.sequence.value(), key);
    touch(key, fact.sequence);
  }

  [[nodiscard]] std::optional<AggregateFields> folded(const AggregateKey& key) const override {
    const auto found = names_.find(key);
    if (found == names_.end()) return std::nullopt;
    return fields_of(found->second);
  }
  [[nodiscard]] std::optional<AggregateFields> kept(const State& state,
                                                    const AggregateKey& key) const override {
    const auto right = names_.find(key);
    std::optional<Sequence> found;
    state.names.for_each_candidate(
        {.id = key.id, .kind = static_cast<NameKind>(key.type.lo)}, [&](Sequence sequence) {
          // Others may share the tag: one that the journal has under another key is none of ours.
          const auto other = by_sequence_.find(sequence.value());
          const bool is_others = other != by_sequence_.end() && !(other->second == key);
          if (right != names_.end() && sequence == right->second) found = sequence;
          if (!found && !is_others) found = sequence;
        });
    if (!found) return std::nullopt;
    return fields_of(*found);
  }

  [[nodiscard]] bool has_folded(const AggregateKey& key) const override {
    return names_.contains(key);
  }
  void for_each_folded(const Use& use) const override {
    for (const auto& [key, sequence] : names_) use(key);
  }
  /// The table has no ids: one too many is seen where its place is looked up.
  void for_each_kept(const State&, const Use&) const override {}

 private:
  static AggregateFields fields_of(Sequence sequence) {
    return {{"sequence", {sequence.value(), 0}}};
  }

  std::optional<AggregateKey> only_;
  std::unordered_map<AggregateKey, Sequence, AggregateKeyHash> names_;
  std::unordered_map<std::uint64_t, AggregateKey> by_sequence_;
};

}  // namespace

std::unique_ptr<AggregateFold> make_stream_fold() { return std::make_unique<StreamFold>(); }
std::unique_ptr<AggregateFold> make_ledger_fold() { return std::make_unique<LedgerRegistryFold>(); }
std::unique_ptr<AggregateFold> make_name_fold() { return std::make_unique<NameFold>(); }

}  // namespace daybook

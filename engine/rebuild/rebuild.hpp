#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "engine/codec/entry_facts.hpp"
#include "engine/rebuild/aggregate_fold.hpp"
#include "engine/state/state.hpp"

namespace daybook {

/// A field in which a state and the journal's facts differ.
struct Mismatch {
  AggregateKind kind{};
  AggregateKey key;
  /// Of the journal and of the state: the same name. The field "exists" says whether the aggregate
  /// is there at all.
  AggregateField expected;
  AggregateField found;
  /// The first fact after which they differ: until then the state's value was the journal's, too.
  /// 0: the journal never says of the aggregate.
  Sequence first;
};

/// What is compared.
struct RebuildSelection {
  struct One {
    AggregateKind kind{};
    AggregateKey key;
  };
  std::optional<One> one;     ///< Only this aggregate.
  std::uint64_t from_ns = 0;  ///< Only those changed by an entry committed from then on
  std::uint64_t until_ns = ~std::uint64_t{0};  ///< up to then.

  [[nodiscard]] bool has_range() const { return from_ns != 0 || until_ns != ~std::uint64_t{0}; }
};

/// The aggregates as the journal's facts make them, and how a state differs from that.
///
/// Usage.    add() the entries from the first one on; compare(). Where that found something:
///           locate() on a second Rebuild, add() the same entries, located().
/// Threads.  One.
/// Memory.   Every account, open hold, stream, ledger and name: about 250 bytes an account.
class Rebuild {
 public:
  explicit Rebuild(RebuildSelection selection = {});

  /// The next entry, whose facts read_facts() has read.
  void add(const EntryFacts& facts);

  /// Of the entry the facts after `after`, up to and with `until`.
  void add_part(const EntryFacts& facts, Sequence after, Sequence until);

  struct Comparison {
    std::uint64_t compared = 0;        ///< Aggregates.
    std::uint64_t mismatching = 0;     ///< Of them; also those past the limit.
    std::vector<Mismatch> mismatches;  ///< Of the first limits::rebuild_aggregates_max of them.
  };
  /// `state` is as of the last fact added. `first` of the mismatches is not known yet.
  [[nodiscard]] Comparison compare(const State& state) const;

  /// From now on looks for the facts after which these differ. Call before add().
  void locate(std::vector<Mismatch> mismatches);
  [[nodiscard]] std::vector<Mismatch> located() &&;

  /// An account's balances after the facts so far, for what else has them; null if none.
  [[nodiscard]] std::optional<AggregateFields> folded(AggregateKind kind,
                                                      const AggregateKey& key) const;

  [[nodiscard]] std::uint64_t facts() const { return facts_; }

 private:
  struct Place {
    AggregateKind kind{};
    AggregateKey key;
    friend bool operator==(const Place&, const Place&) = default;
  };
  struct PlaceHash {
    std::size_t operator()(const Place& place) const {
      return AggregateKeyHash{}(place.key) * 31 + static_cast<std::size_t>(place.kind);
    }
  };

  void take(FoldedFact fact);
  void watch(AggregateKind kind, const AggregateKey& key, Sequence sequence);
  [[nodiscard]] bool is_selected(AggregateKind kind, const AggregateKey& key) const;
  void compare(const AggregateFold& fold, const State& state, const AggregateKey& key,
               Comparison& into) const;

  RebuildSelection selection_;
  std::vector<std::unique_ptr<AggregateFold>> folds_;
  std::unordered_set<Place, PlaceHash> changed_in_range_;
  bool in_range_ = false;
  std::vector<Mismatch> located_;
  std::unordered_map<Place, std::vector<std::size_t>, PlaceHash> watched_;
  std::uint64_t facts_ = 0;
};

}  // namespace daybook

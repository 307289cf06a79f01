#pragma once

#include <algorithm>
#include <span>

#include "engine/aggregates/rows.hpp"
#include "engine/ledger/ledger_registry.hpp"
#include "engine/ledger/transfer_id_table.hpp"
#include "engine/model/aggregate.hpp"
#include "engine/model/transfer.hpp"

namespace daybook {

/// The transfers that the operation at hand has created, in front of its events.
///
/// Cost.  A lookup in memory: what was just created has not left it.
class CreatedTransfers {
 public:
  CreatedTransfers() = default;
  /// `first`: the sequence of the first one. All outlives this.
  CreatedTransfers(const TransferIdTable& ids, std::span<const Transfer> transfers, Sequence first)
      : ids_{&ids}, transfers_{transfers}, first_{first} {}

  /// The same for the last ones of them only, wherever else the operation's facts stand.
  explicit CreatedTransfers(std::span<const Transfer> transfers)
      : transfers_{transfers.last(std::min(transfers.size(), looked_at_max))} {}

  /// Null where the operation created no such transfer.
  [[nodiscard]] const Transfer* find(TransferId id) const;
  [[nodiscard]] std::span<const Transfer> all() const { return transfers_; }

 private:
  static constexpr std::size_t looked_at_max = 2 * std::size_t{limits::saga_steps_max};

  const TransferIdTable* ids_ = nullptr;
  std::span<const Transfer> transfers_;
  Sequence first_;
};

/// What is asked of an aggregate, and what it may look at beside its rows.
struct AskedCommand {
  const DomainEvent& event;
  ReadCommand read;
  PrincipalId principal{};
  /// Of the event. When it is decided on, none yet: 0.
  Sequence sequence{};
};
struct RuleContext {
  const LedgerRegistry& ledgers;
  const CreatedTransfers& transfers;
};

/// One kind of aggregate: all that the engine knows of it.
struct AggregateRules {
  const Uint128& (*type)() noexcept;
  /// May it be done? Changes nothing. Requires: fault_of_command() is created.
  AppendEventStatus (*decide)(const AggregateRows& rows, const RuleContext& context,
                              const AskedCommand& asked);
  /// Does it. Total, given that it was decided as created.
  void (*apply)(AggregateRows& rows, const AskedCommand& asked);
};

[[nodiscard]] constexpr AppendEventStatus unless(bool fine, AppendEventStatus otherwise) noexcept {
  return fine ? AppendEventStatus::created : otherwise;
}

/// The rules of this type of aggregate; null where it is none of the engine's.
[[nodiscard]] const AggregateRules* rules_of(const Uint128& aggregate_type) noexcept;

/// Is the transfer that a command names one that the operation created, of this amount? Where it
/// names none, it is. `ledger`: 0 = any that counts a stock.
[[nodiscard]] AppendEventStatus fault_of_transfer(const RuleContext& context, TransferId id,
                                                  LedgerId ledger, u128 amount);

}  // namespace daybook

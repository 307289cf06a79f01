#include "engine/query/operation_index.hpp"

#include <algorithm>

#include "engine/query/fact_index.hpp"

namespace daybook {

void OperationIndex::add(const EntryFacts& facts) {
  RunWalker walker{facts};
  std::uint64_t operation_sequence = 0;
  for (PlacedRun placed; walker.next(placed);) {
    const Run& run = placed.run;
    if (placed.starts_operation) {
      operation_sequence = placed.operation_sequence.value();
      add(facts, facts.operations[run.operation], placed);
    }
    if (run.kind != FactKind::account) continue;
    for (const Account& account : facts.accounts.subspan(run.first, run.count)) {
      add_field(IndexField::business_id, account.business_id.value(), operation_sequence);
      add_field(IndexField::user_id, Uint128{account.user_id.value(), 0}, operation_sequence);
    }
  }
  operations_.publish();
}

void OperationIndex::add(const EntryFacts& facts, const Operation& operation,
                         const PlacedRun& placed) {
  const std::uint64_t sequence = placed.operation_sequence.value();
  if (sequence >= next_mark_) mark(operation.time, sequence);
  add_field(IndexField::client, operation.client.value(), sequence);
  add_field(IndexField::business_id, operation.business_id.value(), sequence);
  add_field(IndexField::trace_id, operation.trace_id.value(), sequence);
  add_field(IndexField::user_id, Uint128{operation.user_id.value(), 0}, sequence);
  add_field(IndexField::request_kind, Uint128{static_cast<std::uint64_t>(operation.kind), 0},
            sequence);
  add_field(IndexField::request_status, Uint128{static_cast<std::uint64_t>(operation.status), 0},
            sequence);
  if (operation.refusal_count > 0) {
    add_field(IndexField::refusals, Uint128{1, 0}, sequence);
    add_refused(facts, operation, placed);
  }
}

void OperationIndex::add_refused(const EntryFacts& facts, const Operation& operation,
                                 const PlacedRun& placed) {
  const std::uint64_t sequence = placed.operation_sequence.value();
  std::uint32_t data = placed.first_refused_data;
  for (const Refusal& refusal :
       facts.refusals.subspan(placed.first_refusal, operation.refusal_count)) {
    if (!keeps_request_data(operation.kind, refusal.status)) continue;
    if (operation.kind == RequestKind::create_transfers) {
      const Transfer& event = facts.refused_transfers[data++];
      add_field(IndexField::business_id, event.business_id.value(), sequence);
      add_field(IndexField::trace_id, event.trace_id.value(), sequence);
      add_field(IndexField::user_id, Uint128{event.user_id.value(), 0}, sequence);
    } else if (operation.kind == RequestKind::create_accounts) {
      const Account& event = facts.refused_accounts[data++];
      add_field(IndexField::business_id, event.business_id.value(), sequence);
      add_field(IndexField::user_id, Uint128{event.user_id.value(), 0}, sequence);
    }
  }
}

void OperationIndex::add_field(IndexField field, const Uint128& number, std::uint64_t sequence) {
  if (number.is_zero()) return;
  const std::uint64_t stretch = sequence / FactIndex::stretch_facts;
  const std::uint64_t key = index_key(field, number);
  constexpr std::uint64_t spread = 0x9e3779b97f4a7c15;
  const std::uint64_t mixed = key ^ (stretch + 1) * spread;
  std::uint64_t& seen = seen_[static_cast<std::size_t>(field)][key % seen_slots];
  if (seen == mixed) return;
  seen = mixed;
  operations_.add(key, stretch);
}

void OperationIndex::mark(Timestamp time, std::uint64_t sequence) {
  next_mark_ = sequence + facts_a_mark;
  const std::lock_guard lock{marks_mutex_};
  marks_.push_back({time, sequence});
}

std::pair<std::uint64_t, std::uint64_t> OperationIndex::sequences_between(Timestamp min,
                                                                          Timestamp max) const {
  std::uint64_t first = 1;
  std::uint64_t last = ~std::uint64_t{0};
  const std::lock_guard lock{marks_mutex_};
  // Times may stand still: what comes before the last mark that is older than `min` is older, too.
  const auto from =
      std::lower_bound(marks_.begin(), marks_.end(), min,
                       [](const Mark& mark, Timestamp wanted) { return mark.time < wanted; });
  if (from != marks_.begin()) first = std::prev(from)->sequence;
  if (max.value() != 0) {
    const auto to =
        std::upper_bound(marks_.begin(), marks_.end(), max,
                         [](Timestamp wanted, const Mark& mark) { return wanted < mark.time; });
    if (to != marks_.end()) last = to->sequence - 1;
  }
  return {first, last};
}

}  // namespace daybook

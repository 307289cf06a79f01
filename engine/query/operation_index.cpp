#include "engine/query/operation_index.hpp"

#include "engine/query/fact_index.hpp"

namespace daybook {
namespace {

constexpr std::uint32_t operations_number = 7;  // Frozen, in snapshots.

}  // namespace

void OperationIndex::add(const EntryFacts& facts) {
  RunWalker walker{facts};
  std::uint64_t operation_sequence = 0;
  for (PlacedRun placed; walker.next(placed);) {
    const Run& run = placed.run;
    if (placed.starts_operation) {
      operation_sequence = placed.operation_sequence.value();
      add(facts, facts.operations[run.operation], placed);
    }
    if (run.kind == FactKind::domain_event) {
      for (const DomainEvent& event : facts.domain_events.subspan(run.first, run.count)) {
        add_references(event, operation_sequence);
      }
    }
    if (run.kind != FactKind::account) continue;
    for (const Account& account : facts.accounts.subspan(run.first, run.count)) {
      add_field(IndexField::business_id, account.business_id.value(), operation_sequence);
      add_field(IndexField::user_id, Uint128{account.user_id.value(), 0}, operation_sequence);
    }
  }
  operations_.publish();
}

template <typename Event>
void OperationIndex::add_references(const Event& event, std::uint64_t operation) {
  add_field(IndexField::business_id, event.business_id.value(), operation);
  add_field(IndexField::trace_id, event.trace_id.value(), operation);
  add_field(IndexField::user_id, Uint128{event.user_id.value(), 0}, operation);
}

void OperationIndex::add(const EntryFacts& facts, const Operation& operation,
                         const PlacedRun& placed) {
  const std::uint64_t sequence = placed.operation_sequence.value();
  if (sequence >= next_mark_) {
    next_mark_ = sequence + facts_a_mark;
    marks_.add(operation.time, sequence);
  }
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
    const RequestKind kind = kind_of_refusal(operation.kind, refusal);
    if (!keeps_request_data(kind, refusal.status)) continue;
    if (kind == RequestKind::create_transfers) {
      add_references(facts.refused_transfers[data++], sequence);
    } else if (kind == RequestKind::append_events) {
      add_references(facts.refused_domain_events[data++], sequence);
    } else if (kind == RequestKind::create_accounts) {
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

void OperationIndex::save(SnapshotWriter& into) const {
  operations_.save(into, operations_number);
  marks_.save(into, operations_number, {next_mark_, 0});
}

bool OperationIndex::owns(const SnapshotBlock& block) {
  return block.number == operations_number &&
         (block.kind == BlockKind::index_marks || PairIndex::is_of_an_index(block));
}

Result<void> OperationIndex::restore(const SnapshotBlock& block, const SnapshotReader& from) {
  if (block.kind != BlockKind::index_marks) return operations_.restore(block, from);
  const auto words = marks_.restore(block, from);
  if (!words.ok()) return words.error();
  next_mark_ = words.value().first;
  return {};
}

}  // namespace daybook

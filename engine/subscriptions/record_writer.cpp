#include "engine/subscriptions/record_writer.hpp"

#include <algorithm>
#include <optional>

#include "engine/replay/entry_reader.hpp"

namespace daybook {
namespace {

/// One fact on its way: its head, and what the filter asks beside that.
struct Draft {
  EventRecord record;
  std::span<const std::byte> fact;
  std::span<const std::byte> behind;  ///< Of a transfer: its note.
  std::span<const std::byte> payload;
  AccountId accounts[2];
  LedgerId ledger;
};

template <typename Items>
bool has(const Items& items, std::size_t count, const typename Items::value_type& wanted) {
  const auto end = items.begin() + static_cast<std::ptrdiff_t>(count);
  return std::find(items.begin(), end, wanted) != end;
}

bool passes(const Subscription& wanted, const Draft& draft) {
  const EventRecord& record = draft.record;
  if (wanted.kinds != 0 && (wanted.kinds & kind_bit(record.kind)) == 0) return false;
  if (!wanted.aggregate_type.is_zero() && wanted.aggregate_type != record.aggregate_type) {
    return false;
  }
  if (!wanted.aggregate_id.is_zero() && wanted.aggregate_id != record.aggregate_id) return false;
  if (wanted.ledger != LedgerId{} && wanted.ledger != draft.ledger) return false;
  if (wanted.event_type_count > 0 &&
      !has(wanted.event_types, wanted.event_type_count, record.event_type)) {
    return false;
  }
  if (wanted.account_count == 0) return true;
  return std::any_of(std::begin(draft.accounts), std::end(draft.accounts), [&](AccountId each) {
    return each != AccountId{} && has(wanted.accounts, wanted.account_count, each);
  });
}

void put(std::vector<std::byte>& records, std::span<const std::byte> bytes) {
  records.insert(records.end(), bytes.begin(), bytes.end());
}

void pad(std::vector<std::byte>& records) { records.resize((records.size() + 7) / 8 * 8); }

void write(Draft& draft, std::vector<std::byte>& records) {
  draft.record.fact_bytes = static_cast<std::uint32_t>(draft.fact.size() + draft.behind.size());
  draft.record.payload_bytes = static_cast<std::uint32_t>(draft.payload.size());
  put(records, std::as_bytes(std::span{&draft.record, 1}));
  put(records, draft.fact);
  put(records, draft.behind);
  pad(records);
  put(records, draft.payload);
  pad(records);
}

void set_types(EventRecord& record, EngineEvent event, const Uint128& aggregate_id) {
  const EngineEventIds& ids = ids_of(event);
  record.aggregate_type = ids.aggregate_type;
  record.aggregate_id = aggregate_id;
  record.event_type = ids.event_type;
}

void describe(Draft& draft, const Operation& operation) {
  set_types(draft.record, engine_event_of(operation), Uint128{draft.record.sequence.value(), 0});
}

void describe(Draft& draft, const Account& account) {
  set_types(draft.record, EngineEvent::account_created, account.id.value());
  draft.record.time = account.timestamp;
  if (account.business_id != BusinessId{}) draft.record.business_id = account.business_id;
  if (account.user_id != UserId{}) draft.record.user_id = account.user_id;
  draft.accounts[0] = account.id;
  draft.ledger = account.ledger;
}

void describe(Draft& draft, const Transfer& transfer) {
  set_types(draft.record, engine_event_of(transfer), transfer.id.value());
  draft.record.time = transfer.timestamp;
  if (transfer.business_id != BusinessId{}) draft.record.business_id = transfer.business_id;
  if (transfer.user_id != UserId{}) draft.record.user_id = transfer.user_id;
  if (transfer.trace_id != TraceId{}) draft.record.trace_id = transfer.trace_id;
  draft.accounts[0] = transfer.debit_account_id;
  draft.accounts[1] = transfer.credit_account_id;
  draft.ledger = transfer.ledger;
}

void describe(Draft& draft, const HoldReleased& release) {
  set_types(draft.record, EngineEvent::hold_released, release.id.value());
  draft.record.time = release.timestamp;
  draft.accounts[0] = release.debit_account_id;
  draft.accounts[1] = release.credit_account_id;
  draft.ledger = release.ledger;
}

void describe(Draft& draft, const AccountChange& change) {
  set_types(draft.record, engine_event_of(change), change.account_id.value());
  draft.record.time = change.timestamp;
  draft.accounts[0] = change.account_id;
}

void describe(Draft& draft, const DomainEvent& event) {
  draft.record.aggregate_type = event.aggregate_type;
  draft.record.aggregate_id = event.aggregate_id;
  draft.record.event_type = event.event_type;
  draft.record.version = event.version;
  draft.record.time = event.timestamp;
  if (event.business_id != BusinessId{}) draft.record.business_id = event.business_id;
  if (event.user_id != UserId{}) draft.record.user_id = event.user_id;
  if (event.trace_id != TraceId{}) draft.record.trace_id = event.trace_id;
}

void describe(Draft& draft, const Ledger& ledger) {
  set_types(draft.record, EngineEvent::ledger_put, Uint128{ledger.id.value(), 0});
  draft.ledger = ledger.id;
}

void describe(Draft& draft, const Name& name) {
  set_types(draft.record, EngineEvent::name_put, name.id);
}

void describe(Draft& draft, const EventCheckpoint& checkpoint) {
  set_types(draft.record, engine_event_of(checkpoint), id_of(checkpoint.name()));
  draft.record.time = checkpoint.timestamp;
}

void describe(Draft& draft, const TccFact& fact) {
  set_types(draft.record, engine_event_of(fact), fact.gid);
  draft.record.time = fact.timestamp;
  if (fact.business_id != BusinessId{}) draft.record.business_id = fact.business_id;
  if (fact.user_id != UserId{}) draft.record.user_id = fact.user_id;
  if (fact.trace_id != TraceId{}) draft.record.trace_id = fact.trace_id;
}

void describe(Draft& draft, const ClockChange& change) {
  set_types(draft.record, engine_event_of(change), Uint128{1, 0});
}

void describe(Draft& draft, const ClientEvicted& eviction) {
  set_types(draft.record, EngineEvent::client_evicted, eviction.client.value());
}

void describe(Draft& draft, const SegmentOpened& segment) {
  set_types(draft.record, EngineEvent::segment_opened, Uint128{segment.ordinal, 0});
}

void describe(Draft& draft, const SegmentSealed& segment) {
  set_types(draft.record, EngineEvent::segment_sealed, Uint128{segment.ordinal, 0});
}

void describe(Draft& draft, const SegmentHashed& segment) {
  set_types(draft.record, EngineEvent::segment_hashed, Uint128{segment.ordinal, 0});
}

template <typename Fact>
void take(Draft& draft, const Fact& fact) {
  draft.fact = std::as_bytes(std::span{&fact, 1});
  describe(draft, fact);
}

// False for a kind that nobody knows: read_facts() lets none through.
bool take_fact(Draft& draft, const EntryFacts& facts, FactKind kind, std::size_t at) {
  switch (kind) {
    case FactKind::account:
      return take(draft, facts.accounts[at]), true;
    case FactKind::transfer:
      return take(draft, facts.transfers[at]), true;
    case FactKind::ledger:
      return take(draft, facts.ledgers[at]), true;
    case FactKind::segment_opened:
      return take(draft, facts.segments_opened[at]), true;
    case FactKind::segment_sealed:
      return take(draft, facts.segments_sealed[at]), true;
    case FactKind::segment_hashed:
      return take(draft, facts.segments_hashed[at]), true;
    case FactKind::clock_change:
      return take(draft, facts.clock_changes[at]), true;
    case FactKind::client_evicted:
      return take(draft, facts.clients_evicted[at]), true;
    case FactKind::hold_released:
      return take(draft, facts.holds_released[at]), true;
    case FactKind::account_change:
      return take(draft, facts.account_changes[at]), true;
    case FactKind::name:
      return take(draft, facts.names[at]), true;
    case FactKind::domain_event:
      return take(draft, facts.domain_events[at]), true;
    case FactKind::checkpoint:
      return take(draft, facts.checkpoints[at]), true;
    case FactKind::tcc:
      return take(draft, facts.tcc_facts[at]), true;
  }
  return false;
}

EventRecord head_of(const EntryFacts& facts, const Operation* operation, Sequence cause) {
  EventRecord record;
  record.commit_time = Timestamp{facts.header.commit_time};
  record.time = record.commit_time;
  if (operation == nullptr) return record;
  record.time = operation->time;
  record.trace_id = operation->trace_id;
  record.business_id = operation->business_id;
  record.user_id = operation->user_id;
  record.client = operation->client;
  record.operation = cause;
  return record;
}

}  // namespace

EntryEvents::EntryEvents(const EntryFacts& facts)
    : facts_{facts}, payloads_{payload_places(facts)} {}

Sequence EntryEvents::append(const Subscription& wanted, Sequence after, std::size_t bytes_max,
                             std::vector<std::byte>& records) const {
  const std::size_t begin = records.size();
  const auto is_full = [&] { return records.size() > begin && records.size() >= bytes_max; };
  Sequence cause;
  RunWalker walker{facts_};
  for (PlacedRun placed; walker.next(placed);) {
    const Run& run = placed.run;
    const Operation* const operation =
        run.operation == no_operation ? nullptr : &facts_.operations[run.operation];
    if (operation == nullptr) cause = {};
    if (placed.starts_operation) cause = placed.operation_sequence;
    Draft plain{};
    plain.record = head_of(facts_, operation, cause);
    if (placed.starts_operation && cause > after) {
      Draft draft = plain;
      draft.record.sequence = cause;
      draft.record.kind = operation_record;
      take(draft, *operation);
      if (passes(wanted, draft)) write(draft, records);
      after = cause;
      if (is_full()) return after;
    }
    const std::uint64_t first = placed.first_sequence.value();
    const std::uint64_t skipped = after.value() >= first ? after.value() - first + 1 : 0;
    for (std::uint64_t each = skipped; each < run.count; ++each) {
      const std::size_t at = run.first + each;
      Draft draft = plain;
      draft.record.sequence = Sequence{first + each};
      draft.record.kind = run.kind;
      if (!take_fact(draft, facts_, run.kind, at)) continue;
      TransferNote note;
      if (passes(wanted, draft)) {
        if (run.kind == FactKind::transfer && !facts_.transfer_notes.empty()) {
          note = facts_.note_of(at);
          const TransferNote none;
          if (std::memcmp(&note, &none, sizeof(note)) != 0) {
            draft.behind = std::as_bytes(std::span{&note, 1});
          }
        }
        if (run.kind == FactKind::domain_event) {
          draft.payload =
              facts_.event_payloads.subspan(payloads_[at], facts_.domain_events[at].payload_bytes);
        }
        write(draft, records);
      }
      after = draft.record.sequence;
      if (is_full()) return after;
    }
  }
  return std::max(after, facts_.header.last());
}

}  // namespace daybook

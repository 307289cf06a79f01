// Replayer: operations, and what the engine says of its own accord: evictions, the clock, segments;
// with all that a forged journal could say wrong checked before it is applied.

#include <algorithm>

#include "engine/model/engine_version.hpp"
#include "engine/replay/entry_reader.hpp"
#include "engine/replay/replay_failure.hpp"
#include "engine/replay/replayer.hpp"

namespace daybook {
namespace {

bool has_events(RequestKind kind) {
  return kind != RequestKind::advance_clock && kind != RequestKind::accept_clock;
}

bool is_own(RequestKind kind) {
  return kind == RequestKind::release_holds || kind == RequestKind::expire_tccs ||
         kind == RequestKind::prune_tccs || kind == RequestKind::drive_sagas ||
         kind == RequestKind::forget_sagas;
}

bool settles_tccs(RequestKind kind) {
  return kind == RequestKind::tcc_commands || kind == RequestKind::expire_tccs;
}

// Transfers and facts of transactions that settle branches.
constexpr std::uint32_t settlement_facts_max = 2 * limits::tcc_settlements_max;

// Of what the engine does by itself: as many facts as it says, or as many as it may.
bool makes_its_facts(const Operation& operation) {
  const std::uint32_t made = operation.created_count;
  if (operation.kind == RequestKind::release_holds) return made == operation.event_count;
  if (operation.kind == RequestKind::prune_tccs) return made == 1;
  if (operation.kind == RequestKind::forget_sagas) return made == operation.event_count;
  if (operation.kind == RequestKind::drive_sagas) {
    return made >= operation.event_count && made <= limits::saga_facts_max;
  }
  return made >= operation.event_count && made <= operation.event_count + settlement_facts_max;
}

std::uint32_t most_facts(const Operation& operation) {
  if (!has_events(operation.kind)) return 1;
  if (drives_sagas(operation.kind)) return limits::saga_facts_max;
  if (operation.kind != RequestKind::tcc_commands) return operation.event_count;
  return 2 * operation.event_count + settlement_facts_max;
}

}  // namespace

// As Sequencer::execute_journaled() makes them.
const char* Replayer::fault_of_operation(const Operation& operation) const {
  const bool done = operation.status == RequestStatus::ok;
  const bool takes = takes_slots(operation.kind) || operation.kind == RequestKind::expire_tccs;
  const std::uint64_t slots = done && takes ? operation.event_count : 0;
  const std::uint64_t time = operation.time.value();
  if (time < state_.last_timestamp().value() + slots) return "time runs backwards";
  if (time > limits::timestamp_max) return "an operation is after the end of time";
  if (is_own(operation.kind)) {
    const bool own = operation.client.value().is_zero() && operation.request_number == 0;
    if (!own || !done || operation.refusal_count != 0 || !makes_its_facts(operation)) {
      return "the engine could not have done so by itself";
    }
    return nullptr;
  }
  if (operation.client.value().is_zero() ||
      operation.request_number <= state_.windows.highest_number(operation.client) ||
      state_.windows.must_evict(operation.client)) {
    return "the operation's request number could not have been accepted";
  }
  if (!done && (operation.created_count != 0 || operation.refusal_count != 0)) {
    return "an operation that was refused has facts";
  }
  if (!done) return nullptr;
  const std::uint32_t most = most_facts(operation);
  if (operation.event_count > limits::batch_events_max || operation.created_count > most ||
      operation.refusal_count > operation.event_count) {
    return "an operation has more facts than it had events";
  }
  const bool in_part =
      operation.created_count != operation.event_count &&
      (operation.created_count != 0 || operation.refusal_count != operation.event_count);
  const bool is_whole = appends_events(operation.kind) || is_bundle(operation.kind);
  if (is_whole && (in_part || (operation.created_count != 0 && operation.refusal_count != 0))) {
    return "an operation appends some of its events and others not";
  }
  return nullptr;
}

Result<void> Replayer::start_operation(const EntryFacts& facts, const PlacedRun& placed) {
  operation_ = placed;
  next_operation_ = placed.run.operation + 1;
  created_ = {};
  first_transfer_.reset();
  const Sequence sequence = state_.take_sequence();
  const Operation& operation = facts.operations[placed.run.operation];
  if (const char* const fault = fault_of_operation(operation)) return damaged(sequence, fault);
  const std::uint64_t slots = takes_slots(operation.kind) ? operation.event_count : 0;
  slots_end_ = operation.time;
  slots_begin_ = Timestamp{operation.time.value() - std::min(slots, operation.time.value())};
  // Settlements and steps of sagas need more timestamps than there are commands.
  const bool of_sagas = scope_of(operation.kind) == EventScope::sagas;
  if (settles_tccs(operation.kind) || of_sagas) slots_begin_ = state_.last_timestamp();
  return {};
}

// Has a fact of the operation under way the timestamp of one of its events?
bool Replayer::is_in_time(Timestamp timestamp, bool imported) const {
  if (imported) return timestamp < slots_end_;
  return slots_begin_ < timestamp && timestamp <= slots_end_;
}

// The record is applied after the operation's facts, as it was live: only then are its counts
// known. Its sequence came before theirs.
Result<void> Replayer::finish_operation(const EntryFacts& facts) {
  if (!operation_) return {};
  const PlacedRun placed = *operation_;
  operation_.reset();
  const Operation& operation = facts.operations[placed.run.operation];
  const Sequence sequence = placed.operation_sequence;
  const PlacedOperation whole{
      .operation = operation,
      .sequence = sequence,
      .refusals = facts.refusals.subspan(placed.first_refusal, operation.refusal_count),
      .first_refused_data = placed.first_refused_data};
  // Only refused transfers can burn ids; other refusals need no room.
  const auto burns_max = static_cast<std::uint64_t>(
      std::count_if(whole.refusals.begin(), whole.refusals.end(), [&](const Refusal& refusal) {
        return kind_of_refusal(operation.kind, refusal) == RequestKind::create_transfers;
      }));
  if (state_.transfer_ids.room() < burns_max) {
    return no_room(sequence, "there are more transfer ids than --transfer-ids-max");
  }
  state_.transfer_ids.prepare(burns_max);
  Result<void> checked;
  for_each_burnt(facts, whole, [&](const Transfer& refused) {
    if (!checked.ok()) return;
    checked = check_id(facts, refused.id, state_.transfer_ids.tag_of(refused.id), sequence);
    if (checked.ok()) state_.burn(refused.id, sequence);
  });
  if (!checked.ok()) return checked;
  state_.remember(operation, sequence);
  ++operations_;
  return {};
}

// An eviction makes room for the operation behind it, so which one it is follows from that.
Result<void> Replayer::apply_evictions(const EntryFacts& facts, const PlacedRun& placed) {
  const Run& run = placed.run;
  for (const ClientEvicted& eviction : facts.clients_evicted.subspan(run.first, run.count)) {
    const Sequence sequence = state_.take_sequence();
    const bool somebody_follows = next_operation_ < facts.operations.size();
    const auto wanted = somebody_follows
                            ? state_.windows.must_evict(facts.operations[next_operation_].client)
                            : std::nullopt;
    if (!wanted || wanted->client != eviction.client ||
        std::uint64_t{wanted->number_too} != eviction.number_too) {
      return damaged(sequence, "a client is evicted that need not be");
    }
    state_.evict(eviction);
  }
  return {};
}

Result<void> Replayer::apply_clock_changes(const EntryFacts& facts, const PlacedRun& placed) {
  const bool own = placed.run.operation == no_operation;
  const auto asked = [&](RequestKind kind) {
    return !own && facts.operations[placed.run.operation].kind == kind;
  };
  for (const ClockChange& change :
       facts.clock_changes.subspan(placed.run.first, placed.run.count)) {
    const Sequence sequence = state_.take_sequence();
    bool possible = change.reason_bytes <= change.reason_text.size();
    switch (change.kind) {
      case ClockChangeKind::advanced:
        possible = possible && asked(RequestKind::advance_clock) &&
                   change.engine_time >= state_.manual_clock() &&
                   change.engine_time <= limits::timestamp_max;
        break;
      case ClockChangeKind::held:
        possible = possible && own && !state_.clock_is_held();
        break;
      case ClockChangeKind::accepted:
        possible = possible && asked(RequestKind::accept_clock) && state_.clock_is_held();
        break;
      default:
        possible = false;
    }
    if (!possible) return damaged(sequence, "the clock could not have changed so");
    state_.change_clock(change);
  }
  return {};
}

Result<void> Replayer::apply_segment_facts(const EntryFacts& facts, const PlacedRun& placed) {
  const Run& run = placed.run;
  for (std::uint32_t at = run.first; at < run.first + run.count; ++at) {
    const Sequence sequence = state_.take_sequence();
    const std::uint64_t opened = state_.segment_opened();
    const std::uint64_t sealed = state_.segment_sealed();
    bool in_order = false;
    if (run.kind == FactKind::segment_opened) {
      const SegmentOpened& fact = facts.segments_opened[at];
      if (fact.schema_version > journal_schema_version) {
        return damaged(sequence, fmt::format("payloads from here on are of schema {}, this build "
                                             "reads up to {}; use the build that wrote them",
                                             fact.schema_version, journal_schema_version));
      }
      in_order = fact.ordinal == opened + 1 && fact.previous_ordinal == opened &&
                 (sealed == opened || !facts.parents.empty());
      if (in_order) state_.open_segment(fact);
    } else if (run.kind == FactKind::segment_sealed) {
      in_order = facts.segments_sealed[at].ordinal == opened && sealed != opened;
      if (in_order) state_.seal_segment(facts.segments_sealed[at]);
    } else {
      const std::uint64_t ordinal = facts.segments_hashed[at].ordinal;
      in_order = ordinal == state_.segment_hashed() + 1 && ordinal <= sealed;
      if (in_order) state_.hash_segment(facts.segments_hashed[at]);
    }
    if (!in_order) return damaged(sequence, "a segment is opened, sealed or hashed out of turn");
  }
  return {};
}

}  // namespace daybook

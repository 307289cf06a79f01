#include "engine/query/operation_records.hpp"

#include <algorithm>
#include <cstring>

#include "engine/base/limits.hpp"

namespace daybook {
namespace {

// The bytes of fact `index` of `kind`; empty where there is no such kind.
std::span<const std::byte> bytes_of_fact(const EntryFacts& facts, FactKind kind,
                                         std::size_t index) {
  const auto one = [index](const auto& all) { return std::as_bytes(all.subspan(index, 1)); };
  switch (kind) {
    case FactKind::account:
      return one(facts.accounts);
    case FactKind::transfer:
      return one(facts.transfers);
    case FactKind::ledger:
      return one(facts.ledgers);
    case FactKind::segment_opened:
      return one(facts.segments_opened);
    case FactKind::segment_sealed:
      return one(facts.segments_sealed);
    case FactKind::segment_hashed:
      return one(facts.segments_hashed);
    case FactKind::clock_change:
      return one(facts.clock_changes);
    case FactKind::client_evicted:
      return one(facts.clients_evicted);
    case FactKind::hold_released:
      return one(facts.holds_released);
    case FactKind::account_change:
      return one(facts.account_changes);
    case FactKind::name:
      return one(facts.names);
    case FactKind::domain_event:
      return one(facts.domain_events);
    case FactKind::checkpoint:
      return one(facts.checkpoints);
    case FactKind::tcc:
      return one(facts.tcc_facts);
  }
  return {};
}

std::span<const std::byte> bytes_of_refused(const EntryFacts& facts, RequestKind kind,
                                            std::size_t index) {
  const auto one = [index](const auto& all) { return std::as_bytes(all.subspan(index, 1)); };
  if (kind == RequestKind::create_accounts) return one(facts.refused_accounts);
  if (kind == RequestKind::create_transfers) return one(facts.refused_transfers);
  if (kind == RequestKind::put_ledgers) return one(facts.refused_ledgers);
  if (kind == RequestKind::change_accounts) return one(facts.refused_account_changes);
  if (kind == RequestKind::put_names) return one(facts.refused_names);
  if (kind == RequestKind::append_events) return one(facts.refused_domain_events);
  if (kind == RequestKind::put_checkpoints) return one(facts.refused_checkpoints);
  if (kind == RequestKind::tcc_commands) return one(facts.refused_tcc_commands);
  return {};
}

/// Writes records as far as there is room.
class RecordWriter {
 public:
  RecordWriter(std::vector<std::byte>& records, std::uint32_t skip, std::size_t bytes_max)
      : records_{records}, skip_{skip}, bytes_max_{bytes_max} {}

  /// A part of an operation. False when there is no room for it.
  bool part(Sequence sequence, std::uint16_t kind, std::span<const std::byte> bytes,
            std::span<const std::byte> behind = {}) {
    if (skip_ > 0) {
      --skip_;
      return true;
    }
    const std::size_t size = bytes.size() + behind.size();
    if (written_ > 0 && records_.size() + sizeof(LogRecordHeader) + size + 7 > bytes_max_) {
      return false;
    }
    ++written_;
    append(sequence, kind, bytes, behind);
    return true;
  }

  void append(Sequence sequence, std::uint16_t kind, std::span<const std::byte> bytes,
              std::span<const std::byte> behind = {}) {
    const LogRecordHeader header{.sequence = sequence,
                                 .bytes = static_cast<std::uint32_t>(bytes.size() + behind.size()),
                                 .kind = kind,
                                 .reserved = 0};
    put(std::as_bytes(std::span{&header, 1}));
    put(bytes);
    put(behind);
    records_.resize((records_.size() + 7) / 8 * 8);
  }

 private:
  void put(std::span<const std::byte> bytes) {
    records_.insert(records_.end(), bytes.begin(), bytes.end());
  }

  std::vector<std::byte>& records_;
  std::uint32_t skip_;
  std::size_t bytes_max_;
  std::uint32_t written_ = 0;
};

bool append_refusals(RecordWriter& writer, const OperationsOfEntry& operations,
                     const OperationsOfEntry::Place& place, bool with_facts) {
  const EntryFacts& facts = operations.facts();
  const Operation& operation = operations.operation(place);
  std::uint32_t data = place.first_refused_data;
  for (std::uint32_t each = 0; each < operation.refusal_count; ++each) {
    const Refusal& refusal = facts.refusals[place.first_refusal + each];
    std::span<const std::byte> event;
    const RequestKind kind = kind_of_refusal(operation.kind, refusal);
    if (keeps_request_data(kind, refusal.status)) event = bytes_of_refused(facts, kind, data++);
    if (!with_facts) event = {};
    const auto bytes = std::as_bytes(std::span{&refusal, 1});
    if (!writer.part(place.sequence, log_record::refusal, bytes, event)) return false;
  }
  return true;
}

bool append_facts(RecordWriter& writer, const OperationsOfEntry& operations,
                  const OperationsOfEntry::Place& place) {
  const EntryFacts& facts = operations.facts();
  for (const PlacedRun& placed : operations.runs(place)) {
    const Run& run = placed.run;
    const auto kind =
        static_cast<std::uint16_t>(log_record::fact + static_cast<std::uint16_t>(run.kind));
    for (std::uint32_t each = 0; each < run.count; ++each) {
      const std::size_t index = run.first + each;
      const Sequence sequence{placed.first_sequence.value() + each};
      TransferNote note;
      std::span<const std::byte> behind;
      if (run.kind == FactKind::transfer && !facts.transfer_notes.empty()) {
        note = facts.note_of(index);
        const TransferNote none;
        if (std::memcmp(&note, &none, sizeof(note)) != 0) {
          behind = std::as_bytes(std::span{&note, 1});
        }
      }
      if (!writer.part(sequence, kind, bytes_of_fact(facts, run.kind, index), behind)) return false;
    }
  }
  return true;
}

/// Looks for a field's value in the events of an operation.
template <typename OfTransfer, typename OfAccount>
bool any_event(const OperationsOfEntry& operations, const OperationsOfEntry::Place& place,
               OfTransfer of_transfer, OfAccount of_account) {
  const EntryFacts& facts = operations.facts();
  for (const PlacedRun& placed : operations.runs(place)) {
    const Run& run = placed.run;
    if (run.kind == FactKind::transfer) {
      const auto made = facts.transfers.subspan(run.first, run.count);
      if (std::any_of(made.begin(), made.end(), of_transfer)) return true;
    } else if (run.kind == FactKind::account) {
      const auto made = facts.accounts.subspan(run.first, run.count);
      if (std::any_of(made.begin(), made.end(), of_account)) return true;
    } else if (run.kind == FactKind::domain_event) {
      const auto made = facts.domain_events.subspan(run.first, run.count);
      if (std::any_of(made.begin(), made.end(), of_transfer)) return true;
    }
  }
  const Operation& operation = operations.operation(place);
  std::uint32_t data = place.first_refused_data;
  for (std::uint32_t each = 0; each < operation.refusal_count; ++each) {
    const Refusal& refusal = facts.refusals[place.first_refusal + each];
    const RequestKind kind = kind_of_refusal(operation.kind, refusal);
    if (!keeps_request_data(kind, refusal.status)) continue;
    const bool is_it =
        (kind == RequestKind::create_transfers && of_transfer(facts.refused_transfers[data])) ||
        (kind == RequestKind::append_events && of_transfer(facts.refused_domain_events[data])) ||
        (kind == RequestKind::create_accounts && of_account(facts.refused_accounts[data]));
    if (is_it) return true;
    ++data;
  }
  return false;
}

bool follows(TransferId wanted, const OperationsOfEntry& operations,
             const OperationsOfEntry::Place& place) {
  const EntryFacts& facts = operations.facts();
  for (const PlacedRun& placed : operations.runs(place)) {
    const Run& run = placed.run;
    if (run.kind == FactKind::transfer) {
      const auto made = facts.transfers.subspan(run.first, run.count);
      if (std::any_of(made.begin(), made.end(),
                      [&](const Transfer& each) { return each.pending_id == wanted; })) {
        return true;
      }
    } else if (run.kind == FactKind::hold_released) {
      const auto made = facts.holds_released.subspan(run.first, run.count);
      if (std::any_of(made.begin(), made.end(),
                      [&](const HoldReleased& each) { return each.id == wanted; })) {
        return true;
      }
    }
  }
  return false;
}

// The fields that stand in the operation's record only.
bool record_passes(const OperationFilter& filter, const Operation& operation, Sequence sequence) {
  if (filter.client != ClientId{} && filter.client != operation.client) return false;
  if (filter.kind != RequestKind{} && filter.kind != operation.kind) return false;
  if ((filter.flags & operation_flag::by_status) != 0 && filter.status != operation.status) {
    return false;
  }
  if ((filter.flags & operation_flag::has_refusals) != 0 && operation.refusal_count == 0) {
    return false;
  }
  if (operation.time < filter.time_min) return false;
  if (filter.time_max.value() != 0 && operation.time > filter.time_max) return false;
  return sequence.value() >= filter.sequence_min &&
         (filter.sequence_max == 0 || sequence.value() <= filter.sequence_max);
}

}  // namespace

OperationsOfEntry::OperationsOfEntry(const EntryFacts& facts) : facts_{facts} {
  places_.reserve(facts.operations.size());
  RunWalker walker{facts};
  for (PlacedRun placed; walker.next(placed);) {
    if (placed.run.operation == no_operation) continue;
    if (placed.starts_operation) {
      places_.push_back({.sequence = placed.operation_sequence,
                         .last = placed.operation_sequence,
                         .operation = placed.run.operation,
                         .first_refusal = placed.first_refusal,
                         .first_refused_data = placed.first_refused_data,
                         .first_run = static_cast<std::uint32_t>(runs_.size()),
                         .run_count = 0});
    }
    Place& place = places_.back();
    ++place.run_count;
    if (placed.run.count > 0) {
      place.last = Sequence{placed.first_sequence.value() + placed.run.count - 1};
    }
    runs_.push_back(placed);
  }
}

std::optional<std::string_view> fault_of(const OperationFilter& filter) {
  if (filter.limit == 0) return "the limit is 0: ask for 1 to 8,192 operations";
  if (filter.limit > limits::batch_events_max) return "the limit is above 8,192";
  if ((filter.flags & ~unsigned{operation_flag::known}) != 0 || filter.reserved != 0) {
    return "the filter has flags that nobody knows";
  }
  if (filter.time_max.value() != 0 && filter.time_min > filter.time_max) {
    return "time_min is after time_max: nothing could be between";
  }
  if (filter.time_min.value() > limits::timestamp_max ||
      filter.time_max.value() > limits::timestamp_max) {
    return "a time is after the end of time, 2^63 - 1 ns";
  }
  if (filter.sequence_max != 0 && filter.sequence_min > filter.sequence_max) {
    return "sequence_min is after sequence_max: nothing could be between";
  }
  if (filter.status != RequestStatus{} && (filter.flags & operation_flag::by_status) == 0) {
    return "a status is given and the flag by_status is not set";
  }
  return std::nullopt;
}

bool passes(const OperationFilter& filter, const OperationsOfEntry& operations,
            const OperationsOfEntry::Place& place) {
  const Operation& operation = operations.operation(place);
  if (!record_passes(filter, operation, place.sequence)) return false;
  const auto nothing = [](const Account&) { return false; };
  if (filter.trace_id != TraceId{} && filter.trace_id != operation.trace_id &&
      !any_event(
          operations, place, [&](const auto& event) { return event.trace_id == filter.trace_id; },
          nothing)) {
    return false;
  }
  const auto of_business = [&](const auto& event) {
    return event.business_id == filter.business_id;
  };
  if (filter.business_id != BusinessId{} && filter.business_id != operation.business_id &&
      !any_event(operations, place, of_business, of_business)) {
    return false;
  }
  const auto of_user = [&](const auto& event) { return event.user_id == filter.user_id; };
  if (filter.user_id != UserId{} && filter.user_id != operation.user_id &&
      !any_event(operations, place, of_user, of_user)) {
    return false;
  }
  return filter.follows == TransferId{} || follows(filter.follows, operations, place);
}

bool append_records(std::vector<std::byte>& records, const OperationsOfEntry& operations,
                    const OperationsOfEntry::Place& place, bool with_facts, std::uint32_t skip,
                    std::size_t bytes_max) {
  const EntryFacts& facts = operations.facts();
  const Operation& operation = operations.operation(place);
  const std::string_view reason = facts.reason_of(place.operation);
  OperationView view{.operation = operation,
                     .commit_time = Timestamp{facts.header.commit_time},
                     .records = operation.refusal_count + (reason.empty() ? 0U : 1U),
                     .reserved = 0};
  if (with_facts)
    view.records += static_cast<std::uint32_t>(place.last.value() - place.sequence.value());
  RecordWriter writer{records, skip, bytes_max};
  writer.append(place.sequence, log_record::operation, std::as_bytes(std::span{&view, 1}));
  if (!reason.empty() &&
      !writer.part(place.sequence, log_record::reason, std::as_bytes(std::span{reason}))) {
    return false;
  }
  if (!append_refusals(writer, operations, place, with_facts)) return false;
  return !with_facts || append_facts(writer, operations, place);
}

}  // namespace daybook

#include "engine/codec/entry_facts.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include <fmt/format.h>

#include "engine/codec/generated/journal_generated.h"

namespace daybook {
namespace {

Failure damaged(std::string what) { return {FailureKind::damaged, std::move(what)}; }

// The generated structs and engine/model's are the same bytes. The verifier checks a vector's
// bounds, but not that its structs are aligned: where they are not, `aligned` becomes false.
template <typename Model, typename Stored>
std::span<const Model> as_model(const flatbuffers::Vector<const Stored*>* vector, bool& aligned) {
  static_assert(sizeof(Model) == sizeof(Stored) && alignof(Model) == alignof(Stored));
  if (vector == nullptr || vector->size() == 0) return {};
  if (reinterpret_cast<std::uintptr_t>(vector->Data()) % alignof(Model) != 0) aligned = false;
  return {reinterpret_cast<const Model*>(vector->Data()), vector->size()};
}

std::span<const std::byte> bytes_of(const flatbuffers::Vector<std::uint8_t>* vector) {
  if (vector == nullptr) return {};
  return {reinterpret_cast<const std::byte*>(vector->Data()), vector->size()};
}

// How many facts of each kind an entry holds, or has used so far.
struct Counts {
  std::array<std::uint64_t, 15> of_kind{};

  explicit Counts() = default;
  explicit Counts(const EntryFacts& facts) {
    of(FactKind::account) = facts.accounts.size();
    of(FactKind::transfer) = facts.transfers.size();
    of(FactKind::ledger) = facts.ledgers.size();
    of(FactKind::segment_opened) = facts.segments_opened.size();
    of(FactKind::segment_sealed) = facts.segments_sealed.size();
    of(FactKind::segment_hashed) = facts.segments_hashed.size();
    of(FactKind::clock_change) = facts.clock_changes.size();
    of(FactKind::client_evicted) = facts.clients_evicted.size();
    of(FactKind::hold_released) = facts.holds_released.size();
    of(FactKind::account_change) = facts.account_changes.size();
    of(FactKind::name) = facts.names.size();
    of(FactKind::domain_event) = facts.domain_events.size();
    of(FactKind::checkpoint) = facts.checkpoints.size();
    of(FactKind::tcc) = facts.tcc_facts.size();
  }
  std::uint64_t& of(FactKind kind) { return of_kind[static_cast<std::size_t>(kind)]; }
};

bool kind_is_known(FactKind kind) { return to_string(kind) != "unknown_fact"; }

// Counts the facts of unknown kinds, if they are to be counted.
Result<void> check_runs(EntryFacts& facts, UnknownFacts unknown) {
  Counts present{facts};
  Counts used;
  std::uint64_t operations = 0;
  std::uint64_t sequences = 0;
  std::uint64_t created = 0;  // By the current operation.
  bool named = false;         // So are names that came with events: they come last.
  for (const Run& run : facts.runs) {
    const bool known = kind_is_known(run.kind);
    if (run.reserved != 0 || (!known && unknown == UnknownFacts::refuse)) {
      return damaged(
          fmt::format("a run has the unknown kind {}; if a newer build wrote it, use that",
                      static_cast<std::uint16_t>(run.kind)));
    }
    if (run.operation != no_operation) {
      if (run.operation == operations && operations < facts.operations.size()) {
        if (operations > 0 && facts.operations[operations - 1].created_count != created) {
          return damaged("an operation has another number of facts than it says");
        }
        ++operations;
        ++sequences;
        created = 0;
        named = false;
      } else if (operations == 0 || run.operation != operations - 1) {
        return damaged("a run names an operation out of order");
      } else if (named) {
        return damaged("an operation goes on after its names");
      } else {
        named = run.kind == FactKind::name;
      }
      if (!named) created += run.count;
    }
    sequences += run.count;
    if (!known) {
      facts.unknown_facts += run.count;
      continue;
    }
    if (run.first != used.of(run.kind)) return damaged("a run starts in the wrong place");
    used.of(run.kind) += run.count;
  }
  if (operations != facts.operations.size() ||
      (operations > 0 && facts.operations[operations - 1].created_count != created)) {
    return damaged("an operation has another number of facts than it says");
  }
  if (used.of_kind != present.of_kind) return damaged("the runs do not use each fact once");
  if (sequences != facts.header.fact_count) {
    return damaged(fmt::format("the entry's header counts {} facts, its runs {}",
                               facts.header.fact_count, sequences));
  }
  return {};
}

Result<void> check_refusals(const EntryFacts& facts) {
  std::uint64_t refusals = 0;
  std::uint64_t accounts = 0;
  std::uint64_t transfers = 0;
  std::uint64_t ledgers = 0;
  std::uint64_t changes = 0;
  std::uint64_t names = 0;
  std::uint64_t events = 0;
  std::uint64_t checkpoints = 0;
  std::uint64_t tcc_commands = 0;
  for (const Operation& operation : facts.operations) {
    if (operation.refusal_count > facts.refusals.size() - refusals) {
      return damaged("an operation has more refusals than there are");
    }
    const bool of_bundle = is_bundle(operation.kind);
    bool has_data = false;
    for (std::uint32_t each = 0; each < operation.refusal_count; ++each) {
      const Refusal& refusal = facts.refusals[refusals++];
      if (refusal.index >= operation.event_count) {
        return damaged("a refusal names an event that its request did not have");
      }
      const bool of_tcc = operation.kind == RequestKind::tcc_commands;
      if (refusal.part > (of_bundle ? bundle_part::events : 0U) && !of_tcc) {
        return damaged("a refusal is of an unknown part of its request");
      }
      const RequestKind kind = kind_of_refusal(operation.kind, refusal);
      if (!keeps_request_data(kind, refusal.status)) continue;
      if (of_bundle && has_data) return damaged("a bundle fails in two places");
      has_data = true;
      if (kind == RequestKind::create_accounts) ++accounts;
      if (kind == RequestKind::create_transfers) ++transfers;
      if (kind == RequestKind::put_ledgers) ++ledgers;
      if (kind == RequestKind::change_accounts) ++changes;
      if (kind == RequestKind::put_names) ++names;
      if (kind == RequestKind::append_events) ++events;
      if (kind == RequestKind::put_checkpoints) ++checkpoints;
      if (kind == RequestKind::tcc_commands) ++tcc_commands;
    }
  }
  if (refusals != facts.refusals.size() || accounts != facts.refused_accounts.size() ||
      transfers != facts.refused_transfers.size() || ledgers != facts.refused_ledgers.size() ||
      changes != facts.refused_account_changes.size() || names != facts.refused_names.size() ||
      events != facts.refused_domain_events.size() ||
      checkpoints != facts.refused_checkpoints.size() ||
      tcc_commands != facts.refused_tcc_commands.size()) {
    return damaged("the refusals and their request data do not match");
  }
  return {};
}

Result<void> check_payloads(const EntryFacts& facts) {
  std::uint64_t bytes = 0;
  for (const DomainEvent& event : facts.domain_events) bytes += event.payload_bytes;
  if (bytes != facts.event_payloads.size()) {
    return damaged("the payloads do not belong to the domain events");
  }
  return {};
}

// Notes and reasons name what they belong to, each at most once and in order.
template <typename Item, typename IndexOf>
bool grows(std::span<const Item> items, std::size_t end, IndexOf index_of) {
  std::size_t from = 0;
  for (const Item& item : items) {
    if (index_of(item) < from || index_of(item) >= end) return false;
    from = index_of(item) + 1;
  }
  return true;
}

Result<void> check_notes(const EntryFacts& facts) {
  if (!grows(facts.transfer_notes, facts.transfers.size(),
             [](const TransferNote& note) { return std::size_t{note.transfer}; })) {
    return damaged("the notes do not belong to the transfers");
  }
  if (!grows(facts.reasons, facts.operations.size(),
             [](const OperationReason& reason) { return std::size_t{reason.operation}; })) {
    return damaged("the reasons do not belong to the operations");
  }
  for (const OperationReason& reason : facts.reasons) {
    if (reason.bytes > reason.text.size()) return damaged("a reason is longer than its place");
  }
  return {};
}

// A parent belongs to the one fact that opens a segment, and is left where this entry begins. What
// the entries before are is the reader's to compare.
Result<void> check_parent(const EntryFacts& facts) {
  if (facts.parents.empty()) return {};
  const JournalParent& parent = facts.parents.front();
  const EntryHeader& header = facts.header;
  if (facts.parents.size() > 1 || facts.segments_opened.size() != 1 ||
      !facts.segments_sealed.empty()) {
    return damaged("an entry names a parent and does not open one segment");
  }
  const bool known = parent.kind == ParentKind::restored || parent.kind == ParentKind::forked ||
                     parent.kind == ParentKind::loaded;
  if (!known || parent.reserved != 0) return damaged("a parent is of an unknown kind");
  const bool in_place = parent.last_sequence + 1 == header.first_sequence &&
                        parent.cut_sequence >= parent.last_sequence &&
                        parent.cut_sequence <= header.last().value();
  if (!in_place) return damaged("a parent was not left where this entry begins");
  return {};
}

}  // namespace

TransferNote EntryFacts::note_of(std::size_t index) const {
  const auto found = std::lower_bound(
      transfer_notes.begin(), transfer_notes.end(), index,
      [](const TransferNote& note, std::size_t wanted) { return note.transfer < wanted; });
  return found != transfer_notes.end() && found->transfer == index ? *found : TransferNote{};
}

std::string_view EntryFacts::reason_of(std::size_t index) const {
  const auto found = std::lower_bound(
      reasons.begin(), reasons.end(), index,
      [](const OperationReason& reason, std::size_t wanted) { return reason.operation < wanted; });
  return found != reasons.end() && found->operation == index ? found->words() : std::string_view{};
}

bool keeps_request_data(RequestKind kind, std::uint16_t status) {
  if (kind == RequestKind::create_accounts) {
    return status != static_cast<std::uint16_t>(CreateAccountStatus::exists) &&
           status != static_cast<std::uint16_t>(CreateAccountStatus::linked_event_failed);
  }
  if (kind == RequestKind::create_transfers) {
    return status != static_cast<std::uint16_t>(CreateTransferStatus::exists) &&
           status != static_cast<std::uint16_t>(CreateTransferStatus::linked_event_failed);
  }
  if (kind == RequestKind::change_accounts) {
    return status != static_cast<std::uint16_t>(ChangeAccountStatus::outside_limits);
  }
  if (kind == RequestKind::put_names) {
    return status != static_cast<std::uint16_t>(PutNameStatus::exists);
  }
  if (appends_events(kind) || commands_sagas(kind)) {
    return status != static_cast<std::uint16_t>(AppendEventStatus::exists) &&
           status != static_cast<std::uint16_t>(AppendEventStatus::linked_event_failed);
  }
  if (kind == RequestKind::put_checkpoints) {
    return status != static_cast<std::uint16_t>(PutCheckpointStatus::exists);
  }
  if (kind == RequestKind::tcc_commands) {
    return status > static_cast<std::uint16_t>(TccStatus::ok_empty) &&
           status != static_cast<std::uint16_t>(TccStatus::awaits_parent);
  }
  return kind == RequestKind::put_ledgers &&
         status != static_cast<std::uint16_t>(PutLedgerStatus::exists);
}

Result<EntryFacts> read_facts(const EntryView& entry, UnknownFacts unknown) {
  const auto payload = entry.payload();
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(payload.data());
  constexpr flatbuffers::uoffset_t depth = 2;
  constexpr flatbuffers::uoffset_t tables = 1;
  flatbuffers::Verifier verifier{bytes, payload.size(), depth, tables};
  if (!journal::VerifyEntryBuffer(verifier)) {
    return damaged("the entry's payload is not a FlatBuffer of this schema");
  }
  const journal::Entry& stored = *journal::GetEntry(bytes);
  bool aligned = true;
  EntryFacts facts{
      .header = entry.header,
      .runs = as_model<Run>(stored.runs(), aligned),
      .operations = as_model<Operation>(stored.operations(), aligned),
      .refusals = as_model<Refusal>(stored.refusals(), aligned),
      .refused_accounts = as_model<Account>(stored.refused_accounts(), aligned),
      .refused_transfers = as_model<Transfer>(stored.refused_transfers(), aligned),
      .refused_ledgers = as_model<Ledger>(stored.refused_ledgers(), aligned),
      .accounts = as_model<Account>(stored.accounts(), aligned),
      .ledgers = as_model<Ledger>(stored.ledgers(), aligned),
      .segments_opened = as_model<SegmentOpened>(stored.segments_opened(), aligned),
      .segments_sealed = as_model<SegmentSealed>(stored.segments_sealed(), aligned),
      .segments_hashed = as_model<SegmentHashed>(stored.segments_hashed(), aligned),
      .clock_changes = as_model<ClockChange>(stored.clock_changes(), aligned),
      .clients_evicted = as_model<ClientEvicted>(stored.clients_evicted(), aligned),
      .transfers = as_model<Transfer>(stored.transfers(), aligned),
      .transfer_notes = as_model<TransferNote>(stored.transfer_notes(), aligned),
      .holds_released = as_model<HoldReleased>(stored.holds_released(), aligned),
      .account_changes = as_model<AccountChange>(stored.account_changes(), aligned),
      .refused_account_changes = as_model<AccountChange>(stored.refused_account_changes(), aligned),
      .reasons = as_model<OperationReason>(stored.reasons(), aligned),
      .names = as_model<Name>(stored.names(), aligned),
      .refused_names = as_model<Name>(stored.refused_names(), aligned),
      .domain_events = as_model<DomainEvent>(stored.domain_events(), aligned),
      .refused_domain_events = as_model<DomainEvent>(stored.refused_domain_events(), aligned),
      .event_payloads = bytes_of(stored.event_payloads()),
      .unknown_facts = 0,
      .parents = as_model<JournalParent>(stored.parents(), aligned),
      .checkpoints = as_model<EventCheckpoint>(stored.checkpoints(), aligned),
      .refused_checkpoints = as_model<EventCheckpoint>(stored.refused_checkpoints(), aligned),
      .tcc_facts = as_model<TccFact>(stored.tcc_facts(), aligned),
      .refused_tcc_commands = as_model<TccCommand>(stored.refused_tcc_commands(), aligned)};
  if (!aligned) return damaged("the entry's payload has facts that are not aligned");
  if (auto checked = check_runs(facts, unknown); !checked.ok()) return checked.error();
  if (auto checked = check_refusals(facts); !checked.ok()) return checked.error();
  if (auto checked = check_notes(facts); !checked.ok()) return checked.error();
  if (auto checked = check_payloads(facts); !checked.ok()) return checked.error();
  if (auto checked = check_parent(facts); !checked.ok()) return checked.error();
  return facts;
}

std::uint32_t* RunWalker::refused_of(RequestKind kind) {
  if (kind == RequestKind::create_accounts) return &refused_accounts_;
  if (kind == RequestKind::create_transfers) return &refused_transfers_;
  if (kind == RequestKind::put_ledgers) return &refused_ledgers_;
  if (kind == RequestKind::put_names) return &refused_names_;
  if (appends_events(kind) || commands_sagas(kind)) return &refused_events_;
  if (kind == RequestKind::put_checkpoints) return &refused_checkpoints_;
  if (kind == RequestKind::tcc_commands) return &refused_tcc_commands_;
  return kind == RequestKind::change_accounts ? &refused_account_changes_ : nullptr;
}

// Of what kind the operation's refused data is. A bundle has one at most.
RequestKind RunWalker::data_kind(const Operation& operation) const {
  if (!is_bundle(operation.kind)) return operation.kind;
  for (const Refusal& refusal : facts_->refusals.subspan(refusals_, operation.refusal_count)) {
    const RequestKind kind = kind_of_refusal(operation.kind, refusal);
    if (keeps_request_data(kind, refusal.status)) return kind;
  }
  return RequestKind::create_transfers;
}

bool RunWalker::next(PlacedRun& placed) {
  if (at_ == facts_->runs.size()) return false;
  placed.run = facts_->runs[at_++];
  placed.starts_operation = placed.run.operation == operations_;
  if (placed.starts_operation) {
    if (operations_ > 0) {  // Past the refusals of the operation before.
      const Operation& before = facts_->operations[operations_ - 1];
      for (std::uint32_t each = 0; each < before.refusal_count; ++each) {
        const Refusal& refusal = facts_->refusals[refusals_++];
        const RequestKind kind = kind_of_refusal(before.kind, refusal);
        if (!keeps_request_data(kind, refusal.status)) continue;
        if (std::uint32_t* const count = refused_of(kind)) ++*count;
      }
    }
    ++operations_;
    placed.operation_sequence = next_;
    next_ = daybook::next(next_);
    placed.first_refusal = refusals_;
    const std::uint32_t* const refused = refused_of(data_kind(facts_->operations[operations_ - 1]));
    placed.first_refused_data = refused == nullptr ? 0 : *refused;
  }
  placed.first_sequence = next_;
  next_ = Sequence{next_.value() + placed.run.count};
  return true;
}

}  // namespace daybook

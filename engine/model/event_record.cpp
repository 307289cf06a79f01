#include "engine/model/event_record.hpp"

#include <array>
#include <utility>

#include "engine/model/domain_event.hpp"

namespace daybook {
namespace {

struct Texts {
  std::string_view aggregate;
  std::string_view event;
};
constexpr std::array<Texts, engine_event_count> texts{{
    {"daybook.operation", "daybook.operation.done"},
    {"daybook.operation", "daybook.operation.refused"},
    {"daybook.account", "daybook.account.created"},
    {"daybook.account", "daybook.account.limits_set"},
    {"daybook.account", "daybook.account.limits_cleared"},
    {"daybook.account", "daybook.account.frozen"},
    {"daybook.account", "daybook.account.unfrozen"},
    {"daybook.account", "daybook.account.closed"},
    {"daybook.account", "daybook.account.reopened"},
    {"daybook.transfer", "daybook.transfer.posted"},
    {"daybook.transfer", "daybook.transfer.pending"},
    {"daybook.transfer", "daybook.transfer.hold_posted"},
    {"daybook.transfer", "daybook.transfer.hold_voided"},
    {"daybook.transfer", "daybook.transfer.reversed"},
    {"daybook.hold", "daybook.hold.released"},
    {"daybook.ledger", "daybook.ledger.put"},
    {"daybook.name", "daybook.name.put"},
    {"daybook.checkpoint", "daybook.checkpoint.put"},
    {"daybook.checkpoint", "daybook.checkpoint.removed"},
    {"daybook.tcc", "daybook.tcc.begun"},
    {"daybook.tcc", "daybook.tcc.branch_tried"},
    {"daybook.tcc", "daybook.tcc.branch_refused"},
    {"daybook.tcc", "daybook.tcc.confirm_decided"},
    {"daybook.tcc", "daybook.tcc.cancel_decided"},
    {"daybook.tcc", "daybook.tcc.branch_confirmed"},
    {"daybook.tcc", "daybook.tcc.branch_cancelled"},
    {"daybook.tcc", "daybook.tcc.branch_emptied"},
    {"daybook.tcc", "daybook.tcc.cancelled_unseen"},
    {"daybook.tcc", "daybook.tcc.pruned"},
    {"daybook.tcc", "daybook.tcc.branch_stuck"},
    {"daybook.tcc", "daybook.tcc.branch_resumed"},
    {"daybook.tcc", "daybook.tcc.branch_withdrawn"},
    {"daybook.tcc", "daybook.tcc.branch_closed"},
    {"daybook.tcc", "daybook.tcc.branch_prepared"},
    {"daybook.tcc", "daybook.tcc.prepared"},
    {"daybook.clock", "daybook.clock.advanced"},
    {"daybook.clock", "daybook.clock.held"},
    {"daybook.clock", "daybook.clock.accepted"},
    {"daybook.client", "daybook.client.evicted"},
    {"daybook.segment", "daybook.segment.opened"},
    {"daybook.segment", "daybook.segment.sealed"},
    {"daybook.segment", "daybook.segment.hashed"},
}};
static_assert(static_cast<std::size_t>(EngineEvent::segment_hashed) + 1 == engine_event_count);

const std::array<EngineEventIds, engine_event_count>& all_ids() {
  static const std::array<EngineEventIds, engine_event_count> ids = [] {
    std::array<EngineEventIds, engine_event_count> hashed;
    for (std::size_t at = 0; at < hashed.size(); ++at) {
      hashed[at] = {id_of(texts[at].aggregate), id_of(texts[at].event)};
    }
    return hashed;
  }();
  return ids;
}

Failure damaged(std::string what) {
  return {FailureKind::damaged, "the records of events cannot be read: " + std::move(what)};
}

constexpr std::size_t padded(std::uint64_t bytes) { return (bytes + 7) / 8 * 8; }

std::size_t fact_bytes_min(FactKind kind) {
  return kind == operation_record ? sizeof(Operation) : fact_bytes(kind);
}

}  // namespace

LoggedFact EventView::logged() const {
  LoggedFact logged{.sequence = record.sequence,
                    .kind = record.kind,
                    .bytes = {fact.begin(), fact.end()},
                    .note = {}};
  const std::size_t known = fact_bytes(record.kind);
  if (record.kind == FactKind::transfer && fact.size() >= known + sizeof(TransferNote)) {
    std::memcpy(&logged.note.emplace(), fact.data() + known, sizeof(TransferNote));
  }
  return logged;
}

Result<std::vector<EventView>> read_event_records(std::span<const std::byte> bytes) {
  std::vector<EventView> events;
  while (!bytes.empty()) {
    EventView& event = events.emplace_back();
    if (bytes.size() < sizeof(EventRecord)) return damaged("a head is cut");
    std::memcpy(&event.record, bytes.data(), sizeof(EventRecord));
    bytes = bytes.subspan(sizeof(EventRecord));
    const EventRecord& record = event.record;
    const std::uint64_t fact = padded(record.fact_bytes);
    if (fact + padded(record.payload_bytes) > bytes.size()) return damaged("a record is cut");
    if (record.fact_bytes < fact_bytes_min(record.kind)) return damaged("a fact is cut");
    event.fact = bytes.first(record.fact_bytes);
    event.payload = bytes.subspan(fact, record.payload_bytes);
    bytes = bytes.subspan(fact + padded(record.payload_bytes));
    const bool grows =
        events.size() == 1 || events[events.size() - 2].record.sequence < record.sequence;
    if (!grows || record.sequence == Sequence{}) return damaged("the sequences do not grow");
  }
  return events;
}

std::string_view aggregate_text(EngineEvent event) noexcept {
  return texts[static_cast<std::size_t>(event)].aggregate;
}

std::string_view event_text(EngineEvent event) noexcept {
  return texts[static_cast<std::size_t>(event)].event;
}

const EngineEventIds& ids_of(EngineEvent event) {
  return all_ids()[static_cast<std::size_t>(event)];
}

std::string_view engine_text_of(const Uint128& id) {
  for (std::size_t at = 0; at < engine_event_count; ++at) {
    if (all_ids()[at].aggregate_type == id) return texts[at].aggregate;
    if (all_ids()[at].event_type == id) return texts[at].event;
  }
  return {};
}

EngineEvent engine_event_of(const Operation& operation) noexcept {
  return operation.status == RequestStatus::ok ? EngineEvent::operation_done
                                               : EngineEvent::operation_refused;
}

EngineEvent engine_event_of(const Transfer& transfer) noexcept {
  if ((transfer.flags & transfer_flag::pending) != 0) return EngineEvent::transfer_pending;
  if ((transfer.flags & transfer_flag::post_pending_transfer) != 0) {
    return EngineEvent::transfer_hold_posted;
  }
  if ((transfer.flags & transfer_flag::void_pending_transfer) != 0) {
    return EngineEvent::transfer_hold_voided;
  }
  return (transfer.flags & transfer_flag::reversal) != 0 ? EngineEvent::transfer_reversed
                                                         : EngineEvent::transfer_posted;
}

EngineEvent engine_event_of(const AccountChange& change) noexcept {
  switch (change.kind) {
    case AccountChangeKind::set_limits:
      return EngineEvent::account_limits_set;
    case AccountChangeKind::clear_limits:
      return EngineEvent::account_limits_cleared;
    case AccountChangeKind::freeze:
      return EngineEvent::account_frozen;
    case AccountChangeKind::unfreeze:
      return EngineEvent::account_unfrozen;
    case AccountChangeKind::close:
      return EngineEvent::account_closed;
    case AccountChangeKind::reopen:
      break;
  }
  return EngineEvent::account_reopened;
}

EngineEvent engine_event_of(const ClockChange& change) noexcept {
  if (change.kind == ClockChangeKind::advanced) return EngineEvent::clock_advanced;
  return change.kind == ClockChangeKind::held ? EngineEvent::clock_held
                                              : EngineEvent::clock_accepted;
}

// Both are in the order of the kinds.
EngineEvent engine_event_of(const TccFact& fact) noexcept {
  const auto kind = static_cast<unsigned>(fact.kind);
  const auto first = static_cast<unsigned>(EngineEvent::tcc_begun);
  return static_cast<EngineEvent>(first + kind - static_cast<unsigned>(TccFactKind::begun));
}
static_assert(static_cast<unsigned>(EngineEvent::tcc_prepared) -
                  static_cast<unsigned>(EngineEvent::tcc_begun) ==
              static_cast<unsigned>(TccFactKind::prepared) -
                  static_cast<unsigned>(TccFactKind::begun));

EngineEvent engine_event_of(const EventCheckpoint& checkpoint) noexcept {
  return checkpoint.removes() ? EngineEvent::checkpoint_removed : EngineEvent::checkpoint_put;
}

}  // namespace daybook

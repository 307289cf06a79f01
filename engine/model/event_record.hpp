#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/model/account_change.hpp"
#include "engine/model/event_checkpoint.hpp"
#include "engine/model/facts.hpp"
#include "engine/model/ids.hpp"
#include "engine/model/operation.hpp"
#include "engine/model/operation_log.hpp"
#include "engine/model/sequence.hpp"
#include "engine/model/tcc.hpp"
#include "engine/model/transfer.hpp"

/// Events as subscriptions carry them: everything that has a sequence, with one head in front of
/// it, whatever it is. Records stand one behind the other:
///
///     head            160 bytes, EventRecord
///     the fact        fact_bytes of it, then zeros up to a multiple of 8
///     the payload     payload_bytes of it, then zeros up to a multiple of 8
///
/// A transfer whose head says 192 fact_bytes has its TransferNote behind the Transfer. An
/// operation's own record has kind 0, and Operation as its fact.
///
/// What the engine itself says has aggregate and event types, too: id_of() of texts that begin
/// with "daybook.", such as "daybook.transfer" and "daybook.transfer.posted"; EngineEvent lists
/// them. The aggregate's id is the account's, the transfer's, the pending transfer's of a released
/// hold, the ledger's number, the id that was named, the client's that was evicted, the segment's
/// ordinal, an operation's sequence, id_of() a checkpoint's name, and 1 for the clock.

namespace daybook {

struct EventRecord {
  Uint128 aggregate_type;
  Uint128 aggregate_id;
  Uint128 event_type;
  TraceId trace_id;  ///< Of this and the next two: the fact's own, else its operation's.
  BusinessId business_id;
  ClientId client;            ///< Who asked for the operation; 0 = the engine's own.
  Sequence sequence;          ///< The event's id.
  Sequence operation;         ///< That it is a part of: its cause; 0 = none, the engine's own.
  Timestamp time;             ///< The fact's own, else its operation's, else its entry's.
  std::uint64_t version = 0;  ///< Of the aggregate, by this event; 0 where none is counted.
  UserId user_id;
  FactKind kind{};  ///< 0 = an operation's own record.
  std::uint16_t reserved = 0;
  std::uint32_t fact_bytes = 0;
  std::uint32_t payload_bytes = 0;
  std::uint32_t reserved_end = 0;
  Timestamp commit_time;  ///< Of the entry that it stands in.
};
static_assert(sizeof(EventRecord) == 160 && alignof(EventRecord) == 8);
static_assert(std::is_standard_layout_v<EventRecord> && std::is_trivially_copyable_v<EventRecord>);

inline constexpr FactKind operation_record{};  ///< The kind of an operation's own record.

/// An event as read. The spans point into what it was read from.
struct EventView {
  EventRecord record;
  std::span<const std::byte> fact;
  std::span<const std::byte> payload;

  /// Requires: Fact is that of record.kind.
  template <typename Fact>
  [[nodiscard]] Fact as() const {
    static_assert(std::is_trivially_copyable_v<Fact>);
    Fact copy;
    std::memcpy(&copy, fact.data(), sizeof(copy));
    return copy;
  }
  [[nodiscard]] bool is_operation() const { return record.kind == operation_record; }
  /// Requires: !is_operation().
  [[nodiscard]] LoggedFact logged() const;
};

/// Reads records. Any bytes are safe: `damaged` says what is wrong with them: cut records, facts
/// that are smaller than their kind, sequences that do not grow. Kinds that this version does not
/// know are left as they are.
[[nodiscard]] Result<std::vector<EventView>> read_event_records(std::span<const std::byte> bytes);

/// What the engine itself says. Not frozen: the texts are.
enum class EngineEvent : std::uint8_t {
  operation_done,
  operation_refused,
  account_created,
  account_limits_set,
  account_limits_cleared,
  account_frozen,
  account_unfrozen,
  account_closed,
  account_reopened,
  transfer_posted,
  transfer_pending,
  transfer_hold_posted,
  transfer_hold_voided,
  transfer_reversed,
  hold_released,
  ledger_put,
  name_put,
  checkpoint_put,
  checkpoint_removed,
  tcc_begun,
  tcc_branch_tried,
  tcc_branch_refused,
  tcc_confirm_decided,
  tcc_cancel_decided,
  tcc_branch_confirmed,
  tcc_branch_cancelled,
  tcc_branch_emptied,
  tcc_cancelled_unseen,
  tccs_pruned,
  tcc_branch_stuck,
  tcc_branch_resumed,
  tcc_branch_withdrawn,
  tcc_branch_closed,
  tcc_branch_prepared,
  tcc_prepared,
  clock_advanced,
  clock_held,
  clock_accepted,
  client_evicted,
  segment_opened,
  segment_sealed,
  segment_hashed,
};
inline constexpr std::size_t engine_event_count = 42;

/// "daybook.transfer" and so on; "daybook.transfer.posted" and so on.
[[nodiscard]] std::string_view aggregate_text(EngineEvent event) noexcept;
[[nodiscard]] std::string_view event_text(EngineEvent event) noexcept;

/// id_of() the texts, hashed once.
struct EngineEventIds {
  Uint128 aggregate_type;
  Uint128 event_type;
};
[[nodiscard]] const EngineEventIds& ids_of(EngineEvent event);

/// The text behind the id of an engine's own aggregate or event type; empty where it is none.
[[nodiscard]] std::string_view engine_text_of(const Uint128& id);

[[nodiscard]] EngineEvent engine_event_of(const Operation& operation) noexcept;
[[nodiscard]] EngineEvent engine_event_of(const Transfer& transfer) noexcept;
[[nodiscard]] EngineEvent engine_event_of(const AccountChange& change) noexcept;
[[nodiscard]] EngineEvent engine_event_of(const ClockChange& change) noexcept;
[[nodiscard]] EngineEvent engine_event_of(const EventCheckpoint& checkpoint) noexcept;
[[nodiscard]] EngineEvent engine_event_of(const TccFact& fact) noexcept;

}  // namespace daybook

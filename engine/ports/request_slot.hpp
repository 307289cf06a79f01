#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "engine/base/limits.hpp"
#include "engine/model/domain_event.hpp"
#include "engine/model/facts.hpp"
#include "engine/model/ids.hpp"
#include "engine/model/name.hpp"
#include "engine/model/operation.hpp"
#include "engine/model/participant_work.hpp"
#include "engine/model/principal.hpp"
#include "engine/model/sequence.hpp"

namespace daybook {

struct IoChannel;

/// One request on its way through the engine and back: made by an io thread, lent to the sequencer
/// or to a query thread, handed back as the reply. Nothing is copied or allocated on the way.
///
/// Threads.  Owned by whoever holds it; it changes hands only through rings.
struct RequestSlot {
  virtual ~RequestSlot() = default;

  // ---- The request: written by the io thread. ----
  RequestKind kind{};
  RequestStatus refuse_with = RequestStatus::ok;  ///< Not ok: journal it as refused, do not run it.
  Role role = Role::reader;
  ClientId client;
  PrincipalId principal;
  TraceId trace_id;
  BusinessId business_id;
  UserId user_id;
  std::uint64_t request_number = 0;
  std::uint64_t frame_checksum = 0;
  /// The events: an array of Account, Transfer, Ledger, AccountChange, Name, DomainEvent, NameKey,
  /// EventCheckpoint, StepAnswer, WorkCredit or Uint128 (ids), or one QueryFilter, EventFilter,
  /// OperationFilter, RebuildFilter, SagaFilter or Subscription; 8-byte aligned. For the other
  /// kinds, `argument` and so on below.
  const std::byte* events = nullptr;
  std::uint32_t event_count = 0;

  /// Of create_accounts, create_transfers, append_events, bundle: names that come with them. Put if
  /// all of them are good, else the request is refused. 8-byte aligned.
  std::span<const Name> names;
  /// Of bundle: its domain events. `events` are its transfers, and event_count counts both.
  /// 8-byte aligned.
  std::span<const DomainEvent> bundled;
  /// Of seal_secrets: the texts. Of append_events, bundle and answer_steps: the payloads of the
  /// events, one behind the other. Not checked to fit them.
  std::span<const std::byte> payloads;

  /// Of advance_clock: nanoseconds. Of list_*: what to begin after (0 = the beginning). Of
  /// accept_clock: the wall time, which the sequencer fills in.
  std::uint64_t argument = 0;
  /// Of list_accounts: the account to begin after; 0 = none. Of answer_steps and take_work: the
  /// participant, id_of() its name.
  Uint128 argument_id;
  std::uint32_t limit = 0;  ///< Of list_*: at most so many; 1 to batch_events_max.
  /// Of accept_clock, change_accounts, create_transfers: an operator's words, UTF-8.
  std::span<const char> reason;
  /// Set by the engine's own parts only: a coordinator, and what its holds belong to.
  Authority authority = Authority::client;
  Uint128 owner;
  std::uint64_t min_sequence = 0;  ///< Of queries: wait until the indexes hold this sequence.
  /// As of when: one of them is set in lookup_accounts_at and trial_balance_at, and may be in
  /// lookup_holds.
  std::uint64_t at_sequence = 0;
  Timestamp at_time;
  [[nodiscard]] bool names_moment() const { return at_sequence != 0 || at_time != Timestamp{}; }
  std::uint64_t arrived_ns = 0;  ///< Monotonic; for time limits.
  /// Of subscribe and take_work: set by the io thread that lent the slot, which then wants it back
  /// as it is. It says so before it wakes the other thread, with release; that one acquires.
  const std::atomic<bool>* cancelled = nullptr;

  // ---- The reply: written by the sequencer or a query thread. ----
  RequestStatus status = RequestStatus::ok;
  /// Of take_work: the sequencer keeps it, and hands it back when there is work, or when it is
  /// wanted back. The next is the sequencer's, for that.
  bool is_kept = false;
  IoChannel* kept_for = nullptr;
  std::string_view detail;  ///< Why the status is what it is, where there is more to say; static.
  /// The reply may leave once the journal is durable up to here.
  Sequence wait_for;
  Sequence first_sequence;    ///< The operation's; for reads, the sequence it is true of.
  Timestamp first_timestamp;  ///< Of the first event's slot.
  std::uint64_t state_digest = 0;
  std::uint64_t head_segment = 0;    ///< Of state_digest: the newest segment whose hash is a fact.
  std::array<std::byte, 32> head{};  ///< `chain` of that fact.
  /// The answer must be read from the operation record at first_sequence: a repeat whose reply was
  /// too large to keep. The io thread passes the slot on to a query thread once it is durable.
  bool rebuild_reply = false;
  bool more = false;  ///< Of list_*: there is more after the last item.
  /// Of rebuild: aggregates compared, those that differ, and thousandths of the pass done.
  std::uint64_t rebuilt_aggregates = 0;
  std::uint64_t rebuilt_mismatching = 0;
  std::uint64_t rebuilt_done = 0;
  /// Of list_transfers: the sequence to continue after. Of take_work: the engine's time as it
  /// was answered. Of subscribe, once it began: everything up
  /// to here was looked at; goes back with the slot for the next batch.
  std::uint64_t cursor = 0;
  bool subscription_began = false;   ///< Of subscribe: `cursor` says where.
  std::uint64_t highest_number = 0;  ///< Of open_session: the client's highest number so far.

  /// Room for the reply's items, given by the io thread: for batches event_count refusals, for
  /// lookup_accounts event_count Accounts, for list_participants limits::participants_max
  /// ParticipantViews, for list_waiting_work limits::waiting_page_max WaitingWorks. The sequencer
  /// writes the first `item_count`.
  std::byte* reply_room = nullptr;
  std::uint32_t item_count = 0;
  /// The items of a query thread's reply (Account, Transfer, Ledger, Name … or, rebuilt, Refusal).
  /// Behind the items of read_events stand their payloads. Of subscribe: event records. Of
  /// take_work: `item_count` WorkCommands, each with its payload behind it, padded to 8 bytes; the
  /// io thread reserves limits::work_reply_bytes_max, and the sequencer stays within that.
  std::vector<std::byte> query_items;
};

/// Bytes of reply_room that a request needs.
[[nodiscard]] constexpr std::size_t reply_room_bytes(RequestKind kind, std::uint32_t event_count) {
  if (kind == RequestKind::lookup_accounts) return std::size_t{event_count} * 128;
  if (kind == RequestKind::list_participants) {
    return limits::participants_max * sizeof(ParticipantView);
  }
  if (kind == RequestKind::list_waiting_work) return limits::waiting_page_max * sizeof(WaitingWork);
  return is_journaled(kind) ? std::size_t{event_count} * sizeof(Refusal) : 0;
}

}  // namespace daybook

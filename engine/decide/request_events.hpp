#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/aggregates/aggregate_rules.hpp"
#include "engine/aggregates/request_rows.hpp"
#include "engine/ledger/fact_reader.hpp"
#include "engine/model/domain_event.hpp"
#include "engine/state/state.hpp"

namespace daybook {

/// Do the payloads of these events fill `payload_bytes` exactly? Whoever reads a payload asks
/// first. Cost: O(events).
[[nodiscard]] bool payloads_fill(std::span<const DomainEvent> events, std::size_t payload_bytes);

/// Decides on the events of one append_events request: all of them are appended, or none is.
///
/// Events are looked at in order, each as if those before it had been appended. The first one that
/// fails keeps its status and the others are linked_event_failed. Where all of them exist already,
/// just the same, each is told so: that is the whole request again. Nothing is changed here.
///
/// Events of orders and payments are commands: each is decided by the rules of its aggregate, on
/// what those before it would make of it.
///
/// Threads.  One.
/// Cost.     No allocation after construction; a read of the journal for an id used for something
///           else.
/// Limits.   limits::batch_events_max events.
class RequestEvents {
 public:
  RequestEvents();

  struct Decision {
    AppendEventStatus status = AppendEventStatus::created;
    Timestamp original;         ///< Of `exists`.
    std::uint64_t version = 0;  ///< That it gets, if all are appended.
    EventHashes hashes;
  };

  struct Asked {
    std::span<const DomainEvent> events;
    std::span<const std::byte> payloads;
    EventScope scope = EventScope::own;
    CreatedTransfers transfers{};  ///< By the same request.
    PrincipalId principal{};
  };
  /// One decision an event, valid until the next call. Requires: payloads_fill().
  [[nodiscard]] std::span<const Decision> decide(const State& state, FactReader& facts,
                                                 const Asked& asked);

  /// Of those decided last: are they to be appended?
  [[nodiscard]] bool appends() const { return appends_; }

 private:
  /// A hash table of the request's own events; a slot of an older round is free.
  struct Slot {
    std::uint32_t round = 0;
    std::uint32_t index = 0;
  };
  struct Counts {
    std::uint64_t events = 0;
    std::uint64_t streams = 0;
    bool exist = false;
  };

  void begin_round();
  [[nodiscard]] Decision decide_one(const State& state, FactReader& facts, const Asked& asked,
                                    std::uint32_t index, std::span<const std::byte> payload,
                                    Counts& counts);
  [[nodiscard]] AppendEventStatus decide_command(const State& state, const Asked& asked,
                                                 const DomainEvent& event,
                                                 std::span<const std::byte> payload);
  template <typename Same>
  [[nodiscard]] static Slot& slot_of(std::vector<Slot>& slots, std::uint32_t round,
                                     std::uint64_t tag, Same same);

  std::vector<Slot> ids_;
  std::vector<Slot> streams_;  ///< The newest event of each stream.
  std::uint32_t round_ = 0;
  RequestRows rows_;
  std::vector<Decision> decisions_;
  bool appends_ = false;
};

}  // namespace daybook

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "engine/model/account.hpp"
#include "engine/model/domain_event.hpp"
#include "engine/model/ledger.hpp"
#include "engine/model/name.hpp"
#include "engine/model/operation.hpp"
#include "engine/model/participant_work.hpp"
#include "engine/model/transfer.hpp"
#include "net/protocol/messages.hpp"

namespace daybook {

/// The bytes of one request's frame: written once, where they will be sent from.
struct FrameBuffer {
  std::unique_ptr<std::byte[]> bytes;
  std::size_t capacity = 0;
  std::size_t size = 0;

  [[nodiscard]] std::span<std::byte> frame() { return {bytes.get(), size}; }
  [[nodiscard]] std::span<const std::byte> frame() const { return {bytes.get(), size}; }
};

/// A request whose events are filled in where they will be sent from: no copy is made of them.
/// Made by Client::new_account_batch and its sisters, used up by Client::submit.
///
/// Threads.  One at a time; may be filled by another thread than the client's.
template <typename Event>
class Batch {
 public:
  /// The events, in order. Their first contents are unspecified: assign every one.
  [[nodiscard]] std::span<Event> events() const { return {events_, count_}; }

  /// Under which the operation will stand in the log.
  [[nodiscard]] TraceId trace_id() const { return attributes_.trace_id; }

 private:
  friend class Client;
  Batch(FrameBuffer buffer, const OperationOrigin& attributes, Event* events, std::uint32_t count,
        std::uint32_t name_count)
      : buffer_{std::move(buffer)},
        attributes_{attributes},
        events_{events},
        count_{count},
        name_count_{name_count} {}

  FrameBuffer buffer_;
  OperationOrigin attributes_;
  Event* events_ = nullptr;
  std::uint32_t count_ = 0;
  std::uint32_t name_count_ = 0;  ///< Behind the events, filled in already.
};

/// The events of one append_events request, with their payloads one behind the other.
///
/// Threads.  One.
class EventList {
 public:
  /// `event.payload_bytes` is filled in here.
  void add(DomainEvent event, std::span<const std::byte> payload) {
    event.payload_bytes = static_cast<std::uint32_t>(payload.size());
    events_.push_back(event);
    payloads_.insert(payloads_.end(), payload.begin(), payload.end());
  }
  [[nodiscard]] std::span<const DomainEvent> events() const { return events_; }
  [[nodiscard]] std::span<const std::byte> payloads() const { return payloads_; }

 private:
  std::vector<DomainEvent> events_;
  std::vector<std::byte> payloads_;
};

/// The answers of one answer_steps request, with their payloads one behind the other.
///
/// Threads.  One.
class AnswerList {
 public:
  /// `answer.payload_bytes` is filled in here.
  void add(StepAnswer answer, std::span<const std::byte> payload) {
    answer.payload_bytes = static_cast<std::uint32_t>(payload.size());
    answers_.push_back(answer);
    payloads_.insert(payloads_.end(), payload.begin(), payload.end());
  }
  [[nodiscard]] std::span<const StepAnswer> answers() const { return answers_; }
  [[nodiscard]] std::span<const std::byte> payloads() const { return payloads_; }

 private:
  std::vector<StepAnswer> answers_;
  std::vector<std::byte> payloads_;
};

using AccountBatch = Batch<Account>;
using TransferBatch = Batch<Transfer>;
using LedgerBatch = Batch<Ledger>;
using NameBatch = Batch<Name>;

}  // namespace daybook

#pragma once

#include <algorithm>
#include <cstring>
#include <optional>
#include <random>

#include <fmt/format.h>

#include "net/client/client.hpp"
#include "net/client/session.hpp"
#include "net/protocol/requests.hpp"

/// What the client's functions share on the way from an argument to a request that is under way.

namespace daybook {

inline Failure wrong_count(std::string_view what, std::size_t count) {
  return {
      FailureKind::invalid,
      fmt::format("a request has 1 to {} {}, this one has {}; nothing was sent: {}",
                  limits::batch_events_max, what, count, count == 0 ? "leave it out" : "split it")};
}

inline std::optional<Failure> fault_of_reason(std::string_view reason) {
  if (!reason.empty() && reason.size() <= limits::reason_bytes_max) return std::nullopt;
  return Failure{FailureKind::invalid,
                 fmt::format("a reason has 1 to {} bytes, this one has {}; nothing was sent",
                             limits::reason_bytes_max, reason.size())};
}

inline std::optional<Failure> fault_of_names(std::size_t count) {
  if (count <= limits::request_names_max) return std::nullopt;
  return Failure{FailureKind::invalid,
                 fmt::format("a request brings at most {} names, this one has {}; nothing was "
                             "sent: split it, or send them with put_names",
                             limits::request_names_max, count)};
}

inline bool count_is_allowed(std::size_t count) {
  return count >= 1 && count <= limits::batch_events_max;
}

/// Of a frame whose size depends on what is in it.
inline std::optional<Failure> fault_of_frame(std::size_t events, std::size_t names,
                                             std::size_t bytes) {
  if (!count_is_allowed(events)) return wrong_count("events", events);
  if (auto fault = fault_of_names(names)) return fault;
  if (bytes <= limits::frame_bytes_max) return std::nullopt;
  return Failure{FailureKind::invalid,
                 fmt::format("the events take {} bytes together, a request has at most {}; nothing "
                             "was sent: split it",
                             bytes, limits::frame_bytes_max)};
}

inline SentRequest request_of(RequestKind kind, std::uint32_t event_count, FrameBuffer buffer,
                              const OperationAttributes& attributes, AnyCallback callback) {
  SentRequest request;
  request.kind = kind;
  request.event_count = event_count;
  request.buffer = std::move(buffer);
  request.origin = attributes;
  request.callback = std::move(callback);
  return request;
}

/// The attributes with a trace id, which is a new one where none is given. From the system's source
/// once a thread, then SplitMix64 (Steele, Lea, Flood 2014): a trace id is no secret.
inline OperationAttributes with_trace(OperationAttributes attributes) {
  static thread_local std::uint64_t state = [] {
    std::random_device source;
    return (std::uint64_t{source()} << 32) | source();
  }();
  const auto next_word = [] {
    std::uint64_t word = state += 0x9e3779b97f4a7c15;
    word = (word ^ (word >> 30U)) * 0xbf58476d1ce4e5b9;
    word = (word ^ (word >> 27U)) * 0x94d049bb133111eb;
    return word ^ (word >> 31U);
  };
  while (attributes.trace_id == TraceId{}) {
    const std::uint64_t low = next_word();
    attributes.trace_id = TraceId{Uint128{low, next_word()}};
  }
  return attributes;
}

/// Starts something and drives the loop until its callback has been called.
template <typename Answer, typename Start>
inline Result<Answer> wait_for(ClientLoop& loop, const Start& start) {
  std::optional<Result<Answer>> outcome;
  start([&outcome](Result<Answer> result) { outcome.emplace(std::move(result)); });
  const Result<void> ran = loop.run_until([&outcome] { return outcome.has_value(); });
  ENSURE(ran.ok(), "every request ends in an answer or a time-out");
  return std::move(*outcome);
}

}  // namespace daybook

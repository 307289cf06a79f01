#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/limits.hpp"
#include "engine/base/thread_place.hpp"
#include "engine/model/operation.hpp"
#include "engine/model/sealed_text.hpp"
#include "engine/model/sequence.hpp"
#include "engine/ports/secret_keeper.hpp"

namespace daybook {

/// An operation that was refused, as a whole or some of its events: what a log line says of it.
struct RefusedOperation {
  RequestKind kind{};
  RequestStatus status{};    ///< ok where only events were refused.
  std::string_view words{};  ///< Why, where status is not ok.
  ClientId client;
  std::uint64_t request_number = 0;
  TraceId trace_id;
  Sequence sequence;  ///< Of the operation's record; 0 where there is none (busy and the like).
  std::uint32_t event_count = 0;
  std::uint32_t refused_count = 0;
  Refusal first{};  ///< Of the events refused.
};

/// Keys of secrets that somebody had forgotten, or would have: what a log line says of it.
struct ForgottenSecrets {
  std::string_view principal;
  std::string_view reason;
  std::span<const ForgottenKey> keys;  ///< With what became of each. Failed: none.
  std::span<const Uint128> failed;     ///< Keys that were to be forgotten, where the keeper failed.
};

/// What an operator may say about the server. Units: bytes and nanoseconds, as the names say.
struct ServerSettings {
  std::string listen = "127.0.0.1:7420";  ///< HOST:PORT or [IPV6]:PORT; port 0 takes a free one.
  std::size_t io_threads = 1;             ///< 1 to 64.
  std::uint32_t connections_max = limits::connections_default;

  // Of one connection. Past a limit the server stops reading it, and goes on later.
  std::uint32_t in_flight_requests_max = limits::in_flight_requests_max;
  std::size_t in_flight_bytes_max = limits::in_flight_bytes_max;
  /// Replies that wait to be sent, and those that requests under way may still make.
  std::size_t reply_queue_bytes_max = 4 * 1'024 * 1'024;

  /// All receive buffers. Past it, reading stops until buffers come back. At least
  /// 128 KiB times connections_max, so that every connection can have one.
  std::size_t receive_bytes_max = limits::receive_bytes_max;

  std::uint64_t busy_after_ns = limits::busy_after_ns;  ///< Read but not taken by the engine.
  std::uint64_t hello_within_ns = 10'000'000'000;
  /// A connection that takes none of its replies, or sends none of the rest of a frame, for so
  /// long is closed.
  std::uint64_t stalled_after_ns = 30'000'000'000;
  /// A subscription whose window stays full for so long is ended.
  std::uint64_t consumer_slow_after_ns = limits::consumer_slow_after_ns;
  /// A question for work that nothing has come for is answered after so long, without any.
  std::uint64_t work_question_ns = limits::work_question_ns;
  /// After so long stop() closes what has not been answered.
  std::uint64_t stop_within_ns = 10'000'000'000;

  /// Told of each refusal, repeats left out; empty: nobody is. Called by any io thread, which waits
  /// for it.
  std::function<void(const RefusedOperation&)> on_refused{};

  /// Seals, opens and forgets secrets, and outlives the server. Null: nothing is sealed, and
  /// participants get sealed texts as they are.
  SecretKeeper* keeper = nullptr;
  /// Told of each request that forgot secrets, or could not; empty: nobody is. As on_refused.
  std::function<void(const ForgottenSecrets&)> on_forgotten{};

  CorePlan cores{};              ///< Of the io threads, "io-0" and so on.
  std::string engine_version{};  ///< Told in the reply to Hello.
};

/// Counts since the start, over all io threads. Each only grows, but for the two `_now`.
struct ServerStats {
  std::uint64_t connections_now = 0;
  std::uint64_t requests_now = 0;  ///< In the engine or waiting for it.
  std::uint64_t connections_accepted = 0;
  std::uint64_t connections_refused = 0;  ///< Above connections_max.
  std::uint64_t sessions_opened = 0;      ///< Hellos answered.
  std::uint64_t sessions_replaced = 0;    ///< By a later Hello of the same client.
  std::uint64_t frames_received = 0;
  std::uint64_t bytes_received = 0;
  std::uint64_t reads = 0;
  std::uint64_t replies_sent = 0;  ///< Error frames included.
  std::uint64_t bytes_sent = 0;
  std::uint64_t writes = 0;
  std::uint64_t frames_malformed = 0;
  std::uint64_t requests_busy = 0;
  std::uint64_t reading_paused = 0;  ///< Times that a limit made the server stop reading.
  std::uint64_t connections_stalled = 0;
  std::uint64_t consumers_too_slow = 0;  ///< Subscriptions that were ended for it.
  std::uint64_t wakes = 0;               ///< Of io threads by the engine, with a system call each.
};

}  // namespace daybook

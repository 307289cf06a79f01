#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "engine/base/limits.hpp"
#include "engine/model/ids.hpp"

namespace daybook {

/// How a Client finds, greets and puts up with an engine.
struct ClientSettings {
  std::string host = "127.0.0.1";  ///< A name or an address; every address of a name is tried.
  std::uint16_t port = 7420;

  /// Who this process is to the engine's idempotency windows. Not set: a random one, so that the
  /// requests of an earlier process are never met again. Two live clients must not share one: the
  /// engine closes the older session.
  std::optional<ClientId> client_id;
  std::string token;  ///< Proves the principal; empty on an engine without identities.

  std::chrono::milliseconds connect_timeout{5'000};   ///< For one attempt: TCP and Hello together.
  std::chrono::milliseconds request_timeout{30'000};  ///< From submission to answer, all included.

  /// On: a read of what the engine's indexes have not reached is asked again, under a new number,
  /// until request_timeout is over; without it index_behind comes up at once. Reads as of a moment,
  /// which may be one that never comes, are not.
  bool waits_for_indexes = false;

  /// Requests on the wire at a time, 1 to limits::in_flight_requests_max. Beside it never more
  /// than limits::in_flight_bytes_max of frames (but always one).
  std::uint32_t in_flight_max = 64;
  /// Requests that may wait in this process for a place in flight; one more is refused.
  std::uint32_t waiting_max = 4'096;

  /// On: a lost connection is made again and everything unanswered is sent again. Off: a lost
  /// connection ends every unanswered request with FailureKind::closed.
  bool reconnect = true;
  std::chrono::milliseconds backoff_first{20};   ///< Before the first attempt after a loss.
  std::chrono::milliseconds backoff_max{2'000};  ///< Each further pause is twice the last, to this.
};

}  // namespace daybook

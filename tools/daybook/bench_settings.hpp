#pragma once

#include <cstdint>
#include <string>

namespace daybook {

enum class IdOrder : std::uint8_t { sequential, random };

/// What to throw at an engine.
struct LoadSettings {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  std::string token;
  std::uint64_t transfers = 1'000'000;
  std::uint64_t accounts = 10'000;  ///< 2 to 2^32 - 1.
  std::uint32_t batch = 8'192;      ///< Transfers a request.
  std::uint32_t clients = 1;        ///< Connections.
  std::uint32_t in_flight = 4;      ///< Requests of each connection on the wire at a time.
  IdOrder ids = IdOrder::sequential;
  /// Accounts, pairs, amounts and ids follow from it: the same seed, the same load. An engine that
  /// has seen a seed refuses it the second time, because every id exists.
  std::uint64_t seed = 1;
  std::string ack_log;  ///< Where to write acknowledged ids (check_acks.hpp); empty: nowhere.
};

}  // namespace daybook

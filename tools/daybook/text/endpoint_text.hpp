#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/result.hpp"

namespace daybook {

/// Where an engine listens.
struct HostPort {
  std::string host;  ///< Without brackets.
  std::uint16_t port = 0;

  friend bool operator==(const HostPort&, const HostPort&) = default;
};

/// Reads "HOST:PORT"; an IPv6 address stands in brackets: "[::1]:7420".
[[nodiscard]] Result<HostPort> parse_host_port(std::string_view text);

/// As parse_host_port() reads it.
[[nodiscard]] std::string format_host_port(const HostPort& endpoint);

}  // namespace daybook

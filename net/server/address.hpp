#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/result.hpp"

namespace daybook {

/// Where to listen or to connect.
struct Address {
  std::string host;
  std::uint16_t port = 0;
};

/// "HOST:PORT", or "[IPV6]:PORT". Fails with words that show both forms.
[[nodiscard]] Result<Address> parse_address(std::string_view text);

}  // namespace daybook

#include "net/server/address.hpp"

#include <charconv>

#include <fmt/format.h>

namespace daybook {

Result<Address> parse_address(std::string_view text) {
  const Failure wrong{FailureKind::invalid,
                      fmt::format("'{}' is not an address; write HOST:PORT, such as "
                                  "127.0.0.1:7420 or [::1]:7420",
                                  text)};
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return wrong;
  std::string_view host = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return wrong;
  }
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (host.empty() || error != std::errc{} || end != digits.data() + digits.size()) return wrong;
  return Address{std::string{host}, port};
}

}  // namespace daybook

#include "tools/daybook/text/endpoint_text.hpp"

#include <fmt/format.h>

#include "tools/daybook/text/number_text.hpp"

namespace daybook {

Result<HostPort> parse_host_port(std::string_view text) {
  const Failure wrong{FailureKind::invalid,
                      fmt::format("'{}' is not an address: write HOST:PORT, such as "
                                  "127.0.0.1:7420 or [::1]:7420",
                                  text)};
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return wrong;
  std::string_view host = text.substr(0, colon);
  const auto port = parse_unsigned(text.substr(colon + 1), 65'535);
  const bool in_brackets = host.size() >= 2 && host.front() == '[' && host.back() == ']';
  if (in_brackets) host = host.substr(1, host.size() - 2);
  const bool has_colon = host.find(':') != std::string_view::npos;
  if (!port || host.empty() || has_colon != in_brackets ||
      host.find_first_of(" \t[]/") != std::string_view::npos) {
    return wrong;
  }
  return HostPort{std::string{host}, static_cast<std::uint16_t>(port.value())};
}

std::string format_host_port(const HostPort& endpoint) {
  const bool is_v6 = endpoint.host.find(':') != std::string::npos;
  return is_v6 ? fmt::format("[{}]:{}", endpoint.host, endpoint.port)
               : fmt::format("{}:{}", endpoint.host, endpoint.port);
}

}  // namespace daybook

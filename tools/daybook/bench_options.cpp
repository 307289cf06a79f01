#include "tools/daybook/bench_options.hpp"

#include <charconv>
#include <optional>
#include <system_error>

#include <fmt/format.h>

namespace daybook {
namespace {

/// Splits HOST:PORT; an IPv6 address may stand in brackets.
std::optional<Failure> read_address(const std::string& text, LoadSettings& load) {
  const std::size_t colon = text.rfind(':');
  const char* const digits = text.data() + colon + 1;
  const char* const end = text.data() + text.size();
  if (colon != std::string::npos && colon > 0) {
    const auto parsed = std::from_chars(digits, end, load.port);
    if (parsed.ec == std::errc{} && parsed.ptr == end && load.port != 0) {
      load.host = text.substr(0, colon);
      if (load.host.front() == '[' && load.host.back() == ']') {
        load.host = load.host.substr(1, load.host.size() - 2);
      }
      return std::nullopt;
    }
  }
  return Failure{
      FailureKind::invalid,
      fmt::format("--connect {} is no HOST:PORT; write for example 127.0.0.1:7420", text)};
}

}  // namespace

Result<LoadSettings> load_of(const BenchOptions& options) {
  LoadSettings load = options.load;
  load.ids = options.ids == "random" ? IdOrder::random : IdOrder::sequential;
  if (!options.connect.empty()) {
    if (const auto wrong = read_address(options.connect, load)) return *wrong;
    if (!options.data_directory.empty() || !options.engine_options.empty()) {
      return Failure{FailureKind::invalid,
                     "--data and --engine-option are for an engine of the bench's own; leave them "
                     "out with --connect"};
    }
  }
  if (options.runs > 1 && !load.ack_log.empty()) {
    return Failure{FailureKind::invalid,
                   "an acknowledgement log is of one run; leave --runs out with --ack-log"};
  }
  return load;
}

}  // namespace daybook

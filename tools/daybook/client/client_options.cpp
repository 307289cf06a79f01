#include "tools/daybook/client/client_options.hpp"

#include <chrono>
#include <cmath>
#include <fstream>
#include <limits>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "tools/daybook/text/endpoint_text.hpp"
#include "tools/daybook/text/id_text.hpp"
#include "tools/daybook/text/number_text.hpp"

namespace daybook {
namespace {

constexpr double timeout_s_max = 86'400;

Failure in_option(std::string_view option, const Failure& failure) {
  return Failure{failure.kind, fmt::format("{}: {}", option, failure.what)};
}

Result<std::string> read_token(const std::string& path) {
  std::ifstream file{path};
  std::string token;
  if (!file || !std::getline(file, token)) {
    return Failure{FailureKind::not_found,
                   fmt::format("--token-file: {} has no first line to read; it holds the token "
                               "that 'daybook identity add' printed",
                               path)};
  }
  token.erase(token.find_last_not_of(" \t\r") + 1);
  return token;
}

}  // namespace

void add_client_options(CLI::App& command, ClientOptions& options) {
  const char* group = "Connection";
  command.add_option("--connect", options.connect, "The engine's HOST:PORT")
      ->envname("DAYBOOK_CONNECT")
      ->capture_default_str()
      ->group(group);
  command
      .add_option("--token", options.token,
                  "Who you are. Other users see it in the list of processes: prefer the others")
      ->envname("DAYBOOK_TOKEN")
      ->group(group);
  command.add_option("--token-file", options.token_file, "A file whose first line is the token")
      ->group(group);
  command
      .add_option("--client-id", options.client_id,
                  "The client's id, for its window of repeated requests (default: random)")
      ->group(group);
  command.add_option("--request-timeout", options.timeout_s, "Seconds to wait for an answer")
      ->capture_default_str()
      ->group(group);
  command.add_flag("--json", options.json, "JSON lines instead of text");
}

void add_names_option(CLI::App& command, bool& names) {
  command.add_flag("--names", names, "Show the names of ids beside them; see daybook name");
}

Result<ClientSettings> settings_from(const ClientOptions& options) {
  ClientSettings settings;
  auto endpoint = parse_host_port(options.connect);
  if (!endpoint) return in_option("--connect", endpoint.error());
  settings.host = endpoint.value().host;
  settings.port = endpoint.value().port;
  settings.token = options.token;
  if (!options.token_file.empty()) {
    auto token = read_token(options.token_file);
    if (!token) return token.error();
    settings.token = token.value();
  }
  if (!options.client_id.empty()) {
    const auto id = parse_id(options.client_id);
    if (!id) return in_option("--client-id", id.error());
    settings.client_id = ClientId{id.value()};
  }
  if (!(options.timeout_s > 0 && options.timeout_s <= timeout_s_max)) {
    return Failure{
        FailureKind::invalid,
        fmt::format("--request-timeout: {} is not a number of seconds above 0 and up to {}",
                    options.timeout_s, timeout_s_max)};
  }
  const std::chrono::milliseconds timeout{std::llround(std::ceil(options.timeout_s * 1e3))};
  settings.request_timeout = timeout;
  settings.waits_for_indexes = true;
  settings.connect_timeout = std::min(settings.connect_timeout, timeout);
  return settings;
}

void add_write_options(CLI::App& command, WriteOptions& options) {
  const char* group = "Who and why (kept in the journal's operation record)";
  command.add_option("--user", options.user, "Who asks: a number of yours, 64 bits")->group(group);
  command
      .add_option(
          "--trace", options.trace,
          "The trace id: 32 hexadecimal digits, a traceparent, or as an id (default: random)")
      ->group(group);
  command.add_option("--business", options.business, "Why: your reference, as an id")->group(group);
}

Result<OperationAttributes> attributes_from(const WriteOptions& options) {
  OperationAttributes attributes;
  if (!options.user.empty()) {
    const auto user = parse_unsigned(options.user, std::numeric_limits<std::uint64_t>::max());
    if (!user) return in_option("--user", user.error());
    attributes.user_id = UserId{user.value()};
  }
  if (!options.trace.empty()) {
    const auto trace = parse_trace_id(options.trace);
    if (!trace) return in_option("--trace", trace.error());
    attributes.trace_id = trace.value();
  }
  if (!options.business.empty()) {
    const auto business = parse_id(options.business);
    if (!business) return in_option("--business", business.error());
    attributes.business_id = BusinessId{business.value()};
  }
  return attributes;
}

}  // namespace daybook

#include "tools/daybook/bench/bench_options.hpp"

#include <charconv>
#include <optional>
#include <system_error>

#include <fmt/format.h>

namespace daybook {
namespace {

/// Splits HOST:PORT; an IPv6 address may stand in brackets.
std::optional<Failure> read_address(const std::string& text, LoadSettings& load) {
  const std::size_t colon = text.rfind(':');
  if (colon != std::string::npos && colon > 0) {
    const char* const digits = text.data() + colon + 1;
    const char* const end = text.data() + text.size();
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

/// Fills in the kind; fits the requests to it, or says why they do not fit.
std::optional<Failure> fit_kind(const BenchOptions& options, LoadSettings& load) {
  const auto kind = load_kind_of(options.kind);
  if (!kind) {
    std::string names;
    for (const std::string& name : load_kind_names()) names += " " + name;
    return Failure{FailureKind::invalid,
                   fmt::format("--kind {} is none; write one of{}", options.kind, names)};
  }
  load.kind = *kind;
  const std::uint32_t length = chain_length(*kind);
  const std::uint64_t unit = resolves_holds(*kind) ? 2 : length;
  if (load.transfers % unit != 0) {
    return Failure{
        FailureKind::invalid,
        fmt::format("--kind {} takes its transfers {} at a time, and --transfers {} is "
                    "no multiple of that; write for example --transfers {}",
                    options.kind, unit, load.transfers, (load.transfers / unit + 1) * unit)};
  }
  if (load.batch < length) {
    return Failure{FailureKind::invalid,
                   fmt::format("a chain does not cross requests, and --batch {} is too short for "
                               "one of --kind {}; write --batch {} or more",
                               load.batch, options.kind, length)};
  }
  load.batch -= load.batch % length;
  return std::nullopt;
}

/// What is wrong with the options about expiring holds.
std::optional<Failure> expiry_fault(const BenchOptions& options, const LoadSettings& load) {
  if (load.expiring == 0 && load.expire_after != 0) {
    return Failure{FailureKind::invalid,
                   "--expire-after is about expiring holds; write how many with --expiring"};
  }
  if (load.expiring != 0 && resolves_holds(load.kind)) {
    return Failure{FailureKind::invalid,
                   fmt::format("--expiring waits until nothing is pending, and --kind {} has holds "
                               "of its own; leave one of them out",
                               options.kind)};
  }
  return std::nullopt;
}

}  // namespace

Result<LoadSettings> load_of(const BenchOptions& options) {
  LoadSettings load = options.load;
  load.ids = options.ids == "random" ? IdOrder::random : IdOrder::sequential;
  if (const auto wrong = fit_kind(options, load)) return *wrong;
  if (const auto wrong = expiry_fault(options, load)) return *wrong;
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

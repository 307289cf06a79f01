#include "tools/daybook/client/admin_command.hpp"

#include <chrono>

#include <fmt/format.h>

#include "engine/base/hash.hpp"
#include "tools/daybook/client/connection.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/text/json_text.hpp"
#include "tools/daybook/text/time_text.hpp"

namespace daybook {
namespace {

/// The answer's timestamp is the one at which the change was decided: before the step.
int print_clock(const BatchResult& result, const std::string& done, bool json) {
  if (json) {
    say(JsonObject{}
            .sequence("sequence", result.first_sequence)
            .time("timestamp", result.first_timestamp)
            .str());
  } else {
    say(fmt::format("{}; engine time was {}; sequence {}", done,
                    format_time(result.first_timestamp), result.first_sequence.value()));
  }
  return exit_code::good;
}

}  // namespace

int run_digest(const AdminOptions& options) {
  const auto client = connect_to(options.client);
  if (!client) return complain(client.error());
  const auto answer = settled(client.value()->state_digest());
  if (!answer) return complain(answer.error());
  const DigestResult& result = answer.value();
  if (options.client.json) {
    say(JsonObject{}.sequence("sequence", result.sequence).digest("digest", result.digest).str());
  } else {
    say(fmt::format("sequence {}  digest {:016x}", result.sequence.value(), result.digest));
  }
  return exit_code::good;
}

int run_head(const AdminOptions& options) {
  const auto client = connect_to(options.client);
  if (!client) return complain(client.error());
  const auto answer = settled(client.value()->state_digest());
  if (!answer) return complain(answer.error());
  const DigestResult& result = answer.value();
  const std::string head = fmt::format("{}:{}", result.head_segment, to_hex(result.head));
  if (options.client.json) {
    JsonObject object;
    object.sequence("sequence", result.sequence);
    if (result.head_segment == 0) {
      object.raw("head", "null");
    } else {
      object.text("head", head)
          .count("segment", result.head_segment)
          .text("sha256", to_hex(result.head));
    }
    say(object.str());
  } else if (result.head_segment == 0) {
    say(
        fmt::format("no segment was sealed and hashed yet, as of sequence {}; `daybook verify DIR "
                    "--head` gives a head of the newest entry",
                    result.sequence.value()));
  } else {
    say(fmt::format("head {}  as of sequence {}", head, result.sequence.value()));
  }
  return exit_code::good;
}

int run_snapshot(const AdminOptions& options) {
  const auto client = connect_to(options.client);
  if (!client) return complain(client.error());
  const auto answer = settled(client.value()->take_snapshot());
  if (!answer) return complain(answer.error());
  const DigestResult& result = answer.value();
  if (options.client.json) {
    say(JsonObject{}.sequence("sequence", result.sequence).digest("digest", result.digest).str());
  } else {
    say(fmt::format("a snapshot is on disk: sequence {}  digest {:016x}", result.sequence.value(),
                    result.digest));
  }
  return exit_code::good;
}

int run_advance_clock(const AdminOptions& options) {
  const auto attributes = attributes_from(options.write);
  if (!attributes) return complain(attributes.error().what);
  const auto client = connect_to(options.client);
  if (!client) return complain(client.error());
  const std::chrono::nanoseconds step{static_cast<std::int64_t>(options.step_ns)};
  const auto answer = settled(client.value()->advance_clock(step, attributes.value()));
  if (!answer) return complain(answer.error());
  const std::string done = fmt::format("the clock moved on by {} ns", options.step_ns);
  return print_clock(answer.value(), done, options.client.json);
}

int run_accept_clock(const AdminOptions& options) {
  const auto attributes = attributes_from(options.write);
  if (!attributes) return complain(attributes.error().what);
  const auto client = connect_to(options.client);
  if (!client) return complain(client.error());
  const auto answer = settled(client.value()->accept_clock(options.reason, attributes.value()));
  if (!answer) return complain(answer.error());
  return print_clock(answer.value(), "the system's clock is accepted", options.client.json);
}

}  // namespace daybook

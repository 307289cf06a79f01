#include "tools/daybook/client/checkpoint_command.hpp"

#include <fmt/format.h>

#include "engine/model/event_checkpoint.hpp"
#include "tools/daybook/client/connection.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/text/checkpoint_text.hpp"
#include "tools/daybook/text/fact_text.hpp"
#include "tools/daybook/text/number_text.hpp"
#include "tools/daybook/text/status_advice.hpp"

namespace daybook {
namespace {

Result<EventCheckpoint> checkpoint_from(const CheckpointPutOptions& options) {
  if (options.name.empty() || options.name.size() > limits::checkpoint_name_bytes_max) {
    return Failure{FailureKind::invalid, fmt::format("a checkpoint's name has 1 to {} bytes",
                                                     limits::checkpoint_name_bytes_max)};
  }
  if (options.removes) return make_checkpoint(options.name, 0, checkpoint_flag::removes);
  const auto sequence = parse_unsigned(options.sequence, ~std::uint64_t{0});
  if (!sequence) {
    return Failure{FailureKind::invalid, fmt::format("the sequence: {}", sequence.error().what)};
  }
  return make_checkpoint(options.name, sequence.value(),
                         options.may_go_back ? checkpoint_flag::may_go_back : std::uint16_t{0});
}

}  // namespace

int run_checkpoint_put(const CheckpointPutOptions& options) {
  const auto attributes = attributes_from(options.write);
  if (!attributes) return complain(attributes.error().what);
  const auto checkpoint = checkpoint_from(options);
  if (!checkpoint) return complain(checkpoint.error().what);
  const auto client = connect_to(options.client);
  if (!client) return complain(client.error());
  const auto answer =
      settled(client.value()->put_checkpoints({&checkpoint.value(), 1}, attributes.value()));
  if (!answer) return complain(answer.error());
  const auto& refusals = answer.value().refusals;
  const auto status = refusals.empty() ? PutCheckpointStatus::created
                                       : PutCheckpointStatus{refusals.front().status};
  const bool good = status == PutCheckpointStatus::created || status == PutCheckpointStatus::exists;
  if (options.client.json) {
    say(checkpoint_json(checkpoint.value()).text("status", to_string(status)).str());
  } else {
    say(fmt::format("{}: {}", fact_line(checkpoint.value()), to_string(status)));
  }
  if (!good) {
    complain(fmt::format("{}: {}{}", to_string(status), advice(status),
                         in_trace(answer.value().trace_id)));
  }
  return good ? exit_code::good : exit_code::no;
}

int run_checkpoint_list(const ClientOptions& options) {
  const auto client = connect_to(options);
  if (!client) return complain(client.error());
  const auto everything = see_everything(*client.value());
  if (!everything) return complain(everything.error());
  const auto found = settled(client.value()->lookup_checkpoints(everything.value()));
  if (!found) return complain(found.error());
  const std::span<const EventCheckpoint> all{found.value().checkpoints};
  const Sequence as_of = found.value().sequence;
  if (options.json) {
    for (const EventCheckpoint& each : all) say(checkpoint_row_json(each, as_of));
  } else if (!all.empty()) {
    print_text(checkpoint_table(all, as_of).text());
  }
  if (all.empty() && !options.json) say("There are no checkpoints.");
  return exit_code::good;
}

}  // namespace daybook

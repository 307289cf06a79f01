#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "tools/daybook/client/admin_command.hpp"
#include "tools/daybook/command.hpp"

namespace daybook {
namespace {

void register_digest(CLI::App& group, CommandContext& context) {
  auto options = std::make_shared<AdminOptions>();
  CLI::App* command =
      group.add_subcommand("digest", "The digest of the running engine's state, and its sequence");
  add_client_options(*command, options->client);
  command->footer(
      "The same journal replayed to the same sequence has the same digest.\n"
      "Example:\n"
      "  daybook admin digest");
  command->callback([&context, options] { context.exit_code = run_digest(*options); });
}

void register_head(CLI::App& group, CommandContext& context) {
  auto options = std::make_shared<AdminOptions>();
  CLI::App* command = group.add_subcommand(
      "head", "The newest head of the running engine's sealed segments, to be kept elsewhere");
  add_client_options(*command, options->client);
  command->footer(
      "'daybook verify DIR --expect-head HEAD' proves later that nothing up to it was changed.\n"
      "Example:\n"
      "  daybook admin head");
  command->callback([&context, options] { context.exit_code = run_head(*options); });
}

void register_snapshot(CLI::App& group, CommandContext& context) {
  auto options = std::make_shared<AdminOptions>();
  CLI::App* command = group.add_subcommand(
      "snapshot", "Take a snapshot now: the next start begins with it. Answers once it is on disk");
  add_client_options(*command, options->client);
  command->footer(
      "It is of what the follower has reached, and the sequence says so. Writing a very large\n"
      "state may take longer than --request-timeout.\n"
      "Example:\n"
      "  daybook admin snapshot");
  command->callback([&context, options] { context.exit_code = run_snapshot(*options); });
}

void register_advance_clock(CLI::App& group, CommandContext& context) {
  auto options = std::make_shared<AdminOptions>();
  CLI::App* command =
      group.add_subcommand("advance-clock", "Move the clock of 'serve --clock manual' on");
  command->add_option("nanoseconds", options->step_ns, "By how much")
      ->required()
      ->check(CLI::Range(std::uint64_t{0}, limits::timestamp_max));
  add_write_options(*command, options->write);
  add_client_options(*command, options->client);
  command->footer(
      "Example (one second):\n"
      "  daybook admin advance-clock 1000000000");
  command->callback([&context, options] { context.exit_code = run_advance_clock(*options); });
}

void register_accept_clock(CLI::App& group, CommandContext& context) {
  auto options = std::make_shared<AdminOptions>();
  CLI::App* command = group.add_subcommand(
      "accept-clock", "Let engine time follow the system's clock again after a jump");
  command->add_option("--reason", options->reason, "Why the new time is right: kept in the journal")
      ->required();
  add_write_options(*command, options->write);
  add_client_options(*command, options->client);
  command->footer(
      "Example:\n"
      "  daybook admin accept-clock --reason 'NTP was off after the move; time checked'");
  command->callback([&context, options] { context.exit_code = run_accept_clock(*options); });
}

}  // namespace

void register_admin(CLI::App& app, CommandContext& context) {
  CLI::App* group =
      app.add_subcommand("admin", "Digest, head, snapshots, clock and secrets of a running engine");
  group->require_subcommand(1);
  group->footer("Example:\n  daybook admin digest");
  register_digest(*group, context);
  register_head(*group, context);
  register_snapshot(*group, context);
  register_advance_clock(*group, context);
  register_accept_clock(*group, context);
}

}  // namespace daybook

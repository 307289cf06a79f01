#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "tools/daybook/client/checkpoint_command.hpp"
#include "tools/daybook/command.hpp"

namespace daybook {
namespace {

void register_put_checkpoint(CLI::App& group, CommandContext& context) {
  auto options = std::make_shared<CheckpointPutOptions>();
  CLI::App* command = group.add_subcommand("put", "Keep how far a consumer of events has come");
  command->add_option("name", options->name, "1 to 64 bytes of UTF-8")->required();
  command->add_option("sequence", options->sequence, "Of the last event that was handled; 0: none")
      ->required();
  command->add_flag("--may-go-back", options->may_go_back,
                    "Also where the checkpoint is further on already");
  add_write_options(*command, options->write);
  add_client_options(*command, options->client);
  command->footer("Example:\n  daybook checkpoint put mailer 1200");
  command->callback([&context, options] { context.exit_code = run_checkpoint_put(*options); });
}

void register_delete(CLI::App& group, CommandContext& context) {
  auto options = std::make_shared<CheckpointPutOptions>();
  options->removes = true;
  CLI::App* command = group.add_subcommand("delete", "Forget a checkpoint");
  command->add_option("name", options->name, "Its name")->required();
  add_write_options(*command, options->write);
  add_client_options(*command, options->client);
  command->footer("Example:\n  daybook checkpoint delete mailer");
  command->callback([&context, options] { context.exit_code = run_checkpoint_put(*options); });
}

void register_list_checkpoint(CLI::App& group, CommandContext& context) {
  auto options = std::make_shared<ClientOptions>();
  CLI::App* command = group.add_subcommand("list", "Show all checkpoints, and how far they lag");
  add_client_options(*command, *options);
  command->footer("Example:\n  daybook checkpoint list");
  command->callback([&context, options] { context.exit_code = run_checkpoint_list(*options); });
}

}  // namespace

void register_checkpoint(CLI::App& app, CommandContext& context) {
  CLI::App* group = app.add_subcommand("checkpoint", "How far consumers of events have come");
  group->require_subcommand(1);
  group->footer("Example:\n  daybook checkpoint list");
  register_put_checkpoint(*group, context);
  register_list_checkpoint(*group, context);
  register_delete(*group, context);
}

}  // namespace daybook

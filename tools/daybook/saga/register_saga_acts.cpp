#include "tools/daybook/saga/register_saga_acts.hpp"

#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "tools/daybook/saga/saga_command.hpp"

namespace daybook {
namespace {

constexpr const char* event_id_help =
    "Of the event, as an id: the same again is answered with exists; left out: a random one";

void register_cancel(CLI::App& saga, CommandContext& context) {
  auto options = std::make_shared<SagaTellOptions>();
  CLI::App* command =
      saga.add_subcommand("cancel", "Cancel a saga before its pivot: what it did is undone");
  command->add_option("id", options->id, "The saga")->required();
  command->add_option("--event-id", options->event_id, event_id_help);
  add_write_options(*command, options->write);
  add_client_options(*command, options->client);
  command->footer("Example:\n  daybook saga cancel 7001");
  command->callback([&context, options] { context.exit_code = run_saga_cancel(*options); });
}

void register_signal(CLI::App& saga, CommandContext& context) {
  auto options = std::make_shared<SagaTellOptions>();
  CLI::App* command =
      saga.add_subcommand("signal", "Send a signal that a step of a saga waits for");
  command->add_option("id", options->id, "The saga")->required();
  command->add_option("signal", options->signal, "The signal's name")->required();
  command->add_option("values", options->values, "What the step's output names: name=value each");
  command->add_option("--event-id", options->event_id, event_id_help);
  add_write_options(*command, options->write);
  add_client_options(*command, options->client);
  command->footer("Example:\n  daybook saga signal 7001 approved by=9");
  command->callback([&context, options] { context.exit_code = run_saga_signal(*options); });
}

CLI::App* add_act(CLI::App& saga, CommandContext& context, SagaEventKind act, const char* name,
                  const char* what, bool of_step, std::shared_ptr<SagaOperateOptions> options) {
  options->act = act;
  CLI::App* command = saga.add_subcommand(name, what);
  command->add_option("id", options->id, "The saga")->required();
  if (of_step) {
    command->add_option("step", options->step, "The step, as the definition calls it")->required();
  }
  command->add_option("--reason", options->reason, "Why; kept in the journal, at most 256 bytes")
      ->required();
  command->add_option("--event-id", options->event_id, event_id_help);
  add_write_options(*command, options->write);
  add_client_options(*command, options->client);
  command->callback([&context, options] { context.exit_code = run_saga_operate(*options); });
  return command;
}

void register_kick(CLI::App& saga, CommandContext& context) {
  auto options = std::make_shared<SagaKickOptions>();
  CLI::App* command =
      saga.add_subcommand("kick", "As an operator: what sagas wait to try again, they try now");
  auto* ids = command->add_option("ids", options->ids, "The sagas");
  command
      ->add_option("--type", options->type,
                   "All whose first step that is not done asks for this type of a participant")
      ->excludes(ids);
  command->add_option("--reason", options->reason, "Why; kept in the journal, at most 256 bytes")
      ->required();
  add_write_options(*command, options->write);
  add_client_options(*command, options->client);
  command->footer(
      "Of use after an outage, when the next tries are far away.\n"
      "Example:\n  daybook saga kick --type bank.payout.v1 --reason \"the bank is back\"");
  command->callback([&context, options] { context.exit_code = run_saga_kick(*options); });
}

}  // namespace

void register_saga_acts(CLI::App& saga, CommandContext& context) {
  register_cancel(saga, context);
  register_signal(saga, context);
  const auto fresh = [] { return std::make_shared<SagaOperateOptions>(); };
  add_act(saga, context, SagaEventKind::operator_retry, "retry",
          "As an operator: try a step of a stuck saga again, or its undo", true, fresh())
      ->footer("Example:\n  daybook saga retry 7001 deductStock --reason \"stock was delivered\"");
  const auto resolve = fresh();
  CLI::App* command =
      add_act(saga, context, SagaEventKind::operator_resolve, "resolve",
              "As an operator: say what became of a step, or its undo", true, resolve);
  auto* succeeded = command->add_flag("--succeeded", resolve->succeeded, "It is done");
  command->add_flag("--failed", resolve->failed, "It has had no effect, and never will")
      ->excludes(succeeded);
  command
      ->add_option("--output", resolve->outputs,
                   "What the step has brought, where later steps need it: name=value each")
      ->needs(succeeded);
  command->footer(
      "Outputs are those that the definition declares of the step, all of them or none;\n"
      "external_reference and at, the time at which it was done, may be left out.\n"
      "Example:\n  daybook saga resolve 7001 pay --succeeded --output slip=880 \\\n"
      "    --reason \"statement of 3 May, line 12\"");
  add_act(saga, context, SagaEventKind::operator_skip, "skip",
          "As an operator: leave out a step of a stuck saga, or its undo", true, fresh())
      ->footer("Example:\n  daybook saga skip 7001 notify --reason \"told by telephone\"");
  add_act(saga, context, SagaEventKind::operator_force, "compensate",
          "As an operator: undo a stuck saga, although it should go forward", false, fresh())
      ->footer("Example:\n  daybook saga compensate 7001 --reason \"the shop withdraws the sale\"");
  register_kick(saga, context);
  add_act(saga, context, SagaEventKind::operator_close, "close",
          "As an operator: end a stuck saga that was settled by hand", false, fresh())
      ->footer("Example:\n  daybook saga close 7001 --reason \"adjusted by transfer 880\"");
}

}  // namespace daybook

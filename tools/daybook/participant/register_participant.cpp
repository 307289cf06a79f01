#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "tools/daybook/command.hpp"
#include "tools/daybook/participant/participant_command.hpp"

namespace daybook {
namespace {

constexpr const char* step_event_id_help =
    "Of the event, as an id: the same again is answered with exists; left out: a random one";
constexpr const char* reason_help = "Why; kept in the journal, at most 256 bytes";

void register_put(CLI::App& group, CommandContext& context) {
  auto options = std::make_shared<ParticipantPutOptions>();
  CLI::App* command = group.add_subcommand(
      "put", "As an operator: register a participant, or replace its registration");
  command
      ->add_option("name", options->name,
                   "Its name; without --type a file with the registration as JSON, - is standard "
                   "input")
      ->required();
  command->add_option(
      "--type", options->types,
      "A type of steps that it does: T,retry=R,can_query,keeps_keys=7d. R says what "
      "follows when no answer came: idempotent, it is sent again; query_then_retry, "
      "it is asked first; at_most_once, it is never sent again");
  command->add_option("--in-flight", options->in_flight, "Commands that it may have at a time")
      ->capture_default_str();
  command->add_option("--reason", options->reason, reason_help)->required();
  command->add_option("--event-id", options->event_id, step_event_id_help);
  add_write_options(*command, options->write);
  add_client_options(*command, options->client);
  command->footer(
      "Whoever speaks for it needs an identity of its name with the role participant, where the\n"
      "engine has identities: 'daybook identity add bank --role participant'.\n"
      "Example:\n"
      "  daybook participant put bank --type bank.payout.v1,retry=query_then_retry,can_query \\\n"
      "      --in-flight 64 --reason \"goes live\"");
  command->callback([&context, options] { context.exit_code = run_participant_put(*options); });
}

void register_pause(CLI::App& group, CommandContext& context, bool resumes) {
  auto options = std::make_shared<ParticipantPauseOptions>();
  options->resumes = resumes;
  CLI::App* command = group.add_subcommand(
      resumes ? "resume" : "pause",
      resumes ? "As an operator: give a participant work again"
              : "As an operator: give a participant nothing more; what it has, it may answer");
  command->add_option("name", options->name, "Its name")->required();
  command->add_option("--reason", options->reason, reason_help)->required();
  command->add_option("--event-id", options->event_id, step_event_id_help);
  add_write_options(*command, options->write);
  add_client_options(*command, options->client);
  command->footer(resumes ? "Example:\n  daybook participant resume bank --reason \"it is back\""
                          : "Example:\n  daybook participant pause bank --reason \"maintenance\"");
  command->callback([&context, options] { context.exit_code = run_participant_pause(*options); });
}

void register_list(CLI::App& group, CommandContext& context) {
  auto options = std::make_shared<ClientOptions>();
  CLI::App* command = group.add_subcommand("list", "Show all participants, and how they are doing");
  add_client_options(*command, *options);
  command->footer("Example:\n  daybook participant list");
  command->callback([&context, options] { context.exit_code = run_participant_list(*options); });
}

void register_waiting(CLI::App& group, CommandContext& context) {
  auto options = std::make_shared<ClientOptions>();
  CLI::App* command = group.add_subcommand(
      "waiting", "Show which commands wait, by type, for whom, and what keeps those from them");
  add_client_options(*command, *options);
  command->footer(
      "What no participant does, or none takes, stands here until somebody does. 'daybook saga\n"
      "kick --type T' has those tried at once that wait for their next try.\n"
      "Example:\n  daybook participant waiting");
  command->callback([&context, options] { context.exit_code = run_participant_waiting(*options); });
}

void register_run(CLI::App& group, CommandContext& context) {
  auto options = std::make_shared<ParticipantRunOptions>();
  CLI::App* command =
      group.add_subcommand("run", "Be a participant: do steps with programs, until SIGTERM");
  command->add_option("--name", options->name, "As it is registered")->required();
  command->add_option("--type", options->types, "A type of steps; repeat it")
      ->required()
      ->allow_extra_args(false);
  command
      ->add_option("--exec", options->programs,
                   "What does the steps of the --type before it, for sh -c")
      ->required()
      ->allow_extra_args(false);
  command->add_flag("--query", options->asks_program,
                    "Run the program with the operation query, too, where the store cannot tell");
  command->add_option("--store", options->store,
                      "A file that remembers what was done, over restarts and kills; without it "
                      "that is forgotten with this process");
  command
      ->add_option("--keeps-keys", options->keeps_keys,
                   "How long that is remembered, as the registration says")
      ->capture_default_str();
  command->add_option("--in-flight", options->in_flight, "Commands taken at a time")
      ->capture_default_str();
  command->add_option("--threads", options->threads, "Programs run at a time")
      ->capture_default_str();
  add_client_options(*command, options->client);
  command->footer(
      "A program gets one JSON object on its standard input:\n"
      "  {\"operation\":\"do\",\"key\":\"…\",\"target\":\"0\",\"saga\":\"7001\",\"step\":\"pay\",\n"
      "   \"type\":\"bank.payout.v1\",\"attempt\":1,\"allow_empty\":false,\"due_at\":\"…\",\n"
      "   \"arguments\":{\"amount\":\"12.50 978\"},\"outputs\":{}, …}\n"
      "and prints one:\n"
      "  {\"outcome\":\"succeeded\",\"reference\":\"TX-9\"}\n"
      "operation: do, undo (of target; outputs has what the do brought), confirm, query. outcome:\n"
      "succeeded, failed (no effect, for sure), retry_later, unknown; of an undo also ok_empty.\n"
      "Besides: code, message, and outputs, those that the step declares. An exit code other than\n"
      "0, a signal, anything else printed, and a program that is killed because its time is over\n"
      "count as unknown. key is the same whenever the same thing is asked again: a program of a\n"
      "type that is registered as idempotent must not do it twice under one key.\n"
      "Example:\n"
      "  daybook participant run --name bank --type bank.payout.v1 --exec ./payout.sh \\\n"
      "      --store /var/lib/bank/steps");
  command->callback([&context, options] { context.exit_code = run_participant_run(*options); });
}

}  // namespace

void register_participant(CLI::App& app, CommandContext& context) {
  CLI::App* group =
      app.add_subcommand("participant", "Programs outside that do the remote steps of sagas");
  group->require_subcommand(1);
  group->footer("Example:\n  daybook participant list");
  register_put(*group, context);
  register_list(*group, context);
  register_waiting(*group, context);
  register_pause(*group, context, false);
  register_pause(*group, context, true);
  register_run(*group, context);
}

}  // namespace daybook

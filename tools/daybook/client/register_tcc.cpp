#include <memory>
#include <tuple>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "engine/base/limits.hpp"
#include "tools/daybook/client/tcc_command.hpp"
#include "tools/daybook/command.hpp"

namespace daybook {
namespace {

constexpr const char* created_help =
    "When the gid was made, RFC 3339 or ns; not needed of a UUIDv7, which says so itself";

void register_begin(CLI::App& group, CommandContext& context) {
  auto options = std::make_shared<TccOptions>();
  CLI::App* command = group.add_subcommand("begin", "Begin a transaction");
  command->add_option("gid", options->gid, "Its id; left out: a new UUIDv7, which is printed");
  command->add_option("--created", options->created, created_help);
  command->add_option("--business-type", options->business_type,
                      "What kind of business it is, as an id or name:TEXT");
  command->add_option("--timeout", options->timeout,
                      "Cancelled by itself after this: 90s, 5m, 2h, 7d; 30 minutes by default");
  add_write_options(*command, options->write);
  add_client_options(*command, options->client);
  command->footer("Example:\n  daybook tcc begin 7001 --created 2026-01-31T08:00:00Z --timeout 5m");
  command->callback([&context, options] { context.exit_code = run_tcc_begin(*options); });
}

void register_try(CLI::App& group, CommandContext& context) {
  auto options = std::make_shared<TccOptions>();
  CLI::App* command =
      group.add_subcommand("try", "Try a branch: a hold, a saga or another transaction");
  command->add_option("gid", options->gid, "The transaction")->required();
  command->add_option("branch", options->branch, "The branch's number, from 1")->required();
  CLI::Option* const saga = command->add_option(
      "--saga", options->saga,
      "A saga that was started and comes to a step of the kind tcc.wait: an order, say, or what "
      "a participant keeps. Confirmed, it goes on; cancelled, it goes back");
  command
      ->add_option("--wait", options->patience,
                   "How long the saga may take until it has tried all it has to")
      ->needs(saga)
      ->capture_default_str();
  CLI::Option* const nested =
      command
          ->add_option("--nested", options->nested,
                       "A transaction that was begun: confirmed, it waits for this one's decision")
          ->excludes(saga);
  for (const auto& [name, text, help] :
       {std::tuple{"--debit", &options->debit, "The account to debit"},
        {"--credit", &options->credit, "The account to credit"},
        {"--amount", &options->amount, "By the ledger's scale"},
        {"--ledger", &options->ledger, "The ledger's number"}}) {
    command->add_option(name, *text, help)->excludes(saga)->excludes(nested);
  }
  command->add_option("--code", options->code, "Why, as a number of yours, not 0")
      ->excludes(saga)
      ->excludes(nested);
  command->add_option("--tag", options->tag, "A number of yours")->excludes(saga)->excludes(nested);
  command->add_option("--created", options->created, created_help);
  add_write_options(*command, options->write);
  add_client_options(*command, options->client);
  command->footer(
      "Example:\n  daybook tcc try 7001 1 --debit 1 --credit 2 --amount 12.50 --ledger 978 --code "
      "1\n  daybook tcc try 7001 2 --saga 9001");
  command->callback([&context, options] { context.exit_code = run_tcc_try(*options); });
}

void register_confirm(CLI::App& group, CommandContext& context) {
  auto options = std::make_shared<TccConfirmOptions>();
  CLI::App* command =
      group.add_subcommand("confirm", "Confirm a transaction with all of its branches");
  command->add_option("gid", options->gid, "The transaction")->required();
  command->add_option("branches", options->branches,
                      "Every branch that was tried: BRANCH for all of it, BRANCH=AMOUNT for less");
  command->add_option("--ledger", options->ledger, "By whose scale amounts are");
  command->add_option("--created", options->created, created_help);
  add_write_options(*command, options->write);
  add_client_options(*command, options->client);
  command->footer("Example:\n  daybook tcc confirm 7001 1 2=10.00 --ledger 978");
  command->callback([&context, options] { context.exit_code = run_tcc_confirm(*options); });
}

void register_cancel(CLI::App& group, CommandContext& context) {
  auto options = std::make_shared<TccOptions>();
  CLI::App* command = group.add_subcommand(
      "cancel", "Cancel a transaction, one that was never seen as well, with all its branches");
  command->add_option("gid", options->gid, "The transaction")->required();
  command->add_option("--branch", options->branch,
                      "A branch that may still be under way: it is not to be tried any more");
  command->add_option("--created", options->created, created_help);
  add_write_options(*command, options->write);
  add_client_options(*command, options->client);
  command->footer("Example:\n  daybook tcc cancel 7001 --created 2026-01-31T08:00:00Z");
  command->callback([&context, options] { context.exit_code = run_tcc_cancel(*options); });
}

void register_get_tcc(CLI::App& group, CommandContext& context) {
  auto options = std::make_shared<TccGetOptions>();
  CLI::App* command = group.add_subcommand("get", "Show transactions with their branches");
  command->add_option("gids", options->gids, "The transactions")
      ->required()
      ->expected(1, static_cast<int>(limits::tccs_lookup_max));
  add_client_options(*command, options->client);
  command->footer("Example:\n  daybook tcc get 7001");
  command->callback([&context, options] { context.exit_code = run_tcc_get(*options); });
}

void register_list_tcc(CLI::App& group, CommandContext& context) {
  auto options = std::make_shared<TccListOptions>();
  CLI::App* command = group.add_subcommand("list", "List transactions, in no particular order");
  command->add_option("--state", options->states, "Only those: trying, confirmed, cancelled, …")
      ->check(CLI::IsMember({"trying", "confirming", "confirmed", "cancelling", "cancelled",
                             "stuck", "closed_manual", "prepared"}));
  command->add_option("--limit", options->limit, "At most so many")->capture_default_str();
  add_client_options(*command, options->client);
  command->footer("Example:\n  daybook tcc list --state trying");
  command->callback([&context, options] { context.exit_code = run_tcc_list(*options); });
}

}  // namespace

void register_tcc(CLI::App& app, CommandContext& context) {
  CLI::App* group =
      app.add_subcommand("tcc", "Transactions that are tried, then confirmed or cancelled");
  group->require_subcommand(1);
  group->footer("Example:\n  daybook tcc begin 7001 --created 2026-01-31T08:00:00Z");
  register_begin(*group, context);
  register_try(*group, context);
  register_confirm(*group, context);
  register_cancel(*group, context);
  register_get_tcc(*group, context);
  register_list_tcc(*group, context);
}

}  // namespace daybook

#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "tools/daybook/client/change_command.hpp"
#include "tools/daybook/command.hpp"

namespace daybook {
namespace {

CLI::App* add_change(CLI::App& group, const char* name, const char* help, ChangeOptions& options) {
  CLI::App* command = group.add_subcommand(name, help);
  command->add_option("id", options.ids, "Ids: decimal, 0xHEX or name:TEXT")->required();
  command->add_option("--reason", options.reason, "Why: kept in the journal")->required();
  add_write_options(*command, options.write);
  add_client_options(*command, options.client);
  return command;
}

void add_sides(CLI::App& command, ChangeOptions& options) {
  command.add_flag("--debits", options.debits, "Of debits (default: of both)");
  command.add_flag("--credits", options.credits, "Of credits (default: of both)");
}

void register_limits(CLI::App& group, CommandContext& context) {
  auto options = std::make_shared<ChangeOptions>();
  CLI::App* command = add_change(
      group, "limits", "Set or clear the least and the most that accounts may have", *options);
  command->add_option("--minimum", options->minimum, "By the ledger's scale (default: no minimum)");
  command->add_option("--maximum", options->maximum, "By the ledger's scale (default: no maximum)");
  command->add_flag("--clear", options->clear, "No limits any more");
  command->footer(
      "Of the net balance, posted credits less posted debits; pending debits count against the\n"
      "minimum, pending credits against the maximum. A balance that is outside already stays, "
      "with\n"
      "a warning: then only moves that bring it back pass. For operators.\n"
      "Example (an overdraft of 500.00):\n"
      "  daybook account limits 1 --minimum=-500.00 --reason 'credit line, contract 17'");
  command->callback([&context, options] { context.exit_code = run_account_limits(*options); });
}

void register_freezing(CLI::App& group, CommandContext& context) {
  auto freeze = std::make_shared<ChangeOptions>();
  CLI::App* command =
      add_change(group, "freeze", "Let nothing debit or credit accounts any more", *freeze);
  add_sides(*command, *freeze);
  command->footer(
      "Open holds may still be posted and voided, and an operator may reverse. For operators.\n"
      "Example:\n"
      "  daybook account freeze 1 --debits --reason 'fraud case 4711'");
  command->callback([&context, freeze] {
    context.exit_code = run_account_change(*freeze, AccountChangeKind::freeze);
  });

  auto unfreeze = std::make_shared<ChangeOptions>();
  command = add_change(group, "unfreeze", "End the freezing of accounts", *unfreeze);
  add_sides(*command, *unfreeze);
  command->footer(
      "For operators.\n"
      "Example:\n"
      "  daybook account unfreeze 1 --reason 'fraud case 4711 closed'");
  command->callback([&context, unfreeze] {
    context.exit_code = run_account_change(*unfreeze, AccountChangeKind::unfreeze);
  });
}

void register_closing(CLI::App& group, CommandContext& context) {
  auto close = std::make_shared<ChangeOptions>();
  CLI::App* command = add_change(group, "close", "Close accounts: no transfer any more", *close);
  command->footer(
      "Open holds may still be voided and expire, not posted. For operators.\n"
      "Example:\n"
      "  daybook account close 1 --reason 'customer left'");
  command->callback([&context, close] {
    context.exit_code = run_account_change(*close, AccountChangeKind::close);
  });

  auto reopen = std::make_shared<ChangeOptions>();
  command = add_change(group, "reopen", "Open accounts again", *reopen);
  command->footer(
      "Lifts a close by an operator or at creation. An account that a pending transfer closed\n"
      "(closing_debit, closing_credit) opens when that is voided or expires. For operators.\n"
      "Example:\n"
      "  daybook account reopen 1 --reason 'customer is back'");
  command->callback([&context, reopen] {
    context.exit_code = run_account_change(*reopen, AccountChangeKind::reopen);
  });
}

}  // namespace

void register_account_changes(CLI::App& account, CommandContext& context) {
  register_limits(account, context);
  register_freezing(account, context);
  register_closing(account, context);
}

}  // namespace daybook

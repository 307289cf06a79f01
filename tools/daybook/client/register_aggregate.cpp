#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "tools/daybook/client/aggregate_command.hpp"
#include "tools/daybook/client/as_of_options.hpp"
#include "tools/daybook/command.hpp"

namespace daybook {
namespace {

/// What a command is called, and which options it has; null: it has none such.
struct Entry {
  Command command;
  const char* help;
  const char* subject = nullptr;
  const char* subject_help = nullptr;
  const char* text = nullptr;
  const char* text_help = nullptr;
  bool amount = false;
  const char* example = nullptr;
};

constexpr Entry order_entries[] = {
    {Command::order_create, "Create an order, pending", nullptr, nullptr, "--sku",
     "What is ordered", true,
     "order create 4711 --sku tea --quantity 3 --amount 12.50 --ledger 978"},
    {Command::order_pay, "A captured payment of the order pays it", "--payment", "The payment",
     nullptr, nullptr, false, "order pay 4711 --payment 9001"},
    {Command::order_ship, "A paid order is shipped", nullptr, nullptr, "--tracking",
     "The tracking number", false, "order ship 4711 --tracking DHL-1"},
    {Command::order_complete, "A shipped order has arrived", nullptr, nullptr, nullptr, nullptr,
     false, "order complete 4711"},
    {Command::order_cancel, "Cancel an order that is pending or paid", nullptr, nullptr, "--reason",
     "Why", false, "order cancel 4711 --reason 'out of stock'"},
    {Command::order_refund, "A paid order is no longer paid: the payment was given back",
     "--payment", "The payment", nullptr, nullptr, false, "order refund 4711 --payment 9001"},
};

constexpr Entry payment_entries[] = {
    {Command::payment_initiate, "Begin a payment", "--order", "The order that it is for",
     "--channel", "How it is paid: card, a wallet, ...", true,
     "payment initiate 9001 --order 4711 --amount 12.50 --ledger 978 --channel card"},
    {Command::payment_authorise, "The channel has authorised it", nullptr, nullptr,
     "--external-reference", "The channel's own", false,
     "payment authorise 9001 --external-reference pi_77"},
    {Command::payment_capture, "Capture all or a part of it; --final: nothing more will be",
     nullptr, nullptr, nullptr, nullptr, true, "payment capture 9001 --amount 12.50"},
    {Command::payment_void, "Give it up before anything was captured", nullptr, nullptr, "--reason",
     "Why", false, "payment void 9001"},
    {Command::payment_fail, "The channel refused it, before anything was captured", nullptr,
     nullptr, "--reason", "Why", false, "payment fail 9001 --reason 'card expired'"},
    {Command::payment_settle, "The channel has paid out what was captured", nullptr, nullptr,
     "--reference", "The channel's own", false, "payment settle 9001"},
    {Command::refund_request, "Refund some or all of what was captured", "--refund",
     "The refund's id", "--reason", "Why", true, "payment refund 9001 --refund 1 --amount 2.50"},
    {Command::refund_succeed, "A pending refund succeeded", "--refund", "The refund's id",
     "--reason", "What there is to say", false, "payment refund-succeeded 9001 --refund 1"},
    {Command::refund_fail, "A pending refund failed", "--refund", "The refund's id", "--reason",
     "Why", false, "payment refund-failed 9001 --refund 1 --reason 'account closed'"},
    {Command::dispute_open, "The payer disputes some or all of what was captured", "--dispute",
     "The dispute's id", "--reason", "Why", true,
     "payment dispute 9001 --dispute 1 --amount 12.50"},
    {Command::dispute_win, "An open dispute was won", "--dispute", "The dispute's id", "--reason",
     "What there is to say", false, "payment dispute-won 9001 --dispute 1"},
    {Command::dispute_lose, "An open dispute was lost", "--dispute", "The dispute's id", "--reason",
     "What there is to say", false, "payment dispute-lost 9001 --dispute 1"},
};

void register_entry(CLI::App& group, CommandContext& context, const Entry& entry) {
  auto options = std::make_shared<AggregateCommandOptions>();
  options->command = entry.command;
  CommandFields& fields = options->fields;
  CLI::App* command = group.add_subcommand(std::string{word_of(entry.command)}, entry.help);
  command->add_option("id", fields.aggregate, "Decimal, 0xHEX or name:TEXT")->required();
  if (entry.subject != nullptr) {
    command->add_option(entry.subject, fields.subject, entry.subject_help);
  }
  if (entry.text != nullptr) command->add_option(entry.text, fields.text, entry.text_help);
  if (entry.amount) {
    command->add_option("--amount", fields.amount, "By the scale of the ledger");
    command->add_option("--amount-minor", fields.amount_minor, "The same in minor units");
    command->add_option("--ledger", fields.ledger, "Whose minor units they are");
  }
  if (entry.command == Command::order_create) {
    command->add_option("--quantity", fields.quantity, "How many pieces");
  }
  if (entry.command == Command::payment_capture) {
    command->add_flag("--final", fields.final_capture, "Nothing more will be captured");
  }
  command->add_option("--command-id", fields.id,
                      "The command's own id, for repeating safely (default: a new one; of what "
                      "creates something, one that follows from its ids)");
  command->add_option("--expect-version", fields.expect_version,
                      "Only if its stream has this version; none: if it is new; any (default)");
  add_write_options(*command, options->write);
  add_client_options(*command, options->client);
  command->footer(fmt::format(
      "Exit code 1 when it is refused. Beside transfers it goes into a bundle.\nExample:\n"
      "  daybook {}",
      entry.example));
  command->callback([&context, options] { context.exit_code = run_aggregate_command(*options); });
}

void register_get(CLI::App& group, CommandContext& context, const char* what,
                  int (*run)(const AggregateGetOptions&)) {
  auto options = std::make_shared<AggregateGetOptions>();
  CLI::App* command = group.add_subcommand("get", fmt::format("Show {}s, or as they were", what));
  command->add_option("ids", options->ids, "Decimal, 0xHEX or name:TEXT; up to 64")->required();
  add_as_of_options(*command, options->as_of);
  add_client_options(*command, options->client);
  command->footer(
      fmt::format("Exit code 1 when one was not found.\nExample:\n  daybook {0} get 1\n"
                  "  daybook {0} get 1 --at-sequence 1000",
                  what));
  command->callback([&context, options, run] { context.exit_code = run(*options); });
}

}  // namespace

void register_order(CLI::App& app, CommandContext& context) {
  CLI::App* group = app.add_subcommand("order", "Orders: create, pay, ship, complete, cancel, get");
  group->require_subcommand(1);
  group->footer("Example:\n  daybook order get 4711");
  for (const Entry& entry : order_entries) register_entry(*group, context, entry);
  register_get(*group, context, "order", run_order_get);
}

void register_payment(CLI::App& app, CommandContext& context) {
  CLI::App* group =
      app.add_subcommand("payment", "Payments with their captures, refunds and disputes");
  group->require_subcommand(1);
  group->footer("Example:\n  daybook payment get 9001");
  for (const Entry& entry : payment_entries) register_entry(*group, context, entry);
  register_get(*group, context, "payment", run_payment_get);
}

}  // namespace daybook

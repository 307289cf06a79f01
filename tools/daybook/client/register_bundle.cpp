#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "tools/daybook/client/bundle_command.hpp"
#include "tools/daybook/command.hpp"

namespace daybook {

void register_bundle(CLI::App& app, CommandContext& context) {
  auto options = std::make_shared<BundleOptions>();
  CLI::App* command = app.add_subcommand(
      "bundle", "Move money and append events in one request: all of it, or nothing");
  command->add_option("--file", options->file, "One JSON object; - is standard input")->required();
  add_write_options(*command, options->write);
  add_client_options(*command, options->client);
  command->footer(
      "The object has two lists: \"transfers\", with the fields of `transfer create --file`, and\n"
      "\"events\", with those of `stream append --file`. A third, \"commands\", is for orders and\n"
      "payments: command (\"order.pay\", \"payment.refund-failed\", ...), order or payment, "
      "subject\n"
      "(the payment of order.pay, the order of payment.initiate, the refund, the dispute), amount\n"
      "with ledger or amount_minor, quantity, text, final, transfer (one of this bundle, which "
      "moves\n"
      "what the command is about), id, expect_version. It comes first, and then needs no other "
      "list.\n"
      "Give ids, and the file can be sent again\n"
      "safely. Exit code 1 when it was refused; which part failed, and why, is said.\n"
      "Example: {\"transfers\": [{\"id\": \"1\", \"debit_account_id\": \"1\", "
      "\"credit_account_id\": \"2\",\n"
      "  \"amount\": \"12.50\", \"ledger\": 978, \"code\": 1}], \"events\": [{\"id\": \"1\", "
      "\"type\": \"paid\",\n"
      "  \"aggregate_type\": \"basket\", \"aggregate\": \"name:4711\", \"expect_version\": 1}]}\n"
      "  daybook bundle --file paid.json");
  command->callback([&context, options] { context.exit_code = run_bundle(*options); });
}

}  // namespace daybook

#include "tools/daybook/client/ledger_command.hpp"

#include <fmt/format.h>

#include "engine/model/ledger.hpp"
#include "tools/daybook/client/connection.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/text/json_text.hpp"
#include "tools/daybook/text/status_advice.hpp"
#include "tools/daybook/text/table.hpp"

namespace daybook {
namespace {

Result<Ledger> ledger_from(const LedgerPutOptions& options) {
  const auto kind = parse_ledger_kind(options.kind);
  if (!kind) {
    return Failure{
        FailureKind::invalid,
        fmt::format("--kind: '{}' is not a kind; there are currency, stock, asset", options.kind)};
  }
  if (options.name.size() > limits::ledger_name_bytes_max) {
    return Failure{FailureKind::invalid, fmt::format("--name: a name has at most {} bytes",
                                                     limits::ledger_name_bytes_max)};
  }
  Ledger ledger;
  ledger.id = LedgerId{options.id};
  ledger.scale = static_cast<std::uint8_t>(options.scale);
  ledger.kind = *kind;
  ledger.set_name(options.name);
  return ledger;
}

}  // namespace

int run_ledger_put(const LedgerPutOptions& options) {
  const auto attributes = attributes_from(options.write);
  if (!attributes) return complain(attributes.error().what);
  const auto ledger = ledger_from(options);
  if (!ledger) return complain(ledger.error().what);
  const auto client = connect_to(options.client);
  if (!client) return complain(client.error());
  const auto answer =
      settled(client.value()->put_ledgers({&ledger.value(), 1}, attributes.value()));
  if (!answer) return complain(answer.error());
  const auto& refusals = answer.value().refusals;
  const auto status =
      refusals.empty() ? PutLedgerStatus::created : PutLedgerStatus{refusals.front().status};
  const bool good = status == PutLedgerStatus::created || status == PutLedgerStatus::exists;
  if (options.client.json) {
    say(to_json(ledger.value()).text("status", to_string(status)).str());
  } else {
    say(fmt::format("ledger {} {}: {}", options.id, options.name, to_string(status)));
  }
  if (!good) {
    complain(fmt::format("{}: {}{}", to_string(status), advice(status),
                         in_trace(answer.value().trace_id)));
  }
  return good ? exit_code::good : exit_code::no;
}

int run_ledger_list(const ClientOptions& options) {
  const auto client = connect_to(options);
  if (!client) return complain(client.error());
  const auto ledgers = fetch_ledgers(*client.value());
  if (!ledgers) return complain(ledgers.error());
  Table table{
      {{"ledger", Table::Align::right}, {"name"}, {"scale", Table::Align::right}, {"kind"}}};
  for (const auto& [id, ledger] : ledgers.value().all()) {
    if (options.json) {
      say(to_json(ledger).str());
    } else {
      table.add({fmt::format("{}", id.value()), std::string{ledger.name()},
                 fmt::format("{}", ledger.scale), std::string{to_string(ledger.kind)}});
    }
  }
  if (options.json) return exit_code::good;
  if (table.empty()) {
    say("No ledger is registered yet; register one with 'daybook ledger put'.");
  } else {
    print_text(table.text());
  }
  return exit_code::good;
}

}  // namespace daybook

#include "tools/daybook/client/trial_balance_command.hpp"

#include <optional>

#include <fmt/format.h>

#include "tools/daybook/client/connection.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/text/json_text.hpp"
#include "tools/daybook/text/record_table.hpp"

namespace daybook {
namespace {

constexpr auto right = Table::Align::right;

bool is_balanced(const LedgerBalance& balance) {
  return balance.debits_posted == balance.credits_posted &&
         balance.debits_pending == balance.credits_pending;
}

struct Balances {
  std::vector<LedgerBalance> ledgers;
  Sequence as_of;
};

/// A page is of one moment, and holds all ledgers but for an engine that has thousands of them.
Result<Balances, Trouble> fetch_balances(Client& client, const std::optional<AsOf>& moment) {
  const auto everything = see_everything(client);
  if (!everything) return everything.error();
  Balances balances;
  std::uint64_t after = 0;
  for (bool more = true; more;) {
    constexpr std::uint32_t limit = limits::batch_events_max;
    const auto page =
        settled(moment ? client.trial_balance_at(after, limit, *moment, everything.value())
                       : client.trial_balance(after, limit, everything.value()));
    if (!page) return page.error();
    const auto& items = page.value().items;
    balances.ledgers.insert(balances.ledgers.end(), items.begin(), items.end());
    balances.as_of = page.value().sequence;
    more = page.value().more;
    after = page.value().cursor;
  }
  return balances;
}

void print_json(const Balances& balances, const LedgerBook& ledgers) {
  for (const LedgerBalance& balance : balances.ledgers) {
    const auto amount = [&](Amount value) { return ledgers.format(balance.ledger, value); };
    const Ledger* ledger = ledgers.find(balance.ledger);
    say(JsonObject{}
            .text("ledger", fmt::format("{}", balance.ledger.value()))
            .text("name", ledger == nullptr ? std::string_view{} : ledger->name())
            .count("accounts", balance.accounts)
            .text("debits_posted", amount(balance.debits_posted))
            .text("credits_posted", amount(balance.credits_posted))
            .text("debits_pending", amount(balance.debits_pending))
            .text("credits_pending", amount(balance.credits_pending))
            .truth("balanced", is_balanced(balance))
            .sequence("as_of", balances.as_of)
            .str());
  }
}

void print_table(const Balances& balances, const LedgerBook& ledgers) {
  Table table{{{"ledger"},
               {"accounts", right},
               {"debits posted", right},
               {"credits posted", right},
               {"debits pending", right},
               {"credits pending", right},
               {"debits = credits"}}};
  for (const LedgerBalance& balance : balances.ledgers) {
    const auto amount = [&](Amount value) { return ledgers.format(balance.ledger, value); };
    table.add({ledger_text(ledgers, balance.ledger), fmt::format("{}", balance.accounts),
               amount(balance.debits_posted), amount(balance.credits_posted),
               amount(balance.debits_pending), amount(balance.credits_pending),
               is_balanced(balance) ? "yes" : "NO"});
  }
  print_text(table.text());
}

}  // namespace

int run_trial_balance(const ClientOptions& options, const AsOfTexts& as_of) {
  std::optional<AsOf> moment;
  if (as_of.given()) {
    const auto parsed = parse_as_of(as_of);
    if (!parsed) return complain(parsed.error().what);
    moment = AsOf{.sequence = parsed.value().sequence, .time = parsed.value().time};
  }
  const auto client = connect_to(options);
  if (!client) return complain(client.error());
  const auto balances = fetch_balances(*client.value(), moment);
  if (!balances) return complain(balances.error());
  const auto ledgers = fetch_ledgers(*client.value());
  if (!ledgers) return complain(ledgers.error());
  const auto& all = balances.value().ledgers;
  if (options.json) {
    print_json(balances.value(), ledgers.value());
  } else if (all.empty()) {
    say(moment ? "No ledger was registered then."
               : "No ledger is registered yet; register one with 'daybook ledger put'.");
  } else {
    print_table(balances.value(), ledgers.value());
  }
  for (const LedgerBalance& balance : all) {
    if (is_balanced(balance)) continue;
    return complain(Trouble{
        exit_code::no,
        fmt::format("ledger {} does not balance at sequence {}: stop using the engine, keep its "
                    "data directory, and run 'daybook verify' and 'daybook replay' on a copy",
                    ledger_text(ledgers.value(), balance.ledger), balances.value().as_of.value())});
  }
  if (!options.json && !all.empty()) {
    say(fmt::format("debits = credits in every ledger, as of sequence {}",
                    balances.value().as_of.value()));
  }
  return exit_code::good;
}

}  // namespace daybook

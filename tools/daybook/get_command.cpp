#include "tools/daybook/get_command.hpp"

#include <fmt/format.h>

#include "tools/daybook/command.hpp"
#include "tools/daybook/connection.hpp"
#include "tools/daybook/text/flag_text.hpp"
#include "tools/daybook/text/id_text.hpp"
#include "tools/daybook/text/json_text.hpp"
#include "tools/daybook/text/table.hpp"
#include "tools/daybook/text/time_text.hpp"

namespace daybook {
namespace {

constexpr auto right = Table::Align::right;

template <typename Id>
Result<std::vector<Id>> parse_ids(const std::vector<std::string>& texts) {
  std::vector<Id> ids;
  for (const std::string& text : texts) {
    const auto id = parse_id(text);
    if (!id) return id.error();
    ids.emplace_back(id.value());
  }
  if (ids.size() > limits::batch_events_max) {
    return Failure{FailureKind::invalid,
                   fmt::format("{} ids are more than the {} that one request may name; ask in "
                               "parts",
                               ids.size(), limits::batch_events_max)};
  }
  return ids;
}

std::string ledger_text(const LedgerBook& ledgers, LedgerId id) {
  const Ledger* ledger = ledgers.find(id);
  return ledger == nullptr ? fmt::format("{}", id.value())
                           : fmt::format("{} {}", id.value(), ledger->name());
}

Table table_of(std::span<const Account> accounts, const LedgerBook& ledgers) {
  Table table{{{"account id", right},
               {"ledger"},
               {"code", right},
               {"debits pending", right},
               {"debits posted", right},
               {"credits pending", right},
               {"credits posted", right},
               {"flags"}}};
  for (const Account& account : accounts) {
    const auto amount = [&](Amount value) { return ledgers.format(account.ledger, value); };
    table.add({format_id(account.id.value()), ledger_text(ledgers, account.ledger),
               fmt::format("{}", account.code.value()), amount(account.debits_pending),
               amount(account.debits_posted), amount(account.credits_pending),
               amount(account.credits_posted), format_flags(FlagSet::account, account.flags)});
  }
  return table;
}

Table table_of(std::span<const Transfer> transfers, const LedgerBook& ledgers) {
  Table table{{{"transfer id", right},
               {"debit account", right},
               {"credit account", right},
               {"amount", right},
               {"ledger"},
               {"code", right},
               {"time"},
               {"flags"}}};
  for (const Transfer& transfer : transfers) {
    table.add({format_id(transfer.id.value()), format_id(transfer.debit_account_id.value()),
               format_id(transfer.credit_account_id.value()),
               ledgers.format(transfer.ledger, transfer.amount),
               ledger_text(ledgers, transfer.ledger), fmt::format("{}", transfer.code.value()),
               format_time(transfer.timestamp), format_flags(FlagSet::transfer, transfer.flags)});
  }
  return table;
}

/// A table, or a line of JSON each. `as_of`: the state that the answer is true of.
template <typename Event>
void print_events(std::span<const Event> events, Sequence as_of, const LedgerBook& ledgers,
                  bool json) {
  if (json) {
    for (const Event& event : events) {
      say(to_json(event, ledgers).truth("found", true).sequence("as_of", as_of).str());
    }
  } else if (!events.empty()) {
    print_text(table_of(events, ledgers).text());
  }
}

template <typename Id>
int finish_get(std::span<const Id> missing, std::string_view thing, bool json) {
  for (const Id& id : missing) {
    const std::string text = format_id(id.value());
    if (json) say(JsonObject{}.text("id", text).truth("found", false).str());
    complain(fmt::format("there is no {} {}", thing, text));
  }
  return missing.empty() ? exit_code::good : exit_code::no;
}

}  // namespace

int run_account_get(const GetOptions& options) {
  const auto ids = parse_ids<AccountId>(options.ids);
  if (!ids) return complain(ids.error().what);
  const auto client = connect_to(options.client);
  if (!client) return complain(client.error());
  const auto found = settled(client.value()->lookup_accounts(ids.value()));
  if (!found) return complain(found.error());
  // Asked for afterwards: whatever ledger an account has was registered before the account.
  const auto ledgers = fetch_ledgers(*client.value());
  if (!ledgers) return complain(ledgers.error());
  print_events<Account>(found.value().accounts, found.value().sequence, ledgers.value(),
                        options.client.json);
  return finish_get<AccountId>(found.value().missing, "account", options.client.json);
}

int run_transfer_get(const GetOptions& options) {
  const auto ids = parse_ids<TransferId>(options.ids);
  if (!ids) return complain(ids.error().what);
  const auto client = connect_to(options.client);
  if (!client) return complain(client.error());
  const auto everything = see_everything(*client.value());
  if (!everything) return complain(everything.error());
  const auto found = settled(client.value()->lookup_transfers(ids.value(), everything.value()));
  if (!found) return complain(found.error());
  const auto ledgers = fetch_ledgers(*client.value());
  if (!ledgers) return complain(ledgers.error());
  print_events<Transfer>(found.value().transfers, found.value().sequence, ledgers.value(),
                         options.client.json);
  return finish_get<TransferId>(found.value().missing, "transfer", options.client.json);
}

int run_account_list(const ListOptions& options) {
  AccountId after;
  if (!options.after.empty()) {
    const auto id = parse_id(options.after);
    if (!id) return complain(fmt::format("--after: {}", id.error().what));
    after = AccountId{id.value()};
  }
  const auto client = connect_to(options.client);
  if (!client) return complain(client.error());
  const auto everything = see_everything(*client.value());
  if (!everything) return complain(everything.error());
  const std::uint32_t limit = options.all ? limits::batch_events_max : options.limit;
  for (bool more = true; more;) {
    const auto page = settled(client.value()->list_accounts(after, limit, everything.value()));
    if (!page) return complain(page.error());
    const auto ledgers = fetch_ledgers(*client.value());
    if (!ledgers) return complain(ledgers.error());
    print_events<Account>(page.value().items, page.value().sequence, ledgers.value(),
                          options.client.json);
    after = page.value().cursor;
    more = page.value().more && options.all;
    if (page.value().more && !options.all) {
      complain(fmt::format("there are more; go on with --after {}, or list with --all",
                           format_id(after.value())));
    }
  }
  return exit_code::good;
}

}  // namespace daybook

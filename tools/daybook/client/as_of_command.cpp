#include "tools/daybook/client/as_of_command.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "tools/daybook/client/connection.hpp"
#include "tools/daybook/client/ids_of_options.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/text/record_names.hpp"

namespace daybook {
namespace {

/// All of them as of one moment: what is asked for later names the sequence of the first answer.
Result<AccountsAtResult, Trouble> fetch(Client& client, std::span<const AccountId> ids,
                                        AsOf moment) {
  const auto everything = see_everything(client);
  if (!everything) return everything.error();
  AccountsAtResult all;
  while (!ids.empty()) {
    const std::size_t count = std::min<std::size_t>(ids.size(), limits::accounts_at_max);
    auto part = settled(client.lookup_accounts_at(ids.first(count), moment, everything.value()));
    if (!part) return part.error();
    all.sequence = part.value().sequence;
    all.commit_time = part.value().commit_time;
    all.accounts.insert(all.accounts.end(), part.value().accounts.begin(),
                        part.value().accounts.end());
    all.missing.insert(all.missing.end(), part.value().missing.begin(), part.value().missing.end());
    if (all.sequence != Sequence{}) moment = {.sequence = all.sequence, .time = {}};
    ids = ids.subspan(count);
  }
  return all;
}

Result<NameBook, Trouble> fetch_names_of(Client& client, const AccountsAtResult& found) {
  std::vector<Account> accounts;
  for (const AccountAsOf& each : found.accounts) accounts.push_back(each.account);
  return fetch_names(client, keys_of<Account>(accounts));
}

}  // namespace

int run_account_get_at(const GetOptions& options, const AsOfTexts& as_of) {
  const auto ids = parse_ids<AccountId>(options.ids);
  if (!ids) return complain(ids.error().what);
  const auto moment = parse_as_of(as_of);
  if (!moment) return complain(moment.error().what);
  const auto client = connect_to(options.client);
  if (!client) return complain(client.error());
  const auto found = fetch(*client.value(), ids.value(),
                           {.sequence = moment.value().sequence, .time = moment.value().time});
  if (!found) return complain(found.error());
  const auto ledgers = fetch_ledgers(*client.value());
  if (!ledgers) return complain(ledgers.error());
  NameBook names;
  if (options.names) {
    auto fetched = fetch_names_of(*client.value(), found.value());
    if (!fetched) return complain(fetched.error());
    names = std::move(fetched).value();
  }
  const AccountsAtResult& result = found.value();
  if (options.client.json) {
    for (const AccountAsOf& each : result.accounts) {
      JsonObject line = to_json(each, ledgers.value());
      if (options.names) line.raw("names", names_json(each.account, names).str());
      say(line.truth("found", true).sequence("as_of", result.sequence).str());
    }
  } else {
    say(as_of_line(result.sequence, result.commit_time));
    if (!result.accounts.empty()) {
      print_text(table_of(result.accounts, ledgers.value(), names).text());
    }
  }
  for (const AccountId id : result.missing) {
    const std::string text = format_id(id.value());
    if (options.client.json) say(JsonObject{}.text("id", text).truth("found", false).str());
    complain(fmt::format("there was no account {} at sequence {}", text, result.sequence.value()));
  }
  return result.missing.empty() ? exit_code::good : exit_code::no;
}

}  // namespace daybook

#include "tools/daybook/client/get_command.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "tools/daybook/client/ids_of_options.hpp"
#include "tools/daybook/client/show_records.hpp"
#include "tools/daybook/command.hpp"

namespace daybook {
namespace {

/// As it was asked for; with the number too where that was another text.
template <typename Id>
std::string asked_as(Id id, std::span<const Id> ids, const std::vector<std::string>& texts) {
  const std::string number = format_id(id.value());
  const auto place = std::find(ids.begin(), ids.end(), id) - ids.begin();
  const std::string& text = texts[static_cast<std::size_t>(place)];
  return text == number ? number : fmt::format("{} ({})", text, number);
}

template <typename Id>
int finish_get(std::span<const Id> missing, std::span<const Id> ids, const GetOptions& options,
               std::string_view thing) {
  for (const Id& id : missing) {
    if (options.client.json) {
      say(JsonObject{}.id("id", id.value()).truth("found", false).str());
    }
    complain(fmt::format("there is no {} {}", thing, asked_as<Id>(id, ids, options.ids)));
  }
  return missing.empty() ? exit_code::good : exit_code::no;
}

/// What differs between the three gets is `look_up(client, ids)`, with the records of its answer.
template <typename Id, typename LookUp, typename RecordsOf>
int get(const GetOptions& options, std::string_view thing, LookUp look_up, RecordsOf records_of) {
  const auto ids = parse_ids<Id>(options.ids);
  if (!ids) return complain(ids.error().what);
  const auto client = connect_to(options.client);
  if (!client) return complain(client.error());
  const auto found = look_up(*client.value(), ids.value());
  if (!found) return complain(found.error());
  const auto& records = records_of(found.value());
  using Record = typename std::remove_cvref_t<decltype(records)>::value_type;
  const auto shown = show_records<Record>(*client.value(), records, found.value().sequence,
                                          options.client.json, options.names);
  if (!shown) return complain(shown.error());
  return finish_get<Id>(found.value().missing, ids.value(), options, thing);
}

}  // namespace

int run_account_get(const GetOptions& options) {
  return get<AccountId>(
      options, "account",
      [](Client& client, const std::vector<AccountId>& ids) {
        return settled(client.lookup_accounts(ids));
      },
      [](const AccountsResult& found) -> const auto& { return found.accounts; });
}

int run_transfer_get(const GetOptions& options) {
  return get<TransferId>(
      options, "transfer",
      [](Client& client, const std::vector<TransferId>& ids) -> Result<TransfersResult, Trouble> {
        const auto everything = see_everything(client);
        if (!everything) return everything.error();
        return settled(client.lookup_transfers(ids, everything.value()));
      },
      [](const TransfersResult& found) -> const auto& { return found.transfers; });
}

int run_hold_get(const GetOptions& options, const AsOfTexts& as_of) {
  std::optional<AsOf> moment;
  if (as_of.given()) {
    const auto parsed = parse_as_of(as_of);
    if (!parsed) return complain(parsed.error().what);
    moment = AsOf{.sequence = parsed.value().sequence, .time = parsed.value().time};
  }
  return get<TransferId>(
      options, "pending transfer",
      [&](Client& client, const std::vector<TransferId>& ids) -> Result<HoldsResult, Trouble> {
        const auto everything = see_everything(client);
        if (!everything) return everything.error();
        if (moment) return settled(client.lookup_holds_at(ids, *moment, everything.value()));
        return settled(client.lookup_holds(ids, everything.value()));
      },
      [](const HoldsResult& found) -> const auto& { return found.holds; });
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
    const auto shown =
        show_records<Account>(*client.value(), page.value().items, page.value().sequence,
                              options.client.json, options.names);
    if (!shown) return complain(shown.error());
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

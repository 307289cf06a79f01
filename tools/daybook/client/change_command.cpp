#include "tools/daybook/client/change_command.hpp"

#include <map>

#include <fmt/format.h>

#include "tools/daybook/client/connection.hpp"
#include "tools/daybook/client/ids_of_options.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/text/json_text.hpp"
#include "tools/daybook/text/status_advice.hpp"
#include "tools/daybook/text/table.hpp"
#include "tools/daybook/text/time_text.hpp"

namespace daybook {
namespace {

constexpr Int128 lowest{.lo = 0, .hi = std::uint64_t{1} << 63};
constexpr Int128 highest{.lo = ~std::uint64_t{0}, .hi = ~std::uint64_t{0} >> 1};

/// What became of each change. A refusal with outside_limits is a change with a warning.
std::vector<ChangeAccountStatus> statuses_of(const BatchResult& result, std::size_t count) {
  std::vector<ChangeAccountStatus> statuses(count, ChangeAccountStatus::changed);
  for (const Refusal& refusal : result.refusals) {
    if (refusal.index < count) statuses[refusal.index] = ChangeAccountStatus{refusal.status};
  }
  return statuses;
}

bool is_done(ChangeAccountStatus status) {
  return status == ChangeAccountStatus::changed || status == ChangeAccountStatus::outside_limits;
}

int report(const std::vector<AccountChange>& changes, const BatchResult& result, bool json) {
  const auto statuses = statuses_of(result, changes.size());
  Table table{{{"account id", Table::Align::right}, {"change"}, {"status"}, {"time"}}};
  int code = exit_code::good;
  for (std::size_t index = 0; index < changes.size(); ++index) {
    const AccountChange& change = changes[index];
    const ChangeAccountStatus status = statuses[index];
    if (!is_done(status)) code = exit_code::no;
    if (json) {
      say(JsonObject{}
              .id("id", change.account_id.value())
              .text("change", to_string(change.kind))
              .text("status", to_string(status))
              .time("timestamp", result.first_timestamp)
              .str());
    } else {
      table.add({format_id(change.account_id.value()), std::string{to_string(change.kind)},
                 std::string{to_string(status)},
                 is_done(status) ? format_time(result.first_timestamp) : ""});
    }
  }
  if (!json) print_text(table.text());
  for (std::size_t index = 0; index < changes.size(); ++index) {
    if (statuses[index] == ChangeAccountStatus::changed) continue;
    complain(fmt::format("account {}: {}: {}{}", format_id(changes[index].account_id.value()),
                         to_string(statuses[index]), advice(statuses[index]),
                         in_trace(result.trace_id)));
  }
  return code;
}

/// The limits of each account, by its ledger's scale.
Result<void, Trouble> set_limits(Client& client, const ChangeOptions& options,
                                 std::vector<AccountChange>& changes) {
  std::vector<AccountId> ids;
  for (const AccountChange& change : changes) ids.push_back(change.account_id);
  const auto found = settled(client.lookup_accounts(ids));
  if (!found) return found.error();
  const auto ledgers = fetch_ledgers(client);
  if (!ledgers) return ledgers.error();
  std::map<AccountId, LedgerId> ledger_of;
  for (const Account& account : found.value().accounts) ledger_of[account.id] = account.ledger;
  const auto limit = [&](std::string_view option, const std::string& text, LedgerId ledger,
                         const Int128& none) -> Result<Int128, Trouble> {
    if (text.empty()) return none;
    const auto value = ledgers.value().parse_signed(ledger, text);
    if (value) return value.value();
    return Trouble{exit_code::failed,
                   fmt::format("{}: {}; nothing was sent", option, value.error().what)};
  };
  for (AccountChange& change : changes) {
    const auto ledger = ledger_of.find(change.account_id);
    if (ledger == ledger_of.end()) {
      return Trouble{exit_code::no, fmt::format("there is no account {}; nothing was sent",
                                                format_id(change.account_id.value()))};
    }
    const auto minimum = limit("--minimum", options.minimum, ledger->second, lowest);
    if (!minimum) return minimum.error();
    const auto maximum = limit("--maximum", options.maximum, ledger->second, highest);
    if (!maximum) return maximum.error();
    change.minimum = minimum.value();
    change.maximum = maximum.value();
  }
  return {};
}

std::uint16_t sides_of(const ChangeOptions& options) {
  if (options.debits == options.credits) return account_side::both;
  return options.debits ? account_side::debits : account_side::credits;
}

}  // namespace

int run_account_limits(const ChangeOptions& options) {
  const bool sets = !options.minimum.empty() || !options.maximum.empty();
  if (sets == options.clear) {
    return complain("say which limits: --minimum, --maximum or both; or --clear alone");
  }
  return run_account_change(options,
                            sets ? AccountChangeKind::set_limits : AccountChangeKind::clear_limits);
}

int run_account_change(const ChangeOptions& options, AccountChangeKind kind) {
  const auto attributes = attributes_from(options.write);
  if (!attributes) return complain(attributes.error().what);
  const auto ids = parse_ids<AccountId>(options.ids);
  if (!ids) return complain(ids.error().what);
  std::vector<AccountChange> changes;
  for (const AccountId id : ids.value()) {
    AccountChange change;
    change.account_id = id;
    change.kind = kind;
    const bool has_sides = kind == AccountChangeKind::freeze || kind == AccountChangeKind::unfreeze;
    change.sides = has_sides ? sides_of(options) : std::uint16_t{0};
    changes.push_back(change);
  }
  const auto client = connect_to(options.client);
  if (!client) return complain(client.error());
  if (kind == AccountChangeKind::set_limits) {
    const auto set = set_limits(*client.value(), options, changes);
    if (!set) return complain(set.error());
  }
  const auto answer =
      settled(client.value()->change_accounts(changes, options.reason, attributes.value()));
  if (!answer) return complain(answer.error());
  return report(changes, answer.value(), options.client.json);
}

}  // namespace daybook

#include "tools/daybook/offline/offline_state.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "engine/ledger/account_state.hpp"
#include "engine/state/open_hold_view.hpp"
#include "tools/daybook/client/print_records.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/offline/offline_aggregates.hpp"
#include "tools/daybook/offline/offline_replay.hpp"
#include "tools/daybook/text/as_of_text.hpp"
#include "tools/daybook/text/checkpoint_text.hpp"
#include "tools/daybook/text/domain_event_text.hpp"
#include "tools/daybook/text/flag_text.hpp"
#include "tools/daybook/text/id_text.hpp"
#include "tools/daybook/text/json_text.hpp"
#include "tools/daybook/text/table.hpp"
#include "tools/daybook/text/tcc_text.hpp"

namespace daybook {
namespace {

constexpr auto right = Table::Align::right;

Result<std::vector<AccountId>> parse_account_ids(const std::vector<std::string>& texts) {
  std::vector<AccountId> ids;
  for (const std::string& text : texts) {
    const auto id = parse_id(text);
    if (!id) return id.error();
    ids.emplace_back(id.value());
  }
  return ids;
}

/// As answers of an engine have it.
AccountAsOf as_of(const State& state, AccountSlot slot) {
  const Account& account = state.accounts.at(slot);
  AccountAsOf shown_account{.account = shown(account),
                            .minimum = AccountAsOf::no_minimum,
                            .maximum = AccountAsOf::no_maximum};
  if ((account.flags & account_state::limited) != 0) {
    shown_account.minimum = state.accounts.limits(slot).minimum;
    shown_account.maximum = state.accounts.limits(slot).maximum;
  }
  return shown_account;
}

int print_accounts(const State& state, const std::vector<AccountId>& ids, bool json) {
  const LedgerBook ledgers = book_of(state);
  std::vector<AccountAsOf> found;
  int code = exit_code::good;
  for (const AccountId id : ids) {
    const AccountSlot slot = state.accounts.find(id);
    if (slot == no_account) {
      const std::string text = format_id(id.value());
      if (json) say(JsonObject{}.text("id", text).truth("found", false).str());
      complain(fmt::format("there was no account {} at sequence {}", text,
                           state.last_sequence().value()));
      code = exit_code::no;
      continue;
    }
    found.push_back(as_of(state, slot));
    if (!json) continue;
    say(to_json(found.back(), ledgers)
            .truth("found", true)
            .sequence("as_of", state.last_sequence())
            .str());
  }
  if (!json && !found.empty()) print_text(table_of(found, ledgers).text());
  return code;
}

int print_trial_balance(const State& state, bool json) {
  const LedgerBook ledgers = book_of(state);
  Table table{{{"ledger", right},
               {"name"},
               {"accounts", right},
               {"debits", right},
               {"credits", right},
               {"debits pending", right},
               {"credits pending", right},
               {"balanced"}}};
  int code = exit_code::good;
  for (const LedgerSums& balance : trial_balance(state)) {
    const LedgerId id = balance.ledger.id;
    const std::string debits = format_sum(balance.debits, ledgers, id);
    const std::string credits = format_sum(balance.credits, ledgers, id);
    const std::string debits_pending = format_sum(balance.debits_pending, ledgers, id);
    const std::string credits_pending = format_sum(balance.credits_pending, ledgers, id);
    if (!balance.balanced()) code = exit_code::no;
    if (json) {
      say(JsonObject{}
              .text("ledger", fmt::format("{}", id.value()))
              .text("name", balance.ledger.name())
              .count("accounts", balance.accounts)
              .text("debits_posted", debits)
              .text("credits_posted", credits)
              .text("debits_pending", debits_pending)
              .text("credits_pending", credits_pending)
              .truth("balanced", balance.balanced())
              .sequence("as_of", state.last_sequence())
              .str());
    } else {
      table.add({fmt::format("{}", id.value()), std::string{balance.ledger.name()},
                 fmt::format("{}", balance.accounts), debits, credits, debits_pending,
                 credits_pending, balance.balanced() ? "yes" : "NO"});
    }
  }
  if (!json) print_text(table.text());
  return code;
}

void print_holds(const State& state, bool json) {
  const std::vector<HoldView> holds = open_holds(state);
  print_records<HoldView>(holds, state.last_sequence(), book_of(state), json);
  if (holds.empty() && !json) say("No hold was open.");
}

/// exit_code::no where one was not there.
int print_tccs(const State& state, const std::vector<Uint128>& gids, bool json) {
  int code = exit_code::good;
  for (const Uint128& gid : gids) {
    const TccSlot slot = state.tccs.find(gid);
    if (slot == no_tcc) {
      complain(fmt::format("there was no transaction {}", format_id(gid)));
      code = exit_code::no;
      continue;
    }
    const TccView& view = state.tccs.at(slot);
    std::vector<TccBranch> branches;
    state.tccs.for_each_branch(slot, [&](const TccBranch& branch) { branches.push_back(branch); });
    if (json) {
      say(tcc_json(view, branches).str());
      continue;
    }
    print_text(tcc_table({&view, 1}).text());
    if (!branches.empty()) print_text("\n" + tcc_branch_table(gid, branches).text());
  }
  return code;
}

void print_checkpoints(const State& state, bool json) {
  const auto all = state.checkpoints.all();
  if (json) {
    for (const EventCheckpoint& each : all) say(checkpoint_row_json(each, state.last_sequence()));
  } else if (all.empty()) {
    say("There was no checkpoint.");
  } else {
    print_text(checkpoint_table(all, state.last_sequence()).text());
  }
}

Result<std::vector<Uint128>> parse_gids(const std::vector<std::string>& texts) {
  std::vector<Uint128> gids;
  for (const std::string& text : texts) {
    const auto gid = parse_id(text);
    if (!gid) return Failure{FailureKind::invalid, fmt::format("--tcc: {}", gid.error().what)};
    gids.push_back(gid.value());
  }
  return gids;
}

Result<std::vector<StreamKey>> parse_streams(
    const std::vector<std::pair<std::string, std::string>>& texts) {
  std::vector<StreamKey> keys;
  std::vector<Name> unused;
  for (const auto& [type_text, id_text] : texts) {
    const auto type = parse_type(NameKind::aggregate_type, type_text, unused);
    if (!type) return type.error();
    const auto id = parse_id(id_text);
    if (!id) return id.error();
    keys.push_back({.aggregate_type = type.value(), .aggregate_id = id.value()});
  }
  return keys;
}

int print_streams(const State& state, const StateOptions& options,
                  const std::vector<StreamKey>& keys) {
  Table table{{{"aggregate type"}, {"aggregate"}, {"version", right}, {"last sequence", right}}};
  int code = exit_code::good;
  for (std::size_t index = 0; index < keys.size(); ++index) {
    const auto& [type, id] = options.streams[index];
    const StreamSlot slot = state.streams.find(keys[index]);
    const Stream stream = slot == no_stream ? Stream{} : state.streams.at(slot);
    if (options.json) {
      JsonObject line;
      line.id("aggregate_type", keys[index].aggregate_type)
          .id("aggregate", keys[index].aggregate_id)
          .truth("found", slot != no_stream);
      if (slot != no_stream) {
        line.count("version", stream.version).sequence("last_sequence", stream.last_sequence);
      }
      say(line.sequence("as_of", state.last_sequence()).str());
    } else if (slot != no_stream) {
      table.add({type, id, fmt::format("{}", stream.version),
                 fmt::format("{}", stream.last_sequence.value())});
    }
    if (slot != no_stream) continue;
    complain(fmt::format("there was no stream {} {} at sequence {}", type, id,
                         state.last_sequence().value()));
    code = exit_code::no;
  }
  if (!table.empty()) print_text(table.text());
  return code;
}

}  // namespace

LedgerBook book_of(const State& state) {
  LedgerBook book;
  for (std::size_t place = 0; place < state.ledgers.count(); ++place) {
    book.put(state.ledgers.at(place));
  }
  return book;
}

LimitTexts limits_of(const State& state, AccountSlot slot, const LedgerBook& ledgers) {
  const Account& account = state.accounts.at(slot);
  if ((account.flags & account_state::limited) == 0) return {};
  const AccountLimits& limits = state.accounts.limits(slot);
  const auto text = [&](const Int128& limit, const Int128& none) {
    return limit == none ? std::string{} : ledgers.format_signed(account.ledger, limit);
  };
  return {text(limits.minimum, AccountAsOf::no_minimum),
          text(limits.maximum, AccountAsOf::no_maximum)};
}

std::string format_sum(const AmountSum& sum, const LedgerBook& ledgers, LedgerId ledger) {
  const std::string low = ledgers.format(ledger, Amount{Uint128{sum.low}});
  return sum.carries == 0 ? low : fmt::format("{} x 2^128 minor units + {}", sum.carries, low);
}

std::vector<LedgerSums> trial_balance(const State& state) {
  std::map<LedgerId, LedgerSums> ledgers;
  for (std::size_t place = 0; place < state.ledgers.count(); ++place) {
    const Ledger& ledger = state.ledgers.at(place);
    ledgers[ledger.id].ledger = ledger;
  }
  for (std::uint64_t slot = 0; slot < state.accounts.count(); ++slot) {
    const Account& account = state.accounts.at(static_cast<AccountSlot>(slot));
    LedgerSums& balance = ledgers[account.ledger];
    ++balance.accounts;
    balance.debits.add(account.debits_posted);
    balance.credits.add(account.credits_posted);
    balance.debits_pending.add(account.debits_pending);
    balance.credits_pending.add(account.credits_pending);
  }
  std::vector<LedgerSums> balances;
  balances.reserve(ledgers.size());
  for (const auto& [id, balance] : ledgers) balances.push_back(balance);
  return balances;
}

std::vector<HoldView> open_holds(const State& state) {
  std::vector<HoldView> views;
  for (std::uint64_t slot = 0; slot < state.holds.slot_end(); ++slot) {
    const Hold& hold = state.holds.at(static_cast<HoldSlot>(slot));
    if (hold.id == TransferId{}) continue;
    views.push_back(view_of_open(hold, state.accounts));
  }
  std::sort(views.begin(), views.end(),
            [](const HoldView& a, const HoldView& b) { return a.sequence < b.sequence; });
  return views;
}

int run_state(const StateOptions& options) {
  const bool aggregates =
      !options.orders.empty() || !options.payments.empty() || !options.tccs.empty();
  if (options.accounts.empty() && options.streams.empty() && !aggregates &&
      !options.trial_balance && !options.holds && !options.checkpoints) {
    return complain(
        "say what to show: --account ID, --stream TYPE ID, --order ID, --payment ID, --tcc GID, "
        "--holds, --checkpoints, --trial-balance, or several");
  }
  const auto ids = parse_account_ids(options.accounts);
  if (!ids) return complain(ids.error().what);
  const auto streams = parse_streams(options.streams);
  if (!streams) return complain(streams.error().what);
  const auto gids = parse_gids(options.tccs);
  if (!gids) return complain(gids.error().what);
  const auto goal = parse_goal(options.at_sequence, options.at_time);
  if (!goal) return complain(goal.error().what);
  State state{settings_for(options.room)};
  const auto counts = replay_directory(options.directory, state, goal.value());
  if (!counts) return complain_of(counts.error());
  if (!options.json) {
    say(as_of_line(state.last_sequence(), counts.value().commit_time));
  }
  int code = exit_code::good;
  if (!ids.value().empty()) code = print_accounts(state, ids.value(), options.json);
  if (!options.orders.empty()) {
    code = std::max(code, print_orders(state, options.directory, options.orders, options.json));
  }
  if (!options.payments.empty()) {
    code = std::max(code, print_payments(state, options.directory, options.payments, options.json));
  }
  if (!streams.value().empty()) {
    code = std::max(code, print_streams(state, options, streams.value()));
  }
  code = std::max(code, print_tccs(state, gids.value(), options.json));
  if (options.holds) print_holds(state, options.json);
  if (options.checkpoints) print_checkpoints(state, options.json);
  if (options.trial_balance) code = std::max(code, print_trial_balance(state, options.json));
  return code;
}

}  // namespace daybook

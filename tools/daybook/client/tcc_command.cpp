#include "tools/daybook/client/tcc_command.hpp"

#include <chrono>
#include <optional>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "engine/model/tcc.hpp"
#include "tools/daybook/client/connection.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/text/duration_text.hpp"
#include "tools/daybook/text/id_text.hpp"
#include "tools/daybook/text/number_text.hpp"
#include "tools/daybook/text/status_advice.hpp"
#include "tools/daybook/text/tcc_text.hpp"
#include "tools/daybook/text/time_text.hpp"

namespace daybook {
namespace {

constexpr std::uint64_t ns_a_second = 1'000'000'000;

bool is_good(TccStatus status) {
  return status == TccStatus::done || status == TccStatus::duplicate ||
         status == TccStatus::duplicate_confirmed || status == TccStatus::ok_empty ||
         status == TccStatus::awaits_parent;
}

/// A saga that is to be a branch may still be at its tries.
Result<BatchResult, Trouble> send_until_ready(Client& client, const TccCommand& command,
                                              std::span<const TccAmount> amounts,
                                              const OperationAttributes& attributes,
                                              std::chrono::seconds patience) {
  using Clock = std::chrono::steady_clock;
  constexpr std::chrono::milliseconds pause{50};
  for (const auto until = Clock::now() + patience;;) {
    auto answer = settled(client.tcc_commands({&command, 1}, amounts, attributes));
    if (!answer) return answer;
    const auto& refusals = answer.value().refusals;
    const bool is_early = !refusals.empty() && static_cast<TccStatus>(refusals.front().status) ==
                                                   TccStatus::saga_not_ready;
    if (!is_early || Clock::now() + pause > until) return answer;
    std::this_thread::sleep_for(pause);
  }
}

/// Sends the command and says what became of it.
int send(Client& client, const TccCommand& command, std::span<const TccAmount> amounts,
         const OperationAttributes& attributes, std::chrono::seconds patience, bool json) {
  const auto answer = send_until_ready(client, command, amounts, attributes, patience);
  if (!answer) return complain(answer.error());
  const BatchResult& result = answer.value();
  const bool refused = !result.refusals.empty();
  const auto status =
      refused ? static_cast<TccStatus>(result.refusals.front().status) : TccStatus::done;
  const Timestamp time = refused ? result.refusals.front().timestamp : result.first_timestamp;
  const auto transfer =
      static_cast<CreateTransferStatus>(refused ? result.refusals.front().part : std::uint16_t{0});
  const bool of_transfer = status == TccStatus::try_refused;
  if (json) {
    JsonObject line;
    line.id("gid", command.gid)
        .text("command", to_string(command.kind))
        .text("status", to_string(status))
        .time("timestamp", time)
        .sequence("sequence", result.first_sequence);
    if (of_transfer) line.text("transfer_status", to_string(transfer));
    say(line.str());
  } else {
    say(fmt::format("tcc {}: {}: {}{}", format_id(command.gid), to_string(command.kind),
                    to_string(status),
                    of_transfer ? fmt::format(", {}", to_string(transfer)) : ""));
  }
  if (is_good(status)) return exit_code::good;
  const std::string_view words = of_transfer ? advice(transfer) : advice(status);
  complain(fmt::format("{}: {}{}", of_transfer ? to_string(transfer) : to_string(status), words,
                       in_trace(result.trace_id)));
  return exit_code::no;
}

Result<TccCommand> command_from(TccCommandKind kind, const TccOptions& options) {
  TccCommand command;
  command.kind = kind;
  const auto gid = parse_id(options.gid);
  if (!gid) return Failure{FailureKind::invalid, fmt::format("gid: {}", gid.error().what)};
  command.gid = gid.value();
  command.branch = options.branch;
  if (options.created.empty()) return command;
  const auto created = parse_time(options.created);
  if (!created) {
    return Failure{FailureKind::invalid, fmt::format("--created: {}", created.error().what)};
  }
  command.created_at = created.value().value();
  return command;
}

/// Connects and sends; `complete` fills in what needs a connection.
template <typename Complete>
int run(const ClientOptions& client_options, const WriteOptions& write, Result<TccCommand> parsed,
        Complete complete, std::chrono::seconds patience = {}) {
  const auto attributes = attributes_from(write);
  if (!attributes) return complain(attributes.error().what);
  if (!parsed) return complain(fmt::format("{}; nothing was sent", parsed.error().what));
  const auto client = connect_to(client_options);
  if (!client) return complain(client.error());
  TccCommand command = parsed.value();
  std::vector<TccAmount> amounts;
  if (const auto completed = complete(*client.value(), command, amounts, attributes.value());
      !completed) {
    return complain(completed.error());
  }
  return send(*client.value(), command, amounts, attributes.value(), patience, client_options.json);
}

using Completed = Result<void, Trouble>;

Trouble wrong(std::string_view what, const Failure& failure) {
  return {exit_code::failed, fmt::format("{}: {}; nothing was sent", what, failure.what)};
}

Completed complete_begin(const TccOptions& options, TccCommand& command,
                         const OperationAttributes& attributes) {
  command.business_id = attributes.business_id;
  command.user_id = attributes.user_id;
  command.trace_id = attributes.trace_id;
  if (!options.business_type.empty()) {
    const auto type = parse_id(options.business_type);
    if (!type) return wrong("--business-type", type.error());
    command.business_type = type.value();
  }
  if (!options.timeout.empty()) {
    const auto seconds = parse_timeout_s(options.timeout);
    if (!seconds) return wrong("--timeout", seconds.error());
    command.timeout_ns = std::uint64_t{seconds.value()} * ns_a_second;
  }
  return {};
}

Completed complete_subject(const TccOptions& options, TccCommand& command) {
  const bool is_saga = !options.saga.empty();
  const auto subject = parse_id(is_saga ? options.saga : options.nested);
  if (!subject) return wrong(is_saga ? "--saga" : "--nested", subject.error());
  command.what = is_saga ? TccBranchKind::saga : TccBranchKind::transaction;
  command.business_type = subject.value();
  return {};
}

Completed complete_try(const TccOptions& options, Client& client, TccCommand& command) {
  if (!options.saga.empty() || !options.nested.empty()) return complete_subject(options, command);
  for (const auto& [name, text] : {std::pair{"--debit", &options.debit},
                                   {"--credit", &options.credit},
                                   {"--amount", &options.amount},
                                   {"--ledger", &options.ledger}}) {
    if (!text->empty()) continue;
    return Trouble{exit_code::failed,
                   fmt::format("a branch is a hold, which needs {}, a saga: --saga, or a "
                               "transaction: --nested; nothing was sent",
                               name)};
  }
  const auto debit = parse_id(options.debit);
  if (!debit) return wrong("--debit", debit.error());
  const auto credit = parse_id(options.credit);
  if (!credit) return wrong("--credit", credit.error());
  const auto ledger = parse_unsigned(options.ledger, ~std::uint32_t{0});
  if (!ledger) return wrong("--ledger", ledger.error());
  command.ledger = LedgerId{static_cast<std::uint32_t>(ledger.value())};
  const auto ledgers = fetch_ledgers(client);
  if (!ledgers) return ledgers.error();
  const auto amount = ledgers.value().parse(command.ledger, options.amount);
  if (!amount) return wrong("--amount", amount.error());
  command.debit_account_id = AccountId{debit.value()};
  command.credit_account_id = AccountId{credit.value()};
  command.amount = amount.value();
  command.code = Code{options.code};
  command.tag = Tag{options.tag};
  return {};
}

Completed complete_confirm(const TccConfirmOptions& options, Client& client, TccCommand& command,
                           std::vector<TccAmount>& amounts) {
  std::optional<LedgerBook> ledgers;
  LedgerId ledger;
  if (!options.ledger.empty()) {
    const auto number = parse_unsigned(options.ledger, ~std::uint32_t{0});
    if (!number) return wrong("--ledger", number.error());
    ledger = LedgerId{static_cast<std::uint32_t>(number.value())};
    auto fetched = fetch_ledgers(client);
    if (!fetched) return fetched.error();
    ledgers = std::move(fetched).value();
  }
  for (const std::string& text : options.branches) {
    const std::size_t sign = text.find('=');
    const auto branch = parse_unsigned(text.substr(0, sign), ~std::uint64_t{0});
    if (!branch) return wrong(fmt::format("branch \"{}\"", text), branch.error());
    TccAmount asked{.branch = branch.value(),
                    .reserved = 0,
                    .amount = Amount{Uint128{~std::uint64_t{0}, ~std::uint64_t{0}}}};
    if (sign != std::string::npos) {
      if (!ledgers) {
        return Trouble{exit_code::failed,
                       "an amount needs --ledger, by whose scale it is; nothing was sent"};
      }
      const auto amount = ledgers->parse(ledger, text.substr(sign + 1));
      if (!amount) return wrong(fmt::format("branch \"{}\"", text), amount.error());
      asked.amount = amount.value();
    }
    amounts.push_back(asked);
  }
  if (amounts.size() > limits::tcc_branches_max) {
    return Trouble{exit_code::failed,
                   fmt::format("a transaction has at most {} branches", limits::tcc_branches_max)};
  }
  command.amounts = static_cast<std::uint16_t>(amounts.size());
  return {};
}

}  // namespace

int run_tcc_begin(const TccOptions& given) {
  TccOptions options = given;
  if (options.gid.empty()) options.gid = format_id(make_gid());
  return run(options.client, options.write, command_from(TccCommandKind::begin, options),
             [&](Client&, TccCommand& command, auto&, const OperationAttributes& attributes) {
               return complete_begin(options, command, attributes);
             });
}

int run_tcc_try(const TccOptions& options) {
  const auto patience = parse_timeout_s(options.patience);
  if (!patience) return complain(fmt::format("--wait: {}", patience.error().what));
  return run(
      options.client, options.write, command_from(TccCommandKind::try_, options),
      [&](Client& client, TccCommand& command, auto&, const OperationAttributes&) {
        return complete_try(options, client, command);
      },
      std::chrono::seconds{options.saga.empty() ? 0 : patience.value()});
}

int run_tcc_confirm(const TccConfirmOptions& options) {
  TccOptions plain;
  plain.gid = options.gid;
  plain.created = options.created;
  return run(options.client, options.write, command_from(TccCommandKind::confirm, plain),
             [&](Client& client, TccCommand& command, std::vector<TccAmount>& amounts,
                 const OperationAttributes&) {
               return complete_confirm(options, client, command, amounts);
             });
}

int run_tcc_cancel(const TccOptions& options) {
  return run(options.client, options.write, command_from(TccCommandKind::cancel, options),
             [](Client&, TccCommand&, auto&, const OperationAttributes&) { return Completed{}; });
}

int run_tcc_get(const TccGetOptions& options) {
  std::vector<Uint128> gids;
  for (const std::string& text : options.gids) {
    const auto gid = parse_id(text);
    if (!gid) return complain(fmt::format("gid: {}", gid.error().what));
    gids.push_back(gid.value());
  }
  const auto client = connect_to(options.client);
  if (!client) return complain(client.error());
  const auto everything = see_everything(*client.value());
  if (!everything) return complain(everything.error());
  const auto found = settled(client.value()->lookup_tccs(gids, everything.value()));
  if (!found) return complain(found.error());
  for (const FoundTcc& each : found.value().tccs) {
    if (options.client.json) {
      say(tcc_json(each.tcc, each.branches).str());
      continue;
    }
    if (&each != &found.value().tccs.front()) print_text("\n");
    print_text(tcc_table({&each.tcc, 1}).text());
    if (!each.branches.empty()) {
      print_text("\n" + tcc_branch_table(each.tcc.gid, each.branches).text());
    }
  }
  for (const Uint128& gid : found.value().missing) {
    if (options.client.json) say(JsonObject{}.id("gid", gid).truth("found", false).str());
    complain(fmt::format("there is no transaction {} at sequence {}", format_id(gid),
                         found.value().sequence.value()));
  }
  return found.value().missing.empty() ? exit_code::good : exit_code::no;
}

int run_tcc_list(const TccListOptions& options) {
  std::uint64_t states = 0;
  for (const std::string& text : options.states) {
    for (auto state = TccState::trying; state <= TccState::prepared;
         state = static_cast<TccState>(static_cast<unsigned>(state) + 1)) {
      if (to_string(state) == text) states |= std::uint64_t{1} << static_cast<unsigned>(state);
    }
  }
  const auto client = connect_to(options.client);
  if (!client) return complain(client.error());
  const auto everything = see_everything(*client.value());
  if (!everything) return complain(everything.error());
  std::vector<TccView> all;
  std::uint64_t cursor = 0;
  for (bool more = true; more && all.size() < options.limit;) {
    const auto room = static_cast<std::uint32_t>(options.limit - all.size());
    const auto found = settled(client.value()->list_tccs(
        states, cursor, std::min(room, limits::tccs_page_max), everything.value()));
    if (!found) return complain(found.error());
    for (const FoundTcc& each : found.value().tccs) all.push_back(each.tcc);
    cursor = found.value().cursor;
    more = found.value().more;
  }
  if (options.client.json) {
    for (const TccView& each : all) say(tcc_json(each, {}).str());
  } else if (all.empty()) {
    say("There are no such transactions.");
  } else {
    print_text(tcc_table(all).text());
  }
  return exit_code::good;
}

}  // namespace daybook

#include "tools/daybook/client/aggregate_command.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "net/client/commands.hpp"
#include "tools/daybook/client/connection.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/text/aggregate_table.hpp"
#include "tools/daybook/text/id_text.hpp"
#include "tools/daybook/text/status_advice.hpp"
#include "tools/daybook/text/table.hpp"
#include "tools/daybook/text/time_text.hpp"

namespace daybook {
namespace {

constexpr auto right = Table::Align::right;

/// The ledger of the payment that the command is about, where its amount is by that one's scale.
Result<std::optional<LedgerId>, Trouble> ledger_of(Client& client,
                                                   const AggregateCommandOptions& options) {
  if (!needs_ledger(options.command, options.fields)) return std::optional<LedgerId>{};
  const auto id = parse_id(options.fields.aggregate);
  if (!id) return Trouble{exit_code::failed, fmt::format("payment: {}", id.error().what)};
  const auto everything = see_everything(client);
  if (!everything) return everything.error();
  const auto found =
      settled(client.lookup_payments(std::span{&id.value(), 1}, {}, everything.value()));
  if (!found) return found.error();
  if (found.value().payments.empty()) {
    return Trouble{exit_code::no, fmt::format("there is no payment {}", format_id(id.value()))};
  }
  return std::optional{found.value().payments.front().payment.ledger};
}

int report(const DomainEvent& event, const BatchResult& result, bool json) {
  const bool created = result.refusals.empty();
  const auto status =
      created ? AppendEventStatus::created : AppendEventStatus{result.refusals.front().status};
  const bool good = created || status == AppendEventStatus::exists;
  const Timestamp time = created ? result.first_timestamp : result.refusals.front().timestamp;
  const Sequence sequence = next(result.first_sequence);
  if (json) {
    JsonObject line;
    line.id("command_id", event.id).id("id", event.aggregate_id).text("status", to_string(status));
    if (good) line.time("timestamp", time);
    if (created) line.sequence("sequence", sequence);
    say(line.str());
  } else {
    Table table{{{"command id", right}, {"status"}, {"time"}, {"sequence", right}}};
    table.add({format_id(event.id), std::string{to_string(status)}, good ? format_time(time) : "",
               created ? fmt::format("{}", sequence.value()) : ""});
    print_text(table.text());
  }
  if (good) return exit_code::good;
  complain(fmt::format("{}: {}{}", to_string(status), advice(status), in_trace(result.trace_id)));
  return exit_code::no;
}

Result<std::vector<Uint128>> ids_of(const std::vector<std::string>& texts) {
  std::vector<Uint128> ids;
  for (const std::string& text : texts) {
    const auto id = parse_id(text);
    if (!id) return id.error();
    ids.push_back(id.value());
  }
  if (ids.size() > limits::aggregates_lookup_max) {
    return Failure{FailureKind::invalid, fmt::format("at most {} can be asked for at once",
                                                     limits::aggregates_lookup_max)};
  }
  return ids;
}

template <typename Result>
int tell_missing(const Result& result, std::string_view what, bool json) {
  for (const Uint128& id : result.missing) {
    if (json) say(JsonObject{}.id("id", id).truth("found", false).str());
    complain(fmt::format("there is no {} {} at sequence {}", what, format_id(id),
                         result.sequence.value()));
  }
  return result.missing.empty() ? exit_code::good : exit_code::no;
}

/// Asks with `fetch(client, ids, moment, options)` and shows the answer with `show`.
template <typename Fetch, typename Show>
int get(const AggregateGetOptions& options, Fetch fetch, Show show) {
  const auto ids = ids_of(options.ids);
  if (!ids) return complain(ids.error().what);
  AsOf moment;
  if (options.as_of.given()) {
    const auto parsed = parse_as_of(options.as_of);
    if (!parsed) return complain(parsed.error().what);
    moment = {.sequence = parsed.value().sequence, .time = parsed.value().time};
  }
  const auto client = connect_to(options.client);
  if (!client) return complain(client.error());
  const auto everything = see_everything(*client.value());
  if (!everything) return complain(everything.error());
  const auto found = settled(fetch(*client.value(), ids.value(), moment, everything.value()));
  if (!found) return complain(found.error());
  const auto ledgers = fetch_ledgers(*client.value());
  if (!ledgers) return complain(ledgers.error());
  return show(found.value(), ledgers.value());
}

}  // namespace

int run_aggregate_command(const AggregateCommandOptions& options) {
  const auto attributes = attributes_from(options.write);
  if (!attributes) return complain(attributes.error().what);
  const auto client = connect_to(options.client);
  if (!client) return complain(client.error());
  const auto ledgers = fetch_ledgers(*client.value());
  if (!ledgers) return complain(ledgers.error());
  const auto ledger = ledger_of(*client.value(), options);
  if (!ledger) return complain(ledger.error());
  const auto input =
      parse_command(options.command, options.fields, ledgers.value(), ledger.value());
  if (!input) return complain(fmt::format("{}; nothing was sent", input.error().what));
  EventList events;
  if (auto added = add_input(events, input.value(), attributes.value()); !added) {
    return complain(fmt::format("{}; nothing was sent", added.error().what));
  }
  const bool of_order = aggregate_type_of(options.command) == order_type();
  const auto& names = input.value().names;
  const auto answer =
      settled(of_order ? client.value()->order_commands(events, attributes.value(), names)
                       : client.value()->payment_commands(events, attributes.value(), names));
  if (!answer) return complain(answer.error());
  return report(events.events().front(), answer.value(), options.client.json);
}

Result<void> add_input(EventList& events, const CommandInput& input,
                       const OperationAttributes& attributes) {
  CommandDraft draft{.command = input.command,
                     .id = input.id,
                     .aggregate_id = input.aggregate_id,
                     .details = input.details,
                     .text = input.text,
                     .business_id = attributes.business_id,
                     .trace_id = attributes.trace_id,
                     .user_id = attributes.user_id,
                     .expected_version = input.expected_version};
  const bool creates =
      input.command == Command::order_create || input.command == Command::payment_initiate ||
      input.command == Command::refund_request || input.command == Command::dispute_open;
  if (draft.id.is_zero() && !creates) draft.id = make_time_ordered_id();
  return add_command(events, draft);
}

int run_order_get(const AggregateGetOptions& options) {
  return get(
      options,
      [](Client& client, const auto& ids, const AsOf& moment, const QueryOptions& query) {
        return client.lookup_orders(ids, moment, query);
      },
      [&](const OrdersResult& result, const LedgerBook& ledgers) {
        OrderTable table;
        for (const OrderView& each : result.orders) table.add(each, ledgers);
        if (!options.client.json && !result.orders.empty()) print_text(table.text());
        if (options.client.json) {
          for (const OrderView& each : result.orders) {
            say(to_json(each, ledgers)
                    .truth("found", true)
                    .sequence("as_of", result.sequence)
                    .str());
          }
        }
        return tell_missing(result, "order", options.client.json);
      });
}

int run_payment_get(const AggregateGetOptions& options) {
  return get(
      options,
      [](Client& client, const auto& ids, const AsOf& moment, const QueryOptions& query) {
        return client.lookup_payments(ids, moment, query);
      },
      [&](const PaymentsResult& result, const LedgerBook& ledgers) {
        PaymentTable table;
        for (const FoundPayment& each : result.payments) {
          table.add(each.payment, each.claims, ledgers);
        }
        if (!options.client.json && !result.payments.empty()) print_text(table.text());
        if (options.client.json) {
          for (const FoundPayment& each : result.payments) {
            say(to_json(each.payment, ledgers, each.claims)
                    .truth("found", true)
                    .sequence("as_of", result.sequence)
                    .str());
          }
        }
        return tell_missing(result, "payment", options.client.json);
      });
}

}  // namespace daybook

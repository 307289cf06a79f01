#include "tools/daybook/text/command_text.hpp"

#include <iterator>
#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tools/daybook/text/core_text.hpp"
#include "tools/daybook/text/domain_event_text.hpp"
#include "tools/daybook/text/id_text.hpp"
#include "tools/daybook/text/number_text.hpp"

namespace daybook {
namespace {

using Json = nlohmann::json;

constexpr std::string_view words[command_count] = {"create",         "pay",
                                                   "ship",           "complete",
                                                   "cancel",         "refund",
                                                   "initiate",       "authorise",
                                                   "capture",        "void",
                                                   "fail",           "settle",
                                                   "refund",         "refund-succeeded",
                                                   "refund-failed",  "dispute",
                                                   "dispute-won",    "dispute-lost",
                                                   "define",         "limit",
                                                   "create",         "imported",
                                                   "validated",      "cut",
                                                   "sorted",         "matched",
                                                   "proved",         "in-review",
                                                   "close",          "failed",
                                                   "cancel",         "propose",
                                                   "approve",        "reject",
                                                   "posting-failed", "assign",
                                                   "reopen"};

bool is_of_order(Command command) { return aggregate_type_of(command) == order_type(); }

Failure wrong(std::string_view field, const Failure& why) {
  return {why.kind, fmt::format("{}: {}", field, why.what)};
}

Result<void> read_id(std::string_view field, const std::string& text, Uint128& id) {
  if (text.empty()) return {};
  const auto parsed = parse_id(text);
  if (!parsed) return wrong(field, parsed.error());
  id = parsed.value();
  return {};
}

Result<void> read_number(std::string_view field, const std::string& text, std::uint64_t max,
                         std::uint64_t& number) {
  if (text.empty()) return {};
  const auto parsed = parse_unsigned(text, max);
  if (!parsed) return wrong(field, parsed.error());
  number = parsed.value();
  return {};
}

Result<void> read_amount(const CommandFields& fields, const LedgerBook& ledgers,
                         std::optional<LedgerId> ledger, Amount& amount) {
  if (!fields.amount.empty() && !fields.amount_minor.empty()) {
    return Failure{FailureKind::invalid, "amount and amount_minor are the same: give one of them"};
  }
  if (!fields.amount_minor.empty()) {
    const auto minor = parse_u128(fields.amount_minor);
    if (!minor) {
      return Failure{FailureKind::invalid,
                     fmt::format("amount_minor: '{}' is no whole number", fields.amount_minor)};
    }
    amount = Amount{Uint128{*minor}};
  } else if (!fields.amount.empty()) {
    if (!ledger) {
      return Failure{FailureKind::invalid,
                     "amount: say the ledger, whose scale it has, or give amount_minor"};
    }
    const auto parsed = ledgers.parse(*ledger, fields.amount);
    if (!parsed) return wrong("amount", parsed.error());
    amount = parsed.value();
  }
  return {};
}

Result<void> read_version(const std::string& text, std::optional<std::uint64_t>& version) {
  if (text.empty() || text == "any") return {};
  if (text == "none") {
    version = 0;
    return {};
  }
  std::uint64_t number = 0;
  auto read =
      read_number("expect_version", text, std::numeric_limits<std::uint64_t>::max(), number);
  if (read) version = number;
  return read;
}

Result<void> set_field(CommandLine& line, std::string_view name, const std::string& text) {
  CommandFields& fields = line.fields;
  const std::pair<std::string_view, std::string*> known[] = {
      {"id", &fields.id},
      {is_of_order(line.command) ? "order" : "payment", &fields.aggregate},
      {"subject", &fields.subject},
      {"amount", &fields.amount},
      {"amount_minor", &fields.amount_minor},
      {"quantity", &fields.quantity},
      {"ledger", &fields.ledger},
      {"text", &fields.text},
      {"transfer", &fields.transfer},
      {"expect_version", &fields.expect_version}};
  for (const auto& [known_name, field] : known) {
    if (known_name != name) continue;
    *field = text;
    return {};
  }
  if (name == "final" && (text == "true" || text == "false")) {
    fields.final_capture = text == "true";
    return {};
  }
  return Failure{FailureKind::invalid,
                 fmt::format("there is no field '{}' with such a value; fields are command, id, "
                             "order or payment, subject, amount, amount_minor, quantity, ledger, "
                             "text, transfer, expect_version, final",
                             name)};
}

}  // namespace

std::string_view word_of(Command command) { return words[static_cast<std::size_t>(command)]; }

bool needs_ledger(Command command, const CommandFields& fields) {
  return command != Command::order_create && command != Command::payment_initiate &&
         !fields.amount.empty() && fields.ledger.empty();
}

Result<CommandInput> parse_command(Command command, const CommandFields& fields,
                                   const LedgerBook& ledgers, std::optional<LedgerId> ledger) {
  CommandInput input;
  input.command = command;
  input.text = fields.text;
  CommandDetails& details = input.details;
  const auto aggregate = parse_named(NameKind::aggregate, fields.aggregate, input.names);
  if (!aggregate) return wrong(is_of_order(command) ? "order" : "payment", aggregate.error());
  input.aggregate_id = aggregate.value();
  std::uint64_t ledger_number = 0;
  Uint128 transfer;
  auto read = read_id("id", fields.id, input.id);
  if (read) read = read_id("subject", fields.subject, details.subject_id);
  if (read) read = read_id("transfer", fields.transfer, transfer);
  constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  if (read) read = read_number("quantity", fields.quantity, most, details.quantity);
  if (read) {
    read = read_number("ledger", fields.ledger, std::numeric_limits<std::uint32_t>::max(),
                       ledger_number);
  }
  if (!read) return read.error();
  const LedgerId named{static_cast<std::uint32_t>(ledger_number)};
  if (ledger_number != 0) ledger = named;
  if (command == Command::order_create || command == Command::payment_initiate) {
    details.ledger = named;
  }
  details.transfer_id = TransferId{transfer};
  if (fields.final_capture) details.flags |= command_flag::final_capture;
  if (read) read = read_amount(fields, ledgers, ledger, details.amount);
  if (read) read = read_version(fields.expect_version, input.expected_version);
  if (!read) return read.error();
  return input;
}

Result<CommandLine> parse_command_line(std::string_view json) {
  const Json object = Json::parse(json, nullptr, false);
  if (!object.is_object()) return Failure{FailureKind::invalid, "it is no JSON object"};
  const auto command = object.find("command");
  if (command == object.end() || !command->is_string()) {
    return Failure{FailureKind::invalid, "it has no command, such as \"order.pay\""};
  }
  const std::string wanted = command->get<std::string>();
  std::optional<CommandLine> line;
  for (std::size_t at = 0; at < command_count; ++at) {
    const auto each = static_cast<Command>(at);
    if (!is_of_order(each) && aggregate_type_of(each) != payment_type()) continue;
    const char* const type = is_of_order(each) ? "order" : "payment";
    if (wanted == fmt::format("{}.{}", type, word_of(each))) line = CommandLine{each, {}};
  }
  if (!line) {
    return Failure{FailureKind::invalid, fmt::format("there is no command '{}'", wanted)};
  }
  for (const auto& [name, value] : object.items()) {
    if (name == "command") continue;
    const bool fits = value.is_string() || value.is_number_unsigned() || value.is_boolean();
    auto set =
        fits ? set_field(*line, name, value.is_string() ? value.get<std::string>() : value.dump())
             : Result<void>{Failure{FailureKind::invalid,
                                    fmt::format("{}: it is no text and no whole number", name)}};
    if (!set) return set.error();
  }
  return *line;
}

JsonObject to_json(const OrderView& order, const LedgerBook& ledgers) {
  JsonObject object;
  object.id("id", order.id)
      .text("state", to_string(order.state))
      .text("sku", order.sku())
      .text("quantity", fmt::format("{}", order.quantity))
      .text("amount", ledgers.format(order.ledger, order.amount))
      .text("amount_minor", to_decimal(order.amount.value().wide()))
      .count("ledger", order.ledger.value())
      .id("payment_id", order.payment_id)
      .text("tracking_number", order.tracking())
      .text("reason", order.reason())
      .id("business_id", order.business_id.value())
      .text("user_id", fmt::format("{}", order.user_id.value()))
      .text("trace_id", format_trace_id(order.trace_id))
      .count("version", order.version)
      .time("created_at", order.created_at)
      .time("changed_at", order.changed_at);
  return object;
}

JsonObject to_json(const PaymentView& payment, const LedgerBook& ledgers,
                   std::span<const ClaimView> claims) {
  const auto amount = [&](Amount value) { return ledgers.format(payment.ledger, value); };
  std::vector<std::string> lines;
  for (const ClaimView& each : claims) {
    JsonObject claim;
    claim.text("kind", to_string(each.kind))
        .id("id", each.id)
        .text("state", to_string(each.state))
        .text("amount", amount(each.amount))
        .time("opened_at", each.opened_at)
        .time("ended_at", each.ended_at);
    lines.push_back(claim.str());
  }
  JsonObject object;
  object.id("id", payment.id)
      .text("state", to_string(payment.state))
      .id("order_id", payment.order_id)
      .text("amount", amount(payment.amount))
      .text("captured", amount(payment.captured))
      .text("refunded", amount(payment.refunded))
      .text("refunds_pending", amount(payment.refunds_pending))
      .text("disputed", amount(payment.disputed))
      .text("lost", amount(payment.lost))
      .count("ledger", payment.ledger.value())
      .text("channel", payment.channel())
      .text("external_reference", payment.reference())
      .text("reason", payment.reason())
      .id("business_id", payment.business_id.value())
      .text("user_id", fmt::format("{}", payment.user_id.value()))
      .text("trace_id", format_trace_id(payment.trace_id))
      .count("version", payment.version)
      .time("created_at", payment.created_at)
      .time("changed_at", payment.changed_at)
      .raw("claims", json_array(lines));
  return object;
}

}  // namespace daybook

#include "tools/daybook/text/json_text.hpp"

#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tools/daybook/text/flag_text.hpp"
#include "tools/daybook/text/id_text.hpp"

namespace daybook {

std::string json_quoted(std::string_view text) {
  using Json = nlohmann::json;
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string json_array(std::span<const std::string> values) {
  std::string text = "[";
  for (const std::string& value : values) {
    if (text.size() > 1) text += ',';
    text += value;
  }
  return text + "]";
}

void JsonObject::begin(std::string_view key) {
  members_ += members_.empty() ? '{' : ',';
  members_ += json_quoted(key);
  members_ += ':';
}

JsonObject& JsonObject::raw(std::string_view key, std::string_view json) {
  begin(key);
  members_ += json;
  return *this;
}

JsonObject& JsonObject::text(std::string_view key, std::string_view value) {
  return raw(key, json_quoted(value));
}

JsonObject& JsonObject::real(std::string_view key, double value) {
  if (!std::isfinite(value)) return raw(key, "null");
  return raw(key, nlohmann::json(std::round(value * 1e6) / 1e6).dump());
}

JsonObject& JsonObject::count(std::string_view key, std::uint64_t value) {
  return raw(key, fmt::format("{}", value));
}

JsonObject& JsonObject::truth(std::string_view key, bool value) {
  return raw(key, value ? "true" : "false");
}

JsonObject& JsonObject::texts(std::string_view key, std::span<const std::string> values) {
  std::vector<std::string> quoted;
  for (const std::string& value : values) quoted.push_back(json_quoted(value));
  return raw(key, json_array(quoted));
}

JsonObject& JsonObject::id(std::string_view key, const Uint128& value) {
  return text(key, format_id(value));
}

JsonObject& JsonObject::time(std::string_view key, Timestamp value) {
  return text(key, fmt::format("{}", value.value()));
}

JsonObject& JsonObject::sequence(std::string_view key, Sequence value) {
  return text(key, fmt::format("{}", value.value()));
}

JsonObject& JsonObject::digest(std::string_view key, std::uint64_t value) {
  return text(key, fmt::format("{:016x}", value));
}

JsonObject to_json(const Account& account, const LedgerBook& ledgers) {
  const auto amount = [&](Amount value) { return ledgers.format(account.ledger, value); };
  return JsonObject{}
      .id("id", account.id.value())
      .text("ledger", fmt::format("{}", account.ledger.value()))
      .count("code", account.code.value())
      .texts("flags", flag_names(FlagSet::account, account.flags))
      .text("debits_pending", amount(account.debits_pending))
      .text("debits_posted", amount(account.debits_posted))
      .text("credits_pending", amount(account.credits_pending))
      .text("credits_posted", amount(account.credits_posted))
      .id("business_id", account.business_id.value())
      .text("user_id", fmt::format("{}", account.user_id.value()))
      .count("tag", account.tag.value())
      .time("timestamp", account.timestamp);
}

JsonObject to_json(const Transfer& transfer, const LedgerBook& ledgers) {
  return JsonObject{}
      .id("id", transfer.id.value())
      .id("debit_account_id", transfer.debit_account_id.value())
      .id("credit_account_id", transfer.credit_account_id.value())
      .text("amount", ledgers.format(transfer.ledger, transfer.amount))
      .text("ledger", fmt::format("{}", transfer.ledger.value()))
      .count("code", transfer.code.value())
      .texts("flags", flag_names(FlagSet::transfer, transfer.flags))
      .id("pending_id", transfer.pending_id.value())
      .count("timeout", transfer.timeout)
      .id("business_id", transfer.business_id.value())
      .text("trace_id", format_trace_id(transfer.trace_id))
      .text("user_id", fmt::format("{}", transfer.user_id.value()))
      .count("tag", transfer.tag.value())
      .time("timestamp", transfer.timestamp);
}

JsonObject to_json(const HoldView& hold, const LedgerBook& ledgers) {
  const auto amount = [&](Amount value) { return ledgers.format(hold.ledger, value); };
  return JsonObject{}
      .id("id", hold.id.value())
      .text("state", to_string(hold.state))
      .text("amount", amount(hold.amount))
      .text("posted", amount(hold.posted))
      .text("held", amount(hold.held))
      .text("ledger", fmt::format("{}", hold.ledger.value()))
      .count("code", hold.code.value())
      .id("debit_account_id", hold.debit_account_id.value())
      .id("credit_account_id", hold.credit_account_id.value())
      .time("expires_at", hold.expires_at)
      .id("owner", hold.owner)
      .id("resolved_by", hold.resolved_by.value())
      .sequence("sequence", hold.sequence);
}

JsonObject to_json(const Name& name) {
  return JsonObject{}
      .text("kind", to_string(name.kind))
      .id("id", name.id)
      .text("text", name.text());
}

JsonObject to_json(const Ledger& ledger) {
  return JsonObject{}
      .text("id", fmt::format("{}", ledger.id.value()))
      .text("name", ledger.name())
      .count("scale", ledger.scale)
      .text("kind", to_string(ledger.kind));
}

}  // namespace daybook

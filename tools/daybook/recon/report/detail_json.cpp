#include "tools/daybook/recon/report/detail_json.hpp"

#include "tools/daybook/text/time_text.hpp"

namespace daybook::recon {
namespace {

template <typename Items, typename Make>
std::string array_of(const Items& items, Make make) {
  std::vector<std::string> texts;
  for (const auto& item : items) texts.push_back(make(item).str());
  return json_array(texts);
}

JsonObject statement_json(const StatementSummary& statement) {
  JsonObject json;
  json.text("account", statement.account)
      .text("number", statement.number)
      .text("currency", currency_text(statement.currency))
      .count("entries", statement.entries);
  const auto add = [&](std::string_view name, const std::optional<i128>& amount) {
    if (amount) json.text(name, amount_text(*amount, statement.scale));
  };
  add("opening", statement.opening);
  add("movements", statement.movements);
  add("closing", statement.closing);
  return json;
}

void add_record(JsonObject& json, std::string_view side, const Record& record,
                const std::string& reference, const CompareFacts& facts) {
  JsonObject own;
  own.text("reference", reference)
      .text("currency", currency_text(record.currency))
      .text("amount", amount_text(record.amount(), facts.scale_of(record.currency)))
      .text("status", to_string(record.status()))
      .text("type", to_string(record.type()));
  if (record.has_time()) {
    own.text("time", format_time(Timestamp{static_cast<std::uint64_t>(record.time_ns)}));
  }
  json.raw(side, own.str());
}

JsonObject difference_json(const ReportedDifference& reported, const CompareFacts& facts,
                           std::int64_t newest) {
  const Difference& difference = reported.difference;
  const Code code = primary_of(difference.codes);
  JsonObject json;
  json.count("code", static_cast<unsigned>(code)).text("name", to_string(code));
  if (difference.has_a) add_record(json, "a", difference.a, reported.references[0], facts);
  if (difference.has_b) add_record(json, "b", difference.b, reported.references[1], facts);
  if (difference.is_split()) {
    json.count("parts_a", difference.parts_a).count("parts_b", difference.parts_b);
  }
  if (difference.is_pair()) return json;
  const auto days = age_days(difference.has_a ? difference.a : difference.b, newest);
  if (days) json.count("age_days", *days);
  return json;
}

JsonObject ages_json(const AgeSums& sums, const CompareFacts& facts) {
  JsonObject json;
  json.text("currency", currency_text(sums.currency))
      .count("code", static_cast<unsigned>(sums.code))
      .text("name", to_string(sums.code));
  std::vector<std::string> ages;
  for (std::size_t i = 0; i < age_class_count; ++i) {
    if (sums.of[i].count == 0) continue;
    ages.push_back(
        JsonObject{}
            .text("age", to_string(static_cast<AgeClass>(i)))
            .count("count", sums.of[i].count)
            .text("amount", amount_text(sums.of[i].amount, facts.scale_of(sums.currency)))
            .str());
  }
  return json.raw("ages", json_array(ages));
}

JsonObject line_json(const ReportedLine& line) {
  return JsonObject{}
      .text("side", to_string(line.side))
      .count("line", line.line.line)
      .count("offset", line.line.offset)
      .text("reason", to_string(line.line.reason))
      .text("text", line.text);
}

}  // namespace

void add_identity(JsonObject& json, const ReportDetails& details, std::size_t side) {
  const SideIdentity& identity = details.identities[side];
  if (identity.size_bytes) json.count("size_bytes", *identity.size_bytes);
  if (!identity.sha256.empty()) json.text("sha256", identity.sha256);
  if (identity.cut) json.text("cut_sequence", std::to_string(*identity.cut));
  if (!identity.entry_hash.empty()) json.text("entry_hash", identity.entry_hash);
  if (details.statements[side].empty()) return;
  json.raw("statements", array_of(details.statements[side], statement_json));
}

void add_details(JsonObject& json, const CompareFacts& facts, const ReportDetails& details) {
  const auto of_difference = [&](const ReportedDifference& reported) {
    return difference_json(reported, facts, details.newest);
  };
  json.count("open_items", details.open_items)
      .raw("ages",
           array_of(details.ages, [&](const AgeSums& sums) { return ages_json(sums, facts); }))
      .raw("oldest_open", array_of(details.oldest_open, of_difference))
      .raw("largest", array_of(details.largest, of_difference))
      .raw("invalid_lines", array_of(details.invalid, line_json));
}

}  // namespace daybook::recon

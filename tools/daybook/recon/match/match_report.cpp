#include "tools/daybook/recon/match/match_report.hpp"

#include <algorithm>
#include <tuple>
#include <unordered_map>

#include <fmt/format.h>

#include "tools/daybook/recon/compare_report.hpp"
#include "tools/daybook/text/id_text.hpp"
#include "tools/daybook/text/json_text.hpp"
#include "tools/daybook/text/table.hpp"
#include "tools/daybook/text/time_text.hpp"

namespace daybook::recon {
namespace {

/// Of records whose sums were held against each other.
using SplitKey = std::tuple<KeyWords, std::uint64_t, RecordType>;

SplitKey split_key(const Record& record) { return {record.key, record.currency, record.type()}; }

std::vector<std::string> notes_of(const Difference& outcome) {
  const Code primary = primary_of(outcome.codes);
  std::vector<std::string> names;
  for (const Code code : all_codes) {
    if (code != primary && outcome.codes.has(code)) names.emplace_back(to_string(code));
  }
  return names;
}

std::string words_of(const std::vector<std::string>& notes) {
  std::string all;
  for (const std::string& each : notes) all += (all.empty() ? "" : ", ") + each;
  return all;
}

/// Both sides of a comparison have the same decimals.
std::string amount_of(const StatementBatch& batch, const Record& record, i128 amount) {
  return amount_text(amount, batch.source->scale_of(record.currency));
}

std::string delta_of(const StatementBatch& batch, const Difference& outcome) {
  const bool is_one_currency = !outcome.is_pair() || outcome.a.currency == outcome.b.currency;
  return is_one_currency ? amount_of(batch, outcome.b, outcome.delta()) : std::string{};
}

JsonObject record_json(const StatementBatch& batch, const Record& record) {
  JsonObject json;
  json.text("currency", currency_text(record.currency))
      .text("amount", amount_of(batch, record, record.amount()));
  if (!record.fee_bits.is_zero()) json.text("fee", amount_of(batch, record, record.fee()));
  json.text("status", to_string(record.status())).text("type", to_string(record.type()));
  if (record.has_time()) {
    json.text("time", format_time(Timestamp{static_cast<std::uint64_t>(record.time_ns)}));
  }
  return json;
}

std::string item_json(const StatementBatch& batch, const LedgerFinds& finds, std::size_t index,
                      const Difference& outcome) {
  const StatementBatch::Item& item = batch.items[index];
  const Code primary = primary_of(outcome.codes);
  JsonObject json;
  json.count("record", index + 1)
      .text("reference", item.reference)
      .count("code", static_cast<unsigned>(primary))
      .text("name", to_string(primary))
      .texts("also", notes_of(outcome));
  if (outcome.has_a) {
    JsonObject a = record_json(batch, outcome.a);
    const auto transfer = finds.transfers.find(outcome.a.offset());
    if (transfer != finds.transfers.end() && outcome.parts_a == 1) {
      a.id("transfer", transfer->second);
    }
    json.raw("a", a.str());
  }
  json.raw("b", record_json(batch, item.record).str()).text("delta", delta_of(batch, outcome));
  if (outcome.is_split()) {
    json.count("parts_a", outcome.parts_a).count("parts_b", outcome.parts_b);
  }
  return json.count("count_a", outcome.count_a).count("count_b", outcome.count_b).str();
}

Result<std::string> invalid_json(const StatementBatch& batch, const InvalidLine& line) {
  const auto raw = batch.source->raw_line(line.offset, line.size_bytes);
  if (!raw) return raw.error();
  return JsonObject{}
      .count("line", line.line)
      .count("code", static_cast<unsigned>(Code::invalid_record))
      .text("name", to_string(Code::invalid_record))
      .text("reason", to_string(line.reason))
      .text("text", raw.value())
      .str();
}

/// How often each code is there.
std::map<Code, std::uint64_t> counts_of(const MatchResult& result, const StatementBatch& batch) {
  std::map<Code, std::uint64_t> counts;
  for (const Difference& each : result.outcomes) ++counts[primary_of(each.codes)];
  if (!batch.invalid.empty()) counts[Code::invalid_record] += batch.invalid.size();
  return counts;
}

}  // namespace

std::uint64_t MatchResult::differing(const StatementBatch& batch) const {
  const auto differs = [](const Difference& each) { return is_difference(primary_of(each.codes)); };
  return batch.invalid.size() +
         static_cast<std::uint64_t>(std::count_if(outcomes.begin(), outcomes.end(), differs));
}

void take_outcomes(const std::vector<Difference>& told, const StatementBatch& batch,
                   MatchResult& result) {
  std::unordered_map<std::uint64_t, const Difference*> by_place;
  std::map<SplitKey, const Difference*> splits;
  for (const Difference& each : told) {
    if (!each.has_b) {
      ++result.ledger_only;
    } else if (each.parts_b > 1) {
      splits[split_key(each.b)] = &each;
    } else {
      by_place[each.b.offset()] = &each;
    }
  }
  for (const StatementBatch::Item& item : batch.items) {
    const auto own = by_place.find(item.record.offset());
    // What is not told by itself is part of a sum.
    const Difference* const outcome =
        own != by_place.end() ? own->second : splits.at(split_key(item.record));
    result.outcomes.push_back(*outcome);
  }
}

Result<std::string> match_json(const MatchResult& result, const StatementBatch& batch,
                               const LedgerFinds& finds) {
  std::vector<std::string> items;
  for (std::size_t i = 0; i < result.outcomes.size(); ++i) {
    items.push_back(item_json(batch, finds, i, result.outcomes[i]));
  }
  for (const InvalidLine& line : batch.invalid) {
    auto json = invalid_json(batch, line);
    if (!json) return json;
    items.push_back(std::move(json).value());
  }
  JsonObject classes;
  for (const auto& [code, count] : counts_of(result, batch)) classes.count(to_string(code), count);
  const std::uint64_t differing = result.differing(batch);
  return JsonObject{}
      .text("reconciliation", result.name)
      .sequence("sequence", result.sequence)
      .count("records", batch.items.size())
      .count("matched", items.size() - differing)
      .count("differences", differing)
      .count("ledger_only", result.ledger_only)
      .truth("fallback_rules_not_tried", result.has_fallback_rules)
      .real("seconds", result.seconds)
      .raw("classes", classes.str())
      .raw("items", json_array(items))
      .str();
}

Result<std::string> match_text(const MatchResult& result, const StatementBatch& batch) {
  Table table{{{"reference", Table::Align::left},
               {"code", Table::Align::right},
               {"what", Table::Align::left},
               {"ledger", Table::Align::right},
               {"statement", Table::Align::right},
               {"delta", Table::Align::right},
               {"currency", Table::Align::left},
               {"also", Table::Align::left}}};
  for (std::size_t i = 0; i < result.outcomes.size(); ++i) {
    const Difference& outcome = result.outcomes[i];
    const Record& b = batch.items[i].record;
    const Code primary = primary_of(outcome.codes);
    table.add({batch.items[i].reference, fmt::format("{}", static_cast<unsigned>(primary)),
               std::string{to_string(primary)},
               outcome.has_a ? amount_of(batch, outcome.a, outcome.a.amount()) : "",
               amount_of(batch, b, b.amount()), delta_of(batch, outcome), currency_text(b.currency),
               words_of(notes_of(outcome))});
  }
  std::string text = table.empty() ? std::string{} : table.text();
  for (const InvalidLine& line : batch.invalid) {
    const auto raw = batch.source->raw_line(line.offset, line.size_bytes);
    if (!raw) return raw.error();
    text += fmt::format("line {}: {}: {}: {}\n", line.line, to_string(Code::invalid_record),
                        to_string(line.reason), raw.value());
  }
  const std::uint64_t differing = result.differing(batch);
  text += fmt::format("{} of {} matched, as of sequence {}; nothing was written\n",
                      batch.items.size() + batch.invalid.size() - differing,
                      batch.items.size() + batch.invalid.size(), result.sequence.value());
  if (result.ledger_only > 0) {
    text +=
        fmt::format("{} records more of the ledger have these references\n", result.ledger_only);
  }
  if (result.has_fallback_rules && differing > 0) {
    text += "fallback rules were not tried: they need a whole statement, so a run may find more\n";
  }
  return text;
}

}  // namespace daybook::recon

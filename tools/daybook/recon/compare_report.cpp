#include "tools/daybook/recon/compare_report.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "tools/daybook/recon/report/detail_json.hpp"
#include "tools/daybook/text/json_text.hpp"
#include "tools/daybook/text/rate_text.hpp"
#include "tools/daybook/text/table.hpp"

namespace daybook::recon {
namespace {

/// Hundredths of a percent, rounded down: 100 % means all of it.
std::string share_text(u128 part, u128 whole) {
  if (whole == 0) return "-";
  const auto share = static_cast<std::uint64_t>(part * 10'000 / whole);
  return fmt::format("{}.{:02} %", share / 100, share % 100);
}

u128 size_of(i128 amount) { return static_cast<u128>(amount < 0 ? -amount : amount); }

std::string class_table(const std::vector<ClassSum>& sums, const CompareFacts& facts) {
  Table table{{{"currency"},
               {"code", Table::Align::right},
               {"name"},
               {"count", Table::Align::right},
               {"sum A", Table::Align::right},
               {"sum B", Table::Align::right},
               {"B - A", Table::Align::right}}};
  for (const ClassSum& sum : sums) {
    const unsigned scale = facts.scale_of(sum.currency);
    table.add({currency_text(sum.currency), fmt::format("{}", static_cast<unsigned>(sum.code)),
               std::string{to_string(sum.code)}, format_count(sum.count),
               amount_text(sum.amount_a, scale), amount_text(sum.amount_b, scale),
               amount_text(sum.delta(), scale)});
  }
  return table.text();
}

std::string proof_table(const ComparisonReport& report, const CompareFacts& facts) {
  Table table{{{"proof"},
               {"records A", Table::Align::right},
               {"records B", Table::Align::right},
               {"sum A", Table::Align::right},
               {"sum B", Table::Align::right},
               {"B - A", Table::Align::right},
               {"explained", Table::Align::right},
               {"value matched", Table::Align::right},
               {"holds"}}};
  for (const CurrencyProof& proof : report.proofs) {
    const unsigned scale = facts.scale_of(proof.currency);
    table.add(
        {currency_text(proof.currency), format_count(proof.a.count), format_count(proof.b.count),
         amount_text(proof.a.amount, scale), amount_text(proof.b.amount, scale),
         amount_text(proof.b.amount - proof.a.amount, scale), amount_text(proof.explained(), scale),
         value_rate(report, proof), proof.holds() ? "yes" : "NO"});
  }
  return table.text();
}

std::string side_text(const ComparisonReport& report, const CompareFacts& facts, std::size_t side) {
  std::string text = fmt::format("{}  {}: {} records", side == 0 ? "A" : "B", facts.paths[side],
                                 format_count(report.records[side]));
  if (report.invalid[side] > 0) {
    text += fmt::format(", {} invalid lines", format_count(report.invalid[side]));
  }
  if (facts.left_out[side] > 0) {
    text += fmt::format(", {} left out", format_count(facts.left_out[side]));
  }
  text += '\n';
  const ControlTotals& totals = facts.control_totals[side];
  for (const ControlTotal& total : totals.listed()) text += "   " + text_of(total) + '\n';
  if (totals.unlisted() > 0) {
    text += fmt::format("   {} more control totals; of all {} differ\n",
                        format_count(totals.unlisted()), format_count(totals.differing()));
  }
  return text;
}

JsonObject class_json(const ClassSum& sum, const CompareFacts& facts) {
  const unsigned scale = facts.scale_of(sum.currency);
  return JsonObject{}
      .text("currency", currency_text(sum.currency))
      .count("code", static_cast<unsigned>(sum.code))
      .text("name", to_string(sum.code))
      .count("count", sum.count)
      .text("amount_a", amount_text(sum.amount_a, scale))
      .text("amount_b", amount_text(sum.amount_b, scale))
      .text("delta", amount_text(sum.delta(), scale));
}

JsonObject proof_json(const CurrencyProof& proof, const CompareFacts& facts) {
  const unsigned scale = facts.scale_of(proof.currency);
  const auto amount = [&](i128 value) { return amount_text(value, scale); };
  return JsonObject{}
      .text("currency", currency_text(proof.currency))
      .count("scale", scale)
      .count("count_a", proof.a.count)
      .count("count_b", proof.b.count)
      .text("sum_a", amount(proof.a.amount))
      .text("sum_b", amount(proof.b.amount))
      .text("fees_a", amount(proof.a.fee))
      .text("fees_b", amount(proof.b.fee))
      .text("difference", amount(proof.b.amount - proof.a.amount))
      .text("only_a", amount(proof.only_a.amount))
      .text("only_b", amount(proof.only_b.amount))
      .text("over_pairs", amount(proof.pairs.amount))
      .count("fee_parts", proof.folded.count)
      .text("fee_parts_amount", amount(proof.folded.amount))
      .count("corrected_to_nothing", proof.settled.count)
      .truth("amounts_hold", proof.amounts_hold())
      .truth("fees_hold", proof.fees_hold())
      .truth("counts_hold", proof.counts_hold() && proof.totals_agree());
}

template <typename Item, typename Make>
std::string array_of(const std::vector<Item>& items, Make make) {
  std::vector<std::string> texts;
  for (const Item& item : items) texts.push_back(make(item).str());
  return json_array(texts);
}

JsonObject control_total_json(const ControlTotal& total) {
  return JsonObject{}
      .text("of", total.what)
      .text("stated", total.is_missing ? "" : amount_text(total.stated, total.scale))
      .text("found", amount_text(total.found, total.scale))
      .truth("is_missing", total.is_missing)
      .truth("agrees", total.agrees());
}

JsonObject side_json(const ComparisonReport& report, const CompareFacts& facts, std::size_t side) {
  JsonObject json;
  json.text("file", facts.paths[side])
      .count("records", report.records[side])
      .count("invalid", report.invalid[side])
      .count("left_out", facts.left_out[side])
      .raw("control_totals", array_of(facts.control_totals[side].listed(), control_total_json))
      .count("control_totals_agreeing", facts.control_totals[side].agreeing())
      .count("control_totals_differing", facts.control_totals[side].differing());
  if (facts.details) add_identity(json, *facts.details, side);
  return json;
}

}  // namespace

std::string_view to_string(InvalidReason reason) {
  constexpr std::array<std::string_view, invalid_reason_count> words{
      "not as many fields as the header has",
      "a quote where none may be, or one that is never closed",
      "longer than 64 KiB",
      "the reference is not printable UTF-8, or too long",
      "the amount is no number, too large, or has more decimals than its currency",
      "the fee is no number, too large, or has more decimals than its currency",
      "the currency is not 1 to 8 letters and digits",
      "the status is no known word",
      "the type is no known word",
      "the time is none",
      "the settlement amount or its currency cannot be read",
      "not what the format has here, or not as it is written",
      "without a field that the format requires",
      "the checksum or the length is not that of these bytes"};
  return words[static_cast<std::size_t>(reason)];
}

bool CompareFacts::control_totals_agree() const {
  return control_totals[0].differing() == 0 && control_totals[1].differing() == 0;
}

std::string match_rate(const ComparisonReport& report) {
  const std::uint64_t records = report.records[0] + report.records[1] + report.invalid[0] +
                                report.invalid[1] - report.folded - report.settled;
  return share_text(report.matched_records, records);
}

std::string value_rate(const ComparisonReport& report, const CurrencyProof& proof) {
  i128 matched = 0;
  for (const ClassSum& sum : report.classes) {
    if (sum.currency == proof.currency && !is_difference(sum.code)) {
      matched += sum.amount_a + sum.amount_b;
    }
  }
  const i128 all = proof.a.amount + proof.b.amount;
  // Where refunds outweigh charges, or cancel them, a share of the sum says nothing.
  if (all <= 0 || matched < 0 || matched > all) return "-";
  return share_text(size_of(matched), size_of(all));
}

std::string report_text(const ComparisonReport& report, const CompareFacts& facts) {
  std::string text = side_text(report, facts, 0) + side_text(report, facts, 1) + "\n";
  text += class_table(report.classes, facts) + "\n";
  if (!report.notes.empty()) text += "notes\n" + class_table(report.notes, facts) + "\n";
  text += proof_table(report, facts) + "\n";
  text += fmt::format("{} pairs match ({} of all records), {} differences\n",
                      format_count(report.matched), match_rate(report),
                      format_count(report.differences));
  const std::uint64_t records = report.records[0] + report.records[1];
  text += fmt::format("{} records in {} ({})", format_count(records), format_seconds(facts.seconds),
                      format_rate(static_cast<double>(records) / facts.seconds));
  text += report.spilled_runs == 0
              ? ", all in memory\n"
              : fmt::format(", {} spilled\n", format_bytes(facts.spilled_bytes));
  return text;
}

std::string report_json(const ComparisonReport& report, const CompareFacts& facts) {
  const auto of_class = [&](const ClassSum& sum) { return class_json(sum, facts); };
  JsonObject json;
  json.raw("a", side_json(report, facts, 0).str())
      .raw("b", side_json(report, facts, 1).str())
      .count("matched", report.matched)
      .count("differences", report.differences)
      .text("match_rate", match_rate(report))
      .raw("classes", array_of(report.classes, of_class))
      .raw("notes", array_of(report.notes, of_class))
      .raw("proof", array_of(report.proofs,
                             [&](const CurrencyProof& proof) { return proof_json(proof, facts); }))
      .truth("proof_holds", report.proof_holds())
      .truth("control_totals_agree", facts.control_totals_agree())
      .count("spilled_runs", report.spilled_runs)
      .count("spilled_bytes", facts.spilled_bytes)
      .real("seconds", facts.seconds);
  if (facts.details) add_details(json, facts, *facts.details);
  if (!facts.postings) return json.str();
  std::string text = json.str();
  text.pop_back();
  return fmt::format("{},{}}}", text, postings_members(*facts.postings));
}

}  // namespace daybook::recon

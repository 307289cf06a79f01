#include "tools/daybook/recon/report/html_report.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "tools/daybook/recon/report/code_advice.hpp"
#include "tools/daybook/recon/report/html_text.hpp"
#include "tools/daybook/text/rate_text.hpp"
#include "tools/daybook/text/time_text.hpp"

namespace daybook::recon {
namespace {

using Align = HtmlTable::Align;

std::string time_of(const Record& record) {
  if (!record.has_time()) return {};
  return format_time(Timestamp{static_cast<std::uint64_t>(record.time_ns)}).substr(0, 19) + "Z";
}

/// Of a split, how many records stand for each side.
std::string name_of(const Difference& difference) {
  const std::string name{to_string(primary_of(difference.codes))};
  if (!difference.is_split()) return name;
  return fmt::format("{} ({} : {})", name, difference.parts_a, difference.parts_b);
}

/// Writes the sections of one page.
class ReportPage {
 public:
  ReportPage(const ComparisonReport& report, const CompareFacts& facts)
      : report_{report}, facts_{facts}, details_{*facts.details} {}

  [[nodiscard]] std::string html() const {
    return html_page("Reconciliation", verdict() + compared() + statements() + totals() +
                                           classes() + rates() + proof() + postings() +
                                           open_items() + largest() + invalid_lines());
  }

 private:
  [[nodiscard]] std::string amount(i128 value, std::uint64_t currency) const {
    return amount_text(value, facts_.scale_of(currency));
  }

  [[nodiscard]] std::string verdict() const {
    const bool is_good =
        report_.is_clean() && facts_.control_totals_agree() && report_.proof_holds();
    std::string words = report_.is_clean()
                            ? "Nothing differs"
                            : fmt::format("{} differences", format_count(report_.differences));
    words += report_.proof_holds()
                 ? ". The proof holds: they explain the whole difference of the sums."
                 : ". The proof does not hold: trust nothing of this page.";
    if (!facts_.control_totals_agree()) {
      words += " A file is not what it says of itself: see the control totals.";
    }
    return fmt::format("<p class=\"verdict {}\">{}</p>\n", is_good ? "good" : "bad",
                       html_escaped(words));
  }

  [[nodiscard]] std::string compared() const {
    HtmlTable table{{{"Side"},
                     {"What"},
                     {"Size", Align::right},
                     {"Hash"},
                     {"Records", Align::right},
                     {"Cannot be read", Align::right},
                     {"Left out", Align::right}}};
    for (std::size_t side = 0; side < 2; ++side) {
      const SideIdentity& identity = details_.identities[side];
      table.add({side == 0 ? "A, the ledger" : "B, the other side", facts_.paths[side],
                 identity.size_bytes ? format_count(*identity.size_bytes) + " bytes" : "",
                 identity.cut
                     ? fmt::format("entry of sequence {}: {}", *identity.cut, identity.entry_hash)
                     : "SHA-256 " + identity.sha256,
                 format_count(report_.records[side]), format_count(report_.invalid[side]),
                 format_count(facts_.left_out[side])});
    }
    std::string body = table.html();
    for (const std::string& rule : facts_.rules) body += html_paragraph(rule);
    return html_section("What was compared", body);
  }

  [[nodiscard]] std::string statements() const {
    HtmlTable table{{{"Side"},
                     {"Account"},
                     {"Statement"},
                     {"Currency"},
                     {"Opening", Align::right},
                     {"Movements", Align::right},
                     {"Closing", Align::right},
                     {"Agrees"}}};
    std::size_t shown = 0;
    std::size_t all = 0;
    for (std::size_t side = 0; side < 2; ++side) {
      for (const StatementSummary& each : details_.statements[side]) {
        if (!each.opening && !each.closing) continue;
        if (++all > limits::report_statements_max) continue;
        ++shown;
        const auto text = [&](const std::optional<i128>& value) {
          return value ? amount_text(*value, each.scale) : std::string{};
        };
        const bool is_whole = each.opening && each.movements && each.closing;
        table.add({side == 0 ? "A" : "B", each.account, each.number, currency_text(each.currency),
                   text(each.opening), text(each.movements), text(each.closing),
                   !is_whole                                          ? "cannot be told"
                   : *each.opening + *each.movements == *each.closing ? "yes"
                                                                      : "NO"});
      }
    }
    if (table.empty()) return {};
    std::string body = table.html();
    if (shown < all) body += more(all - shown, "statements");
    return html_section("Opening + movements = closing", body);
  }

  [[nodiscard]] std::string totals() const {
    std::string body;
    for (std::size_t side = 0; side < 2; ++side) {
      const ControlTotals& totals = facts_.control_totals[side];
      if (totals.agreeing() + totals.differing() == 0) continue;
      body += html_paragraph(fmt::format("{}: {} agree, {} differ.", side == 0 ? "A" : "B",
                                         format_count(totals.agreeing()),
                                         format_count(totals.differing())));
      HtmlTable table{{{"Side"}, {"What the file says, and what its lines make"}}};
      for (const ControlTotal& total : totals.listed()) {
        if (!total.agrees()) table.add({side == 0 ? "A" : "B", text_of(total)});
      }
      if (!table.empty()) body += table.html();
    }
    return body.empty() ? body : html_section("Control totals", body);
  }

  void add_classes(HtmlTable& table, const std::vector<ClassSum>& sums) const {
    for (const ClassSum& sum : sums) {
      table.add({currency_text(sum.currency), fmt::format("{}", static_cast<unsigned>(sum.code)),
                 std::string{to_string(sum.code)}, format_count(sum.count),
                 amount(sum.amount_a, sum.currency), amount(sum.amount_b, sum.currency),
                 amount(sum.delta(), sum.currency), std::string{advice_of(sum.code)}});
    }
  }

  [[nodiscard]] std::string classes() const {
    const std::vector<HtmlTable::Column> columns{{"Currency"},
                                                 {"Code", Align::right},
                                                 {"Name"},
                                                 {"Count", Align::right},
                                                 {"Sum A", Align::right},
                                                 {"Sum B", Align::right},
                                                 {"B - A", Align::right},
                                                 {"What to do"}};
    HtmlTable table{columns};
    add_classes(table, report_.classes);
    std::string body = html_section("Counts and sums", table.html());
    if (report_.notes.empty()) return body;
    HtmlTable notes{columns};
    add_classes(notes, report_.notes);
    return body + html_section("Notes, beside a class", notes.html());
  }

  [[nodiscard]] std::string rates() const {
    HtmlTable table{{{"Of"}, {"Matched", Align::right}}};
    table.add({"all records, by count", match_rate(report_)});
    for (const CurrencyProof& proof : report_.proofs) {
      table.add({currency_text(proof.currency) + ", by value", value_rate(report_, proof)});
    }
    return html_section("Match rate", table.html());
  }

  [[nodiscard]] std::string proof() const {
    HtmlTable table{{{"Currency"},
                     {"Records A", Align::right},
                     {"Records B", Align::right},
                     {"Sum A", Align::right},
                     {"Sum B", Align::right},
                     {"B - A", Align::right},
                     {"Only in B", Align::right},
                     {"Only in A", Align::right},
                     {"Over pairs", Align::right},
                     {"Holds"}}};
    for (const CurrencyProof& proof : report_.proofs) {
      const auto text = [&](i128 value) { return amount(value, proof.currency); };
      table.add({currency_text(proof.currency), format_count(proof.a.count),
                 format_count(proof.b.count), text(proof.a.amount), text(proof.b.amount),
                 text(proof.b.amount - proof.a.amount), text(proof.only_b.amount),
                 text(proof.only_a.amount), text(proof.pairs.amount),
                 proof.holds() ? "yes" : "NO"});
    }
    std::string folded;
    for (const CurrencyProof& proof : report_.proofs) {
      if (proof.folded.count == 0) continue;
      folded += html_paragraph(fmt::format(
          "{}: {} records of A are fees of others, and their {} are no movement of their own: so "
          "much less is explained.",
          currency_text(proof.currency), format_count(proof.folded.count),
          amount(proof.folded.amount, proof.currency)));
    }
    for (const CurrencyProof& proof : report_.proofs) {
      if (proof.settled.count == 0) continue;
      folded += html_paragraph(fmt::format(
          "{}: of {} records of A corrections have left nothing, and B has nothing of them either.",
          currency_text(proof.currency), format_count(proof.settled.count)));
    }
    return html_section(
        "The proof",
        html_paragraph("B - A = only in B - only in A + over pairs, in amounts, fees and counts. "
                       "The left side was added up while the files were read, the right one while "
                       "the result was.") +
            folded + table.html());
  }

  [[nodiscard]] std::string postings() const {
    return facts_.postings ? postings_html(*facts_.postings) : std::string{};
  }

  [[nodiscard]] std::string open_items() const {
    if (details_.open_items == 0) return {};
    HtmlTable sums{
        {{"Currency"}, {"Name"}, {"Age"}, {"Count", Align::right}, {"Amount", Align::right}}};
    for (const AgeSums& each : details_.ages) {
      for (std::size_t i = 0; i < age_class_count; ++i) {
        if (each.of[i].count == 0) continue;
        sums.add({currency_text(each.currency), std::string{to_string(each.code)},
                  std::string{to_string(static_cast<AgeClass>(i))}, format_count(each.of[i].count),
                  amount(each.of[i].amount, each.currency)});
      }
    }
    HtmlTable items{{{"Side"},
                     {"Reference"},
                     {"Name"},
                     {"Currency"},
                     {"Amount", Align::right},
                     {"Status"},
                     {"Date"},
                     {"Days", Align::right}}};
    for (const ReportedDifference& each : details_.oldest_open) {
      const bool is_a = each.difference.has_a;
      const Record& record = is_a ? each.difference.a : each.difference.b;
      const auto days = age_days(record, details_.newest);
      items.add({is_a ? "A" : "B", each.references[is_a ? 0 : 1],
                 std::string{to_string(primary_of(each.difference.codes))},
                 currency_text(record.currency), amount(record.amount(), record.currency),
                 std::string{to_string(record.status())}, time_of(record),
                 days ? format_count(*days) : ""});
    }
    std::string body =
        html_paragraph("Ages are whole days up to the newest record of both sides.") + sums.html() +
        items.html();
    if (details_.oldest_open.size() < details_.open_items) {
      body += more(details_.open_items - details_.oldest_open.size(), "younger ones");
    }
    return html_section("Open items, the oldest first", body);
  }

  [[nodiscard]] std::string largest() const {
    if (details_.largest.empty()) return {};
    HtmlTable table{{{"Currency"},
                     {"Name"},
                     {"Reference A"},
                     {"Reference B"},
                     {"Amount A", Align::right},
                     {"Amount B", Align::right},
                     {"Moved, B - A", Align::right}}};
    for (const ReportedDifference& each : details_.largest) {
      const Difference& difference = each.difference;
      const bool is_one_currency =
          !difference.is_pair() || difference.a.currency == difference.b.currency;
      const std::uint64_t currency =
          difference.has_a ? difference.a.currency : difference.b.currency;
      std::string amount_b =
          difference.has_b ? amount(difference.b.amount(), difference.b.currency) : "";
      if (!is_one_currency) amount_b += " " + currency_text(difference.b.currency);
      table.add({currency_text(currency), name_of(difference), each.references[0],
                 each.references[1],
                 difference.has_a ? amount(difference.a.amount(), currency) : "", amount_b,
                 is_one_currency ? amount(difference.delta(), currency) : ""});
    }
    std::string body = table.html();
    if (details_.has_more_currencies) {
      body += html_paragraph(
          fmt::format("Only {} currencies are shown here.", limits::report_currencies_max));
    }
    return html_section("Largest differences of each currency", body);
  }

  [[nodiscard]] std::string invalid_lines() const {
    if (details_.invalid.empty()) return {};
    HtmlTable table{{{"Side"}, {"Line", Align::right}, {"Why"}, {"Text"}}};
    for (const ReportedLine& each : details_.invalid) {
      table.add({each.side == Side::a ? "A" : "B", format_count(each.line.line),
                 std::string{to_string(each.line.reason)}, each.text});
    }
    std::string body = table.html();
    const std::uint64_t all = report_.invalid[0] + report_.invalid[1];
    if (details_.invalid.size() < all) body += more(all - details_.invalid.size(), "lines");
    return html_section("Lines that cannot be read", body);
  }

  [[nodiscard]] static std::string more(std::uint64_t count, std::string_view what) {
    return html_paragraph(fmt::format("{} {} more are not shown here; --out writes all of them.",
                                      format_count(count), what));
  }

  const ComparisonReport& report_;
  const CompareFacts& facts_;
  const ReportDetails& details_;
};

}  // namespace

std::string report_html(const ComparisonReport& report, const CompareFacts& facts) {
  return ReportPage{report, facts}.html();
}

}  // namespace daybook::recon

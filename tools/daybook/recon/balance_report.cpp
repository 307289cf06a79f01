#include <fmt/format.h>

#include "tools/daybook/recon/balance_command.hpp"
#include "tools/daybook/recon/report/code_advice.hpp"
#include "tools/daybook/recon/report/html_text.hpp"
#include "tools/daybook/text/json_text.hpp"
#include "tools/daybook/text/rate_text.hpp"
#include "tools/daybook/text/table.hpp"
#include "tools/daybook/text/time_text.hpp"

namespace daybook::recon {
namespace {

/// A line of the account of a difference.
struct Step {
  std::string words;
  i128 amount = 0;
};

std::string amount_in(const BalanceFacts& facts, i128 amount) {
  return amount_text(amount, facts.scale);
}

std::string time_of(const Record& record) {
  if (!record.has_time()) return {};
  return format_time(Timestamp{static_cast<std::uint64_t>(record.time_ns)}).substr(0, 19) + "Z";
}

std::string verdict(const BalanceFacts& facts) {
  const std::string currency = currency_text(facts.currency);
  const i128 difference = facts.difference();
  if (difference == 0) {
    std::string words =
        fmt::format("The balances agree: {} {}", amount_in(facts, facts.ledger), currency);
    if (facts.differences == 0) return words;
    return words + fmt::format(", though {} entries differ and cancel out",
                               format_count(facts.differences));
  }
  return fmt::format("The statement has {} {} {} than the ledger",
                     amount_in(facts, difference < 0 ? -difference : difference), currency,
                     difference > 0 ? "more" : "less");
}

std::vector<Step> steps_of(const BalanceFacts& facts) {
  const std::string since =
      facts.since ? " " + format_time(*facts.since).substr(0, 19) + "Z" : std::string{};
  std::vector<Step> steps;
  steps.push_back(
      {facts.since ? "at the opening: everything before" + since : std::string{"at the opening"},
       facts.at_opening()});
  steps.push_back({fmt::format("entries that differ since: {}", format_count(facts.differences)),
                   facts.explained});
  steps.push_back(
      {"the statement's entries do not make its closing balance", facts.of_statement()});
  return steps;
}

std::vector<std::string> cells_of(const ReportedDifference& each, const BalanceFacts& facts) {
  const Difference& difference = each.difference;
  const Record& record = difference.has_a ? difference.a : difference.b;
  const bool is_one_currency =
      !difference.is_pair() || difference.a.currency == difference.b.currency;
  return {std::string{to_string(primary_of(difference.codes))},
          each.references[0].empty() ? each.references[1] : each.references[0],
          difference.has_a ? amount_in(facts, difference.a.amount()) : "",
          difference.has_b && is_one_currency ? amount_in(facts, difference.b.amount()) : "",
          is_one_currency ? amount_in(facts, difference.delta()) : "",
          time_of(record)};
}

}  // namespace

std::string balance_text(const BalanceFacts& facts) {
  std::string text = fmt::format("ledger     {}\nstatement  {}", facts.names[0], facts.names[1]);
  if (!facts.account.empty()) text += ", account " + facts.account;
  Table balances{{{""}, {"opening", Table::Align::right}, {"closing", Table::Align::right}}};
  balances.add({"ledger", amount_in(facts, facts.ledger_before), amount_in(facts, facts.ledger)});
  balances.add({facts.opening ? "statement" : "statement, its opening by its entries",
                amount_in(facts, facts.opening_or_made()), amount_in(facts, facts.closing)});
  text += "\n\n" + balances.text() + "\n" + verdict(facts) + "\n";
  if (facts.difference() == 0 && facts.differences == 0) return text;
  Table account{{{"of this"}, {"statement less ledger", Table::Align::right}}};
  for (const Step& step : steps_of(facts)) {
    if (step.amount != 0) account.add({step.words, amount_in(facts, step.amount)});
  }
  if (!account.empty()) text += "\n" + account.text();
  if (facts.shown.empty()) return text;
  Table entries{{{"entry"},
                 {"reference"},
                 {"ledger", Table::Align::right},
                 {"statement", Table::Align::right},
                 {"moved, B - A", Table::Align::right},
                 {"time"}}};
  for (const ReportedDifference& each : facts.shown) entries.add(cells_of(each, facts));
  return text + "\n" + entries.text();
}

std::string balance_json(const BalanceFacts& facts) {
  std::vector<std::string> entries;
  for (const ReportedDifference& each : facts.shown) {
    const std::vector<std::string> cells = cells_of(each, facts);
    entries.push_back(JsonObject{}
                          .count("code", static_cast<unsigned>(primary_of(each.difference.codes)))
                          .text("name", cells[0])
                          .text("reference", cells[1])
                          .text("amount_a", cells[2])
                          .text("amount_b", cells[3])
                          .text("delta", cells[4])
                          .text("time", cells[5])
                          .str());
  }
  JsonObject json;
  json.text("ledger", facts.names[0])
      .text("statement", facts.names[1])
      .text("cut_sequence", std::to_string(facts.identities[0].cut.value_or(0)))
      .text("entry_hash", facts.identities[0].entry_hash)
      .text("sha256", facts.identities[1].sha256)
      .text("account", facts.account)
      .text("currency", currency_text(facts.currency))
      .text("ledger_balance", amount_in(facts, facts.ledger))
      .text("closing", amount_in(facts, facts.closing))
      .text("difference", amount_in(facts, facts.difference()))
      .truth("agrees", facts.difference() == 0);
  if (facts.since) json.text("since", format_time(*facts.since));
  if (facts.opening) json.text("opening", amount_in(facts, *facts.opening));
  return json.text("ledger_at_opening", amount_in(facts, facts.ledger_before))
      .text("difference_at_opening", amount_in(facts, facts.at_opening()))
      .text("difference_of_entries", amount_in(facts, facts.explained))
      .text("difference_of_statement", amount_in(facts, facts.of_statement()))
      .count("differences", facts.differences)
      .raw("largest", json_array(entries))
      .str();
}

std::string balance_html(const BalanceFacts& facts) {
  using Align = HtmlTable::Align;
  const bool is_good = facts.difference() == 0;
  std::string body = fmt::format("<p class=\"verdict {}\">{}</p>\n", is_good ? "good" : "bad",
                                 html_escaped(verdict(facts) + "."));
  HtmlTable sides{{{"Side"}, {"What"}, {"Hash"}}};
  sides.add({"Ledger", facts.names[0], facts.identities[0].entry_hash});
  sides.add({"Statement",
             facts.names[1] + (facts.account.empty() ? "" : ", account ") + facts.account,
             "SHA-256 " + facts.identities[1].sha256});
  body += html_section("What was compared", sides.html());
  HtmlTable balances{{{"Side"},
                      {"Opening", Align::right},
                      {"Movements", Align::right},
                      {"Closing", Align::right}}};
  balances.add({"Ledger", amount_in(facts, facts.ledger_before),
                amount_in(facts, facts.ledger - facts.ledger_before),
                amount_in(facts, facts.ledger)});
  balances.add({"Statement", amount_in(facts, facts.opening_or_made()),
                amount_in(facts, facts.entries), amount_in(facts, facts.closing)});
  body += html_section("Opening + movements = closing, in " + currency_text(facts.currency),
                       balances.html());
  HtmlTable account{{{"Where it is"}, {"Statement less ledger", Align::right}}};
  for (const Step& step : steps_of(facts)) {
    account.add({step.words, amount_in(facts, step.amount)});
  }
  account.add({"together", amount_in(facts, facts.difference())});
  body += html_section("The difference", account.html());
  if (facts.shown.empty()) return html_page("Balances", body);
  HtmlTable entries{{{"Name"},
                     {"Reference"},
                     {"Ledger", Align::right},
                     {"Statement", Align::right},
                     {"Moved, B - A", Align::right},
                     {"Time"},
                     {"What to do"}}};
  for (const ReportedDifference& each : facts.shown) {
    std::vector<std::string> cells = cells_of(each, facts);
    cells.emplace_back(advice_of(primary_of(each.difference.codes)));
    entries.add(cells);
  }
  return html_page("Balances", body + html_section("Entries that explain it, the largest first",
                                                   entries.html()));
}

}  // namespace daybook::recon

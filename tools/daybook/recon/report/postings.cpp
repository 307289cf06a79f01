#include "tools/daybook/recon/report/postings.hpp"

#include <fmt/format.h>

#include "tools/daybook/recon/report/html_text.hpp"
#include "tools/daybook/text/json_text.hpp"
#include "tools/daybook/text/rate_text.hpp"
#include "tools/daybook/text/time_text.hpp"

namespace daybook::recon {
namespace {

// No text of a page has a '<' in it, nor one of a JSON document a quote that is not escaped, so
// neither can be mistaken for these.
constexpr std::string_view begins = "<!--postings-->";
constexpr std::string_view ends = "<!--/postings-->";
constexpr std::string_view member = ",\"postings\":[";

Failure has_no_place() {
  return {FailureKind::invalid,
          "the report has no place for what was posted: another version wrote it; the same run "
          "again, with the statement, writes it anew"};
}

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : " ") + text;
  return all;
}

std::string posting_json(const ReportedPosting& posting) {
  JsonObject object;
  object.text("difference", posting.difference)
      .text("run", posting.run)
      .text("name", posting.code)
      .text("action", posting.action)
      .text("reference", posting.reference)
      .text("amount", posting.amount)
      .text("currency", posting.currency)
      .text("maker", posting.maker)
      .text("checker", posting.checker)
      .truth("automatic", posting.is_automatic)
      .text("time", format_time(posting.at))
      .text("reason", posting.reason)
      .texts("transfers", posting.transfers)
      .text("state", posting.state);
  if (!posting.saga.empty()) object.text("saga", posting.saga);
  return object.str();
}

/// "posted", "saga 7: stuck: ...".
std::string state_text(const ReportedPosting& posting) {
  return posting.saga.empty() ? posting.state
                              : fmt::format("saga {}: {}", posting.saga, posting.state);
}

}  // namespace

std::string postings_html(const ReportedPostings& postings) {
  std::string section;
  if (!postings.shown.empty()) {
    HtmlTable table{{{"When"},
                     {"Difference"},
                     {"Reference"},
                     {"Action"},
                     {"Amount", HtmlTable::Align::right},
                     {"Currency"},
                     {"Maker"},
                     {"Checker"},
                     {"Reason"},
                     {"State"},
                     {"Transfers"},
                     {"Number of the difference"},
                     {"Run"}}};
    for (const ReportedPosting& each : postings.shown) {
      table.add({format_time(each.at).substr(0, 19) + "Z", each.code, each.reference, each.action,
                 each.amount, each.currency, each.maker,
                 each.is_automatic ? "nobody: within the limit for that" : each.checker,
                 each.reason, state_text(each), joined(each.transfers), each.difference, each.run});
    }
    std::string body = html_paragraph(
        "Corrections of this business day, by this run and those that it took the place of, oldest "
        "first. Who proposed one cannot approve it.");
    body += table.html();
    if (postings.shown.size() < postings.all) {
      body += html_paragraph(fmt::format("{} older ones are not shown here.",
                                         format_count(postings.all - postings.shown.size())));
    }
    section = html_section("Postings and who approved them", body);
  }
  return fmt::format("{}{}{}\n", begins, section, ends);
}

std::string postings_members(const ReportedPostings& postings) {
  std::vector<std::string> texts;
  for (const ReportedPosting& each : postings.shown) texts.push_back(posting_json(each));
  return fmt::format("\"postings_all\":{},\"postings\":{}", postings.all, json_array(texts));
}

Result<std::string> page_with(std::string_view page, const ReportedPostings& postings) {
  const std::size_t from = page.find(begins);
  const std::size_t to = page.find(ends, from == std::string_view::npos ? 0 : from);
  if (from == std::string_view::npos || to == std::string_view::npos) return has_no_place();
  std::string fresh = postings_html(postings);
  fresh.pop_back();  // The line's end is there.
  return fmt::format("{}{}{}", page.substr(0, from), fresh, page.substr(to + ends.size()));
}

Result<std::string> document_with(std::string_view json, const ReportedPostings& postings) {
  constexpr std::string_view count = ",\"postings_all\":";
  const std::size_t at = json.rfind(member);
  const std::size_t from = json.rfind(count, at);
  if (at == std::string_view::npos || from == std::string_view::npos) return has_no_place();
  return fmt::format("{},{}}}\n", json.substr(0, from), postings_members(postings));
}

}  // namespace daybook::recon

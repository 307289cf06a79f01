// That a report finds the place of its postings again whatever texts stand in it, and that none of
// these leaves its cell.
#include "tools/daybook/recon/report/postings.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tools/daybook/recon/report/html_text.hpp"

namespace daybook::recon {
namespace {

ReportedPosting posting(const std::string& reference) {
  return {.difference = "11",
          .run = "12",
          .code = "b_only",
          .action = "suspense",
          .reference = reference,
          .amount = "7.00",
          .currency = "EUR",
          .maker = "maker-1",
          .checker = "checker-1",
          .is_automatic = false,
          .at = Timestamp{1'769'860'800'000'000'000},
          .reason = "as agreed",
          .transfers = {"21", "22"},
          .saga = {},
          .state = "posted"};
}

ReportedPostings with(const std::string& reference) {
  return {.shown = {posting(reference)}, .all = 1};
}

TEST(PostingsTest, APageSaysWhoProposedAndWhoApprovedWhat) {
  const std::string page = postings_html(with("order-1"));
  for (const char* const part : {"order-1", "b_only", "suspense", "7.00", "EUR", "maker-1",
                                 "checker-1", "as agreed", "21 22", "2026-01-31T12:00:00Z"}) {
    EXPECT_NE(page.find(part), std::string::npos) << part;
  }
  ReportedPostings automatic = with("order-1");
  automatic.shown[0].is_automatic = true;
  EXPECT_EQ(postings_html(automatic).find("checker-1"), std::string::npos);
  EXPECT_NE(postings_html(automatic).find("nobody"), std::string::npos);
}

TEST(PostingsTest, APlaceIsFoundAgainWhateverStandsInIt) {
  for (const char* const reference : {"order-1", "<!--postings-->", "<!--/postings-->",
                                      ",\"postings\":[", "\\\",\"postings\":["}) {
    const std::string before = html_section("x", html_paragraph(reference));
    const std::string behind = html_section("y", html_paragraph(reference));
    const std::string page = before + postings_html(with(reference)) + behind;
    for (const ReportedPostings& now : {ReportedPostings{}, with("other"), with(reference)}) {
      const auto made = page_with(page, now);
      ASSERT_TRUE(made.ok());
      EXPECT_EQ(made.value(), before + postings_html(now) + behind);
    }
    const std::string head = "{\"text\":" + nlohmann::json(reference).dump();
    const auto json =
        document_with(head + "," + postings_members(with(reference)) + "}\n", with("other"));
    ASSERT_TRUE(json.ok());
    EXPECT_EQ(json.value(), head + "," + postings_members(with("other")) + "}\n");
    const auto read = nlohmann::json::parse(json.value());
    EXPECT_EQ(read["text"], reference);
    EXPECT_EQ(read["postings"][0]["checker"], "checker-1");
    EXPECT_EQ(read["postings"][0]["transfers"].size(), 2U);
  }
}

TEST(PostingsTest, ASagaIsShownWithItsState) {
  ReportedPostings sagas = with("order-1");
  sagas.shown[0].saga = "77";
  sagas.shown[0].state = "STUCK: nobody knows";
  EXPECT_NE(postings_html(sagas).find("saga 77: STUCK: nobody knows"), std::string::npos);
  const auto read = nlohmann::json::parse("{" + postings_members(sagas) + "}");
  EXPECT_EQ(read["postings"][0]["saga"], "77");
  EXPECT_EQ(read["postings"][0]["state"], "STUCK: nobody knows");
  const auto legs = nlohmann::json::parse("{" + postings_members(with("order-1")) + "}");
  EXPECT_EQ(legs["postings"][0]["state"], "posted");
  EXPECT_FALSE(legs["postings"][0].contains("saga"));
}

TEST(PostingsTest, AReportWithoutAPlaceIsRefused) {
  EXPECT_FALSE(page_with("<p>page</p>", {}).ok());
  EXPECT_FALSE(page_with("<!--postings-->", {}).ok());
  EXPECT_FALSE(document_with("{\"a\":1}", {}).ok());
}

TEST(PostingsTest, TheNewestAreShownAndTheOthersAreCounted) {
  EXPECT_EQ(postings_left_out(limits::report_postings_max), 0U);
  EXPECT_EQ(postings_left_out(limits::report_postings_max + 1), 1U);
  ReportedPostings some = with("order-1");
  EXPECT_EQ(postings_html(some).find("not shown"), std::string::npos);
  some.all = 4;
  EXPECT_NE(postings_html(some).find("3 older ones are not shown"), std::string::npos);
  EXPECT_NE(postings_members(some).find("\"postings_all\":4"), std::string::npos);
}

}  // namespace
}  // namespace daybook::recon

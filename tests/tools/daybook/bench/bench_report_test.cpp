// The bench's report: which names its JSON has, and that its figures are those of the runs.
//
// Method: outcomes are made by hand with figures that are easy to check.

#include "tools/daybook/bench/bench_report.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace daybook {
namespace {

BenchRun run_of(double seconds) {
  BenchRun run;
  run.load.seconds = seconds;
  run.load.acknowledged = 1'000;
  run.load.requests = 10;
  run.load.sent.holds = 300;
  run.load.sent.posts = 200;
  run.load.sent.voids = 100;
  run.load.latency_ns.record(200'000);
  run.load.reads.push_back(
      {.name = "lookup_transfers_1", .words = "by id", .latency_ns = {}, .rows = 6});
  for (const std::uint64_t ns : {20'000U, 30'000U, 50'000U})
    run.load.reads[0].latency_ns.record(ns);
  run.data_bytes = 160'000;
  run.memory = EngineMemory{.anonymous_bytes = 80'000, .file_bytes = 4'096, .resident_bytes = 0};
  return run;
}

BenchReport report_of(LoadKind kind) {
  BenchReport report;
  report.settings.kind = kind;
  report.settings.transfers = 1'000;
  report.runs = {run_of(4), run_of(1), run_of(2)};
  return report;
}

TEST(BenchReportTest, JsonHasTheMediansUnderTheirNames) {
  const auto json = nlohmann::json::parse(json_of(report_of(LoadKind::pending_30)));
  EXPECT_EQ(json["kind"], "pending-30");
  EXPECT_EQ(json["transfers_per_second"], 500.0);
  EXPECT_EQ(json["hold_pairs_per_second"], 150.0);
  EXPECT_EQ(json["transfers_created"], 1'000);
  EXPECT_EQ(json["data_bytes_per_transfer"], 160.0);
  EXPECT_EQ(json["anon_bytes_per_transfer"], 80.0);
  EXPECT_EQ(json["request_latency_us"]["p50"], 200.0);
  EXPECT_EQ(json["holds"],
            (nlohmann::json{{"made", 300}, {"posted", 200}, {"voided", 100}, {"open_at_end", 0}}));
  const auto& read = json["reads"]["lookup_transfers_1"];
  EXPECT_EQ(read["reads"], 3);
  EXPECT_EQ(read["rows"], 2.0);
  EXPECT_EQ(read["latency_us"]["max"], 50.0);
  ASSERT_EQ(json["runs"].size(), 3U);
  EXPECT_EQ(json["runs"][1]["transfers_per_second"], 1'000.0);
  EXPECT_EQ(json["runs"][1]["hold_pairs_per_second"], 300.0);
}

TEST(BenchReportTest, WhatWasNotSeenIsNull) {
  BenchReport report = report_of(LoadKind::plain);
  for (BenchRun& run : report.runs) {
    run.load.reads.clear();
    run.data_bytes.reset();
    run.memory.reset();
  }
  const auto json = nlohmann::json::parse(json_of(report));
  for (const char* name :
       {"data_bytes", "data_bytes_per_transfer", "anon_bytes_max", "anon_bytes_per_transfer",
        "hold_pairs_per_second", "holds", "reads", "expiry"}) {
    ASSERT_TRUE(json.contains(name)) << name;
    EXPECT_TRUE(json[name].is_null()) << name;
  }
  EXPECT_NE(text_of(report).find("unknown"), std::string::npos);
}

TEST(BenchReportTest, ExpiryHasItsOwnLatencyAndSaysWhenTheLoadWasTooShort) {
  BenchReport report = report_of(LoadKind::plain);
  report.settings.expiring = 600;
  for (BenchRun& run : report.runs) {
    StormOutcome& storm = run.load.storm.emplace();
    storm.holds = 600;
    storm.due_within_seconds = 0.5;
    storm.release_seconds = run.load.seconds;
    storm.late_seconds = 0.25;
    storm.load_covers_releases = true;
    storm.latency_ns.record(90'000);
  }
  auto json = nlohmann::json::parse(json_of(report));
  EXPECT_EQ(json["expiry"]["holds"], 600);
  EXPECT_EQ(json["expiry"]["due_within_seconds"], 0.5);
  EXPECT_EQ(json["expiry"]["release_seconds"], 2.0);
  EXPECT_EQ(json["expiry"]["late_seconds"], 0.25);
  EXPECT_EQ(json["expiry"]["load_covers_releases"], true);
  EXPECT_EQ(json["expiry"]["request_latency_us"]["p99"], 90.0);
  // The holds are kept as the transfers are.
  EXPECT_EQ(json["data_bytes_per_transfer"], 100.0);
  EXPECT_EQ(text_of(report).find("send more transfers"), std::string::npos);

  report.runs[0].load.storm->load_covers_releases = false;
  for (BenchRun& run : report.runs) run.load.storm->latency_ns = {};
  json = nlohmann::json::parse(json_of(report));
  EXPECT_EQ(json["expiry"]["load_covers_releases"], false);
  EXPECT_TRUE(json["expiry"]["request_latency_us"].is_null());
  EXPECT_NE(text_of(report).find("send more transfers"), std::string::npos);
}

TEST(BenchReportTest, TextTellsPairsOnlyOfLoadsThatHaveThem) {
  EXPECT_NE(text_of(report_of(LoadKind::pending_30)).find("150 made and resolved a second"),
            std::string::npos);
  EXPECT_EQ(text_of(report_of(LoadKind::hot)).find("made and resolved"), std::string::npos);
}

}  // namespace
}  // namespace daybook

#include "tools/daybook/bench/bench_report.hpp"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

namespace daybook {
namespace {

constexpr double bytes_per_mib = 1'024 * 1'024;

/// "12,345,678".
std::string grouped(double value) {
  std::string digits = fmt::format("{:.0f}", value);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, 1, ',');
  return digits;
}

/// " (9 to 12 over 3 runs)", or nothing for a single run.
std::string spread(const std::vector<Figures>& all, double Figures::*figure) {
  if (all.size() < 2) return "";
  const auto less = [figure](const Figures& a, const Figures& b) { return a.*figure < b.*figure; };
  const auto [least, most] = std::minmax_element(all.begin(), all.end(), less);
  return fmt::format("  ({} to {} over {} runs)", grouped((*least).*figure),
                     grouped((*most).*figure), all.size());
}

std::string memory_line(const LoadSettings& settings, const Figures& middle) {
  if (!middle.anonymous_bytes) return "unknown: the engine is not our own process";
  return fmt::format(
      "{:.0f} MiB anonymous at most ({:.1f} bytes a transfer), {:.0f} MiB of mapped files beside "
      "it",
      *middle.anonymous_bytes / bytes_per_mib, *middle.anonymous_bytes / kept_transfers(settings),
      *middle.file_bytes / bytes_per_mib);
}

std::string data_line(const LoadSettings& settings, const Figures& middle) {
  if (!middle.data_bytes) return "unknown: the engine is not our own process";
  return fmt::format("{:.1f} bytes a transfer ({} bytes on disk, prepared segments left out)",
                     *middle.data_bytes / kept_transfers(settings), grouped(*middle.data_bytes));
}

std::string holds_line(const LoadTotals& sent, const std::vector<Figures>& all,
                       const Figures& middle) {
  const auto count = [](std::uint64_t value) { return grouped(static_cast<double>(value)); };
  return fmt::format("{} made and resolved a second{}; {} made, {} posted, {} voided, {} open",
                     grouped(middle.pair_rate), spread(all, &Figures::pair_rate), count(sent.holds),
                     count(sent.posts), count(sent.voids), count(sent.open_holds()));
}

std::string expiry_line(const StormFigures& storm) {
  return fmt::format(
      "{} holds due within {:.2f} s; all released {:.2f} s after the first deadline, "
      "{:.2f} s after the last",
      grouped(storm.holds), storm.due_within_s, storm.release_s, storm.late_s);
}

std::string expiry_latency_line(const StormFigures& storm) {
  const char* const advice =
      storm.covered ? "" : "; the load ended before the last release: send more transfers";
  if (storm.requests <= 0) return fmt::format("none{}", advice);
  return fmt::format("p50 {}  p99 {}  p99.9 {}  max {}  of {} requests in those seconds{}",
                     grouped(storm.latency.p50), grouped(storm.latency.p99),
                     grouped(storm.latency.p999), grouped(storm.latency.max),
                     grouped(storm.requests), advice);
}

std::string read_line(const ReadFigures& read) {
  return fmt::format("p50 {}  p99 {}  max {}  {} ({} reads, {:.1f} rows each)",
                     grouped(read.latency.p50), grouped(read.latency.p99),
                     grouped(read.latency.max), read.words, grouped(read.reads), read.rows);
}

}  // namespace

std::string text_of(const BenchReport& report) {
  const LoadSettings& settings = report.settings;
  const std::vector<Figures> all = figures_of(report.runs);
  const Figures middle = medians_of(all);
  std::string text = fmt::format(
      "{} transfers over {} accounts: {} a request, {} connections with {} requests in flight "
      "each, {} ids, every field set\n",
      grouped(static_cast<double>(settings.transfers)),
      grouped(static_cast<double>(settings.accounts)), settings.batch, settings.clients,
      settings.in_flight, name_of(settings.ids));
  const auto line = [&text](const char* name, const std::string& value) {
    text += fmt::format("  {:<18}{}\n", name, value);
  };
  line("kind", std::string{describe(settings.kind)});
  line("rate", fmt::format("{} transfers/s in {:.2f} s{}", grouped(middle.rate), middle.seconds,
                           spread(all, &Figures::rate)));
  if (resolves_holds(settings.kind)) {
    line("holds", holds_line(report.runs.front().load.sent, all, middle));
  }
  line("latency, us", fmt::format("p50 {}  p99 {}  p99.9 {}  max {}  of {} requests{}",
                                  grouped(middle.latency.p50), grouped(middle.latency.p99),
                                  grouped(middle.latency.p999), grouped(middle.latency.max),
                                  grouped(static_cast<double>(report.runs.front().load.requests)),
                                  all.size() < 2 ? "" : ", medians of the runs"));
  if (middle.storm) {
    line("expiry", expiry_line(*middle.storm));
    line("latency then, us", expiry_latency_line(*middle.storm));
  }
  for (const ReadFigures& read : middle.reads) {
    line("read, us", read_line(read));
  }
  line("data", data_line(settings, middle));
  line("engine memory", memory_line(settings, middle));
  line("follower lag", fmt::format("{} sequences at the end", grouped(middle.lag)));
  line("durability", report.durability.words);
  line("checked", "every reply, all sequences, the sums of all posted and pending balances");
  line("run on", fmt::format("{}, {} cores, {}", report.machine.processor, report.machine.cores,
                             report.machine.kernel));
  line("built with", fmt::format("{}, commit {}", report.machine.compiler, report.machine.commit));
  return text;
}

}  // namespace daybook

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "tools/daybook/bench/bench_report.hpp"

namespace daybook {
namespace {

using Json = nlohmann::ordered_json;

/// A whole number where the figure is one by nature.
Json whole(const std::optional<double>& value) {
  return value ? Json(static_cast<std::uint64_t>(*value)) : Json(nullptr);
}

Json a_transfer(const LoadSettings& settings, const std::optional<double>& value) {
  return value ? Json(*value / kept_transfers(settings)) : Json(nullptr);
}

Json holds_json(const LoadSettings& settings, const LoadTotals& sent) {
  if (!resolves_holds(settings.kind)) return nullptr;
  return {{"made", sent.holds},
          {"posted", sent.posts},
          {"voided", sent.voids},
          {"open_at_end", sent.open_holds()}};
}

Json latency_json(const LatencyFigures& latency) {
  return {{"p50", latency.p50}, {"p99", latency.p99}, {"p999", latency.p999}, {"max", latency.max}};
}

Json storm_json(const std::optional<StormFigures>& storm) {
  if (!storm) return nullptr;
  const bool seen = storm->requests > 0;
  return {{"holds", whole(storm->holds)},
          {"due_within_seconds", storm->due_within_s},
          {"release_seconds", storm->release_s},
          {"late_seconds", storm->late_s},
          {"load_covers_releases", storm->covered},
          {"requests", whole(storm->requests)},
          {"request_latency_us", seen ? latency_json(storm->latency) : Json(nullptr)}};
}

Json reads_json(const std::vector<ReadFigures>& reads) {
  if (reads.empty()) return nullptr;
  Json object;
  for (const ReadFigures& read : reads) {
    object[std::string{read.name}] = {{"reads", whole(read.reads)},
                                      {"rows", read.rows},
                                      {"latency_us", latency_json(read.latency)}};
  }
  return object;
}

void add_figures(Json& object, const LoadSettings& settings, const Figures& figures) {
  object["transfers_per_second"] = figures.rate;
  object["request_latency_us"] = latency_json(figures.latency);
  object["data_bytes"] = whole(figures.data_bytes);
  object["data_bytes_per_transfer"] = a_transfer(settings, figures.data_bytes);
  object["anon_bytes_max"] = whole(figures.anonymous_bytes);
  object["anon_bytes_per_transfer"] = a_transfer(settings, figures.anonymous_bytes);
  object["file_bytes_max"] = whole(figures.file_bytes);
  object["follower_lag_end"] = whole(figures.lag);
  object["seconds"] = figures.seconds;
  object["hold_pairs_per_second"] =
      resolves_holds(settings.kind) ? Json(figures.pair_rate) : Json(nullptr);
  object["expiry"] = storm_json(figures.storm);
  object["reads"] = reads_json(figures.reads);
}

}  // namespace

std::string json_of(const BenchReport& report) {
  const LoadSettings& settings = report.settings;
  const std::vector<Figures> all = figures_of(report.runs);
  const Figures middle = medians_of(all);
  Json object;
  add_figures(object, settings, middle);
  object["kind"] = name_of(settings.kind);
  object["transfers"] = settings.transfers;
  object["transfers_created"] = report.runs.front().load.acknowledged;
  object["accounts"] = settings.accounts;
  object["batch"] = settings.batch;
  object["clients"] = settings.clients;
  object["in_flight"] = settings.in_flight;
  object["ids"] = name_of(settings.ids);
  object["holds"] = holds_json(settings, report.runs.front().load.sent);
  object["durable"] = report.durability.durable;
  for (std::size_t i = 0; i < all.size(); ++i) {
    // The median is one of the runs' own figures, so it is met exactly once or more.
    if (all[i].rate < middle.rate || middle.rate < all[i].rate) continue;
    object["rate_of_million"] = report.runs[i].load.rate_of_million;
    break;
  }
  object["machine"] = {{"processor", report.machine.processor},
                       {"cores", report.machine.cores},
                       {"kernel", report.machine.kernel}};
  object["compiler"] = report.machine.compiler;
  object["commit"] = report.machine.commit;
  object["runs"] = Json::array();
  for (const Figures& figures : all) {
    Json run;
    add_figures(run, settings, figures);
    object["runs"].push_back(std::move(run));
  }
  return object.dump() + "\n";
}

}  // namespace daybook

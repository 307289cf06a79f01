#include "tools/daybook/bench/bench_figures.hpp"

#include <algorithm>

namespace daybook {
namespace {

constexpr double ns_per_us = 1'000;

LatencyFigures latency_of(const Histogram& latency_ns) {
  const auto us = [](std::uint64_t ns) { return static_cast<double>(ns) / ns_per_us; };
  return {.p50 = us(latency_ns.percentile(50'000)),
          .p99 = us(latency_ns.percentile(99'000)),
          .p999 = us(latency_ns.percentile(99'900)),
          .max = us(latency_ns.max())};
}

template <typename Value>
Value median(std::vector<Value> values) {
  std::sort(values.begin(), values.end());
  return values[(values.size() - 1) / 2];
}

/// The median of what `get` takes out of each.
template <typename Item, typename Get>
auto median_of(const std::vector<Item>& all, const Get& get) {
  std::vector<std::decay_t<decltype(get(all.front()))>> values;
  values.reserve(all.size());
  for (const Item& each : all) values.push_back(get(each));
  return median(std::move(values));
}

/// `get` takes the latency out of each.
template <typename Item, typename Get>
LatencyFigures median_latency(const std::vector<Item>& all, const Get& get) {
  LatencyFigures middle;
  for (double LatencyFigures::*figure :
       {&LatencyFigures::p50, &LatencyFigures::p99, &LatencyFigures::p999, &LatencyFigures::max}) {
    middle.*figure = median_of(all, [&](const Item& each) { return get(each).*figure; });
  }
  return middle;
}

StormFigures storm_figures_of(const StormOutcome& storm) {
  return {.holds = static_cast<double>(storm.holds),
          .due_within_s = storm.due_within_seconds,
          .release_s = storm.release_seconds,
          .late_s = storm.late_seconds,
          .covered = storm.load_covers_releases,
          .requests = static_cast<double>(storm.latency_ns.count()),
          .latency = latency_of(storm.latency_ns)};
}

StormFigures median_storm(const std::vector<Figures>& all) {
  StormFigures middle = *all.front().storm;
  for (double StormFigures::*figure : {&StormFigures::due_within_s, &StormFigures::release_s,
                                       &StormFigures::late_s, &StormFigures::requests}) {
    middle.*figure =
        median_of(all, [figure](const Figures& each) { return (*each.storm).*figure; });
  }
  middle.latency = median_latency(all, [](const Figures& each) { return each.storm->latency; });
  middle.covered =
      std::all_of(all.begin(), all.end(), [](const Figures& each) { return each.storm->covered; });
  return middle;
}

ReadFigures read_figures_of(const ReadOutcome& read) {
  ReadFigures figures;
  figures.name = read.name;
  figures.words = read.words;
  figures.reads = static_cast<double>(read.latency_ns.count());
  figures.rows = static_cast<double>(read.rows) / figures.reads;
  figures.latency = latency_of(read.latency_ns);
  return figures;
}

}  // namespace

Figures figures_of(const BenchRun& run) {
  Figures figures;
  figures.seconds = run.load.seconds;
  figures.rate = static_cast<double>(run.load.acknowledged) / run.load.seconds;
  figures.pair_rate =
      static_cast<double>(run.load.sent.posts + run.load.sent.voids) / run.load.seconds;
  figures.latency = latency_of(run.load.latency_ns);
  figures.lag = static_cast<double>(run.load.follower_lag);
  if (run.data_bytes) figures.data_bytes = static_cast<double>(*run.data_bytes);
  if (run.memory) {
    figures.anonymous_bytes = static_cast<double>(run.memory->anonymous_bytes);
    figures.file_bytes = static_cast<double>(run.memory->file_bytes);
  }
  if (run.load.storm) figures.storm = storm_figures_of(*run.load.storm);
  for (const ReadOutcome& read : run.load.reads) figures.reads.push_back(read_figures_of(read));
  return figures;
}

std::vector<Figures> figures_of(const std::vector<BenchRun>& runs) {
  std::vector<Figures> all;
  for (const BenchRun& run : runs) all.push_back(figures_of(run));
  return all;
}

Figures medians_of(const std::vector<Figures>& all) {
  Figures middle;
  for (double Figures::*figure :
       {&Figures::rate, &Figures::pair_rate, &Figures::seconds, &Figures::lag}) {
    middle.*figure = median_of(all, [figure](const Figures& each) { return each.*figure; });
  }
  for (std::optional<double> Figures::*figure :
       {&Figures::data_bytes, &Figures::anonymous_bytes, &Figures::file_bytes}) {
    middle.*figure = median_of(all, [figure](const Figures& each) { return each.*figure; });
  }
  middle.latency = median_latency(all, [](const Figures& each) { return each.latency; });
  if (all.front().storm) middle.storm = median_storm(all);
  middle.reads = all.front().reads;
  for (std::size_t sort = 0; sort < middle.reads.size(); ++sort) {
    ReadFigures& read = middle.reads[sort];
    read.rows = median_of(all, [sort](const Figures& each) { return each.reads[sort].rows; });
    read.latency =
        median_latency(all, [sort](const Figures& each) { return each.reads[sort].latency; });
  }
  return middle;
}

double kept_transfers(const LoadSettings& settings) {
  return static_cast<double>(settings.transfers + settings.expiring);
}

}  // namespace daybook

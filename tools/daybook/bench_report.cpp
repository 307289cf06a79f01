#include "tools/daybook/bench_report.hpp"

#include <algorithm>
#include <fstream>
#include <thread>

#include <fmt/format.h>
#include <linux/magic.h>
#include <nlohmann/json.hpp>
#include <sys/utsname.h>
#include <sys/vfs.h>

#if !defined(DAYBOOK_COMMIT)
#define DAYBOOK_COMMIT "unknown"
#endif

namespace daybook {
namespace {

using Json = nlohmann::ordered_json;

constexpr double ns_per_us = 1'000;
constexpr double bytes_per_mib = 1'024 * 1'024;

/// The figures of one run that are reported as medians.
struct Figures {
  double rate = 0;
  double seconds = 0;
  double p50_us = 0;
  double p99_us = 0;
  double p999_us = 0;
  double max_us = 0;
  double lag = 0;
  std::optional<double> data_bytes;
  std::optional<double> anonymous_bytes;
  std::optional<double> file_bytes;
};

Figures figures_of(const LoadSettings& settings, const BenchRun& run) {
  const Histogram& latency = run.load.latency_ns;
  const auto us = [](std::uint64_t ns) { return static_cast<double>(ns) / ns_per_us; };
  Figures figures;
  figures.seconds = run.load.seconds;
  figures.rate = static_cast<double>(settings.transfers) / run.load.seconds;
  figures.p50_us = us(latency.percentile(50'000));
  figures.p99_us = us(latency.percentile(99'000));
  figures.p999_us = us(latency.percentile(99'900));
  figures.max_us = us(latency.max());
  figures.lag = static_cast<double>(run.load.follower_lag);
  if (run.data_bytes) figures.data_bytes = static_cast<double>(*run.data_bytes);
  if (run.memory) {
    figures.anonymous_bytes = static_cast<double>(run.memory->anonymous_bytes);
    figures.file_bytes = static_cast<double>(run.memory->file_bytes);
  }
  return figures;
}

std::vector<Figures> figures_of(const BenchReport& report) {
  std::vector<Figures> all;
  for (const BenchRun& run : report.runs) all.push_back(figures_of(report.settings, run));
  return all;
}

/// The lower middle one of an even number, so that it is a figure that was measured.
template <typename Value>
Value median(const std::vector<Figures>& all, Value Figures::*figure) {
  std::vector<Value> values;
  for (const Figures& figures : all) values.push_back(figures.*figure);
  std::sort(values.begin(), values.end());
  return values[(values.size() - 1) / 2];
}

Figures medians_of(const std::vector<Figures>& all) {
  Figures middle;
  for (double Figures::*figure :
       {&Figures::rate, &Figures::seconds, &Figures::p50_us, &Figures::p99_us, &Figures::p999_us,
        &Figures::max_us, &Figures::lag}) {
    middle.*figure = median(all, figure);
  }
  for (std::optional<double> Figures::*figure :
       {&Figures::data_bytes, &Figures::anonymous_bytes, &Figures::file_bytes}) {
    middle.*figure = median(all, figure);
  }
  return middle;
}

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

std::string memory_line(const Figures& middle) {
  if (!middle.anonymous_bytes) return "unknown: the engine is not our own process";
  return fmt::format("{:.0f} MiB anonymous at most, {:.0f} MiB of mapped files beside it",
                     *middle.anonymous_bytes / bytes_per_mib, *middle.file_bytes / bytes_per_mib);
}

std::string data_line(const LoadSettings& settings, const Figures& middle) {
  if (!middle.data_bytes) return "unknown: the engine is not our own process";
  return fmt::format("{:.1f} bytes a transfer ({} bytes on disk, prepared segments left out)",
                     *middle.data_bytes / static_cast<double>(settings.transfers),
                     grouped(*middle.data_bytes));
}

const char* name_of(IdOrder ids) { return ids == IdOrder::random ? "random" : "sequential"; }

/// A whole number where the figure is one by nature.
Json whole(const std::optional<double>& value) {
  return value ? Json(static_cast<std::uint64_t>(*value)) : Json(nullptr);
}

void add_figures(Json& object, const Figures& figures) {
  object["transfers_per_second"] = figures.rate;
  object["request_latency_us"] = {{"p50", figures.p50_us},
                                  {"p99", figures.p99_us},
                                  {"p999", figures.p999_us},
                                  {"max", figures.max_us}};
  object["data_bytes"] = whole(figures.data_bytes);
  object["anon_bytes_max"] = whole(figures.anonymous_bytes);
  object["file_bytes_max"] = whole(figures.file_bytes);
  object["follower_lag_end"] = whole(figures.lag);
  object["seconds"] = figures.seconds;
}

}  // namespace

Machine this_machine() {
  Machine machine;
  machine.processor = "unknown";
  std::ifstream processors{"/proc/cpuinfo"};
  for (std::string line; std::getline(processors, line);) {
    const std::size_t colon = line.find(": ");
    if (line.rfind("model name", 0) != 0 || colon == std::string::npos) continue;
    machine.processor = line.substr(colon + 2);
    break;
  }
  machine.cores = std::thread::hardware_concurrency();
  utsname names{};
  if (::uname(&names) == 0) machine.kernel = fmt::format("{} {}", names.sysname, names.release);
#if defined(__clang__)
  machine.compiler = __VERSION__;
#else
  machine.compiler = "g++ " __VERSION__;
#endif
  machine.commit = DAYBOOK_COMMIT;
  return machine;
}

Durability durability_of(const std::string& directory) {
  struct statfs system {};
  if (::statfs(directory.c_str(), &system) != 0) {
    return {true, "each reply after a sync; the file system could not be looked at"};
  }
  const auto magic = static_cast<std::uint64_t>(system.f_type);
  if (magic == TMPFS_MAGIC || magic == RAMFS_MAGIC) {
    return {false,
            "NOT durable: the data directory is in memory (tmpfs); choose a disk with --data"};
  }
  return {true, "each reply after a sync of its bytes to disk"};
}

std::string text_of(const BenchReport& report) {
  const LoadSettings& settings = report.settings;
  const std::vector<Figures> all = figures_of(report);
  const Figures middle = medians_of(all);
  std::string text = fmt::format(
      "{} transfers over {} accounts: {} a request, {} connections with {} requests in flight "
      "each, {} ids, every field set\n",
      grouped(static_cast<double>(settings.transfers)),
      grouped(static_cast<double>(settings.accounts)), settings.batch, settings.clients,
      settings.in_flight, name_of(settings.ids));
  const auto line = [&text](const char* name, const std::string& value) {
    text += fmt::format("  {:<16}{}\n", name, value);
  };
  line("rate", fmt::format("{} transfers/s in {:.2f} s{}", grouped(middle.rate), middle.seconds,
                           spread(all, &Figures::rate)));
  line("latency, us",
       fmt::format("p50 {}  p99 {}  p99.9 {}  max {}  of {} requests{}", grouped(middle.p50_us),
                   grouped(middle.p99_us), grouped(middle.p999_us), grouped(middle.max_us),
                   grouped(static_cast<double>(report.runs.front().load.requests)),
                   all.size() < 2 ? "" : ", medians of the runs"));
  line("data", data_line(settings, middle));
  line("engine memory", memory_line(middle));
  line("follower lag", fmt::format("{} sequences at the end", grouped(middle.lag)));
  line("durability", report.durability.words);
  line("checked", "every reply, all sequences, the sum of all balances");
  line("run on", fmt::format("{}, {} cores, {}", report.machine.processor, report.machine.cores,
                             report.machine.kernel));
  line("built with", fmt::format("{}, commit {}", report.machine.compiler, report.machine.commit));
  return text;
}

std::string json_of(const BenchReport& report) {
  const LoadSettings& settings = report.settings;
  const std::vector<Figures> all = figures_of(report);
  const Figures middle = medians_of(all);
  Json object;
  add_figures(object, middle);
  object["transfers"] = settings.transfers;
  object["accounts"] = settings.accounts;
  object["batch"] = settings.batch;
  object["clients"] = settings.clients;
  object["in_flight"] = settings.in_flight;
  object["ids"] = name_of(settings.ids);
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
    add_figures(run, figures);
    object["runs"].push_back(std::move(run));
  }
  return object.dump() + "\n";
}

}  // namespace daybook

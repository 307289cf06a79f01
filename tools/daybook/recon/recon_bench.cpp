#include "tools/daybook/recon/recon_bench.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/daybook/command.hpp"
#include "tools/daybook/recon/recon_generator.hpp"
#include "tools/daybook/text/json_text.hpp"
#include "tools/daybook/text/rate_text.hpp"

extern char** environ;

namespace daybook::recon {
namespace {

using Clock = std::chrono::steady_clock;

struct Run {
  double seconds = 0;
  double processor_seconds = 0;
  std::uint64_t peak_bytes = 0;
  std::string json;
};

double seconds_of(const ::timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

/// Runs this program once more, its answer in `answer`; nothing when it failed.
std::optional<Run> run_compare_process(const ReconBenchOptions& options,
                                       const std::filesystem::path& directory) {
  const std::string answer = directory / "answer.json";
  std::vector<std::string> arguments{
      "daybook",           "recon",           "compare",  directory / "a.csv",
      directory / "b.csv", "--json",          "--memory", fmt::format("{}", options.memory_bytes),
      "--spill",           directory.string()};
  if (options.threads != 0) {
    arguments.insert(arguments.end(), {"--threads", fmt::format("{}", options.threads)});
  }
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  ::posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, answer.c_str(),
                                     O_WRONLY | O_CREAT | O_TRUNC, 0640);
  const auto started = Clock::now();
  ::pid_t process = 0;
  const int spawned =
      ::posix_spawn(&process, "/proc/self/exe", &actions, nullptr, pointers.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (spawned != 0) return std::nullopt;
  int status = 0;
  ::rusage usage{};
  if (::wait4(process, &status, 0, &usage) != process || !WIFEXITED(status) ||
      WEXITSTATUS(status) == exit_code::failed) {
    return std::nullopt;
  }
  Run run;
  run.seconds = std::chrono::duration<double>(Clock::now() - started).count();
  run.processor_seconds = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
  run.peak_bytes = static_cast<std::uint64_t>(usage.ru_maxrss) * 1'024;
  std::ifstream in{answer};
  std::ostringstream text;
  text << in.rdbuf();
  run.json = text.str();
  return run;
}

/// How often each code was found.
std::map<Code, std::uint64_t> counts_of(const std::string& json) {
  std::map<Code, std::uint64_t> counts;
  const auto parsed = nlohmann::json::parse(json, nullptr, false);
  if (!parsed.is_object() || !parsed.contains("classes")) return counts;
  for (const auto& sum : parsed["classes"]) {
    const auto number = sum.value("code", 0U);
    for (const Code code : all_codes) {
      const bool is_it = static_cast<unsigned>(code) == number && is_difference(code);
      if (is_it && sum.value("count", 0U) > 0) counts[code] += sum.value("count", 0U);
    }
  }
  return counts;
}

void report(const ReconBenchOptions& options, std::vector<Run> runs, bool is_right) {
  std::sort(runs.begin(), runs.end(),
            [](const Run& a, const Run& b) { return a.seconds < b.seconds; });
  const Run& median = runs[runs.size() / 2];
  std::uint64_t peak = 0;
  for (const Run& run : runs) peak = std::max(peak, run.peak_bytes);
  const double rate = static_cast<double>(2 * options.records) / median.seconds;
  if (options.json) {
    say(JsonObject{}
            .count("records_a_side", options.records)
            .count("runs", runs.size())
            .real("seconds_median", median.seconds)
            .real("seconds_fastest", runs.front().seconds)
            .real("seconds_slowest", runs.back().seconds)
            .real("processor_seconds_median", median.processor_seconds)
            .real("records_per_second", rate)
            .count("peak_rss_bytes", peak)
            .count("memory_bytes", options.memory_bytes)
            .truth("as_planted", is_right)
            .str());
    return;
  }
  say(fmt::format("{} records a side: {} (from {} to {}, {} runs), {} records, processor {}",
                  format_count(options.records), format_seconds(median.seconds),
                  format_seconds(runs.front().seconds), format_seconds(runs.back().seconds),
                  runs.size(), format_rate(rate), format_seconds(median.processor_seconds)));
  say(fmt::format("peak memory {} of {} allowed; differences {} planted", format_bytes(peak),
                  format_bytes(options.memory_bytes), is_right ? "as" : "NOT as"));
}

int measure(const ReconBenchOptions& options, const std::filesystem::path& directory) {
  const auto planted = generate_files(
      directory,
      {.records = options.records, .per_million = options.per_million, .seed = options.seed});
  if (!planted) return complain(planted.error().what);
  std::vector<Run> runs;
  bool is_right = true;
  for (std::uint64_t i = 0; i < options.runs; ++i) {
    std::optional<Run> run = run_compare_process(options, directory);
    if (!run) return complain("a comparison failed; its words are above");
    is_right = is_right && counts_of(run->json) == planted.value();
    runs.push_back(std::move(*run));
  }
  report(options, std::move(runs), is_right);
  return is_right ? exit_code::good : exit_code::no;
}

}  // namespace

int run_recon_bench(const ReconBenchOptions& options) {
  if (!options.directory.empty()) return measure(options, options.directory);
  std::error_code error;
  std::string name =
      (std::filesystem::temp_directory_path(error) / "daybook-recon-XXXXXX").string();
  if (error || ::mkdtemp(name.data()) == nullptr) {
    return complain("no directory for the files could be made; name one with --data");
  }
  const int code = measure(options, name);
  std::error_code ignored;
  std::filesystem::remove_all(name, ignored);
  return code;
}

}  // namespace daybook::recon

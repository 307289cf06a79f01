#include "tools/daybook/bench/bench.hpp"

#include <cstdio>
#include <optional>

#include <fmt/format.h>
#include <unistd.h>

#include "tools/daybook/bench/bench_engine.hpp"
#include "tools/daybook/bench/bench_place.hpp"
#include "tools/daybook/bench/bench_report.hpp"
#include "tools/daybook/command.hpp"

namespace daybook {
namespace {

/// A line that replaces itself, on a terminal only.
class ProgressLine {
 public:
  void show(const LoadProgress& progress) {
    if (!terminal_) return;
    const double rate =
        progress.seconds > 0 ? static_cast<double>(progress.done) / progress.seconds : 0;
    const auto share = progress.all == 0 ? 100 : progress.done * 100 / progress.all;
    const std::string line =
        fmt::format("\r{:<10} {:>3} %  {:>14.0f}/s ", progress.phase, share, rate);
    std::fwrite(line.data(), 1, line.size(), stderr);
    shown_ = true;
  }
  ~ProgressLine() {
    if (shown_) std::fputs("\r\033[K", stderr);
  }
  ProgressLine() = default;
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

 private:
  bool terminal_ = ::isatty(STDERR_FILENO) == 1;
  bool shown_ = false;
};

Result<BenchRun> run_on_running_engine(LoadSettings load, std::uint32_t run) {
  load.seed += run;
  ProgressLine line;
  Result<LoadOutcome> outcome =
      run_load(load, [&line](const LoadProgress& progress) { line.show(progress); });
  if (!outcome) return outcome.error();
  return BenchRun{std::move(outcome).value(), std::nullopt, std::nullopt};
}

Result<BenchRun> run_on_own_engine(const BenchOptions& options, LoadSettings load,
                                   const DataPlace& place) {
  auto started = MeasuredEngine::start({place.data(), place.log(), options.engine_options});
  if (!started) return started.error();
  MeasuredEngine& engine = *started.value();
  load.host = "127.0.0.1";
  load.port = engine.port();

  BenchRun run;
  {
    ProgressLine line;
    Result<LoadOutcome> outcome = run_load(load, [&](const LoadProgress& progress) {
      engine.sample();
      line.show(progress);
    });
    if (!outcome) {
      return Failure{outcome.error().kind, fmt::format("{}; the engine's log ends: {}",
                                                       outcome.error().what, engine.last_words())};
    }
    run.load = std::move(outcome).value();
  }
  engine.sample();
  run.memory = engine.memory();
  const Result<void> stopped = engine.stop();
  if (!stopped) return stopped.error();
  if (run.load.wrong) return run;
  const Result<std::uint64_t> bytes =
      bytes_on_disk_without_prepared(place.data(), run.load.last_sequence);
  if (!bytes) return bytes.error();
  run.data_bytes = bytes.value();
  return run;
}

Result<BenchRun> run_once(const BenchOptions& options, const LoadSettings& load, std::uint32_t run,
                          Durability& durability) {
  if (!options.connect.empty()) {
    durability.words = "as the engine promises; its disk was not looked at";
    return run_on_running_engine(load, run);
  }
  DataPlace place;
  const Result<void> made = place.make(options.data_directory, run, options.runs);
  if (!made) return made.error();
  durability = durability_of(place.root());
  return run_on_own_engine(options, load, place);
}

}  // namespace

int run_bench(const BenchOptions& options) {
  const Result<LoadSettings> load = load_of(options);
  if (!load) return complain(load.error().what);
  BenchReport report;
  report.settings = load.value();
  report.machine = this_machine();
  for (std::uint32_t run = 0; run < options.runs; ++run) {
    Result<BenchRun> measured = run_once(options, load.value(), run, report.durability);
    if (!measured) return complain(measured.error().what);
    if (const auto& wrong = measured.value().load.wrong) {
      complain(fmt::format("the engine answered wrongly: {}", *wrong));
      return exit_code::no;
    }
    report.runs.push_back(std::move(measured).value());
  }
  print_text(options.json ? json_of(report) : text_of(report));
  return exit_code::good;
}

}  // namespace daybook

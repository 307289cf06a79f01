#include "tools/daybook/bench/bench_sagas.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/saga/saga_payload.hpp"
#include "net/client/client.hpp"
#include "net/client/sagas.hpp"
#include "tools/daybook/bench/bench_accounts.hpp"
#include "tools/daybook/bench/bench_engine.hpp"
#include "tools/daybook/bench/bench_machine.hpp"
#include "tools/daybook/bench/bench_place.hpp"
#include "tools/daybook/bench/bench_remote_sagas.hpp"
#include "tools/daybook/bench/histogram.hpp"
#include "tools/daybook/command.hpp"

namespace daybook {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t amount_of_post = 7;

constexpr const char* two_posts = R"({"name": "bench", "version": 1,
  "input": {"from": "account", "over": "account", "to": "account", "amount": "money"},
  "steps": [
    {"id": "first", "kind": "ledger.post",
     "args": {"from": "$.from", "to": "$.over", "amount": "$.amount"}},
    {"id": "second", "kind": "ledger.post",
     "args": {"from": "$.over", "to": "$.to", "amount": "$.amount"}}]})";

/// One run's figures.
struct SagaBenchRun : SagaLoadFigures {
  std::uint64_t data_bytes = 0;
  EngineMemory memory;
};

class SagaLoad {
 public:
  SagaLoad(const BenchSagaOptions& options, std::uint16_t port)
      : options_{options}, port_{port}, definition_{read_definition(two_posts).value()} {}

  Result<SagaLoadFigures> run();

 private:
  Result<void> store_definition();
  Result<void> send_all();
  Result<void> check_balances();
  void send_next(Client& client);
  void answered(Client& client, Clock::time_point submitted, std::uint32_t count,
                const Result<BatchResult>& result);
  void add_start(EventList& events, std::uint64_t saga) const;
  [[nodiscard]] bool fails(std::uint64_t saga) const {
    return saga % 100 < options_.failing_percent;
  }
  [[nodiscard]] Uint128 account_of(std::uint64_t number) const {
    return Uint128{number % options_.accounts + 1, 0};
  }

  const BenchSagaOptions& options_;
  std::uint16_t port_;
  SagaDefinition definition_;
  ClientLoop loop_;
  std::vector<std::unique_ptr<Client>> clients_;
  std::uint64_t begun_ = 0;
  std::uint64_t ended_ = 0;
  std::uint64_t posts_ = 0;  ///< Reversals as well.
  std::size_t outstanding_ = 0;
  std::optional<Failure> failure_;
  SagaLoadFigures run_;
};

Result<SagaLoadFigures> SagaLoad::run() {
  for (std::uint32_t each = 0; each < options_.clients; ++each) {
    ClientSettings settings;
    settings.port = port_;
    settings.in_flight_max = options_.in_flight;
    settings.reconnect = false;
    clients_.push_back(std::make_unique<Client>(loop_, settings));
    if (auto connected = clients_.back()->connect(); !connected) return connected.error();
  }
  auto ready = open_bench_accounts(*clients_.front(), options_.accounts);
  if (ready) ready = store_definition();
  if (ready) ready = send_all();
  if (ready && !run_.wrong) ready = check_balances();
  if (!ready) return ready.error();
  return std::move(run_);
}

Result<void> SagaLoad::store_definition() {
  EventList events;
  add_saga_definition(events, definition_.name, definition_.hash, definition_.canonical, {});
  const auto stored = clients_.front()->saga_commands(events);
  if (!stored) return stored.error();
  if (!stored.value().refusals.empty()) run_.wrong = "the definition was refused";
  return {};
}

Result<void> SagaLoad::send_all() {
  const Clock::time_point begin = Clock::now();
  for (std::uint32_t each = 0; each < options_.in_flight; ++each) {
    for (const auto& client : clients_) send_next(*client);
  }
  if (auto ran = loop_.run_until([this] { return outstanding_ == 0; }); !ran) return ran.error();
  if (failure_) return *failure_;
  run_.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  run_.rate = static_cast<double>(ended_) / run_.seconds;
  return {};
}

// The inputs in the order of their names.
void SagaLoad::add_start(EventList& events, std::uint64_t saga) const {
  SagaValue amount;
  amount.type = ValueType::money;
  amount.id = Uint128{amount_of_post, 0};
  amount.ledger = bench_ledger;
  SagaValue from;
  from.type = ValueType::account;
  from.id = account_of(saga * 0x9e3779b9);
  SagaValue over = from;
  over.id = account_of(from.id.lo);
  SagaValue to = from;
  to.id = fails(saga) ? Uint128{1, 1} : account_of(over.id.lo);
  const std::array values{amount, from, over, to};
  const OperationAttributes attributes{.trace_id = TraceId{Uint128{saga + 1, 2}},
                                       .business_id = BusinessId{Uint128{saga + 1, 1}},
                                       .user_id = UserId{saga + 1}};
  add_saga_start(events, Uint128{saga + 1, 3}, started_payload(definition_.hash, values),
                 attributes);
}

void SagaLoad::send_next(Client& client) {
  if (failure_ || run_.wrong || begun_ == options_.sagas) return;
  const auto count =
      static_cast<std::uint32_t>(std::min<std::uint64_t>(options_.group, options_.sagas - begun_));
  EventList events;
  for (std::uint32_t each = 0; each < count; ++each, ++begun_) {
    add_start(events, begun_);
    posts_ += 2;
  }
  ++outstanding_;
  client.async_saga_commands(
      events, {},
      [this, &client, count, submitted = Clock::now()](const Result<BatchResult>& result) {
        answered(client, submitted, count, result);
      });
}

void SagaLoad::answered(Client& client, Clock::time_point submitted, std::uint32_t count,
                        const Result<BatchResult>& result) {
  --outstanding_;
  if (!result) {
    if (!failure_) failure_ = result.error();
    return;
  }
  const BatchResult& batch = result.value();
  if (batch.status != RequestStatus::ok || !batch.refusals.empty()) {
    run_.wrong =
        batch.status != RequestStatus::ok
            ? std::string{to_string(batch.status)}
            : std::string{to_string(static_cast<AppendEventStatus>(batch.refusals[0].status))};
    return;
  }
  run_.request_ns.record(static_cast<std::uint64_t>((Clock::now() - submitted).count()));
  ended_ += count;
  send_next(client);
}

// One that fails posts once, and once back.
Result<void> SagaLoad::check_balances() {
  const auto sums = sum_balances(*clients_.front(), options_.accounts);
  if (!sums) return sums.error();
  const u128 wanted = u128{posts_} * amount_of_post;
  const BenchBalances& found = sums.value();
  if (found.debits != wanted || found.credits != wanted || found.pending != 0) {
    run_.wrong = "the balances are not what the sagas posted";
  }
  return {};
}

Result<SagaBenchRun> run_once(const BenchSagaOptions& options, std::uint32_t run,
                              Durability& durability) {
  DataPlace place;
  if (auto made = place.make({}, run, options.runs); !made) return made.error();
  durability = durability_of(place.root());
  auto started = MeasuredEngine::start({place.data(), place.log(), options.engine_options});
  if (!started) return started.error();
  MeasuredEngine& engine = *started.value();
  auto outcome = options.remote ? run_remote_sagas(options, engine.port())
                                : std::make_unique<SagaLoad>(options, engine.port())->run();
  if (!outcome) {
    return Failure{outcome.error().kind, fmt::format("{}; the engine's log ends: {}",
                                                     outcome.error().what, engine.last_words())};
  }
  SagaBenchRun measured;
  static_cast<SagaLoadFigures&>(measured) = std::move(outcome).value();
  engine.sample();
  measured.memory = engine.memory();
  if (auto stopped = engine.stop(); !stopped) return stopped.error();
  const auto bytes = bytes_on_disk_without_prepared(place.data(), 1);
  if (!bytes) return bytes.error();
  measured.data_bytes = bytes.value();
  return measured;
}

double microseconds(const Histogram& histogram, std::uint32_t per_100_000) {
  return static_cast<double>(histogram.percentile(per_100_000)) / 1'000;
}

/// By their rates.
struct Report {
  std::vector<SagaBenchRun> runs;
  Durability durability;

  [[nodiscard]] const SagaBenchRun& middle() const { return runs[(runs.size() - 1) / 2]; }
};

void print_json(const BenchSagaOptions& options, const Report& report) {
  const SagaBenchRun& run = report.middle();
  const Machine machine = this_machine();
  const nlohmann::ordered_json json{{"sagas", options.sagas},
                                    {"group", options.group},
                                    {"clients", options.clients},
                                    {"in_flight", options.in_flight},
                                    {"failing_percent", options.failing_percent},
                                    {"remote", options.remote},
                                    {"under_way", options.remote ? options.under_way : 0},
                                    {"pace", options.pace},
                                    {"beside", options.beside},
                                    {"beside_transfers_per_second", run.beside_rate},
                                    {"beside_us_p50", microseconds(run.beside_ns, 50'000)},
                                    {"beside_us_p99", microseconds(run.beside_ns, 99'000)},
                                    {"accounts", options.accounts},
                                    {"runs", options.runs},
                                    {"sagas_per_second", run.rate},
                                    {"sagas_per_second_least", report.runs.front().rate},
                                    {"sagas_per_second_most", report.runs.back().rate},
                                    {"request_us_p50", microseconds(run.request_ns, 50'000)},
                                    {"request_us_p99", microseconds(run.request_ns, 99'000)},
                                    {"bytes_on_disk", run.data_bytes},
                                    {"anonymous_bytes", run.memory.anonymous_bytes},
                                    {"durable", report.durability.durable},
                                    {"processor", machine.processor},
                                    {"cores", machine.cores},
                                    {"commit", machine.commit}};
  print_text(json.dump(2) + "\n");
}

std::string load_words(const BenchSagaOptions& options) {
  if (!options.remote) {
    return fmt::format(
        "{} sagas of two local steps over {} accounts, {} % of them failing at the second: {} a "
        "request, {} connections with {} requests under way each",
        options.sagas, options.accounts, options.failing_percent, options.group, options.clients,
        options.in_flight);
  }
  return fmt::format(
      "{} sagas of two remote steps, {} % of them failing at the second: {} under way at most{}, "
      "one participant that does nothing",
      options.sagas, options.failing_percent, options.under_way,
      options.pace == 0 ? "" : fmt::format(", {} begun a second", options.pace));
}

std::string latency_words(const Histogram& histogram) {
  return fmt::format("p50 {:.0f}  p99 {:.0f}  max {:.0f}", microseconds(histogram, 50'000),
                     microseconds(histogram, 99'000), static_cast<double>(histogram.max()) / 1'000);
}

void print_words(const BenchSagaOptions& options, const Report& report) {
  const SagaBenchRun& run = report.middle();
  const Machine machine = this_machine();
  std::string beside;
  if (options.beside > 0) {
    beside = fmt::format("  beside them       {:.0f} transfers/s, 256 a request, us: {}\n",
                         run.beside_rate, latency_words(run.beside_ns));
  }
  print_text(fmt::format(
      "{}\n"
      "  rate              {:.0f} sagas/s in {:.2f} s  ({:.0f} to {:.0f} over {} runs)\n"
      "  {}  {}\n"
      "{}"
      "  data              {:.1f} bytes a saga on disk\n"
      "  engine memory     {:.0f} MiB anonymous at most\n"
      "  durability        {}\n"
      "  checked           {}\n"
      "  run on            {}, {} cores, {}\n"
      "  built with        {}, commit {}\n",
      load_words(options), run.rate, run.seconds, report.runs.front().rate, report.runs.back().rate,
      options.runs, options.remote ? "whole saga, us  " : "request, us     ",
      latency_words(run.request_ns), beside,
      static_cast<double>(run.data_bytes) / static_cast<double>(options.sagas),
      static_cast<double>(run.memory.anonymous_bytes) / (1'024 * 1'024), report.durability.words,
      options.remote ? "every reply, that no saga goes on"
                     : "every reply, the sums of all posted and pending balances",
      machine.processor, machine.cores, machine.kernel, machine.compiler, machine.commit));
}

}  // namespace

int run_bench_sagas(const BenchSagaOptions& options) {
  Report report;
  for (std::uint32_t run = 0; run < options.runs; ++run) {
    Result<SagaBenchRun> measured = run_once(options, run, report.durability);
    if (!measured) return complain(measured.error().what);
    if (const auto& wrong = measured.value().wrong) {
      complain(fmt::format("the engine answered wrongly: {}", *wrong));
      return exit_code::no;
    }
    report.runs.push_back(std::move(measured).value());
  }
  std::sort(report.runs.begin(), report.runs.end(),
            [](const SagaBenchRun& a, const SagaBenchRun& b) { return a.rate < b.rate; });
  options.json ? print_json(options, report) : print_words(options, report);
  return exit_code::good;
}

}  // namespace daybook

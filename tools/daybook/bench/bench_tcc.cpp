#include "tools/daybook/bench/bench_tcc.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "net/client/client.hpp"
#include "tools/daybook/bench/bench_accounts.hpp"
#include "tools/daybook/bench/bench_engine.hpp"
#include "tools/daybook/bench/bench_machine.hpp"
#include "tools/daybook/bench/bench_place.hpp"
#include "tools/daybook/bench/histogram.hpp"
#include "tools/daybook/command.hpp"

namespace daybook {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t amount_of_branch = 7;

/// One run's figures.
struct TccRun {
  double rate = 0;  ///< Transactions settled a second.
  double seconds = 0;
  Histogram request_ns;
  Histogram transaction_ns;  ///< From the first request submitted to the second one answered.
  std::uint64_t data_bytes = 0;
  EngineMemory memory;
  std::optional<std::string> wrong;
};

std::uint64_t now_in_milliseconds() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

// A UUIDv7 of that millisecond, with the transaction's number in its random part.
Uint128 gid_of(std::uint64_t transaction, std::uint64_t milliseconds) {
  return {std::uint64_t{2} << 62 | transaction, milliseconds << 16 | 0x7000};
}

/// Groups of transactions, each tried by one request and settled by the next.
class TccLoad {
 public:
  TccLoad(const BenchTccOptions& options, std::uint16_t port) : options_{options}, port_{port} {}

  Result<TccRun> run();

 private:
  struct Place {
    Client* client = nullptr;
    std::uint64_t first = 0;  ///< Of its transactions.
    std::uint32_t count = 0;
    std::uint64_t milliseconds = 0;  ///< Of their gids.
    bool settles = false;            ///< Its second request is under way.
    Clock::time_point began;
    Clock::time_point submitted;
    std::vector<TccCommand> commands;
    std::vector<TccAmount> amounts;
  };

  Result<void> send_all();
  Result<void> check_balances();
  void begin_next(Place& place);
  void settle(Place& place);
  void submit(Place& place);
  void answered(Place& place, const Result<BatchResult>& result);
  [[nodiscard]] bool is_cancelled(std::uint64_t transaction) const {
    return transaction % 100 < options_.cancel_percent;
  }
  [[nodiscard]] AccountId account_after(AccountId account) const {
    return AccountId{Uint128{account.value().lo % options_.accounts + 1, 0}};
  }
  [[nodiscard]] AccountId account_of(std::uint64_t number) const {
    return AccountId{Uint128{number * 0x9e3779b97f4a7c15 % options_.accounts + 1, 0}};
  }

  const BenchTccOptions& options_;
  std::uint16_t port_;
  ClientLoop loop_;
  std::vector<std::unique_ptr<Client>> clients_;
  std::vector<Place> places_;
  std::uint64_t begun_ = 0;
  std::uint64_t ended_ = 0;
  std::uint64_t confirmed_ = 0;
  std::size_t outstanding_ = 0;
  std::optional<Failure> failure_;
  TccRun run_;
};

Result<TccRun> TccLoad::run() {
  for (std::uint32_t each = 0; each < options_.clients; ++each) {
    ClientSettings settings;
    settings.port = port_;
    settings.in_flight_max = options_.in_flight;
    settings.reconnect = false;
    clients_.push_back(std::make_unique<Client>(loop_, settings));
    if (auto connected = clients_.back()->connect(); !connected) return connected.error();
  }
  auto opened = open_bench_accounts(*clients_.front(), options_.accounts);
  if (!opened) return opened.error();
  if (auto sent = send_all(); !sent) return sent.error();
  if (!run_.wrong) {
    if (auto checked = check_balances(); !checked) return checked.error();
  }
  return std::move(run_);
}

Result<void> TccLoad::send_all() {
  places_.resize(std::size_t{options_.clients} * options_.in_flight);
  const Clock::time_point begin = Clock::now();
  for (std::size_t at = 0; at < places_.size(); ++at) {
    places_[at].client = clients_[at % clients_.size()].get();
    begin_next(places_[at]);
  }
  if (auto ran = loop_.run_until([this] { return outstanding_ == 0; }); !ran) return ran.error();
  if (failure_) return *failure_;
  run_.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  run_.rate = static_cast<double>(ended_) / run_.seconds;
  return {};
}

void TccLoad::begin_next(Place& place) {
  if (failure_ || run_.wrong || begun_ == options_.transactions) return;
  place.first = begun_;
  place.count = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(options_.group, options_.transactions - begun_));
  begun_ += place.count;
  place.milliseconds = now_in_milliseconds();
  place.settles = false;
  place.commands.clear();
  place.amounts.clear();
  for (std::uint64_t each = place.first; each < place.first + place.count; ++each) {
    TccCommand& begin = place.commands.emplace_back();
    begin.gid = gid_of(each, place.milliseconds);
    begin.kind = TccCommandKind::begin;
    begin.business_id = BusinessId{Uint128{each + 1, 1}};
    begin.trace_id = TraceId{Uint128{each + 1, 2}};
    begin.user_id = UserId{each + 1};
    for (std::uint32_t branch = 1; branch <= options_.branches; ++branch) {
      TccCommand& attempt = place.commands.emplace_back();
      attempt.gid = gid_of(each, place.milliseconds);
      attempt.kind = TccCommandKind::try_;
      attempt.branch = branch;
      attempt.debit_account_id = account_of(each * options_.branches + branch);
      attempt.credit_account_id = account_after(attempt.debit_account_id);
      attempt.amount = Amount{Uint128{amount_of_branch, 0}};
      attempt.ledger = bench_ledger;
      attempt.code = Code{1};
    }
  }
  place.began = Clock::now();
  submit(place);
}

void TccLoad::settle(Place& place) {
  place.settles = true;
  place.commands.clear();
  for (std::uint64_t each = place.first; each < place.first + place.count; ++each) {
    TccCommand& command = place.commands.emplace_back();
    command.gid = gid_of(each, place.milliseconds);
    command.kind = is_cancelled(each) ? TccCommandKind::cancel : TccCommandKind::confirm;
    if (command.kind == TccCommandKind::cancel) continue;
    ++confirmed_;
    command.amounts = static_cast<std::uint16_t>(options_.branches);
    for (std::uint32_t branch = 1; branch <= options_.branches; ++branch) {
      place.amounts.push_back(
          {.branch = branch, .reserved = 0, .amount = Amount{Uint128{amount_of_branch, 0}}});
    }
  }
  submit(place);
}

void TccLoad::submit(Place& place) {
  ++outstanding_;
  place.submitted = Clock::now();
  place.client->async_tcc_commands(
      place.commands, place.amounts, {},
      [this, at = &place](const Result<BatchResult>& result) { answered(*at, result); });
}

void TccLoad::answered(Place& place, const Result<BatchResult>& result) {
  const Clock::time_point now = Clock::now();
  --outstanding_;
  if (!result) {
    if (!failure_) failure_ = result.error();
    return;
  }
  const BatchResult& batch = result.value();
  if (batch.status != RequestStatus::ok || !batch.refusals.empty()) {
    run_.wrong = batch.status != RequestStatus::ok
                     ? std::string{to_string(batch.status)}
                     : std::string{to_string(static_cast<TccStatus>(batch.refusals[0].status))};
    return;
  }
  run_.request_ns.record(static_cast<std::uint64_t>((now - place.submitted).count()));
  if (!place.settles) return settle(place);
  run_.transaction_ns.record(static_cast<std::uint64_t>((now - place.began).count()));
  ended_ += place.count;
  begin_next(place);
}

Result<void> TccLoad::check_balances() {
  const auto sums = sum_balances(*clients_.front(), options_.accounts);
  if (!sums) return sums.error();
  const u128 wanted = u128{confirmed_} * options_.branches * amount_of_branch;
  const BenchBalances& found = sums.value();
  if (found.debits != wanted || found.credits != wanted || found.pending != 0) {
    run_.wrong = "the balances are not what was confirmed";
  }
  return {};
}

Result<TccRun> run_once(const BenchTccOptions& options, std::uint32_t run, Durability& durability) {
  DataPlace place;
  if (auto made = place.make({}, run, options.runs); !made) return made.error();
  durability = durability_of(place.root());
  auto started = MeasuredEngine::start({place.data(), place.log(), options.engine_options});
  if (!started) return started.error();
  MeasuredEngine& engine = *started.value();
  auto outcome = std::make_unique<TccLoad>(options, engine.port())->run();
  if (!outcome) {
    return Failure{outcome.error().kind, fmt::format("{}; the engine's log ends: {}",
                                                     outcome.error().what, engine.last_words())};
  }
  engine.sample();
  outcome.value().memory = engine.memory();
  if (auto stopped = engine.stop(); !stopped) return stopped.error();
  const auto bytes = bytes_on_disk_without_prepared(place.data(), 1);
  if (!bytes) return bytes.error();
  outcome.value().data_bytes = bytes.value();
  return outcome;
}

double microseconds(const Histogram& histogram, std::uint32_t per_100_000) {
  return static_cast<double>(histogram.percentile(per_100_000)) / 1'000;
}

/// The run in the middle by its rate, and the rates around it.
struct Report {
  std::vector<TccRun> runs;
  Durability durability;

  [[nodiscard]] const TccRun& middle() const { return runs[(runs.size() - 1) / 2]; }
};

void print_json(const BenchTccOptions& options, const Report& report) {
  const TccRun& run = report.middle();
  const Machine machine = this_machine();
  const nlohmann::ordered_json json{
      {"transactions", options.transactions},
      {"branches", options.branches},
      {"group", options.group},
      {"clients", options.clients},
      {"in_flight", options.in_flight},
      {"cancel_percent", options.cancel_percent},
      {"accounts", options.accounts},
      {"runs", options.runs},
      {"transactions_per_second", run.rate},
      {"transactions_per_second_least", report.runs.front().rate},
      {"transactions_per_second_most", report.runs.back().rate},
      {"request_us_p50", microseconds(run.request_ns, 50'000)},
      {"request_us_p99", microseconds(run.request_ns, 99'000)},
      {"transaction_us_p50", microseconds(run.transaction_ns, 50'000)},
      {"transaction_us_p99", microseconds(run.transaction_ns, 99'000)},
      {"bytes_on_disk", run.data_bytes},
      {"anonymous_bytes", run.memory.anonymous_bytes},
      {"durable", report.durability.durable},
      {"processor", machine.processor},
      {"cores", machine.cores},
      {"commit", machine.commit}};
  print_text(json.dump(2) + "\n");
}

void print_words(const BenchTccOptions& options, const Report& report) {
  const TccRun& run = report.middle();
  const Machine machine = this_machine();
  const auto each = static_cast<double>(options.transactions);
  print_text(fmt::format(
      "{} TCC transactions of {} branches over {} accounts, {} % of them cancelled: {} a request, "
      "{} "
      "connections with {} groups under way each; tried by one request, settled by the next\n"
      "  rate              {:.0f} transactions/s in {:.2f} s  ({:.0f} to {:.0f} over {} runs)\n"
      "  request, us       p50 {:.0f}  p99 {:.0f}  max {:.0f}\n"
      "  transaction, us   p50 {:.0f}  p99 {:.0f}  max {:.0f}\n"
      "  data              {:.1f} bytes a transaction on disk\n"
      "  engine memory     {:.0f} MiB anonymous at most\n"
      "  durability        {}\n"
      "  checked           every reply, the sums of all posted and pending balances\n"
      "  run on            {}, {} cores, {}\n"
      "  built with        {}, commit {}\n",
      options.transactions, options.branches, options.accounts, options.cancel_percent,
      options.group, options.clients, options.in_flight, run.rate, run.seconds,
      report.runs.front().rate, report.runs.back().rate, options.runs,
      microseconds(run.request_ns, 50'000), microseconds(run.request_ns, 99'000),
      static_cast<double>(run.request_ns.max()) / 1'000, microseconds(run.transaction_ns, 50'000),
      microseconds(run.transaction_ns, 99'000),
      static_cast<double>(run.transaction_ns.max()) / 1'000,
      static_cast<double>(run.data_bytes) / each,
      static_cast<double>(run.memory.anonymous_bytes) / (1'024 * 1'024), report.durability.words,
      machine.processor, machine.cores, machine.kernel, machine.compiler, machine.commit));
}

}  // namespace

int run_bench_tcc(const BenchTccOptions& options) {
  if (std::uint64_t{options.group} * (1 + options.branches) > limits::tcc_commands_max ||
      options.group * options.branches > limits::tcc_settlements_max) {
    return complain(fmt::format(
        "a request has at most {} commands and settles at most {} branches: make --group smaller",
        limits::tcc_commands_max, limits::tcc_settlements_max));
  }
  Report report;
  for (std::uint32_t run = 0; run < options.runs; ++run) {
    Result<TccRun> measured = run_once(options, run, report.durability);
    if (!measured) return complain(measured.error().what);
    if (const auto& wrong = measured.value().wrong) {
      complain(fmt::format("the engine answered wrongly: {}", *wrong));
      return exit_code::no;
    }
    report.runs.push_back(std::move(measured).value());
  }
  std::sort(report.runs.begin(), report.runs.end(),
            [](const TccRun& a, const TccRun& b) { return a.rate < b.rate; });
  options.json ? print_json(options, report) : print_words(options, report);
  return exit_code::good;
}

}  // namespace daybook

#include "tools/daybook/bench/bench_remote_sagas.hpp"

#include <algorithm>
#include <chrono>
#include <vector>

#include <fmt/format.h>

#include "engine/model/participant_work.hpp"
#include "engine/saga/participant.hpp"
#include "engine/saga/saga_payload.hpp"
#include "net/client/client.hpp"
#include "net/client/sagas.hpp"
#include "tools/daybook/bench/bench_accounts.hpp"
#include "tools/daybook/bench/bench_sagas.hpp"

namespace daybook {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint32_t questions = 8;
constexpr std::uint32_t credit = 256;
constexpr std::uint32_t transfers_beside = 256;
constexpr const char* name = "bench";

constexpr const char* two_calls = R"({"name": "bench", "version": 1, "deadline_ms": 3600000,
  "input": {"amount": "money"},
  "steps": [
    {"id": "first", "kind": "remote.call", "type": "bench.do.v1", "undo": "bench.undo.v1",
     "timeout_ms": 60000, "args": {"amount": "$.amount"}},
    {"id": "second", "kind": "remote.call", "type": "bench.do.v1", "undo": "bench.undo.v1",
     "timeout_ms": 60000, "args": {"amount": "$.amount"}}]})";
constexpr const char* registration = R"({"name": "bench", "in_flight": 65536,
  "types": [{"type": "bench.do.v1"}, {"type": "bench.undo.v1"}]})";

std::uint64_t ns_since(Clock::time_point begin) {
  return static_cast<std::uint64_t>((Clock::now() - begin).count());
}

/// Transfers one request after the other, until it is told to stop.
class BesideLoad {
 public:
  BesideLoad(ClientLoop& loop, const ClientSettings& settings, const BenchSagaOptions& options,
             std::uint64_t number)
      : client_{loop, settings}, accounts_{options.accounts}, next_id_{number << 40U} {}

  Result<void> connect() { return client_.connect(); }
  void send(SagaLoadFigures& figures);
  void stop() { stopped_ = true; }
  [[nodiscard]] bool is_idle() const { return !is_out_; }
  [[nodiscard]] std::uint64_t sent() const { return sent_; }
  [[nodiscard]] const std::optional<Failure>& failure() const { return failure_; }

 private:
  Client client_;
  std::uint64_t accounts_;
  std::uint64_t next_id_;
  std::uint64_t sent_ = 0;
  bool is_out_ = false;
  bool stopped_ = false;
  std::optional<Failure> failure_;
};

void BesideLoad::send(SagaLoadFigures& figures) {
  if (stopped_ || failure_) return;
  auto batch = client_.new_transfer_batch(transfers_beside);
  if (!batch) {
    failure_ = batch.error();
    return;
  }
  for (Transfer& transfer : batch.value().events()) {
    transfer = Transfer{};
    transfer.id = TransferId{Uint128{++next_id_, 7}};
    transfer.debit_account_id = AccountId{Uint128{next_id_ % accounts_ + 1, 0}};
    transfer.credit_account_id = AccountId{Uint128{(next_id_ * 7 + 1) % accounts_ + 1, 0}};
    if (transfer.debit_account_id == transfer.credit_account_id) {
      transfer.credit_account_id = AccountId{Uint128{(next_id_ + 1) % accounts_ + 1, 0}};
    }
    transfer.amount = Amount{Uint128{1, 0}};
    transfer.ledger = bench_ledger;
    transfer.code = Code{1};
  }
  is_out_ = true;
  client_.submit(std::move(batch).value(), [this, &figures, begin = Clock::now()](
                                               const Result<BatchResult>& result) {
    is_out_ = false;
    if (!result) {
      failure_ = result.error();
      return;
    }
    if (result.value().status != RequestStatus::ok || !result.value().refusals.empty()) {
      figures.wrong = "a transfer beside the sagas was refused";
    }
    figures.beside_ns.record(ns_since(begin));
    sent_ += transfers_beside;
    send(figures);
  });
}

class RemoteLoad {
 public:
  RemoteLoad(const BenchSagaOptions& options, std::uint16_t port)
      : options_{options},
        definition_{read_definition(two_calls).value()},
        participant_{id_of(name)},
        began_(options.sagas) {
    settings_.port = port;
    settings_.in_flight_max = options.in_flight + questions + 64;
    settings_.reconnect = false;
    settings_.request_timeout = std::chrono::minutes{2};
  }

  Result<SagaLoadFigures> run();

 private:
  Result<void> prepare();
  Result<void> drive();
  Result<void> check();
  void start_some();
  void ask();
  void answer(const WorkResult& work);
  void note_ends(const std::vector<std::uint64_t>& ended);
  void note(const Result<BatchResult>& result, const char* what);
  [[nodiscard]] bool is_over() const {
    return failure_ || figures_.wrong || ended_ == options_.sagas;
  }
  [[nodiscard]] bool fails(std::uint64_t saga) const {
    return saga % 100 < options_.failing_percent;
  }

  const BenchSagaOptions& options_;
  SagaDefinition definition_;
  Uint128 participant_;
  ClientSettings settings_;
  ClientLoop loop_;
  std::unique_ptr<Client> starter_;
  std::unique_ptr<Client> doer_;
  std::vector<std::unique_ptr<BesideLoad>> beside_;
  std::vector<Clock::time_point> began_;
  Clock::time_point begin_;
  std::uint64_t started_ = 0;
  std::uint64_t ended_ = 0;
  std::uint32_t starts_out_ = 0;
  std::optional<Failure> failure_;
  SagaLoadFigures figures_;
};

void RemoteLoad::note(const Result<BatchResult>& result, const char* what) {
  if (!result) {
    if (!failure_) failure_ = result.error();
  } else if (result.value().status != RequestStatus::ok) {
    figures_.wrong = fmt::format("{}: {}", what, to_string(result.value().status));
  } else if (!result.value().refusals.empty()) {
    const auto status = static_cast<AppendEventStatus>(result.value().refusals[0].status);
    figures_.wrong = fmt::format("{}: {}", what, to_string(status));
  }
}

Result<void> RemoteLoad::prepare() {
  starter_ = std::make_unique<Client>(loop_, settings_);
  doer_ = std::make_unique<Client>(loop_, settings_);
  for (Client* const each : {starter_.get(), doer_.get()}) {
    if (auto connected = each->connect(); !connected) return connected.error();
  }
  if (auto opened = open_bench_accounts(*starter_, options_.accounts); !opened) return opened;
  for (std::uint32_t each = 0; each < options_.beside; ++each) {
    beside_.push_back(std::make_unique<BesideLoad>(loop_, settings_, options_, each + 1));
    if (auto connected = beside_.back()->connect(); !connected) return connected.error();
  }
  EventList definitions;
  add_saga_definition(definitions, definition_.name, definition_.hash, definition_.canonical, {});
  note(starter_->saga_commands(definitions), "the definition");
  const std::string text = read_participant(registration).value().canonical;
  DomainEvent put;
  put.id = Uint128{1, 0xb};
  put.aggregate_type = participant_type();
  put.aggregate_id = participant_;
  put.event_type = event_type_of(SagaNews::participant_put);
  put.content_type = ContentType::json;
  EventList registrations;
  registrations.add(put, std::as_bytes(std::span{text.data(), text.size()}));
  note(starter_->operate_sagas(registrations, "a benchmark"), "the participant");
  if (failure_) return *failure_;
  return {};
}

void RemoteLoad::start_some() {
  while (!is_over() && starts_out_ < options_.in_flight && started_ < options_.sagas) {
    std::uint64_t most =
        std::min<std::uint64_t>({options_.group, options_.under_way, options_.sagas - started_});
    if (started_ - ended_ + most > options_.under_way) return;
    if (options_.pace != 0) {
      const double due = static_cast<double>(ns_since(begin_)) * 1e-9 * options_.pace;
      if (static_cast<double>(started_) >= due) return;
      most = std::min<std::uint64_t>(most, static_cast<std::uint64_t>(due) + 1 - started_);
    }
    EventList events;
    SagaValue amount;
    amount.type = ValueType::money;
    amount.id = Uint128{7, 0};
    amount.ledger = bench_ledger;
    const auto payload = started_payload(definition_.hash, {&amount, 1});
    for (std::uint64_t each = 0; each < most; ++each) {
      began_[started_] = Clock::now();
      ++started_;
      const OperationAttributes attributes{.trace_id = TraceId{Uint128{started_, 2}},
                                           .business_id = BusinessId{Uint128{started_, 1}},
                                           .user_id = UserId{started_}};
      add_saga_start(events, Uint128{started_, 3}, payload, attributes);
    }
    ++starts_out_;
    starter_->async_saga_commands(events, {}, [this](const Result<BatchResult>& result) {
      --starts_out_;
      note(result, "a start");
      start_some();
    });
  }
}

void RemoteLoad::ask() {
  const std::array credits{
      WorkCredit{.type = id_of("bench.do.v1"), .count = credit, .reserved = 0},
      WorkCredit{.type = id_of("bench.undo.v1"), .count = credit, .reserved = 0}};
  doer_->async_take_work(participant_, credits, [this](const Result<WorkResult>& result) {
    if (is_over()) return;
    if (!result) {
      failure_ = result.error();
      return;
    }
    if (result.value().status != RequestStatus::ok) {
      figures_.wrong = fmt::format("a question for work: {}", result.value().words);
      return;
    }
    answer(result.value());
    ask();
  });
}

// A saga ends with its second step or, where that failed, with the undo of the first.
void RemoteLoad::answer(const WorkResult& work) {
  if (work.commands.empty()) return;
  static const auto nothing = answer_payload({}, {}, {});
  AnswerList answers;
  std::vector<std::uint64_t> ended;
  for (const TakenCommand& taken : work.commands) {
    const WorkCommand& command = taken.command;
    const std::uint64_t saga = command.saga.lo - 1;
    const bool undoes = command.operation == WorkOperation::undo;
    StepAnswer given;
    given.saga = command.saga;
    given.key = command.key;
    given.attempt = command.attempt;
    given.step = command.step;
    given.operation = command.operation;
    if (!undoes && command.step == 1 && fails(saga)) given.outcome = WorkOutcome::failed;
    answers.add(given, nothing);
    if (undoes || (command.step == 1 && !fails(saga))) ended.push_back(saga);
  }
  doer_->async_answer_steps(participant_, answers, {},
                            [this, ended](const Result<BatchResult>& result) {
                              note(result, "an answer");
                              note_ends(ended);
                              start_some();
                            });
}

void RemoteLoad::note_ends(const std::vector<std::uint64_t>& ended) {
  for (const std::uint64_t saga : ended) figures_.request_ns.record(ns_since(began_[saga]));
  ended_ += ended.size();
}

Result<void> RemoteLoad::drive() {
  begin_ = Clock::now();
  for (std::uint32_t each = 0; each < questions; ++each) ask();
  for (const auto& each : beside_) each->send(figures_);
  start_some();
  while (!is_over()) {
    // With a pace, looked at each millisecond or sooner.
    const auto until = Clock::now() + std::chrono::milliseconds{1};
    auto ran = loop_.run_until([&] { return is_over() || Clock::now() >= until; });
    if (!ran) return ran.error();
    start_some();
  }
  figures_.seconds = static_cast<double>(ns_since(begin_)) * 1e-9;
  figures_.rate = static_cast<double>(ended_) / figures_.seconds;
  std::uint64_t beside = 0;
  for (const auto& each : beside_) {
    each->stop();
    beside += each->sent();
    if (each->failure()) failure_ = each->failure();
  }
  figures_.beside_rate = static_cast<double>(beside) / figures_.seconds;
  auto ran = loop_.run_until([&] {
    return std::all_of(beside_.begin(), beside_.end(),
                       [](const auto& each) { return each->is_idle(); });
  });
  if (!ran) return ran.error();
  if (failure_) return *failure_;
  return {};
}

Result<void> RemoteLoad::check() {
  SagaFilter going_on;
  going_on.limit = 1;
  going_on.statuses = (1U << 1U) | (1U << 2U) | (1U << 3U);
  // By who has heard of the last end.
  const auto found = doer_->list_sagas(going_on);
  if (!found) return found.error();
  if (!found.value().items.empty()) figures_.wrong = "a saga has not ended";
  return {};
}

Result<SagaLoadFigures> RemoteLoad::run() {
  auto ready = prepare();
  if (ready && !figures_.wrong) ready = drive();
  if (ready && !figures_.wrong) ready = check();
  if (!ready) return ready.error();
  doer_->disconnect();
  return std::move(figures_);
}

}  // namespace

Result<SagaLoadFigures> run_remote_sagas(const BenchSagaOptions& options, std::uint16_t port) {
  return std::make_unique<RemoteLoad>(options, port)->run();
}

}  // namespace daybook

#include "tools/daybook/bench/bench_load.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "net/client/client.hpp"
#include "tools/daybook/bench/bench_ack_log.hpp"
#include "tools/daybook/bench/bench_answer_check.hpp"
#include "tools/daybook/bench/bench_generator.hpp"
#include "tools/daybook/bench/bench_plan.hpp"

namespace daybook {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t million = 1'000'000;
constexpr std::chrono::milliseconds progress_interval{100};

double seconds_between(Clock::time_point begin, Clock::time_point end) {
  return std::chrono::duration<double>(end - begin).count();
}

/// Over all accounts.
struct Sums {
  u128 debits_posted = 0;
  u128 credits_posted = 0;
  u128 debits_pending = 0;
  u128 credits_pending = 0;

  void add(const Account& account) {
    debits_posted += account.debits_posted.value().wide();
    credits_posted += account.credits_posted.value().wide();
    debits_pending += account.debits_pending.value().wide();
    credits_pending += account.credits_pending.value().wide();
  }

  [[nodiscard]] std::optional<std::string> fault(const LoadTotals& sent) const {
    const auto fault_of = [](const char* what, u128 expected, u128 debits,
                             u128 credits) -> std::optional<std::string> {
      if (debits == expected && credits == expected) return std::nullopt;
      return fmt::format(
          "the balances do not add up: {} should be {}, all debits are {}, all credits are {}",
          what, to_decimal(expected), to_decimal(debits), to_decimal(credits));
    };
    const auto posted = fault_of("posted", sent.posted_amount, debits_posted, credits_posted);
    return posted ? posted
                  : fault_of("pending", sent.pending_amount, debits_pending, credits_pending);
  }
};

/// One run, from the first account to the last balance.
class Load {
 public:
  Load(const LoadSettings& settings, const std::function<void(const LoadProgress&)>& progress)
      : settings_{settings}, progress_{progress}, plan_{settings}, generator_{settings} {}

  Result<LoadOutcome> run();

 private:
  /// A place for one request in flight.
  struct Place {
    Client* client = nullptr;
    LoadSpan span;
    LoadSpan next;  ///< What follows once `span` is answered; empty: whatever is left.
    Clock::time_point submitted;
  };

  [[nodiscard]] ClientSettings client_settings() const;
  Result<void> connect();
  Result<void> open_accounts();
  Result<void> create_storm();
  Result<void> send_transfers();
  Result<void> measure_lag();
  Result<void> await_storm();
  Result<void> sum_balances();
  Result<void> read();

  /// The request that this place sends next; false when there is none.
  [[nodiscard]] bool take_span(Place& place);
  void submit_next(Place& place);
  void answered(Place& place, const Result<BatchResult>& result);
  void note_millions(std::uint64_t before, Clock::time_point now);
  void begin_phase(const char* phase, std::uint64_t all);
  void tell_progress(std::uint64_t done, Clock::time_point now);
  [[nodiscard]] bool stopped() const { return failure_.has_value() || outcome_.wrong.has_value(); }

  const LoadSettings& settings_;
  const std::function<void(const LoadProgress&)>& progress_;
  LoadPlan plan_;
  BenchGenerator generator_;
  ClientLoop loop_;
  std::vector<std::unique_ptr<Client>> clients_;
  std::vector<Place> places_;
  AckLog ack_log_;
  AnswerCheck check_;
  std::optional<ExpiryStorm> storm_;
  std::uint64_t rounds_begun_ = 0;
  std::size_t outstanding_ = 0;
  std::optional<Failure> failure_;
  LoadOutcome outcome_;

  LoadProgress phase_;
  Clock::time_point phase_begin_;
  Clock::time_point next_progress_;
  Clock::time_point million_begin_;
};

Result<LoadOutcome> Load::run() {
  using Step = Result<void> (Load::*)();
  const Step steps[] = {&Load::connect,        &Load::open_accounts, &Load::create_storm,
                        &Load::send_transfers, &Load::measure_lag,   &Load::await_storm,
                        &Load::sum_balances,   &Load::read};
  for (const Step step : steps) {
    const Result<void> done = (this->*step)();
    if (!done) return done.error();
    if (outcome_.wrong) break;
  }
  return std::move(outcome_);
}

ClientSettings Load::client_settings() const {
  ClientSettings made;
  made.host = settings_.host;
  made.port = settings_.port;
  made.token = settings_.token;
  made.in_flight_max = settings_.in_flight;
  made.reconnect = false;  // A lost engine is a result here, not a nuisance.
  return made;
}

Result<void> Load::connect() {
  if (!settings_.ack_log.empty()) {
    const Result<void> opened = ack_log_.open(settings_.ack_log);
    if (!opened) return opened.error();
  }
  for (std::uint32_t i = 0; i < settings_.clients; ++i) {
    clients_.push_back(std::make_unique<Client>(loop_, client_settings()));
    const Result<void> connected = clients_.back()->connect();
    if (!connected) return connected.error();
  }
  return {};
}

Result<void> Load::open_accounts() {
  begin_phase("accounts", settings_.accounts);
  Client& client = *clients_.front();
  Ledger ledger;
  ledger.id = bench_ledger;
  ledger.set_name("bench");
  // A refusal is no matter: the ledger may stand there already. The accounts will tell.
  const Result<BatchResult> put = client.put_ledgers({&ledger, 1});
  if (!put) return put.error();

  std::vector<Account> accounts;
  for (std::uint64_t first = 0; first < settings_.accounts; first += accounts.size()) {
    accounts.clear();
    const std::uint64_t end =
        std::min<std::uint64_t>(first + limits::batch_events_max, settings_.accounts);
    for (std::uint64_t i = first; i < end; ++i) accounts.push_back(generator_.account(i));
    const Result<BatchResult> created = client.create_accounts(accounts);
    if (!created) return created.error();
    outcome_.wrong = check_.fault_of(created.value(), AnswerCheck::What::accounts, first,
                                     static_cast<std::uint32_t>(accounts.size()));
    if (outcome_.wrong) return {};
    tell_progress(end, Clock::now());
  }
  return {};
}

Result<void> Load::create_storm() {
  if (settings_.expiring == 0) return {};
  begin_phase("holds", settings_.expiring);
  storm_.emplace(loop_, client_settings(), settings_, generator_, check_);
  const Result<void> created = storm_->create(
      [this](std::uint64_t created_so_far) { tell_progress(created_so_far, Clock::now()); });
  outcome_.wrong = storm_->wrong();
  return created;
}

Result<void> Load::await_storm() {
  if (!storm_) return {};
  begin_phase("releases", settings_.expiring);
  const Result<void> released = storm_->await_released();
  outcome_.wrong = storm_->wrong();
  if (!released || outcome_.wrong) return released;
  outcome_.storm = storm_->outcome();
  return {};
}

Result<void> Load::send_transfers() {
  places_.resize(std::size_t{settings_.clients} * settings_.in_flight);
  begin_phase("transfers", settings_.transfers);
  million_begin_ = phase_begin_;
  // Clients take turns, so that all of them are busy from the first moment.
  for (std::size_t i = 0; i < places_.size(); ++i) {
    places_[i].client = clients_[i % clients_.size()].get();
    submit_next(places_[i]);
  }
  const Result<void> ran = loop_.run_until([this] { return outstanding_ == 0; });
  if (!ran) return ran.error();
  outcome_.seconds = seconds_between(phase_begin_, Clock::now());
  if (failure_) return *failure_;
  return {};
}

bool Load::take_span(Place& place) {
  if (place.next.count != 0) {
    place.span = std::exchange(place.next, {});
    return true;
  }
  if (rounds_begun_ == plan_.rounds()) return false;
  const LoadRound round = plan_.round(rounds_begun_++);
  place.span = round.first;
  place.next = round.second;
  return true;
}

void Load::submit_next(Place& place) {
  if (stopped() || !take_span(place)) return;
  Result<TransferBatch> made = place.client->new_transfer_batch(place.span.count);
  if (!made) {
    failure_ = made.error();
    return;
  }
  TransferBatch batch = std::move(made).value();
  const std::span<Transfer> transfers = batch.events();
  for (std::uint32_t i = 0; i < place.span.count; ++i) {
    transfers[i] = generator_.transfer(place.span.first + i);
    outcome_.sent.note(transfers[i]);
  }
  ++outstanding_;
  place.submitted = Clock::now();
  // Two pointers: they fit into the callback without memory of their own.
  place.client->submit(std::move(batch), [this, at = &place](const Result<BatchResult>& result) {
    answered(*at, result);
  });
}

void Load::answered(Place& place, const Result<BatchResult>& result) {
  const Clock::time_point now = Clock::now();
  --outstanding_;
  if (!result) {
    if (!failure_) failure_ = result.error();
    return;
  }
  if (const auto fault = check_.fault_of(result.value(), AnswerCheck::What::transfers,
                                         place.span.first, place.span.count)) {
    if (!outcome_.wrong) outcome_.wrong = fault;
    return;
  }
  if (ack_log_.is_open()) {
    const Result<void> written = ack_log_.write(generator_, place.span.first, place.span.count);
    if (!written && !failure_) failure_ = written.error();
  }
  const auto latency_ns = static_cast<std::uint64_t>((now - place.submitted).count());
  outcome_.latency_ns.record(latency_ns);
  if (storm_) storm_->note_answer(latency_ns);
  ++outcome_.requests;
  const std::uint64_t before = outcome_.acknowledged;
  outcome_.acknowledged += place.span.count;
  note_millions(before, now);
  tell_progress(outcome_.acknowledged, now);
  submit_next(place);
}

void Load::note_millions(std::uint64_t before, Clock::time_point now) {
  const std::uint64_t millions = outcome_.acknowledged / million - before / million;
  if (millions == 0) return;
  // A batch crosses the border somewhere inside; with 8,192 of a million the error is below 1 %.
  const auto crossed = static_cast<double>(millions * million);
  outcome_.rate_of_million.push_back(crossed / seconds_between(million_begin_, now));
  million_begin_ = now;
}

Result<void> Load::measure_lag() {
  Client& client = *clients_.front();
  const Result<LedgerPage> page =
      client.list_ledgers(LedgerId{0}, 1, {.min_sequence = Sequence{1}});
  if (!page) return page.error();
  const Result<DigestResult> digest = client.state_digest();
  if (!digest) return digest.error();
  if (page.value().status != RequestStatus::ok || digest.value().status != RequestStatus::ok) {
    const bool first = page.value().status != RequestStatus::ok;
    return Failure{FailureKind::invalid,
                   fmt::format("the engine would not say how far its indexes are: {}",
                               first ? page.value().words : digest.value().words)};
  }
  const std::uint64_t all = digest.value().sequence.value();
  const std::uint64_t followed = page.value().sequence.value();
  outcome_.last_sequence = all;
  outcome_.follower_lag = all > followed ? all - followed : 0;
  return {};
}

Result<void> Load::sum_balances() {
  begin_phase("balances", settings_.accounts);
  Sums sums;
  std::vector<AccountId> ids;
  for (std::uint64_t first = 0; first < settings_.accounts; first += ids.size()) {
    ids.clear();
    const std::uint64_t end =
        std::min<std::uint64_t>(first + limits::batch_events_max, settings_.accounts);
    for (std::uint64_t i = first; i < end; ++i) ids.push_back(generator_.account_id(i));
    const Result<AccountsResult> found = clients_.front()->lookup_accounts(ids);
    if (!found) return found.error();
    if (found.value().status != RequestStatus::ok || !found.value().missing.empty()) {
      outcome_.wrong =
          fmt::format("accounts {} to {}: the lookup was answered {}, {} missing", first, end - 1,
                      to_string(found.value().status), found.value().missing.size());
      return {};
    }
    for (const Account& account : found.value().accounts) sums.add(account);
    tell_progress(end, Clock::now());
  }
  outcome_.wrong = sums.fault(outcome_.sent);
  return {};
}

Result<void> Load::read() {
  if (settings_.reads == 0) return {};
  begin_phase("reads", settings_.reads * read_sorts);
  Client& client = *clients_.front();
  const Result<void> ready = await_indexes(client);
  if (!ready) return ready.error();
  Result<ReadsOutcome> reads = run_reads(
      client, settings_, [this](std::uint64_t made) { tell_progress(made, Clock::now()); });
  if (!reads) return reads.error();
  outcome_.reads = std::move(reads.value().sorts);
  outcome_.wrong = std::move(reads.value().wrong);
  return {};
}

void Load::begin_phase(const char* phase, std::uint64_t all) {
  phase_ = {phase, 0, all, 0};
  phase_begin_ = Clock::now();
  next_progress_ = phase_begin_;
}

void Load::tell_progress(std::uint64_t done, Clock::time_point now) {
  if (now < next_progress_ && done != phase_.all) return;
  next_progress_ = now + progress_interval;
  phase_.done = done;
  phase_.seconds = seconds_between(phase_begin_, now);
  progress_(phase_);
}

}  // namespace

void LoadTotals::note(const Transfer& transfer) {
  const u128 amount = transfer.amount.value().wide();
  if ((transfer.flags & transfer_flag::pending) != 0) {
    ++holds;
    pending_amount += amount;
  } else if ((transfer.flags & transfer_flag::void_pending_transfer) != 0) {
    ++voids;
    pending_amount -= amount;
  } else if ((transfer.flags & transfer_flag::post_pending_transfer) != 0) {
    ++posts;
    pending_amount -= amount;
    posted_amount += amount;
  } else {
    posted_amount += amount;
  }
}

Result<LoadOutcome> run_load(const LoadSettings& settings,
                             const std::function<void(const LoadProgress&)>& progress) {
  return std::make_unique<Load>(settings, progress)->run();
}

}  // namespace daybook

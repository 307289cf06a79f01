#include "tools/daybook/bench_load.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <map>
#include <memory>
#include <span>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "engine/base/hash.hpp"
#include "net/client/client.hpp"

namespace daybook {
namespace {

using Clock = std::chrono::steady_clock;

constexpr LedgerId bench_ledger{1};
constexpr std::uint64_t million = 1'000'000;
constexpr std::chrono::milliseconds progress_interval{100};

double seconds_between(Clock::time_point begin, Clock::time_point end) {
  return std::chrono::duration<double>(end - begin).count();
}

/// The load as a function of the seed and an index: nothing is remembered, so any client may make
/// any part of it, and the ack log can be written without keeping the ids.
class Generator {
 public:
  explicit Generator(const LoadSettings& settings)
      : accounts_{settings.accounts}, seed_{settings.seed}, ids_{settings.ids} {}

  [[nodiscard]] AccountId account_id(std::uint64_t index) const {
    return AccountId{Uint128{index + 1, seed_}};
  }

  [[nodiscard]] Account account(std::uint64_t index) const {
    Account account;
    account.id = account_id(index);
    account.business_id = BusinessId{Uint128{index + 1, 7}};
    account.user_id = UserId{index + 1};
    account.tag = Tag{1};
    account.ledger = bench_ledger;
    account.code = Code{1};
    return account;
  }

  [[nodiscard]] TransferId transfer_id(std::uint64_t index) const {
    if (ids_ == IdOrder::sequential) return TransferId{Uint128{index + 1, seed_}};
    // scatter() is one to one, so the low words alone never meet.
    return TransferId{Uint128{scatter(index + seed_ * stride), scatter(~index)}};
  }

  [[nodiscard]] std::uint64_t amount(std::uint64_t index) const {
    return 1 + random(index) % 1'000;
  }

  [[nodiscard]] Transfer transfer(std::uint64_t index) const {
    const std::uint64_t pair = random(~index);
    const std::uint64_t debit = share(pair & 0xffffffff, accounts_);
    const std::uint64_t step = 1 + share(pair >> 32, accounts_ - 1);
    const std::uint64_t credit = debit + step < accounts_ ? debit + step : debit + step - accounts_;
    Transfer transfer;
    transfer.id = transfer_id(index);
    transfer.debit_account_id = account_id(debit);
    transfer.credit_account_id = account_id(credit);
    transfer.amount = Amount{Uint128{amount(index), 0}};
    transfer.business_id = BusinessId{Uint128{pair, index + 1}};
    transfer.trace_id = TraceId{Uint128{index + 1, pair}};
    transfer.user_id = UserId{debit + 1};
    transfer.ledger = bench_ledger;
    transfer.tag = Tag{static_cast<std::uint32_t>(1 + index % 16)};
    transfer.code = Code{1};
    return transfer;
  }

 private:
  static constexpr std::uint64_t stride = 0x9e3779b97f4a7c15;

  /// The finisher of SplitMix64: one to one on 64 bits.
  static std::uint64_t scatter(std::uint64_t value) {
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
    value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
    return value ^ (value >> 31);
  }

  [[nodiscard]] std::uint64_t random(std::uint64_t index) const {
    return fold_multiply(index ^ 0xa0761d6478bd642f, (seed_ * stride) ^ 0xe7037ed1a0b428db ^ index);
  }

  /// A number below `count` from 32 random bits.
  static std::uint64_t share(std::uint64_t bits, std::uint64_t count) {
    return (bits * count) >> 32;
  }

  std::uint64_t accounts_;
  std::uint64_t seed_;
  IdOrder ids_;
};

/// The sequences that answers have claimed. What touches becomes one range, so it stays small.
class ClaimedSequences {
 public:
  /// False when one of [first, first + count) was claimed before.
  [[nodiscard]] bool claim(std::uint64_t first, std::uint64_t count) {
    const std::uint64_t end = first + count;
    auto after = ranges_.upper_bound(first);
    if (after != ranges_.end() && after->first < end) return false;
    if (after != ranges_.begin()) {
      const auto before = std::prev(after);
      if (before->second > first) return false;
      if (before->second == first) {
        before->second = end;
        if (after != ranges_.end() && after->first == end) {
          before->second = after->second;
          ranges_.erase(after);
        }
        return true;
      }
    }
    if (after != ranges_.end() && after->first == end) {
      const std::uint64_t last = after->second;
      after = ranges_.erase(after);
      ranges_.emplace_hint(after, first, last);
      return true;
    }
    ranges_.emplace_hint(after, first, end);
    return true;
  }

 private:
  std::map<std::uint64_t, std::uint64_t> ranges_;  ///< First to one past the last.
};

/// The ids of acknowledged transfers, written with one write(2) a reply, so that they survive our
/// own end; they are not synced, for it is the engine that is put to the test, not the machine.
class AckLog {
 public:
  AckLog() = default;
  ~AckLog() {
    if (file_ >= 0) ::close(file_);
  }
  AckLog(const AckLog&) = delete;
  AckLog& operator=(const AckLog&) = delete;

  Result<void> open(const std::string& path) {
    path_ = path;
    file_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    return file_ >= 0 ? Result<void>{} : failed("open");
  }

  [[nodiscard]] bool is_open() const { return file_ >= 0; }

  Result<void> write(const Generator& generator, std::uint64_t first, std::uint32_t count) {
    ids_.clear();
    for (std::uint64_t i = 0; i < count; ++i) {
      ids_.push_back(generator.transfer_id(first + i).value());
    }
    std::span<const std::byte> left = std::as_bytes(std::span{ids_});
    while (!left.empty()) {
      const ssize_t written = ::write(file_, left.data(), left.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return failed("write to");
      left = left.subspan(static_cast<std::size_t>(written));
    }
    return {};
  }

 private:
  [[nodiscard]] Failure failed(const char* act) const {
    return {FailureKind::io, fmt::format("cannot {} the acknowledgement log {}: {}; choose another "
                                         "place for it",
                                         act, path_, std::strerror(errno))};
  }

  std::string path_;
  int file_ = -1;
  std::vector<Uint128> ids_;
};

/// One run, from the first account to the last balance.
class Load {
 public:
  Load(const LoadSettings& settings, const std::function<void(const LoadProgress&)>& progress)
      : settings_{settings}, progress_{progress}, generator_{settings} {}

  Result<LoadOutcome> run();

 private:
  /// A place for one request in flight.
  struct Place {
    Client* client = nullptr;
    std::uint64_t first = 0;
    std::uint32_t count = 0;
    Clock::time_point submitted;
  };

  Result<void> connect();
  Result<void> open_accounts();
  Result<void> send_transfers();
  Result<void> measure_lag();
  Result<void> sum_balances();

  void submit_next(Place& place);
  void answered(Place& place, const Result<BatchResult>& result);
  /// What is wrong with the answer; nothing when all is as it should be.
  [[nodiscard]] std::optional<std::string> fault_of(const BatchResult& result, const char* what,
                                                    std::uint64_t first, std::uint32_t count);
  void note_millions(std::uint64_t before, Clock::time_point now);
  void begin_phase(const char* phase, std::uint64_t all);
  void tell_progress(std::uint64_t done, Clock::time_point now);
  [[nodiscard]] bool stopped() const { return failure_.has_value() || outcome_.wrong.has_value(); }

  const LoadSettings& settings_;
  const std::function<void(const LoadProgress&)>& progress_;
  Generator generator_;
  ClientLoop loop_;
  std::vector<std::unique_ptr<Client>> clients_;
  std::vector<Place> places_;
  AckLog ack_log_;
  ClaimedSequences claimed_;
  std::uint64_t submitted_ = 0;
  std::uint64_t acknowledged_ = 0;
  std::size_t outstanding_ = 0;
  u128 amount_sent_ = 0;
  std::optional<Failure> failure_;
  LoadOutcome outcome_;

  LoadProgress phase_;
  Clock::time_point phase_begin_;
  Clock::time_point next_progress_;
  Clock::time_point million_begin_;
};

Result<LoadOutcome> Load::run() {
  using Step = Result<void> (Load::*)();
  const Step steps[] = {&Load::connect, &Load::open_accounts, &Load::send_transfers,
                        &Load::measure_lag, &Load::sum_balances};
  for (const Step step : steps) {
    const Result<void> done = (this->*step)();
    if (!done) return done.error();
    if (outcome_.wrong) break;
  }
  return std::move(outcome_);
}

Result<void> Load::connect() {
  if (!settings_.ack_log.empty()) {
    const Result<void> opened = ack_log_.open(settings_.ack_log);
    if (!opened) return opened.error();
  }
  ClientSettings client_settings;
  client_settings.host = settings_.host;
  client_settings.port = settings_.port;
  client_settings.token = settings_.token;
  client_settings.in_flight_max = settings_.in_flight;
  client_settings.reconnect = false;  // A lost engine is a result here, not a nuisance.
  for (std::uint32_t i = 0; i < settings_.clients; ++i) {
    clients_.push_back(std::make_unique<Client>(loop_, client_settings));
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
    outcome_.wrong =
        fault_of(created.value(), "accounts", first, static_cast<std::uint32_t>(accounts.size()));
    if (outcome_.wrong) return {};
    tell_progress(end, Clock::now());
  }
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

void Load::submit_next(Place& place) {
  if (stopped() || submitted_ == settings_.transfers) return;
  place.first = submitted_;
  place.count = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(settings_.batch, settings_.transfers - submitted_));
  submitted_ += place.count;
  Result<TransferBatch> made = place.client->new_transfer_batch(place.count);
  if (!made) {
    failure_ = made.error();
    return;
  }
  TransferBatch batch = std::move(made).value();
  const std::span<Transfer> transfers = batch.events();
  std::uint64_t amount = 0;
  for (std::uint32_t i = 0; i < place.count; ++i) {
    transfers[i] = generator_.transfer(place.first + i);
    amount += transfers[i].amount.value().lo;
  }
  amount_sent_ += amount;
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
  if (const auto fault = fault_of(result.value(), "transfers", place.first, place.count)) {
    if (!outcome_.wrong) outcome_.wrong = fault;
    return;
  }
  if (ack_log_.is_open()) {
    const Result<void> written = ack_log_.write(generator_, place.first, place.count);
    if (!written && !failure_) failure_ = written.error();
  }
  outcome_.latency_ns.record(static_cast<std::uint64_t>((now - place.submitted).count()));
  ++outcome_.requests;
  const std::uint64_t before = acknowledged_;
  acknowledged_ += place.count;
  note_millions(before, now);
  tell_progress(acknowledged_, now);
  submit_next(place);
}

std::optional<std::string> Load::fault_of(const BatchResult& result, const char* what,
                                          std::uint64_t first, std::uint32_t count) {
  const std::string place = fmt::format("{} {} to {}", what, first, first + count - 1);
  if (result.status != RequestStatus::ok) {
    return fmt::format("{}: the request was answered {} ({})", place, to_string(result.status),
                       result.words);
  }
  if (!result.refusals.empty()) {
    const Refusal& refusal = result.refusals.front();
    const bool transfers = what[0] == 't';
    return fmt::format(
        "{}: {} of them were not created, the first with status {} ({}); is the engine's data "
        "fresh, or the seed a new one?",
        place, result.refusals.size(), refusal.status,
        transfers ? to_string(static_cast<CreateTransferStatus>(refusal.status))
                  : to_string(static_cast<CreateAccountStatus>(refusal.status)));
  }
  // The operation's own sequence and one for each event.
  if (!claimed_.claim(result.first_sequence.value(), std::uint64_t{count} + 1)) {
    return fmt::format("{}: the answer claims sequences from {}, which another answer had claimed",
                       place, result.first_sequence.value());
  }
  return std::nullopt;
}

void Load::note_millions(std::uint64_t before, Clock::time_point now) {
  if (acknowledged_ / million == before / million) return;
  // A batch crosses the border somewhere inside; with 8,192 of a million the error is below 1 %.
  const auto crossed = static_cast<double>((acknowledged_ / million - before / million) * million);
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
  u128 debits = 0;
  u128 credits = 0;
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
    for (const Account& account : found.value().accounts) {
      debits += account.debits_posted.value().wide();
      credits += account.credits_posted.value().wide();
    }
    tell_progress(end, Clock::now());
  }
  if (debits != amount_sent_ || credits != amount_sent_) {
    outcome_.wrong = fmt::format(
        "the balances do not add up: {} was sent, all debits are {}, all credits are {}",
        to_decimal(amount_sent_), to_decimal(debits), to_decimal(credits));
  }
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

Result<LoadOutcome> run_load(const LoadSettings& settings,
                             const std::function<void(const LoadProgress&)>& progress) {
  return std::make_unique<Load>(settings, progress)->run();
}

}  // namespace daybook

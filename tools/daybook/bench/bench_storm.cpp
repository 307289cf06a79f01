#include "tools/daybook/bench/bench_storm.hpp"

#include <algorithm>
#include <thread>

#include <fmt/format.h>

#include "tools/daybook/bench/bench_reads.hpp"

namespace daybook {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

// Creating is slower than that only where the machine is busy with other things.
constexpr std::uint64_t created_per_second = 200'000;
constexpr seconds spare_time{3};
constexpr seconds lead_time{1};  // Of the load, before the holds fall due.
// A request that is sent later in a second than this might be executed in the next; and the first
// of a batch has a timestamp a little before the batch's own.
constexpr std::chrono::milliseconds first_moment_of_second{1};
constexpr std::chrono::milliseconds last_moment_of_second{800};
constexpr std::chrono::milliseconds poll_interval{20};
constexpr int poll_pause_factor = 9;  // Of the time that a poll took: so a tenth of it at most.
constexpr seconds release_time_max{60};

double seconds_of(nanoseconds duration) { return std::chrono::duration<double>(duration).count(); }

/// What is pending on the bench's ledger; 0 where the ledger is not there.
u128 pending_of(const BalancePage& page) {
  for (const LedgerBalance& balance : page.items) {
    if (balance.ledger == bench_ledger) return balance.debits_pending.value().wide();
  }
  return 0;
}

Failure refused(RequestStatus status, const std::string& words) {
  return {FailureKind::invalid,
          fmt::format("a question about the expiring holds was answered {} ({})", to_string(status),
                      words)};
}

}  // namespace

ExpiryStorm::Wall ExpiryStorm::now() {
  return std::chrono::time_point_cast<nanoseconds>(std::chrono::system_clock::now());
}

Failure ExpiryStorm::too_late() const {
  return {FailureKind::timed_out,
          fmt::format("{} expiring holds could not be created before the first of them fell due; "
                      "give them more seconds with --expire-after",
                      settings_.expiring)};
}

Result<void> ExpiryStorm::create(const std::function<void(std::uint64_t)>& tell) {
  const Result<u128> before = pending_now();
  if (!before) return before.error();
  pending_before_ = before.value();

  const seconds needed{settings_.expiring / created_per_second};
  const seconds given{settings_.expire_after};
  due_ = std::chrono::floor<seconds>(now()) + (given.count() != 0 ? given : needed + spare_time);
  due_first_ = Wall::max();
  due_last_ = Wall::min();
  for (std::uint64_t first = 0; first < settings_.expiring && !wrong_; first += batch_.size()) {
    const Result<void> created = create_batch(first);
    if (!created) return created.error();
    tell(first + batch_.size());
  }
  if (wrong_) return {};

  const Result<u128> after = pending_now();
  if (!after) return after.error();
  if (now() >= due_) return too_late();
  if (after.value() - pending_before_ != amount_) {
    wrong_ =
        fmt::format("holds of {} were created, but what is pending went from {} to {}",
                    to_decimal(amount_), to_decimal(pending_before_), to_decimal(after.value()));
    return {};
  }
  std::this_thread::sleep_until(due_ - lead_time);
  return {};
}

Result<void> ExpiryStorm::create_batch(std::uint64_t first) {
  const auto found = std::chrono::floor<seconds>(now());
  const bool is_late = now() - found > last_moment_of_second;
  std::this_thread::sleep_until(found + seconds{is_late ? 1 : 0} + first_moment_of_second);
  // A timeout is counted from the hold's own timestamp: whole seconds from this second to the one
  // that all of them fall due in.
  const auto timeout = std::chrono::floor<seconds>(due_ - std::chrono::floor<seconds>(now()));
  if (timeout < seconds{1}) return too_late();
  const std::uint64_t count =
      std::min<std::uint64_t>(settings_.expiring - first, limits::batch_events_max);
  batch_.clear();
  for (std::uint64_t i = 0; i < count; ++i) {
    batch_.push_back(
        generator_.expiring_hold(first + i, static_cast<std::uint32_t>(timeout.count())));
    amount_ += batch_.back().amount.value().wide();
  }
  const Result<BatchResult> created = client_.create_transfers(batch_);
  if (!created) return created.error();
  wrong_ = check_.fault_of(created.value(), AnswerCheck::What::expiring_holds, first,
                           static_cast<std::uint32_t>(count));
  const Wall due{nanoseconds{created.value().first_timestamp.value()} + timeout};
  due_first_ = std::min(due_first_, due);
  due_last_ = std::max(due_last_, due + nanoseconds{count - 1});
  return {};
}

Result<u128> ExpiryStorm::pending_now() {
  const Result<void> ready = await_indexes(client_);
  if (!ready) return ready.error();
  const auto page = client_.trial_balance(0, limits::batch_events_max);
  if (!page) return page.error();
  if (page.value().status != RequestStatus::ok) {
    return refused(page.value().status, page.value().words);
  }
  return pending_of(page.value());
}

void ExpiryStorm::note_answer(std::uint64_t latency_ns) {
  const Wall at = now();
  latency_of_second_[std::chrono::floor<seconds>(at).time_since_epoch().count()].record(latency_ns);
  poll(at);
}

void ExpiryStorm::poll(Wall at) {
  if (asking_ || released_ || failure_ || at < due_ || at < next_poll_) return;
  asking_ = true;
  asked_ = at;
  // Whatever the indexes hold now: waiting for them would make the question a part of the load.
  client_.async_trial_balance(0, limits::batch_events_max, {.min_sequence = Sequence{1}},
                              [this](const Result<BalancePage>& page) { polled(page); });
}

void ExpiryStorm::polled(const Result<BalancePage>& page) {
  const Wall at = now();
  asking_ = false;
  next_poll_ = at + std::max<nanoseconds>(poll_interval, poll_pause_factor * (at - asked_));
  if (!page) {
    failure_ = page.error();
  } else if (page.value().status != RequestStatus::ok) {
    failure_ = refused(page.value().status, page.value().words);
  } else if (pending_of(page.value()) == pending_before_) {
    released_ = at;
  }
}

Result<void> ExpiryStorm::await_released() {
  load_covers_releases_ = released_.has_value();
  while (!released_) {
    if (failure_) return *failure_;
    if (now() > due_last_ + release_time_max) {
      return Failure{
          FailureKind::timed_out,
          fmt::format(
              "{} s after the last deadline more is pending than before the holds, or less; "
              "is the engine's clock this machine's, and are there no holds of "
              "anybody else on ledger {}?",
              release_time_max.count(), bench_ledger.value())};
    }
    poll(now());
    loop_.turn(poll_interval);
  }
  return check_expired();
}

Result<void> ExpiryStorm::check_expired() {
  const Result<void> ready = await_indexes(client_);
  if (!ready) return ready.error();
  const std::uint64_t count = std::min<std::uint64_t>(settings_.expiring, limits::batch_events_max);
  std::vector<TransferId> ids;
  for (std::uint64_t i = 0; i < count; ++i) {
    ids.push_back(generator_.expiring_hold(i * settings_.expiring / count, 1).id);
  }
  const Result<HoldsResult> found = client_.lookup_holds(ids);
  if (!found) return found.error();
  if (found.value().status != RequestStatus::ok) {
    return refused(found.value().status, found.value().words);
  }
  const auto& holds = found.value().holds;
  const auto expired = static_cast<std::uint64_t>(
      std::count_if(holds.begin(), holds.end(),
                    [](const HoldView& hold) { return hold.state == HoldState::expired; }));
  if (expired != count) {
    wrong_ = fmt::format("nothing is pending any more, but of {} holds only {} are expired", count,
                         expired);
  }
  return {};
}

StormOutcome ExpiryStorm::outcome() const {
  StormOutcome outcome;
  outcome.holds = settings_.expiring;
  outcome.due_within_seconds = seconds_of(due_last_ - due_first_);
  outcome.release_seconds = seconds_of(*released_ - due_first_);
  outcome.late_seconds = seconds_of(*released_ - due_last_);
  outcome.load_covers_releases = load_covers_releases_;
  const std::int64_t begin = std::chrono::floor<seconds>(due_first_).time_since_epoch().count();
  const std::int64_t end = std::chrono::floor<seconds>(*released_).time_since_epoch().count();
  for (const auto& [second, latency] : latency_of_second_) {
    if (second >= begin && second <= end) outcome.latency_ns.merge(latency);
  }
  return outcome;
}

}  // namespace daybook

#include "tests/simulation/episode_writer.hpp"

#include <array>
#include <utility>

namespace daybook::test {
namespace {

constexpr std::uint64_t client_count = 6;
constexpr std::uint64_t second = 1'000'000'000;

}  // namespace

EpisodeWriter::EpisodeWriter(std::uint64_t seed) : around_{seed} {}

Episode EpisodeWriter::write(std::size_t request_count) {
  choose_settings();
  if (random_.chance(80)) add_beginning();
  for (std::size_t i = 0; i < request_count; ++i) {
    late_ = i > request_count - request_count / 5;
    if (random_.chance(15)) add_incident();
    add_request();
  }
  return std::move(episode_);
}

void EpisodeWriter::choose_settings() {
  episode_ = Episode{};
  LedgerSettings& settings = episode_.settings;
  settings.auto_ledgers = random_.chance(25);
  settings.manual_clock = random_.chance(20);
  if (random_.chance(15)) settings.accounts_max = random_.between(1, 40);
  if (random_.chance(8)) settings.transfer_ids_max = random_.between(1, 4'000);
  if (random_.chance(50)) settings.ids_a_generation = random_.between(1, 300);
  if (random_.chance(15)) settings.holds_max = random_.between(1, 30);
  if (random_.chance(15)) settings.names_max = random_.between(1, 200);
  if (random_.chance(15)) settings.orders_max = random_.between(1, 6);
  if (random_.chance(15)) settings.payments_max = random_.between(1, 3);
  if (random_.chance(15)) settings.streams_max = random_.between(1, 30);
  if (random_.chance(15)) settings.event_ids_max = random_.between(1, 300);
  if (random_.chance(60))
    settings.window_operations = static_cast<std::uint32_t>(random_.between(1, 40));
  if (random_.chance(50)) {
    settings.window_clients = static_cast<std::uint32_t>(random_.between(1, 4));
    settings.window_numbers = static_cast<std::uint32_t>(random_.between(1, 3));
  }
  episode_.requests_per_entry =
      static_cast<std::uint32_t>(random_.chance(40) ? 1 : random_.between(2, 30));
  around_.guide = std::make_unique<NaiveLedger>(settings);
  around_.id_high = random_.chance(50) ? 0 : random_.next();
  around_.accounts_known = random_.between(3, 24);
  around_.last_transfer = 0;
  around_.huge_amounts = random_.chance(30);
  ends_with_time_ = random_.chance(15);
  // From the middle of time on, a long timeout may or may not reach the end of time.
  now_ = random_.chance(10) ? time_max / 2 + random_.below(time_max / 16) : random_.below(10'000);
  last_number_.assign(client_count + 1, 0);
  requests_.clear();
  events_.forget();
}

// ---- Steps. ----

void EpisodeWriter::add(Step step) {
  if (step.kind == Step::Kind::submit) static_cast<void>(around_.guide->submit(step.request));
  if (step.kind == Step::Kind::set_clock) around_.guide->set_clock(step.number);
  if (step.kind == Step::Kind::release_due) {
    around_.guide->release_due(static_cast<std::uint32_t>(step.number));
  }
  episode_.steps.push_back(std::move(step));
}

/// Ledgers and accounts to begin with, so that most episodes move money from the start.
void EpisodeWriter::add_beginning() {
  Step ledgers;
  ledgers.request = numbered_request();
  ledgers.request.kind = RequestKind::put_ledgers;
  ledgers.request.ledgers = {make_ledger(1, "EUR"), make_ledger(2, "USD")};
  Step accounts;
  accounts.request = numbered_request();
  accounts.request.kind = RequestKind::create_accounts;
  for (std::uint64_t id = 1; id <= around_.accounts_known * 2 / 3; ++id) {
    accounts.request.accounts.push_back(make_account(id));
    accounts.request.accounts.back().id = AccountId{around_.wide_id(id)};
  }
  requests_ = {ledgers.request, accounts.request};
  add(ledgers);
  add(accounts);
}

void EpisodeWriter::add_request() {
  Step step;
  step.request = !requests_.empty() && random_.chance(12) ? old_request() : new_request();
  add(std::move(step));
}

void EpisodeWriter::add_incident() {
  Step step;
  const std::uint64_t which = random_.below(1'000);
  if (which < 400) return set_clock(some_time());
  if (which < 600) return meet_a_deadline();
  if (which < 750) {
    step.kind = Step::Kind::look_up;
    step.id = around_.account_id_to_use();
  } else if (which < 920) {
    step.kind = Step::Kind::release_due;
    step.number = random_.chance(60) ? random_.between(1, 5) : 1'024;
  } else if (which < 960) {
    step.kind = Step::Kind::close_entry;
  } else if (which < 992) {
    step.kind = Step::Kind::rotate_segment;
  } else {
    step.kind = Step::Kind::restart;
  }
  add(std::move(step));
}

void EpisodeWriter::set_clock(std::uint64_t now_ns) {
  Step step;
  step.kind = Step::Kind::set_clock;
  step.number = now_ns;
  now_ = std::min(now_ns, time_max);
  add(std::move(step));
}

void EpisodeWriter::advance_clock(std::uint64_t by_ns) {
  Step step;
  step.request = numbered_request();
  step.request.kind = RequestKind::advance_clock;
  step.request.argument = by_ns;
  requests_.push_back(step.request);
  add(std::move(step));
}

/// The clock moves to a deadline or next to it; then the hold is posted, voided or released.
void EpisodeWriter::meet_a_deadline() {
  const std::uint64_t deadline = some_deadline();
  if (deadline == 0 || deadline > time_max - second) return;
  // A manual clock releases what is due by itself; 1 ns before, there is still something to do.
  const std::uint64_t when = deadline + random_.below(3) - 1;
  const std::uint64_t clock = around_.guide->clock_now();
  if (!episode_.settings.manual_clock) {
    set_clock(when);
  } else if (when >= clock) {
    advance_clock(when - clock);
  }
  Step step;
  if (random_.chance(30)) {
    step.kind = Step::Kind::release_due;
    step.number = random_.between(1, 3);
  } else {
    step.request = numbered_request();
    transfers_.fill_with_resolutions(step.request, deadline);
    requests_.push_back(step.request);
  }
  add(std::move(step));
}

/// Of an open hold, mostly the next one; 0 = there is none.
std::uint64_t EpisodeWriter::some_deadline() {
  std::uint64_t found = 0;
  for (const TransferId id : around_.guide->open_holds()) {
    const std::uint64_t deadline = around_.guide->transfers().at(id).expires_at();
    if (deadline == 0 || deadline + 2 < around_.guide->clock_now()) continue;
    if (found == 0 || deadline < found || random_.chance(5)) found = deadline;
  }
  return found;
}

std::uint64_t EpisodeWriter::some_time() {
  const bool at_the_end = ends_with_time_ && late_;
  if (at_the_end && random_.chance(2)) return time_max - random_.below(2'000);
  if (at_the_end && random_.chance(1)) return time_max + random_.below(1'000);
  if (random_.chance(5)) return now_ - random_.below(now_ + 1);
  if (now_ > time_max - 10 * second) return now_;
  if (random_.chance(5)) return now_ + random_.below(4 * second);
  return now_ + (random_.chance(10) ? random_.below(100'000) : random_.below(500));
}

/// Imported events have times of their own, between what there is and now; also before those of
/// accounts that are new.
void EpisodeWriter::make_room_for_imports() {
  if (random_.chance(30)) {
    Step step;
    step.request = numbered_request();
    accounts_.fill_accounts(step.request, false);
    add(std::move(step));
  }
  const std::uint64_t room = random_.between(10, 1'000);
  const std::uint64_t now = around_.guide->next_time(0);
  if (now > time_max - second) return;
  if (!episode_.settings.manual_clock) {
    set_clock(now + room);
  } else {
    advance_clock(now - around_.guide->clock_now() + room);
  }
}

// ---- Requests. ----

WriteRequest EpisodeWriter::numbered_request() {
  WriteRequest request;
  const std::uint64_t client = random_.between(1, client_count);
  request.client = ClientId{Uint128{client, around_.id_high}};
  last_number_[client] += random_.chance(80) ? 1 : random_.between(1, 9);
  request.number = last_number_[client];
  request.frame_checksum = random_.next();
  return request;
}

WriteRequest EpisodeWriter::new_request() {
  const std::uint64_t which = random_.below(100);
  const bool imports = random_.chance(6);
  if (imports && random_.chance(80)) make_room_for_imports();
  WriteRequest request = numbered_request();
  if (which < 10 || around_.guide->accounts().empty()) {
    accounts_.fill_accounts(request, imports);
  } else if (which < 14) {
    accounts_.fill_ledgers(request);
  } else if (which < 21) {
    accounts_.fill_changes(request);
  } else if (which < 24) {
    fill_clock(request);
  } else if (which < 26) {
    names_.fill_names(request);
  } else if (which < 33) {
    events_.fill(request);
  } else if (which < 36) {
    checkpoints_.fill(request);
  } else {
    transfers_.fill(request, imports);
    const bool is_small = !request.transfers.empty() && request.transfers.size() < 20;
    if (is_small && random_.chance(10)) events_.add_events(request);
  }
  if (random_.chance(8)) names_.add_names(request);
  if (random_.chance(1)) {
    constexpr std::array refusals = {RequestStatus::malformed, RequestStatus::not_authorised,
                                     RequestStatus::too_large, RequestStatus::unknown_kind};
    request.refuse_with = refusals[random_.below(refusals.size())];
  }
  requests_.push_back(request);
  return request;
}

void EpisodeWriter::fill_clock(WriteRequest& request) {
  request.kind = random_.chance(80) ? RequestKind::advance_clock : RequestKind::accept_clock;
  request.argument = random_.chance(80) ? random_.below(10'000) : random_.below(4 * second);
  if (ends_with_time_ && late_ && random_.chance(10)) request.argument = time_max - 20'000;
}

/// A repeat, a number used again for something else, or a number that was passed over.
WriteRequest EpisodeWriter::old_request() {
  const std::size_t window = random_.chance(70) ? 30 : requests_.size();
  WriteRequest request = pick_recent(random_, requests_, window);
  const std::uint64_t which = random_.below(100);
  if (which < 20) request.frame_checksum += 1;
  if (which >= 20 && which < 30) request.number = random_.below(request.number + 1);
  return request;
}

}  // namespace daybook::test

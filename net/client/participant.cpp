#include "net/client/participant.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "engine/model/ids.hpp"
#include "net/client/participant_desk.hpp"

namespace daybook {
namespace {

using std::chrono::milliseconds;

/// Between two looks at what no callback tells.
constexpr milliseconds look_again{200};
constexpr std::chrono::minutes forget_each{10};

std::optional<Failure> fault_of(const ParticipantSettings& settings) {
  const auto no = [](std::string words) { return Failure{FailureKind::invalid, std::move(words)}; };
  if (settings.name.empty() || settings.name.size() > limits::principal_name_bytes_max) {
    return no(
        fmt::format("a participant's name has 1 to {} bytes", limits::principal_name_bytes_max));
  }
  if (settings.types.empty() || settings.types.size() > limits::participant_types_max) {
    return no(fmt::format("a participant has 1 to {} types", limits::participant_types_max));
  }
  for (const HandledType& each : settings.types) {
    if (each.type.empty() || each.type.size() > limits::saga_name_bytes_max || !each.handler) {
      return no(fmt::format("the type '{}' must have 1 to {} bytes, and a handler", each.type,
                            limits::saga_name_bytes_max));
    }
    const auto same =
        std::count_if(settings.types.begin(), settings.types.end(),
                      [&](const HandledType& other) { return other.type == each.type; });
    if (same > 1) return no(fmt::format("the type '{}' is named twice", each.type));
  }
  const std::uint64_t most_places = limits::work_credit_max - limits::participant_types_max;
  if (settings.in_flight < 1 || settings.in_flight > most_places) {
    return no(fmt::format("a participant has 1 to {} commands in flight", most_places));
  }
  if (settings.threads < 1 || settings.threads > participant_threads_max) {
    return no(fmt::format("a participant has 1 to {} threads", participant_threads_max));
  }
  return std::nullopt;
}

}  // namespace

Result<std::unique_ptr<Participant>> Participant::make(ParticipantSettings settings) {
  if (auto fault = fault_of(settings)) return *fault;
  std::unique_ptr<StepTable> table = std::make_unique<MemoryStepTable>();
  if (!settings.store.empty()) {
    auto opened = open_step_file(settings.store, settings.name);
    if (!opened) return opened.error();
    table = std::move(opened).value();
  }
  auto desk = std::make_unique<Desk>(std::move(settings), std::move(table));
  return std::unique_ptr<Participant>{new Participant{std::move(desk)}};
}

Participant::Participant(std::unique_ptr<Desk> desk) : desk_{std::move(desk)} {}
Participant::~Participant() = default;
Result<void> Participant::run() { return desk_->run(); }
void Participant::stop() { desk_->stop(); }
ParticipantCounts Participant::counts() const { return desk_->counts(); }

Participant::Desk::Desk(ParticipantSettings settings, std::unique_ptr<StepTable> table)
    : settings_{std::move(settings)},
      table_{std::move(table)},
      participant_{id_of(settings_.name)},
      workers_{*table_, settings_.threads, [this] { loop_.wake(); }} {
  for (const HandledType& each : settings_.types) {
    types_.emplace(id_of(each.type), &each);
    keeping_.push_back({id_of(each.type), each.keeps_keys_ms});
  }
  // A question is answered after that time at the latest; what takes much longer is lost.
  constexpr milliseconds shortest{3 * limits::work_question_ns / 1'000'000};
  settings_.client.request_timeout = std::max(settings_.client.request_timeout, shortest);
  settings_.client.reconnect = true;
  client_ = std::make_unique<Client>(loop_, settings_.client);
}

void Participant::Desk::stop() {
  stop_asked_.store(true, std::memory_order_relaxed);
  loop_.wake();
}

ParticipantCounts Participant::Desk::counts() const {
  const auto read = [](const std::atomic<std::uint64_t>& count) {
    return count.load(std::memory_order_relaxed);
  };
  return {read(counts_.commands), read(counts_.calls),    read(counts_.repeats),
          read(counts_.released), read(counts_.answered), read(counts_.dropped)};
}

void Participant::Desk::notice(const std::string& words) const {
  if (settings_.on_notice) settings_.on_notice(words);
}

void Participant::Desk::end(Failure why) {
  if (!ended_) ended_ = std::move(why);
}

Result<void> Participant::Desk::run() {
  auto owed = table_->owed();
  if (!owed) return owed.error();
  for (StepRecord& each : owed.value()) {
    WorkCommand work;
    work.saga = each.saga;
    work.key = each.key;
    work.attempt = each.attempt;
    work.step = each.step;
    work.operation = each.operation;
    say(work, {each.outcome, each.code, std::move(each.payload)}, true);
  }
  last_active_ = Clock::now();
  while (!ended_) {
    if (!stopping_ &&
        (stop_asked_.load(std::memory_order_relaxed) || (settings_.stops && settings_.stops()))) {
      begin_stopping();
    }
    take_done();
    if (stopping_ && is_finished()) break;
    ask_for_work();
    send_heartbeats();
    send_answers();
    forget_old_keys();
    if (!ended_) wait();
  }
  client_->disconnect();
  if (ended_) return *ended_;
  return {};
}

void Participant::Desk::wait() {
  // A loop with nothing under way would not wait at all.
  if (client_->unanswered() > 0) {
    static_cast<void>(loop_.turn(look_again));
  } else {
    workers_.wait_for_done(look_again / 4);
  }
}

void Participant::Desk::begin_stopping() {
  stopping_ = true;
  last_active_ = Clock::now();
  take_back_all();
}

bool Participant::Desk::is_finished() {
  if (active_.empty() && unsent_.empty() && answers_open_ == 0) return true;
  if (!active_.empty()) {
    last_active_ = Clock::now();
    return false;
  }
  if (Clock::now() - last_active_ < std::chrono::nanoseconds{participant_stop_ns}) return false;
  notice(fmt::format("{} answers could not be sent before the end{}", unsent_.size(),
                     table_->remembers_all() ? "; the store keeps them for the next start" : ""));
  return true;
}

void Participant::Desk::forget_old_keys() {
  const auto now = Clock::now();
  if (now < forget_after_) return;
  const auto forgotten = table_->forget(wall_clock_ns() / 1'000'000, keeping_);
  if (!forgotten) return end(forgotten.error());
  // Where there was more than one call takes, soon again.
  forget_after_ = forgotten.value() < step_forget_max ? now + forget_each : now + look_again;
}

}  // namespace daybook
